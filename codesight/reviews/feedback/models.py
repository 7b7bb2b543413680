"""Feedback: about one recording, or about the product."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.accounts.models import Account
from codesight.db import Base, UtcDateTime, closed_set
from codesight.gigs.models import Gig, Scenario
from codesight.recordings.models import Submission


class Kind(enum.StrEnum):
    """What it is about."""

    SCENARIO = "scenario"
    PRODUCT = "product"


class Category(enum.StrEnum):
    """What part of the product it is about."""

    RECORDING = "recording"
    EXTENSION = "extension"
    GOALS = "goals"
    PAY = "pay"
    PRIVACY = "privacy"
    IDEA = "idea"
    OTHER = "other"


class Feedback(Base):
    """What somebody said, without what is private in it, and what the owner answered."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    kind: Mapped[Kind] = mapped_column(closed_set(Kind, name="feedback_kind"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    scenario_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario.id"))
    """The submission's."""
    gig_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gig.id"))
    """The scenario's, or the one that the worker who speaks is in."""
    category: Mapped[Category | None] = mapped_column(closed_set(Category, name="feedback_category"))
    ease: Mapped[int | None]
    """How easy it was, 1 (very hard) to 5 (very easy); None for no answer, as in the next two."""
    goal_clear: Mapped[int | None]
    """0 no, 1 partly, 2 yes."""
    pay_fair: Mapped[int | None]
    """0 no, 1 partly, 2 yes."""
    text: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    """One more after each change, so that an answer is given to what was read."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    week: Mapped[date]
    """The Monday (UTC) of its week: both databases group by it, which do not agree on how to work it out."""
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    submission: Mapped[Submission | None] = relationship()
    scenario: Mapped[Scenario | None] = relationship()
    gig: Mapped[Gig | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "(kind = 'scenario') = (submission_id IS NOT NULL) AND (kind = 'scenario') = (scenario_id IS NOT NULL)",
            name="about",
        ),
        sa.CheckConstraint("(kind = 'product') = (category IS NOT NULL)", name="category"),
        sa.CheckConstraint(
            "ease BETWEEN 1 AND 5 AND goal_clear BETWEEN 0 AND 2 AND pay_fair BETWEEN 0 AND 2", name="scales"
        ),
        sa.CheckConstraint(
            "text <> '' OR ease IS NOT NULL OR goal_clear IS NOT NULL OR pay_fair IS NOT NULL", name="says_something"
        ),
        sa.CheckConstraint(
            "(answer <> '') = (answered_at IS NOT NULL) AND (answer <> '') = (answered_by IS NOT NULL)", name="answer"
        ),
        sa.Index(None, "account_id", "id"),
        sa.Index(None, "gig_id", "week"),
        sa.Index(None, "scenario_id", "week"),
        sa.Index(
            "ix_feedback_unanswered",
            "id",
            sqlite_where=sa.text("answered_at IS NULL AND text <> ''"),
            postgresql_where=sa.text("answered_at IS NULL AND text <> ''"),
        ),
    )
