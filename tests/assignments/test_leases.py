"""What the end of a lease does, and work that comes after it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.assignments.models import Assignment, Slot, SlotState
from codesight.assignments.rules import has_expired
from codesight.errors import Conflict
from codesight.lifecycle import AssignmentState, move
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession, Submission
from tests.assignments.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, hand_in, make_worker, record, submit_for_review

BEGIN_BY = NOW + timedelta(hours=24)
END = NOW + timedelta(hours=72)
LATER = END + timedelta(hours=1)


def slot(house: House, assignment: Assignment) -> SlotState:
    found = house.db.scalar(sa.select(Slot.state).where(Slot.id == assignment.slot_id))
    assert found is not None
    return found


def reserved(house: House) -> int:
    house.db.refresh(house.wave)
    return house.wave.reserved_cents


def claim_the_slot(house: House, assignment: Assignment) -> Assignment:
    """Somebody else claims just this slot, now that it is free."""
    other = make_worker(house.db, house.wave, email="quick@example.org")
    own = sa.select(Slot.id).where(Slot.scenario_id == assignment.scenario_id, Slot.id != assignment.slot_id)
    house.db.execute(sa.delete(Slot).where(Slot.id.in_(own)))
    (theirs,) = [a for a in claim(house.db, other).assignments if a.slot_id == assignment.slot_id]
    return theirs


def submit_late(house: House, session: RecordingSession) -> Submission:
    recordings.end(house.db, session, now=LATER)
    return recordings.submit(house.db, session, note="", now=LATER)


def expire(house: House, assignment: Assignment) -> None:
    assignments.expire_if_over(house.db, assignment.id, now=END)
    assert assignment.state == AssignmentState.EXPIRED


def checked(house: House, submission: Submission) -> Submission:
    """As the job leaves it; the owner has taken what came when its slot was somebody else's."""
    if submission.assignment.state == AssignmentState.OVERFLOW:
        assignments.take_surplus(house.db, submission.assignment, by=house.owner.id, now=LATER)
    move(house.db, submission.assignment, AssignmentState.CHECKING, now=LATER)
    move(house.db, submission.assignment, AssignmentState.IN_REVIEW, now=LATER)
    return submission


