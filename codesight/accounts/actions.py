"""Making accounts, and the audit."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, AuditEntry, Role
from codesight.errors import Conflict


def create_account(
    db: Session, *, email: str, name: str, password_hash: str, role: Role, now: datetime, by: int | None = None
) -> Account:
    """Add a person. Raises Conflict `email_taken` when the address already has an account."""
    email = email.strip().lower()
    if db.scalar(sa.select(Account.id).where(Account.email == email)) is not None:
        raise Conflict("email_taken", "This e-mail address cannot be used. Sign in instead, or take another one.")
    account = Account(
        email=email,
        name=name.strip(),
        password=password_hash,
        role=role,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    db.add(account)
    db.flush()
    audit(db, "account_created", f"account:{account.id}", {"role": role.value}, now=now, by=by)
    return account


def audit(db: Session, action: str, subject: str, details: dict[str, object], *, now: datetime, by: int | None) -> None:
    """Write a line that nothing in the program can change."""
    db.add(AuditEntry(at=now, by=by, action=action, subject=subject, details=details))
