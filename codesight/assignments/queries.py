"""Reading claims and assignments, and what could be given out next."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.assignments.models import Assignment, PackageClaim, ScenarioSite, Slot, SlotState
from codesight.assignments.rules import Candidate, Past, is_over
from codesight.errors import NotFound
from codesight.gigs.models import Package, Scenario
from codesight.lifecycle import WITH_THE_WORKER, AssignmentState
from codesight.workers.models import Worker

WINDOW = 100
"""So many open slots are weighed against each other: those of the scenarios with the fewest demonstrations."""


def open_claim(db: Session, worker_id: int) -> PackageClaim | None:
    """The package that the worker has now, with its assignments, as it is written down."""
    mine = sa.select(PackageClaim).where(PackageClaim.worker_id == worker_id, PackageClaim.closed_at.is_(None))
    return db.scalar(
        mine.options(
            selectinload(PackageClaim.assignments).joinedload(Assignment.scenario), joinedload(PackageClaim.package)
        )
    )


def present_claim(db: Session, worker_id: int, now: datetime) -> PackageClaim | None:
    """The package that the worker has now; none when its time has run out, though nobody wrote that down yet."""
    claim = open_claim(db, worker_id)
    return None if claim is None or is_over(claim, now) else claim


def own_claim(db: Session, worker_id: int) -> PackageClaim:
    """The package that the worker has now. Raises NotFound `no_package`."""
    found = open_claim(db, worker_id)
    if found is None:
        raise NotFound("no_package", "You have no package now.")
    return found


def assignment_of(db: Session, worker_id: int, assignment_id: int) -> Assignment:
    """One of the worker's own. Raises NotFound for everybody else's."""
    found = db.scalar(_whole().where(Assignment.id == assignment_id, Assignment.worker_id == worker_id))
    if found is None:
        raise NotFound("assignment_not_found", "There is no such scenario among yours.")
    return found


def assignment(db: Session, assignment_id: int) -> Assignment:
    """Anybody's. Raises NotFound."""
    found = db.scalar(_whole().where(Assignment.id == assignment_id))
    if found is None:
        raise NotFound("assignment_not_found", "There is no such assignment.")
    return found


def assignments_of(db: Session, worker_id: int, limit: int = 100) -> Sequence[Assignment]:
    """The worker's assignments, newest first."""
    mine = sa.select(Assignment).where(Assignment.worker_id == worker_id).options(joinedload(Assignment.scenario))
    return db.scalars(mine.order_by(Assignment.id.desc()).limit(limit)).all()


@dataclass(frozen=True)
class Wanted:
    """How many demonstrations of a scenario are wanted: still to be claimed, and claimed."""

    open: int
    taken: int


def wanted(db: Session, gig_id: int) -> dict[int, Wanted]:
    """What is wanted of each of a gig's scenarios, by its id; a scenario without slots is not in it."""
    still = sa.func.count(sa.case((Slot.state == SlotState.OPEN, 1)))
    counted = sa.select(Slot.scenario_id, still, sa.func.count()).join(Scenario, Scenario.id == Slot.scenario_id)
    rows = db.execute(counted.where(Scenario.gig_id == gig_id).group_by(Slot.scenario_id))
    return {row[0]: Wanted(open=row[1], taken=row[2] - row[1]) for row in rows}


def given_up(db: Session, before: int | None = None, limit: int = 50) -> Sequence[Assignment]:
    """What was returned or ran out without being handed in, newest first, with worker and scenario."""
    gone = _whole().where(Assignment.state.in_((AssignmentState.RETURNED, AssignmentState.EXPIRED)))
    gone = gone.options(joinedload(Assignment.worker).joinedload(Worker.account))
    if before is not None:
        gone = gone.where(Assignment.id < before)
    return db.scalars(gone.order_by(Assignment.id.desc()).limit(limit)).all()


def run_out(db: Session, now: datetime, limit: int = 500) -> Sequence[Assignment]:
    """Assignments whose lease has ended while they waited for their worker."""
    over = sa.select(Assignment).where(Assignment.state.in_(WITH_THE_WORKER), Assignment.lease_until <= now)
    return db.scalars(over.limit(limit)).all()


def short_of_time(db: Session, now: datetime, limit: int = 500) -> Sequence[int]:
    """The claims with assignments of which three quarters of the time are over and nobody has told the worker."""
    short = sa.select(Assignment.claim_id).where(
        Assignment.state.in_(WITH_THE_WORKER),
        Assignment.lease_until > now,
        Assignment.warn_at <= now,
        Assignment.warned_at.is_(None),
    )
    return db.scalars(short.distinct().limit(limit)).all()


def anything_left(db: Session, package: Package, now: datetime) -> bool:
    """Whether a package has a slot that is open, or that an ended lease would give back."""
    here = sa.select(Slot.id).where(Slot.gig_id == package.gig_id, Slot.tier == package.tier)
    overdue = sa.select(Assignment.id).join(Assignment.claim).where(PackageClaim.package_id == package.id)
    overdue = overdue.where(Assignment.state.in_(WITH_THE_WORKER), Assignment.lease_until <= now)
    return bool(db.scalar(sa.select(sa.or_(here.where(Slot.state == SlotState.OPEN).exists(), overdue.exists()))))


