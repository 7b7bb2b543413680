"""What the automatic checks found, and what became of training recordings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.checks.base import Outcome
from codesight.db import Base, UtcDateTime, closed_set
from codesight.recordings.models import TrainingSession


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


class TrainingAttempt(Base):
    """A training recording that was handed in, and what it came to."""

    __tablename__ = "training_attempt"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_session.id"), primary_key=True)
    task: Mapped[str] = mapped_column(sa.String(20))
    """The version of the task."""
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when a job has it in hand."""
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed: Mapped[bool | None]
    results: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    """Each with `name`, `title`, `ok` and `message`."""

    session: Mapped[TrainingSession] = relationship()

    __table_args__ = (
        sa.CheckConstraint("(judged_at IS NULL) = (passed IS NULL)", name="judged"),
        sa.Index(
            None,
            "handed_in_at",
            sqlite_where=sa.text("judged_at IS NULL"),
            postgresql_where=sa.text("judged_at IS NULL"),
        ),
    )
