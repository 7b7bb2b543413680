"""What the automatic checks found."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.checks.base import Outcome
from codesight.db import Base, UtcDateTime, closed_set


class CheckRun(Base):
    """One check of one submission."""

    __tablename__ = "check_run"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(closed_set(Outcome))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    """Each with `code`, `message` in plain words and `details`."""
    figures: Mapped[dict[str, float]] = mapped_column(sa.JSON, default=dict)
    """What was measured."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
