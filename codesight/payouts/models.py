"""The ledger and the payouts."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set
from codesight.lifecycle import PayoutState
from codesight.workers.models import Channel, Worker


class EntryKind(enum.StrEnum):
    """Why money moved."""

    PAY = "pay"
    BONUS = "bonus"
    PAY_CORRECTION = "pay_correction"
    """Pay that the owner took back."""
    BONUS_CORRECTION = "bonus_correction"
    PAYOUT = "payout"


EARNING = (EntryKind.PAY, EntryKind.BONUS, EntryKind.PAY_CORRECTION, EntryKind.BONUS_CORRECTION)
"""What a payout is made of."""


class ReviewPosting(Base):
    """That a review's consequences for money have been booked: once, also where no cent moved."""

    __tablename__ = "review_posting"

    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    earned_cents: Mapped[int]
    """What the worker earned by it, beyond earlier reviews of the assignment; negative for a correction."""
    released_cents: Mapped[int]
    """How much of the wave's reservation came to its end."""

    __table_args__ = (sa.CheckConstraint("released_cents >= 0", name="released"),)


class LedgerEntry(Base):
    """One posting: an amount from one book account to another, so that an unbalanced one cannot be written.

    Only ever added to: triggers refuse updates and deletes. Book accounts are `expense:pay`, `expense:bonus`,
    `worker:17` (what we owe) and `cash:paypal` (what left us).
    """

    __tablename__ = "ledger_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[EntryKind] = mapped_column(closed_set(EntryKind))
    subject: Mapped[str] = mapped_column(sa.String(40))
    """What it is about: `submission:12` or `payout:3`."""
    version: Mapped[int]
    """1; a later review of the same submission posts only the difference, with its own version."""
    debit: Mapped[str] = mapped_column(sa.String(40), index=True)
    credit: Mapped[str] = mapped_column(sa.String(40), index=True)
    cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    reason: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (
        sa.UniqueConstraint("subject", "kind", "version"),
        sa.CheckConstraint("cents > 0", name="amount"),
        sa.CheckConstraint("debit <> credit", name="accounts"),
    )


class PayoutBatch(Base):
    """Payouts that are paid together, by one channel and in one currency."""

    __tablename__ = "payout_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(closed_set(Channel, name="batch_channel"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))

    payouts: Mapped[list["Payout"]] = relationship(back_populates="batch", order_by="Payout.id")


class Payout(Base):
    """One payment to one worker."""

    __tablename__ = "payout"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payout_batch.id"))
    channel: Mapped[Channel] = mapped_column(closed_set(Channel, name="payout_channel"))
    """Frozen when the payout is made due, like the address."""
    channel_address: Mapped[str] = mapped_column(sa.String(254))
    cents: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    state: Mapped[PayoutState] = mapped_column(closed_set(PayoutState))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    transfer_id: Mapped[str | None] = mapped_column(sa.String(120))
    """The payer's reference, or the payment service's id."""

    worker: Mapped[Worker] = relationship()
    batch: Mapped[PayoutBatch | None] = relationship(back_populates="payouts")
    lines: Mapped[list["PayoutLine"]] = relationship(back_populates="payout")

    __table_args__ = (
        sa.CheckConstraint("cents > 0", name="amount"),
        sa.CheckConstraint("(state = 'paid') = (transfer_id IS NOT NULL)", name="transfer"),
        sa.CheckConstraint("(state = 'due') = (batch_id IS NULL)", name="batch"),
        sa.Index(
            "uq_payout_due",
            "worker_id",
            "currency",
            unique=True,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        ),
        # A payout's id goes into payment files: SQLite must not give it to another one after a merge.
        {"sqlite_autoincrement": True},
    )


class PayoutLine(Base):
    """Which ledger entries a payout pays; an entry is paid once."""

    __tablename__ = "payout_line"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_entry.id"), primary_key=True)
    payout_id: Mapped[int] = mapped_column(sa.ForeignKey("payout.id"), index=True)

    entry: Mapped[LedgerEntry] = relationship()
    payout: Mapped[Payout] = relationship(back_populates="lines")
