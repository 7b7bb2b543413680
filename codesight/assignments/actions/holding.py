"""What an assignment holds, its slot and its wave's money, and how both are taken and let go.

Everybody locks rows in one order, or two who press at the same moment wait for each other for ever: assignments by
their ids, worker, package, claims by their ids, slots, waves by their ids. Who comes out of that order (a claim that
finds other people's ended leases) does not wait: it passes over what somebody else has locked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.rules import KEEPS_OPEN
from codesight.gigs.models import Package, Wave
from codesight.workers.models import Worker


def lock(db: Session, *which: sa.ColumnElement[bool], skip_locked: bool = False) -> Sequence[Assignment]:
    """Hold assignments until the transaction ends, as they are now, by their ids."""
    mine = sa.select(Assignment).where(*which).order_by(Assignment.id)
    mine = mine.options(joinedload(Assignment.claim), selectinload(Assignment.worker))
    held = mine.with_for_update(of=Assignment, key_share=True, skip_locked=skip_locked)
    return db.scalars(held.execution_options(populate_existing=True)).all()


def hold(db: Session, assignment: Assignment) -> None:
    """Hold one assignment until the transaction ends, as it is now."""
    lock(db, Assignment.id == assignment.id)


def lock_worker(db: Session, worker_id: int) -> None:
    """One claim, or one booking, of a worker after the other; who they are is read anew, as of the lock."""
    mine = sa.update(Worker).where(Worker.account_id == worker_id).values(level=Worker.level).returning(Worker)
    db.scalars(mine.execution_options(synchronize_session=False, populate_existing=True)).one()


def lock_package(db: Session, package: Package) -> None:
    """One claim of a package after the other.

    Two at once, out of different waves, would take each other's last slots and both go away with nothing.
    """
    mine = sa.update(Package).where(Package.id == package.id).values(minutes=Package.minutes)
    db.execute(mine.execution_options(synchronize_session=False))


def lock_claims(db: Session, claim_ids: Iterable[int]) -> Sequence[PackageClaim]:
    """Hold claims, as they are now."""
    mine = sa.select(PackageClaim).where(PackageClaim.id.in_(set(claim_ids))).order_by(PackageClaim.id)
    held = mine.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.scalars(held).all()


def close_claims(db: Session, claim_ids: Iterable[int], *, now: datetime) -> None:
    """End the claims of which nothing is under way any more.

    Holds them first: of two that end the last two scenarios at the same moment, each would see the other's.
    """
    open_ids = [claim.id for claim in lock_claims(db, claim_ids) if claim.closed_at is None]
    left = sa.select(Assignment.claim_id).where(Assignment.claim_id.in_(open_ids), Assignment.state.in_(KEEPS_OPEN))
    over = set(open_ids).difference(db.scalars(left))
    if over:
        db.execute(sa.update(PackageClaim).where(PackageClaim.id.in_(over)).values(closed_at=now))


def let_go(db: Session, assignments: Sequence[Assignment], *, now: datetime) -> Counter[int]:
    """What ended is closed and its slots are open again. Returns the cents that are to be given back to each wave."""
    close_claims(db, {a.claim_id for a in assignments}, now=now)
    for one in assignments:
        open_slot(db, one)
    freed: Counter[int] = Counter()
    for one in assignments:
        freed[one.worker.wave_id] += one.reserved_cents
        one.reserved_cents = 0
    return freed


def free(db: Session, assignments: Sequence[Assignment], *, now: datetime) -> None:
    """What ended holds nothing any more; a second time frees nothing."""
    give_money_back(db, let_go(db, assignments, now=now))


def open_slot(db: Session, assignment: Assignment) -> None:
    """The slot can be claimed again, if it is this assignment's."""
    if assignment.holds_slot:
        db.execute(sa.update(Slot).where(Slot.id == assignment.slot_id).values(state=SlotState.OPEN))
        assignment.holds_slot = False


def close_slot(db: Session, assignment: Assignment) -> bool:
    """Take the slot back; False when it is somebody else's by now."""
    close = sa.update(Slot).where(Slot.id == assignment.slot_id, Slot.state == SlotState.OPEN)
    return db.scalar(close.values(state=SlotState.TAKEN).returning(Slot.id)) is not None


def largest_cost_of(assignment: Assignment) -> int:
    """What the assignment can cost at most."""
    return assignment.price_cents + assignment.bonus_cents + assignment.fee_cents


def reserve(db: Session, wave_id: int, cents: int) -> bool:
    """Keep money of a wave, or give back a negative amount; False when the wave has not so much left."""
    enough = Wave.budget_cents - Wave.spent_cents - Wave.reserved_cents >= cents
    keep = sa.update(Wave).where(Wave.id == wave_id, enough).values(reserved_cents=Wave.reserved_cents + cents)
    return db.scalar(keep.returning(Wave.id)) is not None


def give_money_back(db: Session, freed: Mapping[int, int]) -> None:
    """What waves had kept is free again: cents by the wave's id."""
    for wave_id, cents in sorted(freed.items()):
        if cents:
            mine = sa.update(Wave).where(Wave.id == wave_id)
            db.execute(mine.values(reserved_cents=Wave.reserved_cents - cents))


def release(db: Session, assignment: Assignment) -> int:
    """What the wave kept for an assignment is free again; a second time releases nothing. Returns the cents."""
    cents, assignment.reserved_cents = assignment.reserved_cents, 0
    give_money_back(db, {assignment.worker.wave_id: cents})
    return cents
