"""The time that a worker has: begun, extended, paused, nearly over, ended."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import outbox
from codesight.assignments.actions.holding import free, let_go, lock, lock_claims
from codesight.assignments.models import Assignment, PackageClaim
from codesight.assignments.rules import (
    ALIVE_FOR,
    EXTEND_EVERY,
    LONGEST_PAUSE,
    has_expired,
    is_over,
    lease,
    pause_left,
    paused_for,
)
from codesight.clock import iso
from codesight.db import UtcDateTime
from codesight.errors import Conflict
from codesight.gigs.models import Package
from codesight.lifecycle import WITH_THE_WORKER, AssignmentState, move
from codesight.policy import Kind
from codesight.workers.models import Worker

MOST_AT_ONCE = 30
"""Ended leases that one claim ends on its way; more than any package has scenarios."""


def start(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker begins to record; beginning again changes nothing.

    The first scenario that is begun puts the time to finish in the place of the time to begin, for the whole
    package. Raises Conflict `not_open`, `package_paused`, `lease_expired`.
    """
    begins = assignment.claim.started_at is None
    held = lock(db, Assignment.claim_id == assignment.claim_id if begins else Assignment.id == assignment.id)
    if assignment.state not in WITH_THE_WORKER:
        raise Conflict("not_open", "This scenario is not waiting for a recording.", state=assignment.state.value)
    if pause_left(assignment.claim, now):
        raise Conflict("package_paused", "Your package is paused. Resume it, then record.")
    if assignment.lease_until <= now:
        raise Conflict("lease_expired", "The time for this scenario has run out. Recordings you made are kept.")
    if assignment.state == AssignmentState.RESERVED:
        move(db, assignment, AssignmentState.ACTIVE, now=now, by=assignment.worker_id)
    if begins:
        _begin(db, assignment.claim_id, held, now=now)


def extend(db: Session, assignment_ids: Collection[int], *, now: datetime) -> None:
    """Recordings show a sign of life: their scenarios stay reserved for half an hour from now, at least.

    Up to each one's cap; what has ended stays ended. One update, and none at all for a lease that would hardly grow.
    """
    until = now + ALIVE_FOR
    wanted = sa.select(Assignment.id).where(
        Assignment.id.in_(assignment_ids),
        Assignment.state.in_(WITH_THE_WORKER),
        Assignment.lease_until > now,
        Assignment.lease_until < until - EXTEND_EVERY,
        Assignment.lease_until < Assignment.lease_cap,
    )
    # Whom somebody else holds just now gives the next sign of life in a minute.
    mine = wanted.with_for_update(key_share=True, skip_locked=True)
    longer = sa.case((Assignment.lease_cap < until, Assignment.lease_cap), else_=sa.literal(until, UtcDateTime))
    grow = sa.update(Assignment).where(Assignment.id.in_(mine)).values(lease_until=longer)
    db.execute(grow)


def warn(db: Session, claim_id: int, *, now: datetime) -> None:
    """Tell a worker once that three quarters of the time of a package, or of a revision, are over."""
    short = [
        a
        for a in lock(db, Assignment.claim_id == claim_id, Assignment.warned_at.is_(None))
        if a.state in WITH_THE_WORKER and a.warn_at <= now < a.lease_until
    ]
    for one in short:
        one.warned_at = now
    if short:
        claim, until = short[0].claim, min(a.lease_until for a in short)
        if claim.started_at is None:
            text = f"Begin your {claim.package.tier} package before {moment(until)}, or it goes to somebody else."
        else:
            what = "One scenario" if len(short) == 1 else f"{len(short)} scenarios"
            still = f"{what} of your {claim.package.tier} package {'is' if len(short) == 1 else 'are'} still open"
            text = f"{still}. Hand in before {moment(until)}; after that somebody else may take what is left."
        outbox.tell(db, claim.worker_id, f"{Kind.DEADLINE}:{claim_id}:{iso(until)}", text, "/home", now=now)


def pause(db: Session, claim: PackageClaim, *, now: datetime) -> None:
    """Stop the clock of a package for 48 hours, or until it is resumed; pausing what is paused changes nothing.

    All deadlines move by the whole pause at once, so nothing has to happen when it ends. Raises Conflict `not_open`,
    `paused_before`: it can be done once.
    """
    held = _held(db, claim)
    if pause_left(claim, now):
        return
    if is_over(claim, now):
        raise Conflict("not_open", "This package is finished, so there is nothing to pause.")
    if claim.paused_at is not None:
        raise Conflict("paused_before", "This package was paused before. A package can be paused once.")
    claim.paused_at, claim.pause_until = now, now + LONGEST_PAUSE
    _shift(claim, held, LONGEST_PAUSE, now)
    db.flush()


