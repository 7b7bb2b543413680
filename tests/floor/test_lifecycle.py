"""States and moves."""

import enum
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.db import reading, transaction
from codesight.errors import Conflict
from codesight.gigs.models import Wave
from codesight.lifecycle import (
    MOVES,
    UNDER_WAY,
    WITH_THE_WORKER,
    AssignmentState,
    SessionState,
    StateChange,
    WaveState,
    move,
    words,
)
from tests.support.people import NOW, make_gig


def test_every_state_of_every_kind_has_its_moves_within_its_kind() -> None:
    for kind, moves in MOVES.items():
        assert set(moves) == set(kind)
        assert all(isinstance(to, kind) for ends in moves.values() for to in ends)


@pytest.mark.parametrize("kind", [AssignmentState, SessionState])
def test_every_state_can_be_reached(kind: type[enum.StrEnum]) -> None:
    reached, open_ends = set(), [next(iter(kind))]
    while open_ends:
        state = open_ends.pop()
        reached.add(state)
        open_ends += [to for to in MOVES[kind][state] if to not in reached]
    assert reached == set(kind)


# Late work is kept as `late` or `overflow`, never refused.
def test_expired_work_can_still_be_handed_in() -> None:
    assert MOVES[AssignmentState][AssignmentState.EXPIRED] == {AssignmentState.LATE, AssignmentState.OVERFLOW}


def test_what_is_decided_or_given_back_is_not_under_way() -> None:
    over = set(AssignmentState) - UNDER_WAY
    assert {state.value for state in over} == {"accepted", "rejected", "returned", "expired", "cancelled"}
    assert WITH_THE_WORKER < UNDER_WAY


def test_a_move_brings_its_facts_and_leaves_a_line(engine: Engine) -> None:
    with transaction(engine) as db:
        wave = make_gig(db)
        lines = len(db.scalars(sa.select(StateChange)).all())
        move(db, wave, WaveState.CLOSED, now=NOW, reason="r" * 300, quota=3)
        assert (wave.state, wave.state_since, wave.quota) == (WaveState.CLOSED, NOW, 3)
        *_, line = db.scalars(sa.select(StateChange).order_by(StateChange.id)).all()
        assert (line.table, line.row_id, line.before, line.after) == ("wave", wave.id, "open", "closed")
        assert (line.at, line.by, line.reason) == (NOW, None, "r" * 200)
        assert len(db.scalars(sa.select(StateChange)).all()) == lines + 1


def test_an_illegal_move_changes_nothing_and_leaves_no_line(engine: Engine) -> None:
    with transaction(engine) as db:
        wave = make_gig(db)
        lines = len(db.scalars(sa.select(StateChange)).all())
        with pytest.raises(Conflict, match="This is open and cannot become draft now") as refusal:
            move(db, wave, WaveState.DRAFT, now=NOW)
        assert (refusal.value.code, refusal.value.details) == ("illegal_move", {"state": WaveState.OPEN})
        assert wave.state == WaveState.OPEN
        assert len(db.scalars(sa.select(StateChange)).all()) == lines


def test_of_several_who_move_at_once_one_succeeds(engine: Engine) -> None:
    with transaction(engine) as db:
        wave_id = make_gig(db).id
    together = Barrier(8)

    def close(_: int) -> str:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        try:
            with transaction(engine) as db:
                move(db, db.get_one(Wave, wave_id), WaveState.CLOSED, now=NOW)
        except Conflict as refusal:
            return refusal.code
        return "moved"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(close, range(8)))
    assert answers.count("moved") == 1
    assert set(answers) <= {"moved", "illegal_move", "moved_meanwhile"}
    with reading(engine) as db:
        closed = sa.select(StateChange).where(StateChange.row_id == wave_id, StateChange.after == "closed")
        assert len(db.scalars(closed).all()) == 1


def test_people_read_words() -> None:
    assert words(AssignmentState.IN_REVIEW) == "in review"
