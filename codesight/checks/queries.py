"""Reading what the checks found."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.checks import CHECKS
from codesight.checks.models import CheckRun


def runs(db: Session, submission_id: int) -> Sequence[CheckRun]:
    """A submission's check runs, in the order of the checks."""
    found = db.scalars(sa.select(CheckRun).where(CheckRun.submission_id == submission_id)).all()
    order = {check.NAME: place for place, check in enumerate(CHECKS)}
    return sorted(found, key=lambda run: order.get(run.name, len(order)))


def title(name: str) -> str:
    """A check's name for people."""
    return next((check.TITLE for check in CHECKS if name == check.NAME), name)
