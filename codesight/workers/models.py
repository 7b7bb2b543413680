"""What belongs to an account because it is a worker's."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.accounts.models import Account
from codesight.db import Base, UtcDateTime, closed_set
from codesight.gigs.models import Gig, Level, Narration, Wave


class Channel(enum.StrEnum):
    """How a worker is paid."""

    FIVERR = "fiverr"
    UPWORK = "upwork"
    PROLIFIC = "prolific"
    PAYPAL = "paypal"
    WISE = "wise"
    BANK = "bank"


class Worker(Base):
    """A person who records."""

    __tablename__ = "worker"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id"))
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("invitation.id"))
    marketplace: Mapped[str] = mapped_column(sa.String(40), default="")
    """Where the order was made, as the invitation said; empty for who came another way."""
    order_number: Mapped[str] = mapped_column(sa.String(60), default="")
    """The marketplace's order that brought this worker, when there is one."""
    level: Mapped[Level] = mapped_column(closed_set(Level, name="worker_level"), default=Level.ENTRY)
    narration: Mapped[Narration] = mapped_column(closed_set(Narration, name="worker_narration"), default=Narration.SOME)
    """How fully they speak, measured on their accepted work; packages ask for it."""
    level_by_hand: Mapped[bool] = mapped_column(default=False)
    """The owner has set level and narration: the rule leaves both alone until the owner lets it."""
    channel: Mapped[Channel] = mapped_column(closed_set(Channel))
    channel_address: Mapped[str] = mapped_column(sa.String(254))
    """Where the channel finds them: a user name or an e-mail address."""
    channel_key: Mapped[str] = mapped_column(sa.String(64), index=True)
    """What tells whether two workers are paid to one account: `rules.channel_key`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
    gig: Mapped[Gig] = relationship()
    wave: Mapped[Wave] = relationship()

    __table_args__ = (
        # An order is one person's. What people type who came by no marketplace is nobody's order.
        sa.Index(
            "uq_worker_order",
            "marketplace",
            "order_number",
            unique=True,
            sqlite_where=sa.text("marketplace <> ''"),
            postgresql_where=sa.text("marketplace <> ''"),
        ),
    )


class Consent(Base):
    """That a worker agreed to a certain text."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    version: Mapped[str] = mapped_column(sa.String(20))
    text_sha256: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("account_id", "text_sha256"),)
