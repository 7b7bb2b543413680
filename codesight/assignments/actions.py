"""Claiming a package, giving work back, and what the end of a lease does."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.queries import open_claim
from codesight.assignments.rules import has_expired, largest_cost, lease_end, prices
from codesight.errors import Conflict, NotAllowed
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Package, Scenario, Wave
from codesight.gigs.rules import may_take
from codesight.lifecycle import UNDER_WAY, WITH_THE_WORKER, AssignmentState, WaveState, move
from codesight.workers.models import Worker
from codesight.workers.queries import has_consented


def offer(db: Session, scenario_ids: Sequence[int], per_scenario: int) -> None:
    """Want this many more demonstrations of each scenario."""
    db.add_all(Slot(scenario_id=scenario_id) for scenario_id in scenario_ids for _ in range(per_scenario))
    db.flush()


def hand_over(db: Session, scenario: Scenario, successor: Scenario) -> None:
    """The demonstrations still wanted of a scenario are wanted of its successor; who has one keeps it."""
    _queue_up(db, gig_queries.package(db, scenario.gig_id, scenario.tier.value))
    unclaimed = sa.update(Slot).where(Slot.scenario_id == scenario.id, Slot.state == SlotState.OPEN)
    db.execute(unclaimed.values(scenario_id=successor.id))


def claim(db: Session, worker: Worker, package: Package, *, lease_hours: int, now: datetime) -> PackageClaim:
    """Reserve a whole package for a worker: all of its scenarios or none.

    A worker who has this package already gets it again. Raises NotAllowed `consent_missing`, `level_too_low`;
    Conflict `package_open`, `wave_closed`, `budget_spent`, `no_slots`.
    """
    _lock(db, worker)
    already = open_claim(db, worker.account_id)
    if already is not None:
        if already.package_id == package.id:
            return already
        raise Conflict("package_open", "Finish the package that you have, or return it, before you take another.")
    if not has_consented(db, worker.account_id):
        raise NotAllowed("consent_missing", "Read and accept the consent first.")
    if not may_take(worker.level, package.level):
        raise NotAllowed("level_too_low", f"This package asks for level {package.level}; yours is {worker.level}.")
    if worker.wave.state != WaveState.OPEN:
        raise Conflict("wave_closed", "This round of workers is not open now. You keep your account; look in again.")
    _queue_up(db, package)
    _reserve_money(db, worker.wave_id, largest_cost(package))
    made = PackageClaim(
        worker_id=worker.account_id,
        package_id=package.id,
        price_cents=package.price_cents,
        currency=worker.gig.currency,
        claimed_at=now,
    )
    db.add(made)
    db.flush()
    slots = _take_slots(db, worker, package)
    for slot, price in zip(slots, prices(package), strict=True):
        db.add(
            Assignment(
                claim_id=made.id,
                slot_id=slot.id,
                scenario_id=slot.scenario_id,
                worker_id=worker.account_id,
                price_cents=price,
                bonus_cents=package.bonus_cents,
                reserved_cents=price + package.bonus_cents,
                state=AssignmentState.RESERVED,
                state_since=now,
                lease_until=lease_end(now, lease_hours),
                created_at=now,
            )
        )
    db.flush()
    return made


def start(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker begins to record; beginning again changes nothing.

    Raises Conflict `not_open`, `lease_expired`."""
    if assignment.state not in WITH_THE_WORKER:
        raise Conflict("not_open", "This scenario is not waiting for a recording.", state=assignment.state.value)
    if assignment.lease_until <= now:
        raise Conflict("lease_expired", "The time for this scenario has run out. Recordings you made are kept.")
    if assignment.state == AssignmentState.RESERVED:
        move(db, assignment, AssignmentState.ACTIVE, now=now, by=assignment.worker_id)


