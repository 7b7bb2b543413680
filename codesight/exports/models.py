"""Versions of the dataset."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime


class Dataset(Base):
    """One version: the accepted and usable work of a moment, as a ZIP."""

    __tablename__ = "dataset"

    id: Mapped[int] = mapped_column(primary_key=True)
    """The version's number."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    key: Mapped[str | None] = mapped_column(sa.String(200))
    """Name of the ZIP in storage once it is built."""
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    sessions: Mapped[int | None]
    steps: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(sa.String(300))

    __table_args__ = (sa.CheckConstraint("(key IS NULL) = (sha256 IS NULL)", name="built"),)
