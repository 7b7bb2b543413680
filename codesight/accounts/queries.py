"""Reading accounts, and who shows a cookie or a token."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.accounts import rules
from codesight.accounts.models import Account, ApiToken, Passkey, RecoveryCode, Role, SignIn
from codesight.errors import NotFound

WITH_PASSKEYS = selectinload(Account.webauthn)


def account(db: Session, account_id: int) -> Account:
    """A person with their passkeys. Raises NotFound."""
    found = db.scalar(sa.select(Account).where(Account.id == account_id).options(WITH_PASSKEYS))
    if found is None:
        raise NotFound("account_not_found", "There is no such account.")
    return found


def account_by(db: Session, column: str, value: object, *, any_case: bool = False) -> Account | None:
    """The person with this value in a column, with their passkeys; with `any_case`, however it is written."""
    attribute = getattr(Account, column)
    same = sa.func.lower(attribute) == str(value).lower() if any_case else attribute == value
    return db.scalar(sa.select(Account).where(same).options(WITH_PASSKEYS))


def accounts(
    db: Session, *, role: Role | None = None, text: str = "", limit: int = 50, offset: int = 0
) -> Sequence[Account]:
    """People with their passkeys, the newest first; of one role, or with a text in name or address."""
    wanted = sa.select(Account).options(WITH_PASSKEYS).order_by(Account.id.desc())
    if role is not None:
        wanted = wanted.where(Account.role == role)
    if text:
        wanted = wanted.where(
            sa.or_(Account.email.icontains(text, autoescape=True), Account.name.icontains(text, autoescape=True))
        )
    return db.scalars(wanted.limit(limit).offset(offset)).all()


def active(db: Session, role: Role) -> Sequence[Account]:
    """Everybody of a role who can sign in."""
    return db.scalars(sa.select(Account).where(Account.role == role, Account.active).order_by(Account.id)).all()


def counts(db: Session) -> dict[Role, int]:
    """How many people have each role."""
    counted = sa.select(Account.role, sa.func.count()).group_by(Account.role)
    return {row[0]: row[1] for row in db.execute(counted)}


def names(db: Session, account_ids: Collection[int]) -> dict[int, str]:
    """What these people are called."""
    known = sa.select(Account.id, Account.name).where(Account.id.in_(account_ids))
    return {row[0]: row[1] for row in db.execute(known)}


def passkey(db: Session, credential_id: bytes) -> Passkey | None:
    """The passkey that a device calls by this id."""
    return db.scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id))


def sign_in(db: Session, token: str, *, now: datetime) -> SignIn | None:
    """The sign-in that a cookie names, with its account, as long as it lasts."""
    named = sa.select(SignIn).join(SignIn.account)
    named = named.where(SignIn.token_hash == rules.secret_hash(token), *_lasting(now), Account.active)
    # In one statement: every request asks this, or the next.
    whole = named.options(joinedload(SignIn.account).joinedload(Account.webauthn))
    return db.scalars(whole).unique().one_or_none()


def sign_ins(db: Session, account_id: int, *, now: datetime) -> Sequence[SignIn]:
    """Where a person is signed in, the last one seen first."""
    theirs = sa.select(SignIn).where(SignIn.account_id == account_id, *_lasting(now))
    return db.scalars(theirs.order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())).all()


def _lasting(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return SignIn.ended_at.is_(None), SignIn.last_seen_at > rules.alive_since(now)


def token(db: Session, secret: str, *, now: datetime) -> ApiToken | None:
    """The token that a program shows, with its account, as long as it lasts."""
    shown = sa.select(ApiToken).join(ApiToken.account)
    shown = shown.where(
        ApiToken.token_hash == rules.secret_hash(secret),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > now,
        Account.active,
    )
    whole = shown.options(joinedload(ApiToken.account).joinedload(Account.webauthn))
    return db.scalars(whole).unique().one_or_none()


def tokens(db: Session, account_id: int) -> Sequence[ApiToken]:
    """A person's tokens that were not revoked, the newest first."""
    theirs = sa.select(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    return db.scalars(theirs.order_by(ApiToken.id.desc())).all()


def unspent_codes(db: Session, account_id: int) -> Sequence[str]:
    """Hashes of the recovery codes that are left."""
    left = sa.select(RecoveryCode.code_hash).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return db.scalars(left).all()
