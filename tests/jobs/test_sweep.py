"""What the sweep takes up again: lost messages, killed jobs, ended leases, broken books."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from blueprints.app import create_app
from codesight import idempotency
from codesight.accounts.models import Account
from codesight.accounts.rules import hash_password
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, Slot, SlotState
from codesight.clock import now
from codesight.config import Settings
from codesight.db import reading, transaction
from codesight.exports import actions as exports
from codesight.exports.models import Dataset
from codesight.gigs.models import Wave
from codesight.lifecycle import AssignmentState, move
from codesight.outbox import unread
from codesight.policy import Kind
from codesight.recordings.models import Submission
from jobs import pipeline, queue
from jobs.sweep import LET_GO_AFTER, RING_AGAIN_AFTER, sweep
from tests.jobs.conftest import Installation
from tests.support.people import PASSWORD, sign_in


@pytest.fixture
def submission_id(installation: Installation) -> int:
    """A submission without files, of which nobody has rung yet."""
    with transaction(installation.parts.engine) as db:
        session_id = installation.session(db).id
    return installation.submitted(session_id)


def sat(here: Installation, submission_id: int, state: AssignmentState, since: timedelta) -> None:
    """The submission has been in this state for so long."""
    with transaction(here.parts.engine) as db:
        assignment = db.get_one(Submission, submission_id).assignment
        if assignment.state != state:
            move(db, assignment, state, now=now())
        assignment.state_since = now() - since


def test_a_lost_message_is_rung_for_again_after_a_minute(installation: Installation, submission_id: int) -> None:
    sat(installation, submission_id, AssignmentState.SUBMITTED, RING_AGAIN_AFTER - timedelta(seconds=20))
    sweep()
    assert installation.waiting("submissions") == 0
    sat(installation, submission_id, AssignmentState.SUBMITTED, RING_AGAIN_AFTER)
    sweep()
    assert installation.waiting("submissions") == 1
    installation.run_jobs()
    assert installation.state(submission_id) == AssignmentState.IN_REVIEW


def test_a_killed_job_is_let_go_only_after_its_limit(installation: Installation, submission_id: int) -> None:
    sat(installation, submission_id, AssignmentState.CHECKING, LET_GO_AFTER - timedelta(seconds=20))
    sweep()
    assert installation.state(submission_id) == AssignmentState.CHECKING
    sat(installation, submission_id, AssignmentState.CHECKING, LET_GO_AFTER)
    sweep()
    assert installation.state(submission_id) == AssignmentState.SUBMITTED
    sat(installation, submission_id, AssignmentState.SUBMITTED, RING_AGAIN_AFTER)
    sweep()
    installation.run_jobs()
    assert installation.state(submission_id) == AssignmentState.IN_REVIEW


def test_a_lease_that_has_ended_is_ended(installation: Installation, submission_id: int) -> None:
    mine = sa.select(Assignment).where(Assignment.worker_id == installation.people.worker_id).order_by(Assignment.id)
    with transaction(installation.parts.engine) as db:
        for assignment in db.scalars(mine):
            assignment.lease_until = now() - timedelta(seconds=1)
        reserved = db.get_one(Wave, installation.people.wave_id).reserved_cents
    with capture_logs() as logs:
        sweep()
    with reading(installation.parts.engine) as db:
        states = [assignment.state for assignment in db.scalars(mine)]
        assert states == [AssignmentState.SUBMITTED] + [AssignmentState.EXPIRED] * 4
        assert db.get_one(Wave, installation.people.wave_id).reserved_cents == reserved - 4 * 500
    assert [line for line in logs if line["event"] == "books_broken"] == []


def test_whose_time_is_three_quarters_over_is_told_once(installation: Installation, submission_id: int) -> None:
    mine = sa.update(Assignment).where(Assignment.worker_id == installation.people.worker_id)
    with transaction(installation.parts.engine) as db:
        db.execute(mine.values(warn_at=now() - timedelta(seconds=1)))
    for _ in range(2):
        sweep()
    with reading(installation.parts.engine) as db:
        notices = unread(db, installation.people.worker_id)
    told = [notice.text for notice in notices if notice.kind == Kind.DEADLINE]
    assert [text[:47] for text in told] == ["4 scenarios of your basic package are still open"[:47]]


def test_answers_for_repeated_requests_are_forgotten_after_a_day(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        for key, age in (("old", timedelta(days=1)), ("new", timedelta(hours=1))):
            idempotency.begin(db, installation.people.worker_id, key, b"claim", now=now() - age)
    sweep()
    with reading(installation.parts.engine) as db:
        assert db.scalars(sa.select(idempotency.KeptAnswer.key)).all() == ["new"]


# Taken, kept as `overflow` for the owner to pay or not.
def test_overflow_waits_for_the_owner_and_is_checked_once_it_is_taken(
    installation: Installation, submission_id: int
) -> None:
    with transaction(installation.parts.engine) as db:
        assignment = db.get_one(Submission, submission_id).assignment
        assignments.release(db, assignment)
        db.execute(sa.update(Slot).where(Slot.id == assignment.slot_id).values(state=SlotState.OPEN))
        gone = {"state": AssignmentState.OVERFLOW, "surplus": True, "holds_slot": False, "reserved_cents": 0}
        db.execute(sa.update(Assignment).where(Assignment.id == assignment.id).values(**gone))
    sweep()
    installation.run_jobs()
    assert installation.state(submission_id) == AssignmentState.OVERFLOW
    with transaction(installation.parts.engine) as db:
        assignment = db.get_one(Submission, submission_id).assignment
        assignments.take_surplus(db, assignment, by=installation.people.owner_id, now=now() - RING_AGAIN_AFTER)
    sweep()
    installation.run_jobs()
    assert installation.state(submission_id) == AssignmentState.IN_REVIEW


def test_a_dataset_that_was_forgotten_is_built(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        for age in (RING_AGAIN_AFTER, timedelta(0)):
            exports.request_dataset(db, by=installation.people.owner_id, now=now() - age)
    sweep()
    assert installation.waiting("datasets") == 1
    installation.run_jobs()
    with reading(installation.parts.engine) as db:
        first, second = db.scalars(sa.select(Dataset).order_by(Dataset.id)).all()
        assert (first.key, second.key) == ("datasets/codesight-dataset-v1.zip", None)


def test_books_that_do_not_balance_are_shouted_about(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        db.get_one(Wave, installation.people.wave_id).reserved_cents = 1
    with capture_logs() as logs:
        sweep()
    (line,) = [line for line in logs if line["event"] == "books_broken"]
    assert line["log_level"] == "error"
    assert "has reserved 1 cents" in line["rule"]


@pytest.fixture
def away() -> Iterator[str]:
    """The address of a Valkey that is not there."""
    yield "unix:///nowhere/valkey.sock"
    queue.queue.cache_clear()


# Losing Redis costs minutes, never a recording.
def test_handing_in_works_without_valkey_and_the_sweep_takes_it_up_later(installation: Installation, away: str) -> None:
    with transaction(installation.parts.engine) as db:
        db.get_one(Account, installation.people.worker_id).password = hash_password(PASSWORD)
        public_id = installation.session(db).public_id
    settings = installation.parts.settings
    app = create_app(
        Settings.from_env(
            {
                "VAR": str(settings.var), "DATABASE_URL": settings.database_url, "REDIS_URL": away,
                "SECRET_KEY": settings.secret_key, "PUBLIC_URL": "http://localhost",
            }
        )
    )  # fmt: skip
    worker = sign_in(app, "worker@example.org")
    assert worker.post(f"/api/sessions/{public_id}/stop").status_code == 200
    answer = worker.post(f"/api/sessions/{public_id}/submit", json={})
    assert answer.status_code == 201
    assert answer.json is not None
    submission_id = answer.json["submission_id"]
    app.extensions["codesight"].engine.dispose()
    sat(installation, submission_id, AssignmentState.SUBMITTED, RING_AGAIN_AFTER)
    sweep()
    installation.run_jobs()
    assert installation.state(submission_id) == AssignmentState.IN_REVIEW


def test_an_unreachable_queue_is_noted_and_breaks_nothing(away: str) -> None:
    with capture_logs() as logs:
        pipeline.dataset_wanted(away, 1)
    assert [(line["event"], line["job"]) for line in logs] == [("queue_unreachable", "jobs.datasets.build")]
