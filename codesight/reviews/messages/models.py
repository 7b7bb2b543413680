"""Threads on recordings, and what the owner writes to a group."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.accounts.models import Account
from codesight.db import Base, UtcDateTime
from codesight.gigs.models import Invitation


class Message(Base):
    """One message in the thread of an assignment; never changed afterwards."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), index=True)
    """Not the submission: the talk goes on over revisions."""
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    """Plain text, masked before it was kept."""
    key: Mapped[str] = mapped_column(sa.String(40))
    """Made with the form: however often its button is pressed, it is written once."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Account] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("author_id", "key"),
        sa.CheckConstraint("text <> ''", name="says_something"),
    )


class Seen(Base):
    """How far somebody has read a thread."""

    __tablename__ = "message_seen"

    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))


class News(Base):
    """What the owner has written to a group of workers; never changed afterwards."""

    __tablename__ = "news"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    """Made with the preview: however often its button is pressed, it is sent once."""
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    group: Mapped[str] = mapped_column(sa.String(300))
    """Whom it was for, in words."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[Account] = relationship()


class Recipient(Base):
    """One worker of the group, as it was previewed. A job tells them; the row says whether it has."""

    __tablename__ = "news_recipient"

    news_id: Mapped[int] = mapped_column(sa.ForeignKey("news.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "ix_news_recipient_waiting",
            "news_id",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        ),
    )


class MailedInvitation(Base):
    """That somebody was invited into a wave by mail, with the link that holds now."""

    __tablename__ = "mailed_invitation"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    """In lower case."""
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("invitation.id"), unique=True)

    invitation: Mapped[Invitation] = relationship()