def test_a_lease_ends_by_the_clock_without_anybody_ending_it(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    record(house.db, assignment)
    assert not has_expired(assignment, END - timedelta(microseconds=1))
    assert has_expired(assignment, END)
    assert assignment.state == AssignmentState.ACTIVE
    with pytest.raises(Conflict) as refusal:
        recordings.open_session(house.db, assignment, now=END)
    assert refusal.value.code == "lease_expired"


def test_what_was_handed_in_does_not_expire(house: House) -> None:
    one, two, *_ = claim(house.db, house.worker).assignments
    hand_in(house.db, one)
    submit_for_review(house.db, two)
    assert not has_expired(one, LATER)
    assert not has_expired(two, LATER)
    assignments.expire_if_over(house.db, one.id, now=LATER)
    assert one.state == AssignmentState.SUBMITTED


def test_the_end_of_a_lease_frees_slot_money_and_package(house: House) -> None:
    made = claim(house.db, house.worker)
    assignments.start(house.db, made.assignments[0], now=NOW)
    others = reserved(house) - 2500
    over = queries.run_out(house.db, END)
    assert {a.id for a in made.assignments} <= {a.id for a in over}
    assert queries.run_out(house.db, END - timedelta(seconds=1)) == []
    for assignment in made.assignments:
        expire(house, assignment)
        assert slot(house, assignment) == SlotState.OPEN
    house.db.refresh(made)
    assert (reserved(house), made.closed_at) == (others, END)
    assert queries.open_claim(house.db, house.worker.account_id) is None


# Late work is kept as `late` or `overflow`, never refused.
@pytest.mark.parametrize("swept", [True, False])
def test_late_work_takes_its_place_again_while_nobody_has_it(house: House, swept: bool) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    session = record(house.db, assignment)
    before = reserved(house)
    if swept:
        expire(house, assignment)
        assert reserved(house) == before - 500
    submit_late(house, session)
    assert (assignment.state, slot(house, assignment)) == (AssignmentState.LATE, SlotState.TAKEN)
    assert reserved(house) == before


def test_late_work_is_overflow_when_somebody_else_has_its_place(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    session = record(house.db, assignment)
    expire(house, assignment)
    claim_the_slot(house, assignment)
    before = reserved(house)
    submission = submit_late(house, session)
    assert (assignment.state, submission.assignment_id) == (AssignmentState.OVERFLOW, assignment.id)
    assert (reserved(house), slot(house, assignment)) == (before, SlotState.TAKEN)


def test_late_work_is_overflow_when_the_money_is_promised_elsewhere(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    session = record(house.db, assignment)
    expire(house, assignment)
    house.wave.budget_cents = reserved(house) + 499
    house.db.flush()
    submit_late(house, session)
    assert assignment.state == AssignmentState.OVERFLOW
    assert reserved(house) == house.wave.budget_cents - 499


def test_rejected_overflow_leaves_the_place_with_whom_it_went_to(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    session = record(house.db, assignment)
    expire(house, assignment)
    theirs = claim_the_slot(house, assignment)
    submission = checked(house, submit_late(house, session))
    rate_and_post(house.db, submission, 1, house.reviewer)
    assert slot(house, assignment) == SlotState.TAKEN
    assignments.give_back(house.db, theirs, now=LATER)
    assert slot(house, assignment) == SlotState.OPEN


@pytest.mark.parametrize("returned", [True, False])
def test_overflow_that_is_not_revised_frees_the_money_that_the_owner_gave_it_and_no_slot(
    house: House, returned: bool
) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    session = record(house.db, assignment)
    expire(house, assignment)
    claim_the_slot(house, assignment)
    before = reserved(house)
    submission = checked(house, submit_late(house, session))
    assert reserved(house) == before + 500
    rate_and_post(house.db, submission, 2, house.reviewer)
    if returned:
        assignments.give_back(house.db, assignment, now=LATER)
    else:
        assignments.expire(house.db, assignment, now=LATER)
    assert (reserved(house), slot(house, assignment)) == (before, SlotState.TAKEN)


def test_a_revision_has_a_lease_of_its_own(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    rate_and_post(house.db, submit_for_review(house.db, assignment), 2, house.reviewer, now=LATER)
    assert assignment.lease_until == LATER + timedelta(hours=72)
    assert slot(house, assignment) == SlotState.TAKEN
    assert hand_in_again(house, assignment).revision_no == 2


def hand_in_again(house: House, assignment: Assignment) -> Submission:
    session = recordings.open_session(house.db, assignment, now=LATER)
    recordings.begin(house.db, session, video_started_ms=1.0, now=LATER)
    return submit_late(house, session)


def test_rejected_work_frees_its_place_and_takes_it_back_when_it_is_accepted_after_all(house: House) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    submission = submit_for_review(house.db, assignment)
    rate_and_post(house.db, submission, 1, house.reviewer)
    assert slot(house, assignment) == SlotState.OPEN
    rate_and_post(house.db, submission, 4, house.reviewer, replaces=1)
    assert slot(house, assignment) == SlotState.TAKEN


def test_accepted_work_keeps_its_place_and_the_last_verdict_closes_the_package(house: House) -> None:
    made = claim(house.db, house.worker)
    for assignment in made.assignments:
        assert made.closed_at is None
        rate_and_post(house.db, submit_for_review(house.db, assignment), 4, house.reviewer)
        assert slot(house, assignment) == SlotState.TAKEN
        house.db.refresh(made)
    assert made.closed_at == NOW
    house.db.refresh(house.wave)
    assert (house.wave.reserved_cents, house.wave.spent_cents) == (0, 2000)
