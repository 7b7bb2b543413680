"""Making accounts, changing who may do what, signing in and out, tokens, and the audit of all that."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts import rules
from codesight.accounts.models import Account, ApiToken, AuditEntry, Passkey, RecoveryCode, Role, Scope, SignIn
from codesight.errors import Conflict


def create_account(
    db: Session,
    *,
    email: str,
    name: str,
    password_hash: str,
    role: Role,
    now: datetime,
    by: int | None = None,
    confirmed: bool = False,
) -> Account:
    """Add a person. Raises Conflict `email_taken` when the address already has an account.

    Without `confirmed` they can sign in once they have followed the link in a mail to that address.
    """
    email = email.strip().lower()
    account = Account(
        email=email,
        name=name.strip(),
        password=password_hash,
        role=role,
        fs_uniquifier=secrets.token_hex(32),
        fs_webauthn_user_handle=secrets.token_hex(32),
        created_at=now,
        confirmed_at=now if confirmed else None,
    )
    try:
        with db.begin_nested():
            db.add(account)
    except IntegrityError as problem:  # no look beforehand: of two at the same moment the index lets one in
        raise Conflict(
            "email_taken", "This e-mail address cannot be used. Sign in instead, or take another one."
        ) from problem
    audit(db, "account_created", subject_of(account.id), {"role": role.value}, now=now, by=by)
    return account


def audit(db: Session, action: str, subject: str, details: dict[str, object], *, now: datetime, by: int | None) -> None:
    """Write a line that nothing in the program can change."""
    db.add(AuditEntry(at=now, by=by, action=action, subject=subject, details=details))


def subject_of(account_id: int) -> str:
    """How the audit calls a person."""
    return f"account:{account_id}"


def set_role(db: Session, account: Account, role: Role, *, by: int, now: datetime) -> bool:
    """Give a person another role; it counts from their next click on. False when it is theirs already.

    Raises Conflict `own_account`, `last_owner`.
    """
    _lock_for_change(db, account, by)
    before = account.role
    if before == role:
        return False
    account.role = role
    _ensure_an_owner_is_left(db)
    audit(db, "role_set", subject_of(account.id), {"before": before.value, "after": role.value}, now=now, by=by)
    return True


def close_account(db: Session, account: Account, *, by: int, now: datetime) -> bool:
    """Let a person in no more, and end what they have open. False when it is closed already.

    What they recorded and earned stays. Raises Conflict `own_account`, `last_owner`.
    """
    _lock_for_change(db, account, by)
    if not account.active:
        return False
    account.active = False
    _ensure_an_owner_is_left(db)
    _forget_cookies(db, account, now=now)
    mine = sa.update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    db.execute(mine.values(revoked_at=now))
    audit(db, "account_closed", subject_of(account.id), {}, now=now, by=by)
    return True


def open_account(db: Session, account: Account, *, by: int, now: datetime) -> bool:
    """Let a person in again; they sign in anew. False when it is open already."""
    _lock_for_change(db, account, by)
    if account.active:
        return False
    account.active = True
    audit(db, "account_opened", subject_of(account.id), {}, now=now, by=by)
    return True


def take_second_factors(db: Session, account: Account, *, by: int, now: datetime) -> None:
    """For somebody who has lost their phone and their codes: the password alone signs in, until they set up anew."""
    _lock_for_change(db, account, by)
    account.tf_primary_method = account.tf_totp_secret = None
    for kind in (Passkey, RecoveryCode):
        db.execute(sa.delete(kind).where(kind.account_id == account.id))
    _forget_cookies(db, account, now=now)
    audit(db, "second_factors_taken", subject_of(account.id), {}, now=now, by=by)


def _lock_for_change(db: Session, account: Account, by: int) -> None:
    if account.id == by:
        raise Conflict("own_account", "This is your own account; another owner has to do this.")
    # Locks every owner's row: of two owners who demote each other, the second one sees what the first one did.
    owners = sa.or_(Account.role == Role.OWNER, Account.id == account.id)
    db.execute(sa.update(Account).where(owners).values(name=Account.name).execution_options(synchronize_session=False))
    db.refresh(account, ["role", "active"])


def _ensure_an_owner_is_left(db: Session) -> None:
    db.flush()
    if db.scalar(sa.select(Account.id).where(Account.role == Role.OWNER, Account.active).limit(1)) is None:
        raise Conflict("last_owner", "This is the last owner. Make somebody else an owner first.")


def _forget_cookies(db: Session, account: Account, *, now: datetime) -> None:
    account.fs_uniquifier = secrets.token_hex(32)
    end_sign_ins(db, account.id, now=now)


def begin_sign_in(db: Session, account_id: int, token: str, browser: str, *, now: datetime) -> None:
    """Somebody has signed in; `token` is what the browser's cookie holds from now on."""
    db.add(
        SignIn(
            account_id=account_id,
            token_hash=rules.secret_hash(token),
            created_at=now,
            last_seen_at=now,
            browser=rules.browser_in_words(browser),
        )
    )


