"""What connects accounts, and the traces by which it is found."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime, closed_set


class LinkKind(enum.StrEnum):
    """What two accounts have in common."""

    PAYOUT = "payout"
    DEVICE = "device"
    FILE = "file"
    EVENTS = "events"


class Link(Base):
    """That two accounts have something in common that two people seldom have."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(closed_set(LinkKind))
    low_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"))
    """The account with the smaller number, so that a pair is written in one way only."""
    high_id: Mapped[int] = mapped_column(sa.ForeignKey("worker.account_id"), index=True)
    evidence: Mapped[str] = mapped_column(sa.String(64))
    """What they have in common, hashed: the same is flagged once, and not again after it was dismissed."""
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """`sessions`: public ids of recordings to look at; `percent`: how alike two streams are."""
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    """The one whose checks noticed it."""
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dismissed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    dismissed_because: Mapped[str | None] = mapped_column(sa.String(500))

    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id", "kind", "evidence"),
        sa.CheckConstraint("low_id < high_id", name="order"),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by IS NULL) AND (dismissed_at IS NULL) = (dismissed_because IS NULL)",
            name="dismissed",
        ),
    )


class StreamBand(Base):
    """Part of a submission's sketch. Two streams that are much alike share some of their bands' keys."""

    __tablename__ = "stream_band"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[int] = mapped_column(sa.BigInteger, index=True)