def submit(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker hands in a recording. After the lease it is kept as `late`, or as `overflow` when the slot is gone."""
    if has_expired(assignment, now):
        expire(db, assignment, now=now)
    if assignment.state == AssignmentState.RESERVED:
        move(db, assignment, AssignmentState.ACTIVE, now=now, by=assignment.worker_id)
    if assignment.state == AssignmentState.EXPIRED:
        to = AssignmentState.LATE if _take_back(db, assignment) else AssignmentState.OVERFLOW
        move(db, assignment, to, now=now, by=assignment.worker_id)
        return
    move(db, assignment, AssignmentState.SUBMITTED, now=now, by=assignment.worker_id)


def give_back(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The worker returns a scenario; its slot can be claimed at once. A second time changes nothing.

    Raises Conflict `already_submitted` once it was handed in.
    """
    if assignment.state == AssignmentState.RETURNED:
        return
    if assignment.state not in WITH_THE_WORKER:
        raise Conflict("already_submitted", "This scenario was handed in already and cannot be returned.")
    move(db, assignment, AssignmentState.RETURNED, now=now, by=assignment.worker_id, reason="returned by the worker")
    _free(db, assignment, now=now)


def expire(db: Session, assignment: Assignment, *, now: datetime) -> None:
    """The lease has run out: the slot is free again, recordings are kept."""
    move(db, assignment, AssignmentState.EXPIRED, now=now, reason="lease ended")
    _free(db, assignment, now=now)


def expire_if_over(db: Session, assignment_id: int, *, now: datetime) -> None:
    """End the lease of an assignment if it still waits for its worker."""
    assignment = db.get_one(Assignment, assignment_id)
    if has_expired(assignment, now):
        expire(db, assignment, now=now)


def verdict(
    db: Session, assignment: Assignment, to: AssignmentState, *, by: int, now: datetime, lease_hours: int
) -> None:
    """A review has decided. Rejected work frees its slot; a revision gets a lease of its own."""
    move(db, assignment, to, now=now, by=by, reason="review")
    if to == AssignmentState.REVISION_REQUESTED:
        assignment.lease_until = lease_end(now, lease_hours)
    if to == AssignmentState.REJECTED:
        _open_slot(db, assignment)
    if to == AssignmentState.ACCEPTED and not assignment.holds_slot:
        # A rejection had given the slot away, or the work came when it was somebody else's.
        assignment.holds_slot = _close_slot(db, assignment)
    _close_claim(db, assignment, now=now)


def _lock(db: Session, worker: Worker) -> None:
    # One claim of a worker after the other; on SQLite the transaction itself sees to that.
    db.execute(sa.update(Worker).where(Worker.account_id == worker.account_id).values(level=Worker.level))


def _queue_up(db: Session, package: Package) -> None:
    # One claim of a package after the other: two at once, out of different waves, would take each other's last
    # slots and both go away with nothing.
    db.execute(sa.update(Package).where(Package.id == package.id).values(minutes=Package.minutes))


def _reserve_money(db: Session, wave_id: int, cents: int) -> None:
    if not _try_to_reserve(db, wave_id, cents):
        raise Conflict("budget_spent", "All money of this round is promised already. Look in again in a few days.")


def _try_to_reserve(db: Session, wave_id: int, cents: int) -> bool:
    enough = Wave.budget_cents - Wave.spent_cents - Wave.reserved_cents >= cents
    reserve = sa.update(Wave).where(Wave.id == wave_id, enough).values(reserved_cents=Wave.reserved_cents + cents)
    return db.scalar(reserve.returning(Wave.id)) is not None


def _take_slots(db: Session, worker: Worker, package: Package) -> Sequence[Slot]:
    done = sa.select(Assignment.scenario_id).where(Assignment.worker_id == worker.account_id)
    # The scenarios with the fewest demonstrations under way come first, so that the dataset grows evenly.
    taken = sa.func.count(sa.case((Slot.state == SlotState.TAKEN, 1)))
    wanted = (
        sa.select(Scenario.id)
        .join(Slot, Slot.scenario_id == Scenario.id)
        .where(Scenario.gig_id == package.gig_id, Scenario.tier == package.tier, Scenario.id.not_in(done))
        .where(Scenario.retired_at.is_(None))
        .group_by(Scenario.id)
        .having(sa.func.count(sa.case((Slot.state == SlotState.OPEN, 1))) > 0)
        .order_by(taken, Scenario.id)
    )
    slots: list[Slot] = []
    for scenario_id in db.scalars(wanted).all():
        if len(slots) == package.scenario_count:
            break
        slot = _take_slot(db, scenario_id)
        if slot is not None:
            slots.append(slot)
    if len(slots) < package.scenario_count:
        raise Conflict("no_slots", "There are not enough scenarios left for this package. Look in again later.")
    return slots


def _take_slot(db: Session, scenario_id: int) -> Slot | None:
    open_one = sa.select(Slot.id).where(Slot.scenario_id == scenario_id, Slot.state == SlotState.OPEN).limit(1)
    # On PostgreSQL a slot that late work is just taking back is passed over instead of waited for.
    mine = open_one.with_for_update(skip_locked=True).scalar_subquery()
    take = sa.update(Slot).where(Slot.id == mine, Slot.state == SlotState.OPEN).values(state=SlotState.TAKEN)
    return db.scalar(take.returning(Slot))


def _take_back(db: Session, assignment: Assignment) -> bool:
    # Slot and money, or neither.
    cents = assignment.price_cents + assignment.bonus_cents
    if not _close_slot(db, assignment):
        return False
    assignment.holds_slot = True
    if not _try_to_reserve(db, assignment.worker.wave_id, cents):
        _open_slot(db, assignment)
        return False
    assignment.reserved_cents = cents
    return True


def _close_slot(db: Session, assignment: Assignment) -> bool:
    close = sa.update(Slot).where(Slot.id == assignment.slot_id, Slot.state == SlotState.OPEN)
    return db.scalar(close.values(state=SlotState.TAKEN).returning(Slot.id)) is not None


def _open_slot(db: Session, assignment: Assignment) -> None:
    if assignment.holds_slot:
        db.execute(sa.update(Slot).where(Slot.id == assignment.slot_id).values(state=SlotState.OPEN))
        assignment.holds_slot = False


def _free(db: Session, assignment: Assignment, *, now: datetime) -> None:
    _open_slot(db, assignment)
    release(db, assignment)
    _close_claim(db, assignment, now=now)


def release(db: Session, assignment: Assignment) -> int:
    """What the wave kept for an assignment is free again; a second time releases nothing. Returns the cents."""
    cents, assignment.reserved_cents = assignment.reserved_cents, 0
    if cents:
        free = sa.update(Wave).where(Wave.id == assignment.worker.wave_id)
        db.execute(free.values(reserved_cents=Wave.reserved_cents - cents))
    return cents


def _close_claim(db: Session, assignment: Assignment, *, now: datetime) -> None:
    left = sa.select(Assignment.id).where(Assignment.claim_id == assignment.claim_id, Assignment.state.in_(UNDER_WAY))
    if db.scalar(left.limit(1)) is None:
        over = sa.update(PackageClaim).where(PackageClaim.id == assignment.claim_id, PackageClaim.closed_at.is_(None))
        db.execute(over.values(closed_at=now))