def seen(db: Session, sign_in_id: int, *, now: datetime) -> None:
    """The browser is in use."""
    db.execute(sa.update(SignIn).where(SignIn.id == sign_in_id, SignIn.last_seen_at < now).values(last_seen_at=now))


def end_sign_ins(
    db: Session, account_id: int, *, now: datetime, only: int | None = None, all_but: int | None = None
) -> int:
    """End a person's sign-ins, one of them, or all but one; the browser has to sign in again. Returns how many."""
    theirs = sa.update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
    if only is not None:
        theirs = theirs.where(SignIn.id == only)
    if all_but is not None:
        theirs = theirs.where(SignIn.id != all_but)
    return len(db.scalars(theirs.values(ended_at=now).returning(SignIn.id)).all())


def forget_sign_ins(db: Session, *, now: datetime) -> None:
    """Those that ended or fell out of use so long ago that nobody looks for them."""
    before = rules.alive_since(now)
    db.execute(sa.delete(SignIn).where(sa.or_(SignIn.ended_at < before, SignIn.last_seen_at < before)))


def make_token(
    db: Session, account_id: int, *, name: str, scopes: Collection[Scope], days: int, now: datetime
) -> tuple[ApiToken, str]:
    """A new API token, and the secret, which is kept nowhere."""
    secret = rules.new_token()
    token = ApiToken(
        account_id=account_id,
        name=name.strip(),
        token_hash=rules.secret_hash(secret),
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.add(token)
    db.flush()
    details: dict[str, object] = {"token": token.id, "name": token.name, "scopes": token.scopes, "days": days}
    audit(db, "token_made", subject_of(account_id), details, now=now, by=account_id)
    return token, secret


def revoke_token(db: Session, account_id: int, token_id: int, *, now: datetime) -> bool:
    """End a token of one's own; False when there is none, or it has ended already."""
    mine = sa.update(ApiToken).where(
        ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    )
    revoked = db.scalar(mine.values(revoked_at=now).returning(ApiToken.id)) is not None
    if revoked:
        audit(db, "token_revoked", subject_of(account_id), {"token": token_id}, now=now, by=account_id)
    return revoked


def token_used(db: Session, token_id: int, *, now: datetime) -> None:
    """A program has shown it."""
    db.execute(sa.update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def replace_recovery_codes(db: Session, account_id: int, codes: Collection[str], *, now: datetime) -> None:
    """These codes are valid from now on, and no others."""
    db.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.add_all(RecoveryCode(account_id=account_id, code_hash=rules.recovery_code_hash(code)) for code in codes)
    audit(db, "recovery_codes_made", subject_of(account_id), {"codes": len(codes)}, now=now, by=account_id)


def spend_recovery_code(db: Session, account_id: int, typed: str, *, now: datetime) -> bool:
    """True once for each valid code, and only for one of several at the same moment."""
    mine = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == rules.recovery_code_hash(typed),
        RecoveryCode.used_at.is_(None),
    )
    spent = db.scalar(mine.values(used_at=now).returning(RecoveryCode.id)) is not None
    if spent:
        audit(db, "recovery_code_used", subject_of(account_id), {}, now=now, by=account_id)
    return spent


def take_totp_step(db: Session, account_id: int, step: int) -> bool:
    """Whether a code of this time step may still be used: each can be once, and none from before it."""
    mine = sa.update(Account).where(
        Account.id == account_id, sa.or_(Account.totp_counter.is_(None), Account.totp_counter < step)
    )
    return db.scalar(mine.values(totp_counter=step).returning(Account.id)) is not None
