"""What the machine read out of a submission."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime, closed_set


class AnalysisState(enum.StrEnum):
    """How one analysis of a submission ended."""

    DONE = "done"
    NOT_CONFIGURED = "not_configured"
    FAILED = "failed"


class AnalysisRun(Base):
    """One analyser's run over one submission."""

    __tablename__ = "analysis_run"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    state: Mapped[AnalysisState] = mapped_column(closed_set(AnalysisState))
    note: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Step(Base):
    """One action of the demonstration, reduced from events: what an agent would have to do."""

    __tablename__ = "step"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … without gaps."""
    action_type: Mapped[str] = mapped_column(sa.String(16))
    t_ms: Mapped[int]
    """Milliseconds from the video's first frame."""
    target_selector: Mapped[str] = mapped_column(sa.Text)
    x: Mapped[float | None]
    y: Mapped[float | None]
    element_text: Mapped[str] = mapped_column(sa.Text)
    value: Mapped[str] = mapped_column(sa.Text)
    """What was typed, chosen or pressed, masked; empty where there is nothing."""
    page_url: Mapped[str] = mapped_column(sa.Text)
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    """The events that this step was reduced from."""


class Transcript(Base):
    """The narration as text, where a speech model is set."""

    __tablename__ = "transcript"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    model: Mapped[str] = mapped_column(sa.String(80))
