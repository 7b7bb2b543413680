"""Becoming a worker, and rising."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import outbox
from codesight.accounts import actions as accounts
from codesight.accounts.models import Account, Role
from codesight.accounts.queries import account_by
from codesight.clock import iso
from codesight.errors import Conflict
from codesight.gigs.models import Invitation, Level, Wave
from codesight.workers.models import Channel, Consent, Worker
from codesight.workers.queries import has_consented
from codesight.workers.rules import CONSENT_SHA256, CONSENT_VERSION, ensure_open


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

    Raises Conflict when the invitation or the wave no longer lets anybody in, or the address is taken.
    """
    ensure_open(invitation, now)
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
        now=now,
    )
    return worker


def join_again(db: Session, invitation: Invitation, *, email: str, now: datetime) -> Account | None:
    """For who follows an invitation with an address that has an account: nothing is made, and it must not show.

    So it uses up and refuses the same as `join`. Returns the account, so that its owner can be told.
    """
    ensure_open(invitation, now)
    _use_up(db, invitation)
    _ensure_room(db, invitation.wave)
    return account_by(db, "email", email.strip().lower())


def _use_up(db: Session, invitation: Invitation) -> None:
    # The conditional update decides between two people who follow the last free use at the same moment.
    use = sa.update(Invitation).where(Invitation.id == invitation.id, Invitation.uses < Invitation.max_uses)
    if db.scalar(use.values(uses=Invitation.uses + 1).returning(Invitation.id)) is None:
        raise Conflict("invitation_used_up", "This invitation has been used up. Ask whoever sent it for a new one.")


def _ensure_room(db: Session, wave: Wave) -> None:
    # Locks the wave's row, so that two cannot count the same free place.
    db.execute(sa.update(Wave).where(Wave.id == wave.id).values(quota=Wave.quota))
    inside = db.scalar(sa.select(sa.func.count()).select_from(Worker).where(Worker.wave_id == wave.id)) or 0
    if inside >= wave.quota:
        raise Conflict("wave_full", "This round of workers is full. The next one opens soon; your link stays valid.")


def enlist(
    db: Session,
    account: Account,
    wave: Wave,
    *,
    channel: Channel,
    channel_address: str,
    order_number: str = "",
    invitation_id: int | None = None,
    now: datetime,
) -> Worker:
    """Make a worker of an account, in a wave that has room. Raises Conflict `wave_full`."""
    _ensure_room(db, wave)
    worker = Worker(
        account_id=account.id,
        gig_id=wave.gig_id,
        wave_id=wave.id,
        invitation_id=invitation_id,
        order_number=order_number,
        channel=channel,
        channel_address=channel_address,
        created_at=now,
    )
    db.add(worker)
    db.flush()
    return worker


def set_role(db: Session, account: Account, role: Role, *, by: int, now: datetime) -> bool:
    """Give a person another role; False when it is theirs already.

    Raises Conflict `no_worker` for who never joined a wave, and what `accounts.set_role` raises.
    """
    if role == Role.WORKER and db.get(Worker, account.id) is None:
        raise Conflict("no_worker", "Who records has come by an invitation. Send them a link; it makes a new account.")
    return accounts.set_role(db, account, role, by=by, now=now)


def consent(db: Session, account_id: int, *, now: datetime) -> None:
    """The worker agrees to the present text; agreeing twice changes nothing."""
    if not has_consented(db, account_id):
        db.add(Consent(account_id=account_id, version=CONSENT_VERSION, text_sha256=CONSENT_SHA256, at=now))
        db.flush()


def set_level(db: Session, worker: Worker, level: Level, *, by: int, now: datetime) -> bool:
    """Give a worker a level, with a line in the audit and a message to them; False when it is theirs already.

    Packages that they have claimed stay theirs.
    """
    # Locks the worker's row: of two who press at the same moment, the second one sees what the first one did.
    mine = sa.update(Worker).where(Worker.account_id == worker.account_id).values(level=Worker.level)
    db.execute(mine.execution_options(synchronize_session=False))
    db.refresh(worker, ["level"])
    before = worker.level
    if before == level:
        return False
    worker.level = level
    details: dict[str, object] = {"before": before.value, "after": level.value}
    accounts.audit(db, "level_set", f"account:{worker.account_id}", details, now=now, by=by)
    text = f"Your level is “{level}” now. Packages shows what is open to you; what you have claimed stays yours."
    outbox.tell(db, worker.account_id, f"level:{level}:{iso(now)}", text, "/packages", now=now)
    return True
