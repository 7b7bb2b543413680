"""What must be told to people, written in the same transaction as what happened, so that it is told exactly once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.adapters.mail import Letter
from codesight.db import Base, UtcDateTime

GIVE_UP_MAIL_AFTER = timedelta(days=2)
"""A mail that could not be delivered for so long is given up."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries."""
_WAITS = "sent_at IS NULL AND given_up_at IS NULL"


class Notice(Base):
    """One message to one person, shown in the product until it is read."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(120))
    """What it is about, such as `review:17`; nobody is told the same twice."""
    text: Mapped[str] = mapped_column(sa.String(400))
    path: Mapped[str] = mapped_column(sa.String(200))
    """The page that shows more."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("account_id", "key"),)


def tell(db: Session, account_id: int, key: str, text: str, path: str, *, now: datetime) -> None:
    """Tell a person something once; a second call with the same key does nothing."""
    told = db.scalar(sa.select(Notice.id).where(Notice.account_id == account_id, Notice.key == key))
    if told is None:
        db.add(Notice(account_id=account_id, key=key, text=text, path=path, created_at=now))
        db.flush()


def unread(db: Session, account_id: int, limit: int = 5) -> Sequence[Notice]:
    """The newest messages that the person has not put away."""
    mine = sa.select(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return db.scalars(mine.order_by(Notice.id.desc()).limit(limit)).all()


def put_away(db: Session, account_id: int, *, now: datetime) -> None:
    """The person has read what there was."""
    db.execute(sa.update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None)).values(read_at=now))


class OutgoingMail(Base):
    """One mail to one address. A job claims it, sends it and notes that; what it said is then erased."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    """What it is about, such as `payout:17`; nobody is written to twice about the same."""
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    """Links in it open accounts: it is kept only until the mail is out."""
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

    __table_args__ = (
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        sa.CheckConstraint(f"({_WAITS}) OR (text = '' AND claimed_at IS NULL)", name="erased_at_its_end"),
        sa.Index(None, "due_at", sqlite_where=sa.text(_WAITS), postgresql_where=sa.text(_WAITS)),
    )

    @property
    def letter(self) -> Letter:
        """The mail as it is handed to whoever delivers it: the same on every try."""
        key = f"mail-{self.id}-{self.created_at:%Y%m%d%H%M%S}"
        return Letter(key=key, to=self.to, subject=self.subject, text=self.text, at=self.created_at)


def post(db: Session, key: str, *, to: str, subject: str, text: str, now: datetime) -> OutgoingMail | None:
    """Write a mail that a job sends once this transaction is committed; None when this was written about before."""
    mail = OutgoingMail(key=key, to=to, subject=subject, text=text, created_at=now, due_at=now)
    try:
        with db.begin_nested():
            db.add(mail)
    except IntegrityError:
        return None
    return mail


_UNSENT = (OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None))


def waiting_mail(db: Session, *, now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of mails that are due and that no job has in hand, oldest first."""
    due = sa.select(OutgoingMail.id).where(*_UNSENT, OutgoingMail.claimed_at.is_(None), OutgoingMail.due_at <= now)
    return db.scalars(due.order_by(OutgoingMail.due_at).limit(limit)).all()


def claim_mail(db: Session, mail_id: int, *, now: datetime) -> Letter | None:
    """The mail, for exactly one caller; None for the others, and when it is not due."""
    mine = sa.update(OutgoingMail).where(
        OutgoingMail.id == mail_id, *_UNSENT, OutgoingMail.claimed_at.is_(None), OutgoingMail.due_at <= now
    )
    claimed = db.scalar(mine.values(claimed_at=now, tries=OutgoingMail.tries + 1).returning(OutgoingMail))
    return claimed.letter if claimed is not None else None


def mail_sent(db: Session, mail_id: int, *, now: datetime) -> None:
    """It is out; what it said is erased."""
    done = sa.update(OutgoingMail).where(OutgoingMail.id == mail_id, *_UNSENT)
    db.execute(done.values(sent_at=now, claimed_at=None, text="", problem=""))


def mail_not_sent(db: Session, mail_id: int, reason: str, *, for_good: bool, now: datetime) -> bool:
    """Note why, and when to try again; each wait is twice the last one. False when it is given up."""
    mail = db.get_one(OutgoingMail, mail_id)
    mail.problem, mail.claimed_at = reason[:300], None
    if for_good or now - mail.created_at > GIVE_UP_MAIL_AFTER:
        mail.given_up_at, mail.text = now, ""
        return False
    mail.due_at = now + min(timedelta(minutes=2 ** min(mail.tries - 1, 10)), LONGEST_WAIT)
    return True


def let_go_of_mail(db: Session, *, before: datetime) -> Sequence[int]:
    """Mails whose job was killed with them in hand can be claimed again. Returns their ids.

    Such a mail may have gone out already. It is sent again, with the same Message-ID: a mail that comes twice is
    better than a person who cannot get into their account.
    """
    stuck = sa.update(OutgoingMail).where(*_UNSENT, OutgoingMail.claimed_at < before)
    return db.scalars(stuck.values(claimed_at=None).returning(OutgoingMail.id)).all()
