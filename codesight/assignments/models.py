"""Slots, claims and assignments."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set
from codesight.gigs.models import Level, Package, Scenario, Tier
from codesight.lifecycle import AssignmentState
from codesight.workers.models import Worker


class SlotState(enum.StrEnum):
    """Whether a wanted demonstration can still be claimed."""

    OPEN = "open"
    TAKEN = "taken"


class Slot(Base):
    """One wanted demonstration of a scenario."""

    __tablename__ = "slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"))
    number: Mapped[int]
    """1 for the first demonstration of its scenario: how far it is covered when this one is the next."""
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id"))
    """The scenario's, as its tier: what can be given out next is found in one index, however much there is."""
    tier: Mapped[Tier] = mapped_column(closed_set(Tier, name="slot_tier"))
    state: Mapped[SlotState] = mapped_column(closed_set(SlotState), default=SlotState.OPEN)

    __table_args__ = (
        sa.UniqueConstraint("scenario_id", "number"),
        sa.Index(None, "scenario_id", "state", "number"),
        sa.Index(None, "gig_id", "tier", "state", "number"),
    )


class ScenarioSite(Base):
    """That somebody has demonstrated a scenario on a site."""

    __tablename__ = "scenario_site"

    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), primary_key=True)
    site: Mapped[str] = mapped_column(sa.String(253), primary_key=True)
    """The host's name without `www.`."""


class PackageClaim(Base):
    """A worker's package, with price, count and conditions as they were when it was claimed."""

    __tablename__ = "package_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"))
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("package.id"))
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    fee_bp: Mapped[int]
    """What paying costs on top, in hundredths of a percent."""
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_until: Mapped[datetime] = mapped_column(UtcDateTime)
    """Who has begun nothing by then loses the whole package."""
    finish_until: Mapped[datetime] = mapped_column(UtcDateTime)
    """Until when it stays reserved once it was begun; recording extends single scenarios beyond."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its first scenario was begun."""
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the pause ends by itself, or ended; all deadlines were moved by the pause's whole length."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its last assignment came to an end."""

    package: Mapped[Package] = relationship()
    assignments: Mapped[list["Assignment"]] = relationship(back_populates="claim", order_by="Assignment.id")

    __table_args__ = (
        sa.CheckConstraint("(paused_at IS NULL) = (pause_until IS NULL)", name="pause"),
        sa.CheckConstraint("start_until <= finish_until", name="deadlines"),
        # One package at a time; the index, not a count, is what holds under concurrency.
        sa.Index(
            "uq_package_claim_open",
            "worker_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )


class Assignment(Base):
    """One worker, one scenario, with a lease."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("package_claim.id"), index=True)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("slot.id"))
    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"))
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    level: Mapped[Level] = mapped_column(closed_set(Level, name="assignment_level"))
    """The worker's when it was claimed: which kind of person demonstrates this."""
    price_cents: Mapped[int]
    """This scenario's part of the package's price."""
    bonus_cents: Mapped[int]
    fee_cents: Mapped[int]
    """What paying price and bonus costs on top."""
    reserved_cents: Mapped[int]
    """What its wave still keeps for it: price, bonus and fee; nothing once it was earned, freed or never there."""
    holds_slot: Mapped[bool] = mapped_column(default=True)
    """Whether the slot is taken by this assignment; not so for work that came when it was somebody else's."""
    surplus: Mapped[bool] = mapped_column(default=False)
    """It came when its slot was somebody else's, or its money promised: it never counts into the quota."""
    may_repeat: Mapped[bool] = mapped_column(default=False)
    """The owner lets the worker be given this scenario once more."""
    state: Mapped[AssignmentState] = mapped_column(closed_set(AssignmentState))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_cap: Mapped[datetime] = mapped_column(UtcDateTime)
    """Recording extends the lease up to here and no further."""
    warn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When three quarters of the time are over."""
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the worker was told so."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    claim: Mapped[PackageClaim] = relationship(back_populates="assignments")
    scenario: Mapped[Scenario] = relationship()
    worker: Mapped[Worker] = relationship()

    __table_args__ = (
        sa.Index(None, "state", "lease_until"),
        sa.Index(None, "scenario_id", "level"),
        sa.CheckConstraint(
            "price_cents >= 0 AND bonus_cents >= 0 AND fee_cents >= 0 AND reserved_cents >= 0", name="amounts"
        ),
        sa.CheckConstraint("NOT (surplus AND holds_slot)", name="surplus"),
        sa.CheckConstraint("lease_until <= lease_cap", name="lease"),
    )
