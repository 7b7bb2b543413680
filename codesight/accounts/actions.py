"""Making accounts, and the audit."""

import secrets
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, AuditEntry, Role
from codesight.errors import Conflict


def create_account(
    db: Session, *, email: str, name: str, password_hash: str, role: Role, now: datetime, by: int | None = None
) -> Account:
    """Add a person. Raises Conflict `email_taken` when the address already has an account."""
    email = email.strip().lower()
    account = Account(
        email=email,
        name=name.strip(),
        password=password_hash,
        role=role,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    try:
        with db.begin_nested():
            db.add(account)
    except IntegrityError as problem:  # no look beforehand: of two at the same moment the index lets one in
        raise Conflict(
            "email_taken", "This e-mail address cannot be used. Sign in instead, or take another one."
        ) from problem
    audit(db, "account_created", f"account:{account.id}", {"role": role.value}, now=now, by=by)
    return account


def audit(db: Session, action: str, subject: str, details: dict[str, object], *, now: datetime, by: int | None) -> None:
    """Write a line that nothing in the program can change."""
    db.add(AuditEntry(at=now, by=by, action=action, subject=subject, details=details))
