"""Reading claims and assignments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.errors import NotFound
from codesight.gigs.models import Scenario
from codesight.lifecycle import WITH_THE_WORKER


def open_claim(db: Session, worker_id: int) -> PackageClaim | None:
    """The package that the worker has now, with its assignments."""
    mine = sa.select(PackageClaim).where(PackageClaim.worker_id == worker_id, PackageClaim.closed_at.is_(None))
    return db.scalar(
        mine.options(
            selectinload(PackageClaim.assignments).joinedload(Assignment.scenario), joinedload(PackageClaim.package)
        )
    )


def assignment_of(db: Session, worker_id: int, assignment_id: int) -> Assignment:
    """One of the worker's own. Raises NotFound for everybody else's."""
    found = db.scalar(
        sa.select(Assignment)
        .where(Assignment.id == assignment_id, Assignment.worker_id == worker_id)
        .options(joinedload(Assignment.scenario), joinedload(Assignment.claim).joinedload(PackageClaim.package))
    )
    if found is None:
        raise NotFound("assignment_not_found", "There is no such scenario among yours.")
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


def run_out(db: Session, now: datetime, limit: int = 500) -> Sequence[Assignment]:
    """Assignments whose lease has ended while they waited for their worker."""
    over = sa.select(Assignment).where(Assignment.state.in_(WITH_THE_WORKER), Assignment.lease_until <= now)
    return db.scalars(over.limit(limit)).all()
