"""Many at once, on a warm pool: as many claims as there is room for, and never a part of one."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import reading, transaction
from codesight.errors import Problem
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Gig, Tier, Wave
from codesight.lifecycle import AssignmentState
from codesight.reports import books
from codesight.workers.models import Worker
from tests.support.people import NOW, claim, make_gig, make_worker

MANY = 10


def at_once(engine: Engine, acts: Sequence[Callable[[Session], object]]) -> Counter[str]:
    """What each came to when all began together: `done`, or the refusal's code. Anything else is a mistake."""
    together = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        with engine.connect():  # a connection each, before it begins
            together.wait()
        try:
            with transaction(engine) as db:
                act(db)
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return Counter(threads.map(run, acts))


def crowd(engine: Engine, *, packages: int, waves: int = 1) -> list[int]:
    """Workers in one gig, over so many waves, with slots for so many basic packages."""
    with transaction(engine) as db:
        first = make_gig(db, slots=0)
        basics = [s.id for s in gig_queries.scenarios(db, first.gig_id) if s.tier == Tier.BASIC]
        assignments.offer(db, basics[:5], packages)
        rounds = [first]
        for number in range(1, waves):
            wave = gigs.create_wave(db, first.gig_id, name=f"w{number}", quota=100, budget_cents=10**6, now=NOW)
            gigs.open_wave(db, wave, now=NOW, by=None)
            rounds.append(wave)
        return [make_worker(db, rounds[n % waves], email=f"w{n}@example.org").account_id for n in range(MANY)]


def claims(worker_ids: Sequence[int]) -> list[Callable[[Session], object]]:
    return [lambda db, who=who: claim(db, db.get_one(Worker, who)) for who in worker_ids]  # type: ignore[misc]


def ensure_whole(engine: Engine, made: int) -> None:
    """There are so many packages, each with all of its scenarios, each slot once, and the books balance."""
    with reading(engine) as db:
        sizes = db.execute(sa.select(sa.func.count()).select_from(Assignment).group_by(Assignment.claim_id)).scalars()
        assert list(sizes) == [5] * made
        assert len(db.scalars(sa.select(PackageClaim)).all()) == made
        taken = db.scalars(sa.select(Slot.id).where(Slot.state == SlotState.TAKEN)).all()
        assert sorted(taken) == sorted(db.scalars(sa.select(Assignment.slot_id)))
        assert books.check(db) == []


def test_ten_workers_and_room_for_one(engine: Engine) -> None:
    assert at_once(engine, claims(crowd(engine, packages=1))) == {"done": 1, "no_slots": MANY - 1}
    ensure_whole(engine, 1)


@pytest.mark.parametrize("room", [1, 3])
def test_workers_of_different_waves_do_not_take_parts_away_from_each_other(engine: Engine, room: int) -> None:
    people = crowd(engine, packages=room, waves=MANY)  # the wave's row does not hold them up
    assert at_once(engine, claims(people)) == {"done": room, "no_slots": MANY - room}
    ensure_whole(engine, room)


def test_ten_workers_and_money_for_four(engine: Engine) -> None:
    people = crowd(engine, packages=MANY)
    with transaction(engine) as db:
        db.execute(sa.update(Wave).values(budget_cents=4 * 2500 + 2499))
    assert at_once(engine, claims(people)) == {"done": 4, "budget_spent": MANY - 4}
    ensure_whole(engine, 4)


def test_one_worker_in_ten_windows_gets_one_package(engine: Engine) -> None:
    worker_id = crowd(engine, packages=MANY)[0]
    assert at_once(engine, claims([worker_id] * MANY)) == {"done": MANY}
    ensure_whole(engine, 1)


def test_a_scenario_is_returned_once_however_often_the_button_is_pressed(engine: Engine) -> None:
    worker_id = crowd(engine, packages=1)[0]
    with transaction(engine) as db:
        first = claim(db, db.get_one(Worker, worker_id)).assignments[0].id

    def give_back(db: Session) -> None:
        assignments.give_back(db, db.get_one(Assignment, first), now=NOW)

    answers = at_once(engine, [give_back] * MANY)
    assert answers == {"done": MANY}
    with reading(engine) as db:
        assert db.get_one(Assignment, first).state == AssignmentState.RETURNED
        assert db.scalars(sa.select(Wave.reserved_cents)).one() == 4 * 500
        assert len(db.scalars(sa.select(Gig)).all()) == 1
        assert books.check(db) == []
