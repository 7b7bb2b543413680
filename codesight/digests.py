"""One mail a day with what happened, for who does not want each thing at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.db import Base
from codesight.outbox import Notice, write_to
from codesight.policy import POLICY, Delivery, Kind

USUAL_HOUR = 8
MOST_IN_ONE = 100
"""Lines of one digest; the rest come with the next one."""


ZONES = ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
"""The zones that people choose from, by their names in the IANA database."""


class DigestTime(Base):
    """When a person has their digest; without a row, at eight in UTC."""

    __tablename__ = "digest_time"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    hour: Mapped[int]
    zone: Mapped[str] = mapped_column(sa.String(60))
    """A zone's name in the IANA database, such as `Europe/Berlin`."""

    __table_args__ = (sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),)


def time_of(db: Session, account_id: int) -> tuple[int, str]:
    """Hour and zone of a person's digest."""
    row = db.get(DigestTime, account_id)
    return (row.hour, row.zone) if row else (USUAL_HOUR, "UTC")


def set_time(db: Session, account_id: int, hour: int, zone: str) -> None:
    """Have the digest at this hour of this zone, one of `ZONES`."""
    row = db.get(DigestTime, account_id) or DigestTime(account_id=account_id)
    row.hour, row.zone = hour, zone
    db.add(row)
    db.flush()


def last_time(hour: int, zone: str, now: datetime) -> datetime:
    """The last moment at which the clock of a zone struck the hour."""
    here = _zone(zone)
    local = now.astimezone(here)
    struck = datetime.combine(local.date(), time(hour), here)
    if struck.astimezone(UTC) > now:
        struck = datetime.combine(local.date() - timedelta(days=1), time(hour), here)
    return struck.astimezone(UTC)


def due(db: Session, *, now: datetime) -> Sequence[int]:
    """The people for whom something waits that was told before their digest's last hour."""
    waits = (
        sa.select(Notice.account_id, sa.func.min(Notice.created_at), DigestTime.hour, DigestTime.zone)
        .outerjoin(DigestTime, DigestTime.account_id == Notice.account_id)
        .where(Notice.mail == Delivery.DIGEST, Notice.mail_id.is_(None))
        .group_by(Notice.account_id, DigestTime.hour, DigestTime.zone)
    )
    return [
        account_id
        for account_id, oldest, hour, zone in db.execute(waits)
        if oldest < last_time(USUAL_HOUR if hour is None else hour, zone or "UTC", now)
    ]


def write(db: Session, account_id: int, *, now: datetime) -> bool:
    """Write a person's digest; False when there is nothing in it, or they had one for this day.

    Each message names the one mail that carries it, so none is in two.
    """
    hour, zone = time_of(db, account_id)
    until = last_time(hour, zone, now)
    day = until.astimezone(_zone(zone)).date()
    mail = write_to(db, account_id, f"{Kind.DIGEST}:{account_id}:{day}", "", "", "/messages", now=now)
    if mail is None:
        return False
    waits = (Notice.account_id == account_id, Notice.mail == Delivery.DIGEST, Notice.mail_id.is_(None))
    oldest = sa.select(Notice.id).where(*waits, Notice.created_at < until).order_by(Notice.id).limit(MOST_IN_ONE)
    mine = sa.update(Notice).where(Notice.id.in_(oldest), *waits).values(mail_id=mail.id).returning(Notice)
    taken = sorted(db.scalars(mine), key=lambda notice: notice.id)
    if not taken:
        db.delete(mail)
        db.flush()
        return False
    count = "1 message" if len(taken) == 1 else f"{len(taken)} messages"
    mail.subject = f"{POLICY[Kind.DIGEST].title}: {count}"
    mail.text = "\n\n".join(f"- {notice.text}" for notice in taken)
    db.flush()
    return True


def _zone(name: str) -> tzinfo:
    # The machine's database may have lost a zone since it was chosen.
    return ZoneInfo(name) if name in ZONES else UTC
