"""Reading the rule, workers' numbers, and suspensions."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from codesight.errors import NotFound
from codesight.gigs.models import Tier
from codesight.workers.models import Worker
from codesight.workers.standing.models import LevelRule, Suspension, SuspensionScope, WorkerNumbers
from codesight.workers.standing.rules import NOTHING_YET, Numbers, Rule, rule_of, suspended


def rule(db: Session) -> tuple[int, Rule]:
    """The rule that counts and its version; 0 for the one that the product comes with."""
    newest = db.scalar(sa.select(LevelRule).order_by(LevelRule.version.desc()).limit(1))
    return (newest.version, rule_of(newest.terms)) if newest is not None else (0, Rule())


def rules(db: Session, limit: int = 20) -> Sequence[LevelRule]:
    """Its versions, newest first."""
    return db.scalars(sa.select(LevelRule).order_by(LevelRule.version.desc()).limit(limit)).all()


def numbers(db: Session, worker_id: int) -> Numbers:
    """What a worker has shown so far."""
    return numbers_of(db, [worker_id]).get(worker_id, NOTHING_YET)


def numbers_of(db: Session, worker_ids: Collection[int]) -> dict[int, Numbers]:
    """What workers have shown so far; who has no verdict yet is not in it."""
    found = db.scalars(sa.select(WorkerNumbers).where(WorkerNumbers.worker_id.in_(worker_ids)))
    return {n.worker_id: Numbers(n.accepted, n.decided, n.stars, n.first_pass, n.narration) for n in found}


def in_force(now: datetime) -> sa.ColumnElement[bool]:
    """Suspensions that count at the moment."""
    return sa.and_(Suspension.lifted_at.is_(None), sa.or_(Suspension.until.is_(None), Suspension.until > now))


def covers(
    gig_id: int | InstrumentedAttribute[int], tier: Tier | InstrumentedAttribute[Tier]
) -> sa.ColumnElement[bool]:
    """Suspensions that stand against work of a gig and tier."""
    return sa.or_(
        Suspension.scope == SuspensionScope.ALL,
        sa.and_(Suspension.scope == SuspensionScope.GIG, Suspension.gig_id == gig_id),
        sa.and_(Suspension.scope == SuspensionScope.TIER, Suspension.gig_id == gig_id, Suspension.tier == tier),
    )


def standing_against(db: Session, worker_id: int, gig_id: int, tier: Tier, now: datetime) -> Suspension | None:
    """What keeps a worker from work of a gig and tier at the moment."""
    mine = sa.select(Suspension).where(Suspension.worker_id == worker_id, in_force(now), covers(gig_id, tier))
    return db.scalar(mine.order_by(Suspension.id).limit(1))


def ensure_not_suspended(db: Session, worker_id: int, gig_id: int, tier: Tier, now: datetime) -> None:
    """Raises NotAllowed `suspended` with reason and end."""
    found = standing_against(db, worker_id, gig_id, tier, now)
    if found is not None:
        raise suspended(found)


def ensure_may_practise(db: Session, worker_id: int, now: datetime) -> None:
    """Raises NotAllowed `suspended` for who may do no work at all: practice belongs to no gig or tier."""
    mine = sa.select(Suspension).where(
        Suspension.worker_id == worker_id, Suspension.scope == SuspensionScope.ALL, in_force(now)
    )
    found = db.scalar(mine.order_by(Suspension.id).limit(1))
    if found is not None:
        raise suspended(found)


def suspensions_of(db: Session, worker_id: int) -> Sequence[Suspension]:
    """All of a worker's: first those without an end that has come, then the others, each newest first."""
    mine = sa.select(Suspension).where(Suspension.worker_id == worker_id).options(joinedload(Suspension.gig))
    return db.scalars(mine.order_by(Suspension.lifted_at.is_not(None), Suspension.id.desc())).all()


def suspension(db: Session, suspension_id: int, worker_id: int | None = None) -> Suspension:
    """One suspension with its worker; with `worker_id` only theirs. Raises NotFound."""
    wanted = sa.select(Suspension).where(Suspension.id == suspension_id)
    if worker_id is not None:
        wanted = wanted.where(Suspension.worker_id == worker_id)
    found = db.scalar(wanted.options(joinedload(Suspension.worker).joinedload(Worker.account)))
    if found is None:
        raise NotFound("suspension_not_found", "There is no such suspension.")
    return found


def unanswered(db: Session) -> int:
    """How many appeals wait for the owner."""
    waits = sa.select(sa.func.count()).select_from(Suspension)
    return db.scalar(waits.where(Suspension.appealed_at.is_not(None), Suspension.answered_at.is_(None))) or 0
