"""Attempts at a scenario, and what they are handed in as."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment
from codesight.db import transaction
from codesight.errors import Conflict, Malformed, NotFound
from codesight.lifecycle import AssignmentState, SessionState, move
from codesight.recordings import actions as recordings
from codesight.recordings import queries
from codesight.recordings.models import RecordingSession, Submission
from codesight.workers.models import Worker
from tests.support.people import NOW, World, claim, hand_in, record

LATER = NOW + timedelta(minutes=9)


@dataclass(frozen=True)
class Desk:
    """A worker with a package; another worker's running session is beside it."""

    db: Session
    people: World
    assignment: Assignment
    second: Assignment

    def account(self, account_id: int) -> Account:
        return self.db.get_one(Account, account_id)


@pytest.fixture
def desk(engine: Engine, residents: World) -> Iterator[Desk]:
    with transaction(engine) as db:
        people = residents
        one, two, *_ = claim(db, db.get_one(Worker, people.worker_id)).assignments
        yield Desk(db, people, one, two)


def refusal_of(act: object) -> str:
    assert callable(act)
    with pytest.raises(Conflict) as refusal:
        act()
    return refusal.value.code


def test_an_attempt_goes_from_ready_to_handed_in(desk: Desk) -> None:
    session = recordings.open_session(desk.db, desk.assignment, now=NOW)
    assert (session.state, session.started_at, session.video_started_ms) == (SessionState.READY, None, None)
    assert desk.assignment.state == AssignmentState.ACTIVE
    recordings.begin(desk.db, session, video_started_ms=1234.5, now=NOW)
    assert (session.state, session.started_at, session.video_started_ms) == (SessionState.RECORDING, NOW, 1234.5)
    recordings.end(desk.db, session, now=LATER)
    recordings.end(desk.db, session, now=LATER + timedelta(hours=1))  # twice is the same as once
    assert (session.state, session.ended_at) == (SessionState.STOPPED, LATER)
    submission = recordings.submit(desk.db, session, note="Shop was slow.", now=LATER)
    assert (submission.revision_no, submission.note, submission.submitted_at) == (1, "Shop was slow.", LATER)
    assert (session.state, desk.assignment.state) == (SessionState.SUBMITTED, AssignmentState.SUBMITTED)


def test_a_new_attempt_puts_the_unfinished_one_aside(desk: Desk) -> None:
    first = record(desk.db, desk.assignment)
    elsewhere = record(desk.db, desk.second)
    second = recordings.open_session(desk.db, desk.assignment, now=LATER)
    desk.db.refresh(first)
    assert (first.state, second.state) == (SessionState.ABANDONED, SessionState.READY)
    assert first.public_id != second.public_id
    desk.db.refresh(elsewhere)
    assert elsewhere.state == SessionState.RECORDING
    found = queries.latest_session(desk.db, desk.assignment.id)
    assert found is not None
    assert found.id == second.id
    assert refusal_of(lambda: recordings.submit(desk.db, first, note="", now=LATER)) == "illegal_move"


def test_pauses_are_known_until_the_recording_is_handed_in(desk: Desk) -> None:
    session = recordings.open_session(desk.db, desk.assignment, now=NOW)
    assert refusal_of(lambda: recordings.note_pauses(desk.db, session, [])) == "not_recording"
    recordings.begin(desk.db, session, video_started_ms=1000.0, now=NOW)
    recordings.note_pauses(desk.db, session, [(2000.0, 3000.0)])
    recordings.end(desk.db, session, now=LATER)
    recordings.note_pauses(desk.db, session, [(2000.0, 3000.0), (4000.0, 4500.0)])
    desk.db.refresh(session)
    assert session.video_clock is not None
    assert session.video_clock.place(6000.0) == 3500.0
    recordings.submit(desk.db, session, note="", now=LATER)
    assert refusal_of(lambda: recordings.note_pauses(desk.db, session, [])) == "not_recording"


@pytest.mark.parametrize("steps", [0, 1])
def test_what_has_not_been_stopped_cannot_be_handed_in(desk: Desk, steps: int) -> None:
    session = recordings.open_session(desk.db, desk.assignment, now=NOW)
    if steps:
        recordings.begin(desk.db, session, video_started_ms=1.0, now=NOW)
    code = refusal_of(lambda: recordings.submit(desk.db, session, note="", now=LATER))
    assert code == ("still_recording" if steps else "illegal_move")
    assert desk.assignment.state == AssignmentState.ACTIVE


def test_a_recording_begins_once_and_is_handed_in_once(desk: Desk) -> None:
    session = record(desk.db, desk.assignment)
    assert refusal_of(lambda: recordings.begin(desk.db, session, video_started_ms=9.0, now=LATER)) == "illegal_move"
    assert session.video_started_ms == NOW.timestamp() * 1000
    recordings.end(desk.db, session, now=LATER)
    recordings.submit(desk.db, session, note="", now=LATER)
    assert refusal_of(lambda: recordings.submit(desk.db, session, note="", now=LATER)) == "illegal_move"
    assert refusal_of(lambda: recordings.end(desk.db, session, now=LATER)) == "illegal_move"
    assert refusal_of(lambda: recordings.open_session(desk.db, desk.assignment, now=LATER)) == "not_open"
    assert len(queries.submissions_of(desk.db, desk.assignment.id)) == 1


