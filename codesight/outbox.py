"""What must be told to people, written in the same transaction as what happened, so that it is told exactly once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.db import Base, UtcDateTime


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
