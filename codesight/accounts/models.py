"""People, their roles, and what they sign in with."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from codesight.db import Base, UtcDateTime, closed_set


class Role(enum.StrEnum):
    """What a person may do here; each account has one."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    PAYER = "payer"
    WORKER = "worker"


class Scope(enum.StrEnum):
    """What an API token may do of what its owner's role may."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    ADMIN = "admin"


class NamedRole(RoleMixin):
    """A role as Flask-Security wants to see it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions: list[str] = []


class Account(Base, UserMixin):
    """A person who can sign in. Only `accounts.actions` sets role and state: it writes the audit."""

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
    """Names the person in cookies and mailed links; a new one makes all of them worthless."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person showed that the e-mail address is theirs; before that they cannot sign in."""
    fs_webauthn_user_handle: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Names the person to their passkeys; says nothing about them."""
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(20))
    """`authenticator` once an app was set up. (Flask-Security's names, here and below.)"""
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(400))
    """Shared with the authenticator app; encrypted."""
    totp_counter: Mapped[int | None]
    """The time step of the last code that was taken; older ones, and the same again, are refused."""

    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]  # theirs is a list of a base class
        lazy="raise", order_by="Passkey.id"
    )
    """Passkeys; to be asked for when the account is read."""

    tf_phone_number = None
    """Flask-Security asks; there are no codes by phone here."""

    __table_args__ = (
        sa.CheckConstraint("(tf_primary_method IS NULL) = (tf_totp_secret IS NULL)", name="app_with_its_secret"),
    )

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # theirs is a column, ours follows from `role`
        """For Flask-Security; our own code asks `role`."""
        return [NamedRole(self.role.value)]

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone is not enough to sign in."""
        return self.tf_primary_method is not None or bool(self.webauthn)


class _AnyUsage(str):
    """Our passkeys stand for the whole sign-in and confirm a password alike; Flask-Security keeps the two apart."""

    def __eq__(self, other: object) -> bool:
        return other in ("first", "secondary")

    __hash__ = str.__hash__


class Passkey(Base, WebAuthnMixin):
    """A key in somebody's device that signs them in. It is unlocked there: by a finger, a face or a PIN."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(sa.String(64))
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int]
    """As the device counts; one that goes backwards was copied, and is refused."""
    transports: Mapped[list[str]] = mapped_column(sa.JSON)
    extensions: Mapped[str | None] = mapped_column(sa.Text)
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(sa.String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime)

    usage = _AnyUsage("first")

    __table_args__ = (sa.UniqueConstraint("account_id", "name"),)

    def get_user_mapping(self) -> dict[str, int]:
        """How Flask-Security finds whose it is."""
        return {"id": self.account_id}


class RecoveryCode(Base):
    """A code that stands in once for a lost second factor."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("account_id", "code_hash"),)


class SignIn(Base):
    """One browser in which somebody is signed in. Its cookie holds a token, we hold the token's hash."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """To within some minutes."""
    browser: Mapped[str] = mapped_column(sa.String(60))
    """In words, such as `Chrome on Windows`."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="raise")


class ApiToken(Base):
    """What a program shows instead of a password. It ends by itself, and earlier when it is revoked."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To within a minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="raise")


class AuditEntry(Base):
    """Who changed what about people, roles and money. Only ever added to: triggers refuse the rest."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80))
    details: Mapped[dict[str, object]] = mapped_column(sa.JSON)
