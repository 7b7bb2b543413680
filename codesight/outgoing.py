"""What leaves the house by itself: mails to people, and alerts to the team's chat.

A row is written in the transaction of what it tells of. A job claims it, sends it and notes that; so it goes out once
however many jobs there are, and not at all when the transaction was undone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from codesight.db import Base, UtcDateTime

GIVE_UP_AFTER = timedelta(days=2)
"""What could not be delivered for so long is given up."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries. The first wait is a minute: longer than what chat services ask for with `Retry-After`."""
_WAITS = "sent_at IS NULL AND given_up_at IS NULL"
_FRESH = "outgoing"


class Outgoing(Base):
    """What mails and alerts have in common."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """What it is about, such as `payout:17`; nothing goes out twice about the same."""
    text: Mapped[str] = mapped_column(sa.Text)
    """Links in it may open accounts: it is kept only until it is out."""
    path: Mapped[str] = mapped_column(sa.String(200), default="")
    """The page that shows more; its address is completed when it is sent."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it is tried (again)."""
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when a job has it in hand."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(sa.String(300), default="")
    """Why the last try failed."""


def _rules() -> tuple[sa.CheckConstraint | sa.Index, ...]:
    return (
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        sa.CheckConstraint(f"({_WAITS}) OR (text = '' AND claimed_at IS NULL)", name="erased_at_its_end"),
        sa.Index(None, "due_at", sqlite_where=sa.text(_WAITS), postgresql_where=sa.text(_WAITS)),
    )


class OutgoingMail(Outgoing):
    """One mail to one address."""

    __tablename__ = "outgoing_mail"
    __table_args__ = _rules()

    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    """Whose message it carries; None for one that is about an account, or goes to somebody without one."""


class ChatAlert(Outgoing):
    """One alert to the owner's team, in all of its chats."""

    __tablename__ = "chat_alert"
    __table_args__ = _rules()

    title: Mapped[str] = mapped_column(sa.String(200))
    reached: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """The chats that have it already, by their names in the adapter; the others are tried again."""


Row = TypeVar("Row", bound=Outgoing)


def add(db: Session, row: Row, *, now: datetime) -> Row | None:
    """Write down what is to be sent once this transaction is committed; None when it was written about before."""
    row.created_at = row.due_at = now
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return None
    db.info.setdefault(_FRESH, []).append((type(row), row.id))
    return row


def fresh(db: Session) -> Sequence[tuple[type[Outgoing], int]]:
    """What this session has written, to ring for after its commit."""
    written: list[tuple[type[Outgoing], int]] = db.info.pop(_FRESH, [])
    return written


def _unsent(kind: type[Outgoing]) -> tuple[ColumnElement[bool], ...]:
    return kind.sent_at.is_(None), kind.given_up_at.is_(None)


def waiting(db: Session, kind: type[Outgoing], *, now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of what is due and in no job's hand, oldest first."""
    due = sa.select(kind.id).where(*_unsent(kind), kind.claimed_at.is_(None), kind.due_at <= now)
    return db.scalars(due.order_by(kind.due_at).limit(limit)).all()


def claim(db: Session, kind: type[Row], row_id: int, *, now: datetime) -> Row | None:
    """The row, for exactly one caller; None for the others, and when it is not due."""
    mine = sa.update(kind).where(kind.id == row_id, *_unsent(kind), kind.claimed_at.is_(None), kind.due_at <= now)
    return db.scalar(mine.values(claimed_at=now, tries=kind.tries + 1).returning(kind))


def sent(db: Session, kind: type[Outgoing], row_id: int, *, now: datetime) -> None:
    """It is out; what it said is erased."""
    done = sa.update(kind).where(kind.id == row_id, *_unsent(kind))
    db.execute(done.values(sent_at=now, claimed_at=None, text="", problem=""))


def reached(db: Session, alert_id: int, names: list[str]) -> None:
    """These chats have the alert."""
    db.execute(sa.update(ChatAlert).where(ChatAlert.id == alert_id).values(reached=names))


def not_sent(db: Session, kind: type[Outgoing], row_id: int, reason: str, *, for_good: bool, now: datetime) -> bool:
    """Note why, and when to try again; each wait is twice the last one. False when it is given up."""
    row = db.get_one(kind, row_id)
    row.problem, row.claimed_at = reason[:300], None
    if for_good or now - row.created_at > GIVE_UP_AFTER:
        row.given_up_at, row.text = now, ""
        return False
    row.due_at = now + min(timedelta(minutes=2 ** min(row.tries - 1, 10)), LONGEST_WAIT)
    return True


def let_go(db: Session, kind: type[Outgoing], *, before: datetime) -> Sequence[int]:
    """What a killed job had in hand can be claimed again. Returns the ids.

    It may have gone out already, and goes out again: a mail with the same Message-ID, which mail programs show once,
    an alert with the same number. Twice is better than a person who cannot get into their account, or than books that
    are wrong and nobody knows.
    """
    stuck = sa.update(kind).where(*_unsent(kind), kind.claimed_at < before)
    return db.scalars(stuck.values(claimed_at=None).returning(kind.id)).all()
