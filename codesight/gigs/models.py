"""Gigs, their packages and scenarios, and the waves of workers that are let in."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set
from codesight.lifecycle import WaveState


class Tier(enum.StrEnum):
    """The three kinds of package, in ascending order."""

    BASIC = "basic"
    STANDARD = "standard"
    PREMIUM = "premium"


class Level(enum.StrEnum):
    """How far a worker has come, in ascending order."""

    ENTRY = "entry"
    EXPERIENCED = "experienced"
    EXPERT = "expert"


class Narration(enum.StrEnum):
    """How much a worker is asked to say aloud."""

    SOME = "some"
    THOUGHTS = "thoughts"
    DETAILED = "detailed"


class OnboardingStep(enum.StrEnum):
    """What a worker does before the first package, in this order."""

    CONSENT = "consent"
    PROFILE = "profile"
    DEVICE = "device"
    TRAINING = "training"
    QUIZ = "quiz"


FIRST_QUIZ = "1"
"""The version of the quiz that a new gig asks for."""


class Gig(Base):
    """One call for demonstrations."""

    __tablename__ = "gig"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text)
    currency: Mapped[str] = mapped_column(sa.String(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_hours: Mapped[int] = mapped_column(default=24)
    """A package that nobody has begun after so long goes to others."""
    times_per_worker: Mapped[int] = mapped_column(default=1)
    """How often one worker is given the same scenario."""
    gold_percent: Mapped[int] = mapped_column(default=0)
    """How many of a hundred scenarios that a worker is given are gold."""
    fee_bp: Mapped[int] = mapped_column(default=0)
    """What paying costs on top of what workers earn, in hundredths of a percent."""
    onboarding: Mapped[list[str]] = mapped_column(sa.JSON, default=lambda: [step.value for step in OnboardingStep])
    """The steps that a worker must have done before a claim."""
    quiz_version: Mapped[str] = mapped_column(sa.String(20), default=FIRST_QUIZ)
    """Which quiz counts; who passed another one is asked again."""

    packages: Mapped[list["Package"]] = relationship(order_by="Package.id")

    __table_args__ = (
        sa.CheckConstraint(
            "start_hours > 0 AND times_per_worker > 0 AND gold_percent BETWEEN 0 AND 100 AND fee_bp >= 0",
            name="terms",
        ),
    )


class Package(Base):
    """A tier's offer within a gig."""

    __tablename__ = "package"

    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id"))
    tier: Mapped[Tier] = mapped_column(closed_set(Tier))
    price_cents: Mapped[int]
    """For the whole package."""
    bonus_cents: Mapped[int]
    """For each scenario rated with five stars."""
    scenario_count: Mapped[int]
    minutes: Mapped[int]
    """The time a worker should plan for the whole package."""
    level: Mapped[Level] = mapped_column(closed_set(Level))
    """The lowest level that may take it."""
    narration: Mapped[Narration] = mapped_column(closed_set(Narration))

    __table_args__ = (
        sa.UniqueConstraint("gig_id", "tier"),
        sa.CheckConstraint("price_cents > 0 AND bonus_cents >= 0 AND scenario_count > 0", name="amounts"),
    )


class Scenario(Base):
    """One shopping goal. Its words never change: recordings were made for them; another wording is another scenario."""

    __tablename__ = "scenario"

    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id"))
    tier: Mapped[Tier] = mapped_column(closed_set(Tier, name="scenario_tier"))
    goal: Mapped[str] = mapped_column(sa.String(300))
    constraints: Mapped[list[str]] = mapped_column(sa.JSON)
    """What to look out for, a short line each."""
    category: Mapped[str] = mapped_column(sa.String(40))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when nobody new gets it; who has it keeps it."""
    gold: Mapped[bool] = mapped_column(default=False)
    """One whose good demonstration is known: it is mixed in to see how well workers and reviewers do."""
    pinned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is given out before all others."""

    __table_args__ = (
        sa.Index(
            "uq_scenario_goal",
            "gig_id",
            "goal",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
        sa.Index(None, "gig_id", "tier", "pinned_at"),
        sa.Index(None, "gig_id", "tier", "gold"),
    )


class Wave(Base):
    """A round of workers with a budget that cannot be overrun."""

    __tablename__ = "wave"

    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    quota: Mapped[int]
    """How many workers it lets in."""
    budget_cents: Mapped[int]
    reserved_cents: Mapped[int] = mapped_column(default=0)
    """Promised to workers for what is under way: price, largest bonus, and the fee for paying them."""
    spent_cents: Mapped[int] = mapped_column(default=0)
    """Earned by workers, and the fee for paying it."""
    state: Mapped[WaveState] = mapped_column(closed_set(WaveState))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("gig_id", "name"),
        sa.CheckConstraint(
            "reserved_cents >= 0 AND spent_cents >= 0 AND reserved_cents + spent_cents <= budget_cents", name="budget"
        ),
    )


class Invitation(Base):
    """A link that lets workers into a wave."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id"))
    token: Mapped[str] = mapped_column(sa.String(40), unique=True)
    note: Mapped[str] = mapped_column(sa.String(120))
    """Where it was posted."""
    marketplace: Mapped[str] = mapped_column(sa.String(40), default="")
    """The marketplace whose orders come by it, by the name that people know; empty for any other way."""
    uses: Mapped[int] = mapped_column(default=0)
    max_uses: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    wave: Mapped[Wave] = relationship()

    __table_args__ = (sa.CheckConstraint("uses <= max_uses", name="uses"),)
