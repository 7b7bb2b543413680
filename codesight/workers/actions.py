"""Becoming a worker, and rising."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts import actions as accounts
from codesight.accounts.models import Account, Role
from codesight.accounts.queries import account_by
from codesight.errors import Conflict, Invalid
from codesight.gigs.models import Invitation, Wave
from codesight.ids import random_text
from codesight.workers.models import Channel, Consent, Worker
from codesight.workers.queries import has_consented
from codesight.workers.rules import CONSENT_SHA256, CONSENT_VERSION, channel_key, channel_of, ensure_open, ordered


def join(
    db: Session,
    invitation: Invitation,
    *,
    email: str,
    name: str,
    password_hash: str,
    channel: Channel,
    channel_address: str,
    order_number: str = "",
    now: datetime,
) -> Worker:
    """Make an account and a worker out of an invitation.

    Raises Conflict when the invitation or the wave no longer lets anybody in, or the address is taken; Invalid when
    the invitation is a marketplace's and the order number is missing or another account's, or the channel not its own.
    """
    ensure_open(invitation, now)
    order_number = ordered(invitation, order_number)
    if channel != (channel_of(invitation) or channel):
        why = f"{invitation.marketplace} wants everything for an order to be paid there."
        raise Invalid("wrong_channel", why, fields={"channel": [why]})
    account = accounts.create_account(
        db, email=email, name=name, password_hash=password_hash, role=Role.WORKER, now=now
    )
    _use_up(db, invitation)
    worker = enlist(
        db,
        account,
        invitation.wave,
        channel=channel,
        channel_address=channel_address,
        order_number=order_number,
        invitation_id=invitation.id,
        marketplace=invitation.marketplace,
        now=now,
    )
    return worker


class _Rehearsed(Exception):
    """The way out of a savepoint of which nothing is to be kept."""


def join_again(db: Session, invitation: Invitation, *, email: str, **said: Any) -> Account | None:
    """For who follows an invitation with an address that has an account; `said` is the rest of what `join` takes.

    Nothing is made, and it must not show: so joining is gone through with an address that nobody has, with all its
    refusals and all its work, and taken back but for the use of the link. Returns the account that exists.
    """
    try:
        with db.begin_nested():
            join(db, invitation, email=f"{random_text(30)}@rehearsal.invalid", **said)
            raise _Rehearsed
    except _Rehearsed:
        _use_up(db, invitation)
    return account_by(db, "email", email.strip().lower())


def _use_up(db: Session, invitation: Invitation) -> None:
    # The conditional update decides between two people who follow the last free use at the same moment.
    use = sa.update(Invitation).where(Invitation.id == invitation.id, Invitation.uses < Invitation.max_uses)
    if db.scalar(use.values(uses=Invitation.uses + 1).returning(Invitation.id)) is None:
        raise Conflict("invitation_used_up", "This invitation has been used up. Ask whoever sent it for a new one.")


def enlist(
    db: Session,
    account: Account,
    wave: Wave,
    *,
    channel: Channel,
    channel_address: str,
    order_number: str = "",
    invitation_id: int | None = None,
    marketplace: str = "",
    now: datetime,
) -> Worker:
    """Make a worker of an account, in a wave that has room. Raises Conflict `wave_full`, Invalid `order_taken`."""
    if _inside(db, wave) >= wave.quota:
        raise Conflict("wave_full", "This round of workers is full. The next one opens soon; your link stays valid.")
    worker = Worker(
        account_id=account.id,
        gig_id=wave.gig_id,
        wave_id=wave.id,
        invitation_id=invitation_id,
        marketplace=marketplace,
        order_number=order_number,
        channel=channel,
        channel_address=channel_address,
        channel_key=channel_key(channel, channel_address),
        created_at=now,
    )
    try:
        with db.begin_nested():
            db.add(worker)
    except IntegrityError as problem:  # the index decides between two who come with one order at the same moment
        why = "This order number belongs to another account. Check it, or ask whoever sent you the link."
        raise Invalid("order_taken", why, fields={"order_number": [why]}) from problem
    return worker


def set_role(db: Session, account: Account, role: Role, *, by: int, now: datetime) -> bool:
    """Give a person another role; False when it is theirs already.

    Raises Conflict `no_worker` for who never joined a wave, and what `accounts.set_role` raises.
    """
    if role == Role.WORKER and db.get(Worker, account.id) is None:
        raise Conflict("no_worker", "Who records has come by an invitation. Send them a link; it makes a new account.")
    return accounts.set_role(db, account, role, by=by, now=now)


def set_quota(db: Session, wave: Wave, quota: int, *, now: datetime, by: int) -> bool:
    """Let another number of workers into a wave; False when it is the same.

    Raises Invalid `quota_too_small` when more than that are inside.
    """
    inside = _inside(db, wave)
    before = wave.quota
    if quota == before:
        return False
    if quota < inside:
        why = f"{inside} workers are inside already."
        raise Invalid("quota_too_small", why, fields={"quota": [why]})
    wave.quota = quota
    accounts.audit(db, "wave_quota_set", f"wave:{wave.id}", {"before": before, "after": quota}, now=now, by=by)
    db.flush()
    return True


def _inside(db: Session, wave: Wave) -> int:
    # Locks the wave's row, so that two cannot count the same free place.
    db.execute(sa.update(Wave).where(Wave.id == wave.id).values(quota=Wave.quota))
    db.refresh(wave)
    return db.scalar(sa.select(sa.func.count()).select_from(Worker).where(Worker.wave_id == wave.id)) or 0


def consent(db: Session, account_id: int, *, now: datetime) -> None:
    """The worker agrees to the present text; agreeing twice changes nothing."""
    if not has_consented(db, account_id):
        db.add(Consent(account_id=account_id, version=CONSENT_VERSION, text_sha256=CONSENT_SHA256, at=now))
        db.flush()
