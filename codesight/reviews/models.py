"""Reviews."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.accounts.models import Account
from codesight.db import Base, UtcDateTime, closed_set
from codesight.recordings.models import Submission


class ReasonCode(enum.StrEnum):
    """Why a submission earned fewer than three stars."""

    UNPLAYABLE = "unplayable"
    NO_NARRATION = "no_narration"
    UNREALISTIC = "unrealistic"
    GOAL_MISSED = "goal_missed"
    PRIVATE_DATA = "private_data"
    OTHER = "other"


class Review(Base):
    """One verdict; a later one about the same submission has the next version."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    version: Mapped[int]
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    rating: Mapped[int]
    """One to five stars; decides pay."""
    usable: Mapped[bool]
    """Decides whether it goes into the dataset."""
    plays: Mapped[bool]
    narrated: Mapped[bool]
    realistic: Mapped[bool]
    worth_pay: Mapped[bool]
    reason_code: Mapped[ReasonCode | None] = mapped_column(closed_set(ReasonCode))
    note: Mapped[str] = mapped_column(sa.String(1000))
    """To the worker."""
    seconds: Mapped[int | None]
    """How long the reviewer had the page open."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    submission: Mapped[Submission] = relationship()
    reviewer: Mapped[Account] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("submission_id", "version"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        sa.CheckConstraint("rating > 2 OR (reason_code IS NOT NULL AND note <> '')", name="reason"),
        sa.CheckConstraint("NOT usable OR (plays AND realistic AND rating > 1)", name="usable"),
    )