def resume(db: Session, claim: PackageClaim, *, now: datetime) -> None:
    """The clock runs again; resuming what is not paused changes nothing."""
    held = _held(db, claim)
    unused = pause_left(claim, now)
    if unused:
        claim.pause_until = now
        _shift(claim, held, -unused, now)
        db.flush()


def expire(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The lease has run out: slot and money are free again, recordings are kept."""
    move(db, assignment, AssignmentState.EXPIRED, now=now, reason="lease ended")
    free(db, [assignment], now=now)
    _tell_expired(db, [assignment], now=now)


def expire_if_over(db: Session, assignment_id: int, *, now: datetime) -> None:
    """End the lease of an assignment if it still waits for its worker."""
    (assignment,) = lock(db, Assignment.id == assignment_id)
    if has_expired(assignment, now):
        expire(db, assignment, now=now)


def expire_overdue(db: Session, worker: Worker, package: Package, *, now: datetime) -> Counter[int]:
    """End the ended leases that hold slots or money which a claim of the worker's may need.

    Passes over those that somebody else is busy with. Returns the cents that are to be given back to each wave, by
    the claim, after everything else: see `holding`.
    """
    over = sa.select(Assignment.id).join(Assignment.claim).join(Assignment.worker)
    needed = sa.or_(
        Assignment.worker_id == worker.account_id,
        PackageClaim.package_id == package.id,
        Worker.wave_id == worker.wave_id,
    )
    over = over.where(Assignment.state.in_(WITH_THE_WORKER), Assignment.lease_until <= now, needed)
    # The worker's own first: as long as one of them is left, their old package is open.
    over = over.order_by(Assignment.worker_id != worker.account_id, Assignment.id).limit(MOST_AT_ONCE)
    ids = db.scalars(over).all()
    held = lock(db, Assignment.id.in_(ids), skip_locked=True) if ids else []
    ended = [assignment for assignment in held if has_expired(assignment, now)]
    for assignment in ended:
        move(db, assignment, AssignmentState.EXPIRED, now=now, reason="lease ended")
    freed = let_go(db, ended, now=now) if ended else Counter[int]()
    _tell_expired(db, ended, now=now)
    return freed


def set_lease(assignment: Assignment, begin: datetime, until: datetime) -> None:
    """Give an assignment a new time, with a warning of its own."""
    times = lease(begin, until)
    assignment.lease_until, assignment.lease_cap = times.until, times.cap
    assignment.warn_at, assignment.warned_at = times.warn_at, None


def _begin(db: Session, claim_id: int, held: Sequence[Assignment], *, now: datetime) -> None:
    (claim,) = lock_claims(db, [claim_id])
    if claim.started_at is not None:  # another window was faster
        return
    claim.started_at = now
    for one in held:
        if one.state in WITH_THE_WORKER and one.lease_until > now:
            set_lease(one, claim.claimed_at + paused_for(claim), claim.finish_until)
    db.flush()


def _held(db: Session, claim: PackageClaim) -> Sequence[Assignment]:
    held = lock(db, Assignment.claim_id == claim.id)
    lock_claims(db, [claim.id])
    return held


def _shift(claim: PackageClaim, held: Sequence[Assignment], by: timedelta, now: datetime) -> None:
    claim.start_until += by
    claim.finish_until += by
    for one in held:
        if one.state in WITH_THE_WORKER and one.lease_until > now:
            one.lease_until, one.lease_cap, one.warn_at = one.lease_until + by, one.lease_cap + by, one.warn_at + by


def _tell_expired(db: Session, assignments: Sequence[Assignment], *, now: datetime) -> None:
    # After the claims are held: of two that end leases of one package, the second finds that it was told.
    for one in assignments:
        what = "was not handed in is expired, your recording is kept"
        text = f"Time has run out for your {one.claim.package.tier} package: what {what} and can still be handed in."
        key = f"{Kind.EXPIRED}:{one.claim_id}:{iso(one.lease_until)}"
        outbox.tell(db, one.worker_id, key, text, "/home", now=now)


def moment(at: datetime) -> str:
    """A moment as a message says it; pages show it in the reader's zone besides."""
    return at.strftime("%d %b %Y, %H:%M UTC")
