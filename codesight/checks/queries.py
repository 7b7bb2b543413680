"""Reading what the checks found, and what became of training recordings."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.checks import CHECKS
from codesight.checks.models import CheckRun, TrainingAttempt
from codesight.errors import NotFound
from codesight.recordings.models import TrainingSession


def runs(db: Session, submission_id: int) -> Sequence[CheckRun]:
    """A submission's check runs, in the order of the checks."""
    found = db.scalars(sa.select(CheckRun).where(CheckRun.submission_id == submission_id)).all()
    order = {check.NAME: place for place, check in enumerate(CHECKS)}
    return sorted(found, key=lambda run: order.get(run.name, len(order)))


def title(name: str) -> str:
    """A check's name for people."""
    return next((check.TITLE for check in CHECKS if name == check.NAME), name)


def training_attempts(db: Session, worker_id: int) -> Sequence[TrainingAttempt]:
    """A worker's training recordings that were handed in, newest first."""
    mine = sa.select(TrainingAttempt).join(TrainingAttempt.session).options(joinedload(TrainingAttempt.session))
    newest = mine.where(TrainingSession.worker_id == worker_id).order_by(TrainingAttempt.session_id.desc())
    return db.scalars(newest.limit(20)).all()


def training_attempt(db: Session, session_id: int) -> TrainingAttempt:
    """What became of a training recording. Raises NotFound as long as it was not handed in."""
    found = db.get(TrainingAttempt, session_id, options=[joinedload(TrainingAttempt.session)])
    if found is None:
        raise NotFound("not_handed_in", "This practice recording was not handed in.")
    return found


def unjudged(db: Session, *, before: datetime) -> Sequence[int]:
    """Sessions of training recordings that were handed in before the moment and that no job has in hand."""
    waiting = sa.select(TrainingAttempt.session_id).where(
        TrainingAttempt.judged_at.is_(None),
        TrainingAttempt.claimed_at.is_(None),
        TrainingAttempt.handed_in_at <= before,
    )
    return db.scalars(waiting.order_by(TrainingAttempt.session_id)).all()
