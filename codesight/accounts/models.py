"""People and their roles."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from codesight.db import Base, UtcDateTime, closed_set


class Role(enum.StrEnum):
    """What a person may do here; each account has one."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    PAYER = "payer"
    WORKER = "worker"


class NamedRole(RoleMixin):
    """A role as Flask-Security wants to see it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions: list[str] = []


class Account(Base, UserMixin):
    """A person who can sign in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(sa.String(80))
    password: Mapped[str] = mapped_column(sa.String(255))
    """Hashed."""
    role: Mapped[Role] = mapped_column(closed_set(Role))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Names the person in cookies and tokens; a new one ends all their sessions."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # theirs is a column, ours follows from `role`
        """For Flask-Security; our own code asks `role`."""
        return [NamedRole(self.role.value)]


class AuditEntry(Base):
    """Who changed what about people, roles and money. Only ever added to: triggers refuse the rest."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80))
    details: Mapped[dict[str, object]] = mapped_column(sa.JSON)
