"""The rule of levels, the numbers that it looks at, and suspensions."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set
from codesight.gigs.models import Gig, Tier
from codesight.workers.models import Worker


class LevelRule(Base):
    """A version of the rule that gives workers their levels; never changed, the newest one counts."""

    __tablename__ = "level_rule"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    terms: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """`rules.Rule` as plain values."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))


class WorkerNumbers(Base):
    """What the rule looks at, as it was after the worker's last verdict; no row before the first."""

    __tablename__ = "worker_numbers"

    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), primary_key=True)
    accepted: Mapped[int]
    """Recordings in all."""
    decided: Mapped[int]
    """Of the latest recordings with a verdict; what follows is about these."""
    stars: Mapped[int | None]
    """Hundredths, on average."""
    first_pass: Mapped[int | None]
    """Percent that were accepted without a revision."""
    narration: Mapped[int | None]
    """Percent of the time in which the worker speaks, on average of the accepted ones that were measured."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SuspensionScope(enum.StrEnum):
    """What a suspended worker may not begin."""

    ALL = "all"
    GIG = "gig"
    TIER = "tier"


class Suspension(Base):
    """That a worker may begin nothing new of some kind, until it is lifted or its end passes."""

    __tablename__ = "suspension"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    scope: Mapped[SuspensionScope] = mapped_column(closed_set(SuspensionScope))
    gig_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gig.id"))
    tier: Mapped[Tier | None] = mapped_column(closed_set(Tier, name="suspension_tier"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    """The worker reads it."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it ends by itself; None: when somebody lifts it."""
    appeal: Mapped[str | None] = mapped_column(sa.String(1000))
    """What the worker says to it, once."""
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    upheld: Mapped[bool | None]
    """What the owner answered: it stays, or it is lifted."""
    answer: Mapped[str | None] = mapped_column(sa.String(500))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    lifted_because: Mapped[str | None] = mapped_column(sa.String(500))

    worker: Mapped[Worker] = relationship()
    gig: Mapped[Gig | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint("(scope = 'all') = (gig_id IS NULL) AND (scope = 'tier') = (tier IS NOT NULL)", name="what"),
        sa.CheckConstraint("until IS NULL OR until > made_at", name="length"),
        sa.CheckConstraint("(appeal IS NULL) = (appealed_at IS NULL)", name="appeal"),
        sa.CheckConstraint("answered_at IS NULL OR appealed_at IS NOT NULL", name="answer_to_an_appeal"),
        sa.CheckConstraint("(answered_at IS NULL) = (upheld IS NULL)", name="answer_decides"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)", name="answer"
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_because IS NULL)",
            name="lifting",
        ),
        sa.CheckConstraint("upheld IS NULL OR upheld OR lifted_at IS NOT NULL", name="not_upheld_is_lifted"),
    )

    def in_force(self, now: datetime) -> bool:
        """Whether it counts at this moment; computed when read, so that no scheduler is needed for its end."""
        return self.lifted_at is None and (self.until is None or self.until > now)
