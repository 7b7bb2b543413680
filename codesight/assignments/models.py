"""Slots, claims and assignments."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set
from codesight.gigs.models import Package, Scenario
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
    state: Mapped[SlotState] = mapped_column(closed_set(SlotState), default=SlotState.OPEN)

    __table_args__ = (sa.Index(None, "scenario_id", "state"),)


class PackageClaim(Base):
    """A worker's package, with price and count as they were when it was claimed."""

    __tablename__ = "package_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"))
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("package.id"))
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its last assignment came to an end."""

    package: Mapped[Package] = relationship()
    assignments: Mapped[list["Assignment"]] = relationship(back_populates="claim", order_by="Assignment.id")

    __table_args__ = (
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
    price_cents: Mapped[int]
    """This scenario's part of the package's price."""
    bonus_cents: Mapped[int]
    reserved_cents: Mapped[int]
    """What its wave still keeps for it: price and bonus, and nothing once it was earned, freed or never there."""
    holds_slot: Mapped[bool] = mapped_column(default=True)
    """Whether the slot is taken by this assignment; not so for work that came when it was somebody else's."""
    state: Mapped[AssignmentState] = mapped_column(closed_set(AssignmentState), index=True)
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    claim: Mapped[PackageClaim] = relationship(back_populates="assignments")
    scenario: Mapped[Scenario] = relationship()
    worker: Mapped[Worker] = relationship()

    __table_args__ = (
        sa.CheckConstraint("price_cents >= 0 AND bonus_cents >= 0 AND reserved_cents >= 0", name="amounts"),
    )