def test_what_was_returned_takes_no_recording_any_more(desk: Desk) -> None:
    session = record(desk.db, desk.assignment)
    recordings.end(desk.db, session, now=LATER)
    assignments.give_back(desk.db, desk.assignment, now=LATER)
    assert refusal_of(lambda: recordings.submit(desk.db, session, note="", now=LATER)) == "illegal_move"
    assert refusal_of(lambda: recordings.open_session(desk.db, desk.assignment, now=LATER)) == "not_open"


def test_a_revision_is_a_second_submission(desk: Desk) -> None:
    first = hand_in(desk.db, desk.assignment)
    for state in (AssignmentState.CHECKING, AssignmentState.IN_REVIEW, AssignmentState.REVISION_REQUESTED):
        move(desk.db, desk.assignment, state, now=NOW)
    second = hand_in(desk.db, desk.assignment)
    assert [s.revision_no for s in queries.submissions_of(desk.db, desk.assignment.id)] == [1, 2]
    assert queries.submission(desk.db, first.id).session_id != second.session_id
    assert queries.submission_of_session(desk.db, second.session_id) is second
    assert queries.submissions_in_state(desk.db, [AssignmentState.SUBMITTED], before=NOW) == [second]
    assert queries.submissions_in_state(desk.db, [AssignmentState.SUBMITTED], before=NOW - timedelta(seconds=1)) == []
    assert queries.submissions_in_state(desk.db, [AssignmentState.CHECKING], before=NOW) == []


def test_a_worker_sees_their_own_sessions_and_the_others_all(desk: Desk) -> None:
    mine, people = record(desk.db, desk.assignment), desk.people
    worker, theirs = desk.account(people.worker_id), desk.account(people.other_worker_id)
    assert queries.own_session(desk.db, mine.public_id, worker.id).id == mine.id
    for look in (
        lambda: queries.own_session(desk.db, mine.public_id, theirs.id),
        lambda: queries.own_session(desk.db, mine.public_id, people.owner_id),
        lambda: queries.session_for(desk.db, mine.public_id, theirs),
        lambda: queries.session_for(desk.db, "cs_unknown", worker),
        lambda: queries.submission(desk.db, 999),
    ):
        with pytest.raises(NotFound):
            look()
    for public_id in ("cs-1", "", "a'; --"):
        with pytest.raises(Malformed):
            queries.session_for(desk.db, public_id, worker)
        with pytest.raises(Malformed):
            queries.own_session(desk.db, public_id, worker.id)
    for account_id in (people.owner_id, people.reviewer_id, people.worker_id):
        assert queries.session_for(desk.db, mine.public_id, desk.account(account_id)).id == mine.id
    assert [s.id for s in queries.sessions_for(desk.db, worker)] == [mine.id]
    assert [s.worker_id for s in queries.sessions_for(desk.db, theirs)] == [theirs.id]


def test_sessions_come_newest_first_and_in_pages(desk: Desk) -> None:
    made = [recordings.open_session(desk.db, desk.assignment, now=NOW).id for _ in range(5)][::-1]
    worker = desk.account(desk.people.worker_id)
    assert [s.id for s in queries.sessions_for(desk.db, worker, limit=2)] == made[:2]
    assert [s.id for s in queries.sessions_for(desk.db, worker, limit=2, before=made[1])] == made[2:4]
    assert queries.latest_session(desk.db, 999) is None
    assert queries.submission_of_session(desk.db, made[0]) is None


@pytest.mark.parametrize(
    "half_true",
    [{"state": "recording"}, {"state": "stopped", "started_at": NOW}, {"state": "asleep"}, {"public_id": None}],
)
def test_the_database_refuses_a_half_true_session(desk: Desk, half_true: dict[str, object]) -> None:
    session = recordings.open_session(desk.db, desk.assignment, now=NOW)
    table = sa.table(RecordingSession.__tablename__, *(sa.column(name) for name in ("id", *half_true)))
    with pytest.raises(sa.exc.IntegrityError), desk.db.begin_nested():
        desk.db.execute(sa.update(table).where(table.c.id == session.id).values(**half_true))


def test_one_session_has_one_submission_and_a_revision_number_is_given_once(desk: Desk) -> None:
    first = hand_in(desk.db, desk.assignment)
    other = record(desk.db, desk.second)
    row = {"assignment_id": desk.assignment.id, "submitted_at": NOW, "note": ""}
    for twice in ({"session_id": first.session_id, "revision_no": 2}, {"session_id": other.id, "revision_no": 1}):
        with pytest.raises(sa.exc.IntegrityError), desk.db.begin_nested():
            desk.db.execute(sa.insert(Submission).values(**row, **twice))
