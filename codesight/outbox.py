"""What must be told to people, written in the same transaction as what happened, so that it is told exactly once."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.db import Base, UtcDateTime, closed_set
from codesight.errors import NotFound
from codesight.outgoing import ChatAlert, OutgoingMail, add
from codesight.policy import POLICY, Delivery, Kind, choices_for, kind_of

_PEOPLE = sa.table("account", sa.column("id"), sa.column("email"))
"""The floor knows no stage: of people it knows the number that keys point to, and where mail finds them."""
_UNREAD = "read_at IS NULL"
_FOR_THE_DIGEST = "mail = 'digest' AND mail_id IS NULL"


class Notice(Base):
    """One message to one person, shown in the product until it is read."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(120), index=True)
    """What it is about, such as `review:17`; nobody is told the same twice. It begins with its kind."""
    text: Mapped[str] = mapped_column(sa.String(400))
    path: Mapped[str] = mapped_column(sa.String(200))
    """The page that shows more."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail: Mapped[Delivery] = mapped_column(closed_set(Delivery, name="notice_mail"))
    """How it is mailed, as the person had chosen when it was told."""
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outgoing_mail.id"))
    """The one mail that carries it: its own, or a digest."""

    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.CheckConstraint("mail <> 'off' OR mail_id IS NULL", name="mailed_as_wanted"),
        sa.Index("ix_notice_unread", "account_id", sqlite_where=sa.text(_UNREAD), postgresql_where=sa.text(_UNREAD)),
        sa.Index(
            "ix_notice_digest",
            "account_id",
            sqlite_where=sa.text(_FOR_THE_DIGEST),
            postgresql_where=sa.text(_FOR_THE_DIGEST),
        ),
    )

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return kind_of(self.key)


class MailChoice(Base):
    """How a person wants one kind of message mailed; without a row, as the policy has it."""

    __tablename__ = "mail_choice"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(closed_set(Kind, name="mail_choice_kind"), primary_key=True)
    delivery: Mapped[Delivery] = mapped_column(closed_set(Delivery, name="mail_choice_delivery"))


class Unwanted(Base):
    """An address without an account that wants no invitations."""

    __tablename__ = "unwanted"

    address: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


def tell(db: Session, account_id: int, key: str, text: str, path: str, *, now: datetime) -> None:
    """Tell a person something once; a second call with the same key does nothing.

    The key's kind and the person's choice decide about the mail: written here as well, kept for the digest, or none.
    Raises ValueError for a kind that is not in the policy.
    """
    kind = kind_of(key)
    told = sa.select(Notice.id).where(Notice.account_id == account_id, Notice.key == key)
    if db.scalar(told) is not None:
        return
    how = choice(db, account_id, kind)
    notice = Notice(account_id=account_id, key=key, text=text, path=path, created_at=now, mail=how)
    try:
        with db.begin_nested():
            db.add(notice)
    except IntegrityError:
        if db.scalar(told) is None:
            raise  # there is no such person
        return  # another process told them at this very moment
    if how == Delivery.NOW:
        mail = write_to(db, account_id, f"{key}:{account_id}", POLICY[kind].title, text, path, now=now)
        notice.mail_id = mail.id if mail else None
        db.flush()


def write_to(
    db: Session, account_id: int, key: str, subject: str, text: str, path: str, *, now: datetime
) -> OutgoingMail | None:
    """A mail to a person of ours; None when they were written to about this before."""
    address = db.execute(sa.select(_PEOPLE.c.email).where(_PEOPLE.c.id == account_id)).scalar_one()
    mail = OutgoingMail(key=key, to=address, subject=subject, text=text, path=path, account_id=account_id)
    return add(db, mail, now=now)


def post(
    db: Session, key: str, *, to: str, subject: str, text: str, path: str = "", now: datetime
) -> OutgoingMail | None:
    """A mail to an address, about an account or with an invitation; None when this was written about before."""
    kind_of(key)
    return add(db, OutgoingMail(key=key, to=to, subject=subject, text=text, path=path), now=now)


def alert(db: Session, key: str, text: str, path: str, *, now: datetime) -> None:
    """Say it in the team's chat, once, if the policy finds its kind worth waking them.

    The text goes to others' servers: no secrets, and no names or words of people.
    """
    row = POLICY[kind_of(key)]
    if row.chat:
        add(db, ChatAlert(key=key, title=row.title, text=text, path=path), now=now)


def unread(db: Session, account_id: int, limit: int = 5) -> Sequence[Notice]:
    """The newest messages that the person has not put away."""
    return db.scalars(_unread(account_id).order_by(Notice.id.desc()).limit(limit)).all()


def unread_count(db: Session, account_id: int) -> int:
    """How many messages the person has not put away."""
    return db.scalar(sa.select(sa.func.count()).select_from(_unread(account_id).subquery())) or 0


def _unread(account_id: int) -> sa.Select[Notice]:
    return sa.select(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))


def notices(db: Session, account_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[Notice]:
    """All messages of a person, the newest first; `before` is the id to go on behind."""
    mine = sa.select(Notice).where(Notice.account_id == account_id)
    if before is not None:
        mine = mine.where(Notice.id < before)
    return db.scalars(mine.order_by(Notice.id.desc()).limit(limit)).all()


def notice(db: Session, account_id: int, notice_id: int) -> Notice:
    """One message to a person. Raises NotFound."""
    found = db.get(Notice, notice_id)
    if found is None or found.account_id != account_id:
        raise NotFound("message_not_found", "There is no such message.")
    return found


def put_away(
    db: Session, account_id: int, *, now: datetime, only: int | None = None, keys: Collection[str] | None = None
) -> None:
    """The person has read what there was: all of it, one message, or those of some keys."""
    mine = sa.update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    if only is not None:
        mine = mine.where(Notice.id == only)
    if keys is not None:
        mine = mine.where(Notice.key.in_(keys))
    db.execute(mine.values(read_at=now))


def readers(db: Session, key: str) -> tuple[int, int]:
    """How many people were told under a key, and how many of them have read it."""
    counted = sa.select(sa.func.count(), sa.func.count(Notice.read_at)).where(Notice.key == key)
    told, read = db.execute(counted).one()
    return told, read


def choice(db: Session, account_id: int, kind: Kind) -> Delivery:
    """How a person has messages of a kind mailed."""
    chosen = db.scalar(
        sa.select(MailChoice.delivery).where(MailChoice.account_id == account_id, MailChoice.kind == kind)
    )
    return chosen or POLICY[kind].mail[0]


def choices(db: Session, account_id: int, role: str) -> dict[Kind, Delivery]:
    """How a person of a role has each kind mailed."""
    mine = sa.select(MailChoice.kind, MailChoice.delivery).where(MailChoice.account_id == account_id)
    chosen = {row[0]: row[1] for row in db.execute(mine)}
    return {kind: chosen.get(kind, row.mail[0]) for kind, row in choices_for(role).items()}


def choose(db: Session, account_id: int, kind: Kind, how: Delivery) -> None:
    """From now on messages of the kind are mailed like this.

    What already waits for a digest comes with it, unless the person wants no more mail of the kind. Raises ValueError
    for what the policy does not let them choose.
    """
    if how not in POLICY[kind].mail:
        raise ValueError(f"{kind} cannot be {how}")
    row = db.get(MailChoice, (account_id, kind)) or MailChoice(account_id=account_id, kind=kind)
    row.delivery = how
    db.add(row)
    if how == Delivery.OFF:
        waits = sa.update(Notice).where(Notice.account_id == account_id, Notice.key.startswith(f"{kind}:"))
        db.execute(waits.where(Notice.mail == Delivery.DIGEST, Notice.mail_id.is_(None)).values(mail=Delivery.OFF))
    db.flush()


def turn_off(db: Session, account_id: int, role: str, kind: Kind) -> None:
    """No more mails like this one; after a digest, nothing that can be off comes in a digest any more."""
    if kind != Kind.DIGEST:
        choose(db, account_id, kind, Delivery.OFF)
        return
    for each, how in choices(db, account_id, role).items():
        if how == Delivery.DIGEST and POLICY[each].can_be_off:
            choose(db, account_id, each, Delivery.OFF)


def refuse_mail(db: Session, address: str, *, now: datetime) -> None:
    """An address without an account wants no more invitations; saying so twice changes nothing."""
    if not refuses_mail(db, address):
        db.add(Unwanted(address=address.lower(), since=now))
        db.flush()


def refuses_mail(db: Session, address: str) -> bool:
    """Whether an address wants no invitations."""
    return db.get(Unwanted, address.lower()) is not None
