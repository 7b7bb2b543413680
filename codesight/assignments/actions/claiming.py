"""Claiming a package: all of its scenarios or none."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import money, outbox
from codesight.assignments.actions.holding import close_claims, give_money_back, lock_package, lock_worker, reserve
from codesight.assignments.actions.leases import expire_overdue, moment
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.queries import anything_left, candidates, open_claim, past_of
from codesight.assignments.rules import choose, gold_due, is_over, largest_cost, lease, lease_end, prices
from codesight.errors import Conflict, NotAllowed
from codesight.gigs.models import Package, Wave
from codesight.gigs.rules import may_take
from codesight.lifecycle import AssignmentState, WaveState
from codesight.policy import Kind
from codesight.workers.models import Worker
from codesight.workers.queries import ensure_onboarded
from codesight.workers.standing.queries import ensure_not_suspended
from codesight.workers.standing.rules import speaks_enough


def claim(db: Session, worker: Worker, package: Package, *, lease_hours: int, now: datetime) -> PackageClaim:
    """Reserve a whole package for a worker: all of its scenarios or none.

    A worker who has this package already gets it again. Ended leases that stand in the way are ended here: no
    scheduler is needed for that. Raises NotAllowed `suspended`, `level_too_low`, `narration_too_low` and what
    `ensure_onboarded` raises; Conflict `package_open`, `wave_closed`, `budget_spent`, `no_slots`.
    """
    _kept = worker.gig, worker.wave  # or they would be read again, after the lock has read the worker anew
    lock_worker(db, worker.account_id)
    already = open_claim(db, worker.account_id)
    if already is not None and not is_over(already, now):
        if already.package_id == package.id:
            return already
        raise Conflict("package_open", "Finish the package that you have, or return it, before you take another.")
    _ensure_admitted(db, worker, package, now)
    if not anything_left(db, package, now):  # whoever comes too late keeps nobody waiting at the lock
        raise _no_slots()
    lock_package(db, package)
    freed = expire_overdue(db, worker, package, now=now)
    if already is not None:
        _ensure_closed(db, already, now)
    cost = largest_cost(package, worker.gig.fee_bp)
    _ensure_money(db, worker.wave_id, cost - freed[worker.wave_id])
    slots = _take_slots(db, worker, package)
    made = _book(db, worker, package, slots, lease_hours=lease_hours, now=now)
    text = (
        f"The {package.tier} package is yours: {len(slots)} scenarios. Begin before {moment(made.start_until)}, "
        f"and hand everything in before {moment(made.finish_until)}."
    )
    outbox.tell(db, worker.account_id, f"{Kind.CLAIM}:{made.id}", text, "/home", now=now)
    _pay_in(db, worker.wave_id, cost, freed)
    return made


def _ensure_admitted(db: Session, worker: Worker, package: Package, now: datetime) -> None:
    ensure_not_suspended(db, worker.account_id, package.gig_id, package.tier, now)
    ensure_onboarded(db, worker)
    if not may_take(worker.level, package.level):
        raise NotAllowed("level_too_low", f"This package asks for level {package.level}; yours is {worker.level}.")
    if not speaks_enough(worker.narration, package.narration):
        why = "This package asks for more narration than your accepted recordings have. Say more of what you think."
        raise NotAllowed("narration_too_low", why, has=worker.narration.value, asked=package.narration.value)
    if worker.wave.state != WaveState.OPEN:
        raise Conflict("wave_closed", "This round of workers is not open now. You keep your account; look in again.")


def _ensure_closed(db: Session, stale: PackageClaim, now: datetime) -> None:
    close_claims(db, [stale.id], now=now)
    db.refresh(stale)
    if stale.closed_at is None:  # another window of the worker's is just ending it
        raise Conflict("package_open", "Your last package is just being closed. Try again in a moment.")


def _ensure_money(db: Session, wave_id: int, cents: int) -> None:
    # A first look, before anything is written; what counts is the conditional update at the end.
    free = Wave.budget_cents - Wave.spent_cents - Wave.reserved_cents
    if db.scalars(sa.select(free).where(Wave.id == wave_id)).one() < cents:
        raise _budget_spent()


def _take_slots(db: Session, worker: Worker, package: Package) -> Sequence[Slot]:
    """One slot of each of so many scenarios, in the order in which the worker gets them."""
    past, count = past_of(db, worker.account_id), package.scenario_count
    gold = gold_due(past, count, worker.gig.gold_percent)
    while True:
        wanted = [
            one.slot_id
            for one in choose(candidates(db, worker, package, gold), count, past, gold, worker.account_id + past.given)
        ]
        if len(wanted) < count:
            raise _no_slots()
        take = sa.update(Slot).where(Slot.id.in_(wanted), Slot.state == SlotState.OPEN)
        taken = {slot.id: slot for slot in db.scalars(take.values(state=SlotState.TAKEN).returning(Slot))}
        if len(taken) == count:
            return [taken[slot_id] for slot_id in wanted]
        # Late work has just taken one back: put these down and choose again among what is there now.
        db.execute(sa.update(Slot).where(Slot.id.in_(taken)).values(state=SlotState.OPEN))


def _book(
    db: Session, worker: Worker, package: Package, slots: Sequence[Slot], *, lease_hours: int, now: datetime
) -> PackageClaim:
    finish_until = lease_end(now, lease_hours)
    start_until = min(lease_end(now, worker.gig.start_hours), finish_until)
    times = lease(now, start_until)
    made = PackageClaim(
        worker_id=worker.account_id,
        package_id=package.id,
        price_cents=package.price_cents,
        currency=worker.gig.currency,
        fee_bp=worker.gig.fee_bp,
        claimed_at=now,
        start_until=start_until,
        finish_until=finish_until,
    )
    db.add(made)
    db.flush()
    same = {
        "claim_id": made.id,
        "worker_id": worker.account_id,
        "level": worker.level,
        "bonus_cents": package.bonus_cents,
        "state": AssignmentState.RESERVED,
        "state_since": now,
        "lease_until": times.until,
        "lease_cap": times.cap,
        "warn_at": times.warn_at,
        "created_at": now,
    }
    each = []
    for slot, price in zip(slots, prices(package), strict=True):
        fee = money.fee(price + package.bonus_cents, made.fee_bp)
        own = {"slot_id": slot.id, "scenario_id": slot.scenario_id, "price_cents": price, "fee_cents": fee}
        each.append({**same, **own, "reserved_cents": price + package.bonus_cents + fee})
    # In one statement: whoever claims next waits for it.
    db.execute(sa.insert(Assignment), each)
    return made


def _pay_in(db: Session, wave_id: int, cost: int, freed: dict[int, int]) -> None:
    """Reserve the cost, and give waves back what ended leases held; in the order of the waves' ids."""
    for each in sorted({*freed, wave_id}):
        if each != wave_id:
            give_money_back(db, {each: freed[each]})
        elif not reserve(db, wave_id, cost - freed.get(wave_id, 0)):
            raise _budget_spent()


def _no_slots() -> Conflict:
    return Conflict("no_slots", "There are not enough scenarios left for this package. Look in again later.")


def _budget_spent() -> Conflict:
    return Conflict("budget_spent", "All money of this round is promised already. Look in again in a few days.")