def past_of(db: Session, worker_id: int) -> Past:
    """What the worker was given before."""
    counted = sa.select(Scenario.category, Scenario.gold, sa.func.count()).join(
        Assignment, Assignment.scenario_id == Scenario.id
    )
    counted = counted.where(Assignment.worker_id == worker_id).group_by(Scenario.category, Scenario.gold)
    categories: Counter[str] = Counter()
    gold = 0
    for category, is_gold, count in db.execute(counted):
        categories[category] += count
        gold += count if is_gold else 0
    return Past(categories, categories.total(), gold)


def candidates(db: Session, worker: Worker, package: Package, gold: int = 0) -> list[Candidate]:
    """What could be given to the worker next out of a package: pinned scenarios, up to `gold` gold ones, and others.

    One open slot for each scenario, the first that is not taken. Costs a few index look-ups however many slots and
    workers there are, because it weighs a window of the least demonstrated and not everything.
    """
    barred = _had_often_enough(worker)
    of_package = (
        Scenario.gig_id == package.gig_id,
        Scenario.tier == package.tier,
        Scenario.retired_at.is_(None),
        Scenario.id.not_in(barred),
    )
    pinned = _first_open(db, Scenario.pinned_at.is_not(None), *of_package, order=Scenario.pinned_at, limit=WINDOW)
    special = pinned + _first_open(
        db, Scenario.gold.is_(True), Scenario.pinned_at.is_(None), *of_package, order=Slot.number, limit=gold
    )
    seen = {scenario_id for scenario_id, _, _ in special}
    found: list[Open] = []
    while len(found) < package.scenario_count:
        window = _window(db, package, barred, seen)
        if not window:
            break
        found += window
        seen |= {scenario_id for scenario_id, _, _ in window}
    return _with_facts(db, special + found, worker)


Open = tuple[int, int, int]
"""A scenario, its first open slot, and the number of that slot."""


def _had_often_enough(worker: Worker) -> sa.Select[int]:
    had = sa.select(Assignment.scenario_id).where(
        Assignment.worker_id == worker.account_id, Assignment.may_repeat.is_(False)
    )
    return had.group_by(Assignment.scenario_id).having(sa.func.count() >= worker.gig.times_per_worker)


def _first_open(
    db: Session, *which: sa.ColumnElement[bool], order: sa.orm.InstrumentedAttribute[Any], limit: int
) -> list[Open]:
    """The first open slot of each of some scenarios."""
    if limit == 0:
        return []
    first_open = (
        sa.select(Slot.id)
        .where(Slot.scenario_id == Scenario.id, Slot.state == SlotState.OPEN)
        .order_by(Slot.number)
        .limit(1)
        .correlate(Scenario)
        .scalar_subquery()
    )
    wanted = sa.select(Scenario.id, Slot.id, Slot.number).join(Slot, Slot.id == first_open).where(*which)
    return [(row[0], row[1], row[2]) for row in db.execute(wanted.order_by(order, Scenario.id).limit(limit))]


def _window(db: Session, package: Package, barred: sa.Select[int], seen: Collection[int]) -> list[Open]:
    """The next open slots by number, one for each scenario that is not gold or retired; empty when there are none."""
    others = sa.select(Scenario.id).where(
        Scenario.gig_id == package.gig_id,
        Scenario.tier == package.tier,
        sa.or_(Scenario.gold, Scenario.retired_at.is_not(None)),
    )
    wanted = sa.select(Slot.scenario_id, Slot.id, Slot.number).where(
        Slot.gig_id == package.gig_id,
        Slot.tier == package.tier,
        Slot.state == SlotState.OPEN,
        Slot.scenario_id.not_in(others),
        Slot.scenario_id.not_in(barred),
        Slot.scenario_id.not_in(seen),
    )
    first: dict[int, Open] = {}
    for scenario_id, slot_id, number in db.execute(wanted.order_by(Slot.number, Slot.id).limit(WINDOW)):
        first.setdefault(scenario_id, (scenario_id, slot_id, number))
    return list(first.values())


def _with_facts(db: Session, found: Sequence[Open], worker: Worker) -> list[Candidate]:
    same_kind = sa.exists().where(
        Assignment.scenario_id == Scenario.id, Assignment.level == worker.level, Assignment.holds_slot
    )
    sites = sa.select(sa.func.count()).where(ScenarioSite.scenario_id == Scenario.id).scalar_subquery()
    facts = sa.select(Scenario.id, Scenario.category, Scenario.gold, Scenario.pinned_at, same_kind, sites)
    known = {row.id: row for row in db.execute(facts.where(Scenario.id.in_([one[0] for one in found])))}
    return [
        Candidate(
            slot_id=slot_id,
            scenario_id=scenario_id,
            category=known[scenario_id].category,
            demonstrations=number - 1,
            kind_covered=known[scenario_id][4],
            sites=known[scenario_id][5],
            gold=known[scenario_id].gold,
            pinned=known[scenario_id].pinned_at is not None,
        )
        for scenario_id, slot_id, number in found
    ]


def _whole() -> sa.Select[Assignment]:
    claim = joinedload(Assignment.claim).joinedload(PackageClaim.package)
    return sa.select(Assignment).options(joinedload(Assignment.scenario), claim)
