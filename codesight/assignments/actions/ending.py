"""How an assignment comes to its end: handed in, given back, decided."""

from datetime import datetime

from sqlalchemy.orm import Session

from codesight import outbox
from codesight.accounts.actions import audit
from codesight.assignments.actions.holding import (
    close_claims,
    close_slot,
    free,
    hold,
    largest_cost_of,
    lock_claims,
    lock_worker,
    open_slot,
    reserve,
)
from codesight.assignments.actions.leases import expire, set_lease
from codesight.assignments.models import Assignment
from codesight.assignments.rules import has_expired, lease_end, pause_left
from codesight.clock import iso
from codesight.errors import Conflict
from codesight.lifecycle import WITH_THE_WORKER, AssignmentState, move, words
from codesight.policy import Kind


def submit(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker hands in a recording; work that comes after its lease is never refused.

    It is kept as `late` while slot and money are there, else as `overflow`, for the owner to pay or not.
    """
    hold(db, assignment)
    if has_expired(assignment, now):
        expire(db, assignment, now=now)
    if assignment.state == AssignmentState.RESERVED:
        move(db, assignment, AssignmentState.ACTIVE, now=now, by=assignment.worker_id)
    if assignment.state != AssignmentState.EXPIRED:
        move(db, assignment, AssignmentState.SUBMITTED, now=now, by=assignment.worker_id)
    elif _take_back(db, assignment):
        move(db, assignment, AssignmentState.LATE, now=now, by=assignment.worker_id)
    else:
        move(db, assignment, AssignmentState.OVERFLOW, now=now, by=assignment.worker_id, surplus=True)


def give_back(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker returns a scenario; its slot can be claimed at once. A second time changes nothing.

    Raises Conflict `already_submitted` once it was handed in, `lease_expired` once its time has run out.
    """
    hold(db, assignment)
    if assignment.state == AssignmentState.RETURNED:
        return
    if assignment.state == AssignmentState.EXPIRED:
        raise Conflict("lease_expired", "The time for this scenario has run out; it is not yours any more.")
    if assignment.state not in WITH_THE_WORKER:
        raise Conflict("already_submitted", "This scenario was handed in already and cannot be returned.")
    move(db, assignment, AssignmentState.RETURNED, now=now, by=assignment.worker_id, reason="returned by the worker")
    free(db, [assignment], now=now)


def verdict(
    db: Session, assignment: Assignment, to: AssignmentState, *, by: int, now: datetime, lease_hours: int
) -> None:
    """A review has decided. Rejected work frees its slot; a revision gets a lease of its own."""
    move(db, assignment, to, now=now, by=by, reason="review")
    lock_worker(db, assignment.worker_id)  # whose booking follows: see `holding` for the order
    (claim,) = lock_claims(db, [assignment.claim_id])
    if to == AssignmentState.REVISION_REQUESTED:
        set_lease(assignment, now, lease_end(now, lease_hours) + pause_left(claim, now))
        return
    close_claims(db, [assignment.claim_id], now=now)
    if to == AssignmentState.REJECTED:
        open_slot(db, assignment)
    if to == AssignmentState.ACCEPTED and not assignment.holds_slot and not assignment.surplus:
        # A rejection had given the slot away.
        assignment.holds_slot = close_slot(db, assignment)


def take_surplus(db: Session, assignment: Assignment, *, by: int, now: datetime) -> None:
    """The owner wants work that came when its slot was somebody else's: it is checked, reviewed and paid as any other.

    It never counts into the quota. Raises Conflict `not_overflow`, `budget_spent`.
    """
    _ensure_surplus(db, assignment)
    cents = largest_cost_of(assignment)
    if not reserve(db, assignment.worker.wave_id, cents):
        raise Conflict("budget_spent", "The money of this round is promised already. Raise its budget first.")
    assignment.reserved_cents = cents
    move(db, assignment, AssignmentState.LATE, now=now, by=by, reason="taken by the owner")
    _decided(db, assignment, "overflow_taken", by=by, now=now)
    news = "came late, and we take it all the same. It is checked and reviewed now."
    _tell(db, assignment, news, now=now)


def leave_surplus(db: Session, assignment: Assignment, *, by: int, now: datetime) -> None:
    """The owner does not pay for work that came when its slot was somebody else's. Raises Conflict `not_overflow`."""
    _ensure_surplus(db, assignment)
    move(db, assignment, AssignmentState.CANCELLED, now=now, by=by, reason="not taken by the owner")
    _decided(db, assignment, "overflow_left", by=by, now=now)
    news = "came when somebody else had recorded it, so it is not paid. Your recording is kept."
    _tell(db, assignment, news, now=now)


def _take_back(db: Session, assignment: Assignment) -> bool:
    """Slot and money again, or neither."""
    if assignment.surplus or not close_slot(db, assignment):
        return False
    assignment.holds_slot = True
    cents = largest_cost_of(assignment)
    if not reserve(db, assignment.worker.wave_id, cents):
        open_slot(db, assignment)
        return False
    assignment.reserved_cents = cents
    return True


def _ensure_surplus(db: Session, assignment: Assignment) -> None:
    hold(db, assignment)
    if assignment.state != AssignmentState.OVERFLOW:
        why = f"This is {words(assignment.state)} and does not wait for your decision."
        raise Conflict("not_overflow", why, state=assignment.state.value)


def _decided(db: Session, assignment: Assignment, action: str, *, by: int, now: datetime) -> None:
    details: dict[str, object] = {"worker": assignment.worker_id, "cents": assignment.reserved_cents}
    audit(db, action, f"assignment:{assignment.id}", details, now=now, by=by)


def _tell(db: Session, assignment: Assignment, news: str, *, now: datetime) -> None:
    goal = assignment.scenario.goal
    about = f"“{goal if len(goal) <= 120 else goal[:117] + '…'}”"
    key = f"{Kind.OVERFLOW}:{assignment.id}:{iso(now)}"
    outbox.tell(db, assignment.worker_id, key, f"{about} {news}", "/home", now=now)
