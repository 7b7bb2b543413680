"""Giving a verdict and changing it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight import outbox
from codesight.accounts.models import Account, Role
from codesight.assignments.models import Assignment, Slot, SlotState
from codesight.db import transaction
from codesight.errors import Conflict, Invalid, NotAllowed
from codesight.lifecycle import AssignmentState
from codesight.recordings.models import Submission
from codesight.reviews.actions import rate
from codesight.reviews.models import ReasonCode, Review
from codesight.reviews.queries import reviews_of
from codesight.workers.models import Worker
from tests.reviews.support import GOOD, give
from tests.support.people import NOW, World, claim, hand_in, make_world, submit_for_review


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as session:
        yield session


@pytest.fixture
def people(residents: World) -> World:
    return residents


@pytest.fixture
def reviewer(db: Session, people: World) -> Account:
    return db.get_one(Account, people.reviewer_id)


@pytest.fixture
def owner(db: Session, people: World) -> Account:
    return db.get_one(Account, people.owner_id)


@pytest.fixture
def assignment(db: Session, people: World) -> Assignment:
    return claim(db, db.get_one(Worker, people.worker_id)).assignments[0]


@pytest.fixture
def submission(db: Session, assignment: Assignment) -> Submission:
    return submit_for_review(db, assignment)


@pytest.mark.parametrize(
    ("stars", "state"),
    [
        (5, AssignmentState.ACCEPTED),
        (3, AssignmentState.ACCEPTED),
        (2, AssignmentState.REVISION_REQUESTED),
        (1, AssignmentState.REJECTED),
    ],
)
def test_a_rating_moves_its_assignment_and_nobody_elses(
    db: Session, submission: Submission, reviewer: Account, stars: int, state: AssignmentState
) -> None:
    before = {a.id: a.state for a in db.scalars(sa.select(Assignment)) if a.id != submission.assignment_id}
    give(db, submission, stars, reviewer)
    assert submission.assignment.state == state
    assert {a.id: a.state for a in db.scalars(sa.select(Assignment)) if a.id != submission.assignment_id} == before


def test_a_revision_gets_a_lease_of_its_own_and_rejected_work_frees_its_slot(
    db: Session, people: World, submission: Submission, assignment: Assignment, reviewer: Account
) -> None:
    later = NOW + timedelta(days=2)
    give(db, submission, 2, reviewer, now=later)
    assert assignment.lease_until == later + timedelta(hours=72)
    give(db, submit_for_review(db, assignment), 1, reviewer)
    assert db.scalar(sa.select(Slot.state).where(Slot.id == assignment.slot_id)) == SlotState.OPEN


@pytest.mark.parametrize("stars", [1, 2, 3, 4, 5])
def test_the_worker_is_told_kindly_and_led_to_the_submission(
    db: Session, submission: Submission, reviewer: Account, stars: int
) -> None:
    give(db, submission, stars, reviewer)
    notice, _ = outbox.unread(db, submission.assignment.worker_id)
    assert notice.path == f"/submissions/{submission.session.public_id}"
    assert submission.assignment.scenario.goal in notice.text
    assert ("$4.00" in notice.text) is (stars >= 3)
    assert ("bonus of $1.00" in notice.text) is (stars == 5)


def test_nobody_reviews_their_own_recording(db: Session, submission: Submission) -> None:
    worker = db.get_one(Account, submission.assignment.worker_id)
    worker.role = Role.OWNER
    with pytest.raises(NotAllowed) as refusal:
        give(db, submission, 5, worker)
    assert refusal.value.code == "own_recording"
    assert submission.assignment.state == AssignmentState.IN_REVIEW


def test_what_does_not_wait_for_a_review_cannot_be_rated(
    db: Session, assignment: Assignment, reviewer: Account
) -> None:
    submission = hand_in(db, assignment)
    with pytest.raises(Conflict) as refusal:
        give(db, submission, 4, reviewer)
    assert (refusal.value.code, refusal.value.details) == ("not_in_review", {"state": "submitted"})


def test_an_incomplete_rating_changes_nothing(db: Session, submission: Submission, reviewer: Account) -> None:
    with pytest.raises(Invalid):
        rate(
            db, submission, by=reviewer, stars=2, usable=False, answers=GOOD, reason_code=None, note="",
            seconds=1, now=NOW, lease_hours=72,
        )  # fmt: skip
    assert submission.assignment.state == AssignmentState.IN_REVIEW
    assert not reviews_of(db, submission.id)


def test_a_better_verdict_is_a_new_version_and_the_first_one_stays(
    db: Session, submission: Submission, reviewer: Account
) -> None:
    give(db, submission, 3, reviewer)
    give(db, submission, 5, reviewer, replaces=1)
    assert [(r.version, r.rating) for r in reviews_of(db, submission.id)] == [(2, 5), (1, 3)]
    assert submission.assignment.state == AssignmentState.ACCEPTED


@pytest.mark.parametrize(("first", "then"), [(5, 3), (3, 1), (5, 1)])
def test_only_the_owner_takes_back_what_was_earned(
    db: Session, submission: Submission, reviewer: Account, owner: Account, first: int, then: int
) -> None:
    give(db, submission, first, reviewer)
    with pytest.raises(NotAllowed) as refusal:
        give(db, submission, then, reviewer, replaces=1)
    assert refusal.value.code == "owner_needed"
    give(db, submission, then, owner, replaces=1)
    assert [r.rating for r in reviews_of(db, submission.id)] == [then, first]
    assert "will be taken off" in outbox.unread(db, submission.assignment.worker_id)[0].text


def test_rejected_work_can_be_accepted_after_all(db: Session, submission: Submission, reviewer: Account) -> None:
    give(db, submission, 1, reviewer)
    give(db, submission, 4, reviewer, replaces=1)
    assert submission.assignment.state == AssignmentState.ACCEPTED


def test_a_revision_cannot_be_asked_for_after_the_verdict(db: Session, submission: Submission, owner: Account) -> None:
    give(db, submission, 3, owner)
    with pytest.raises(Conflict) as refusal:
        give(db, submission, 2, owner, replaces=1)
    assert refusal.value.code == "verdict_stands"


def test_an_earlier_submission_cannot_be_rated_anew_once_its_revision_is_there(
    db: Session, submission: Submission, assignment: Assignment, reviewer: Account
) -> None:
    give(db, submission, 2, reviewer)
    revision = submit_for_review(db, assignment)
    with pytest.raises(Conflict) as refusal:
        give(db, submission, 4, reviewer, replaces=1)
    assert refusal.value.code == "newer_submission"
    give(db, revision, 4, reviewer)
    assert assignment.state == AssignmentState.ACCEPTED


def test_a_verdict_that_the_reviewer_has_not_seen_is_not_overwritten(
    db: Session, submission: Submission, reviewer: Account, owner: Account
) -> None:
    give(db, submission, 3, owner)
    with pytest.raises(Conflict) as refusal:
        give(db, submission, 5, reviewer)
    assert refusal.value.code == "rated_meanwhile"


def test_of_several_reviewers_at_the_same_moment_one_gives_the_verdict(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        waiting = submit_for_review(db, claim(db, db.get_one(Worker, people.worker_id)).assignments[0]).id
    together = Barrier(4)

    def judge(stars: int) -> str:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        try:
            with transaction(engine) as db:
                give(db, db.get_one(Submission, waiting), stars, db.get_one(Account, people.reviewer_id))
        except Conflict as refusal:
            return refusal.code
        return "given"

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(judge, [1, 3, 4, 5]))
    assert answers == ["given"] + ["rated_meanwhile"] * 3
    with transaction(engine) as db:
        assert len(reviews_of(db, waiting)) == 1


@pytest.mark.parametrize(
    "half_true",
    [
        {"rating": 6},
        {"rating": 1, "usable": True, "reason_code": ReasonCode.OTHER, "note": "no"},
        {"plays": False},
        {"rating": 2, "usable": False, "reason_code": None, "note": "again"},
        {"rating": 2, "usable": False, "reason_code": ReasonCode.OTHER, "note": ""},
    ],
)
def test_the_database_refuses_a_half_true_review(
    db: Session, submission: Submission, reviewer: Account, half_true: dict[str, object]
) -> None:
    whole = {
        "submission_id": submission.id, "version": 1, "reviewer_id": reviewer.id, "rating": 4, "usable": True,
        "plays": True, "narrated": True, "realistic": True, "worth_pay": True, "reason_code": None, "note": "",
        "seconds": 5, "created_at": NOW,
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), db.begin_nested():
        db.execute(sa.insert(Review).values(**{**whole, **half_true}))
    db.execute(sa.insert(Review).values(**whole))
