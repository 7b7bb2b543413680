"""What a fresh installation begins with: a person for each role, and a gig with its packages, scenarios and a link."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from codesight.accounts import actions as accounts
from codesight.accounts.models import Account, Role
from codesight.accounts.rules import hash_password, new_password
from codesight.assignments import actions as assignments
from codesight.clock import now
from codesight.config import Settings
from codesight.db import engine_for, transaction
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Wave
from codesight.workers import actions as workers
from codesight.workers.models import Channel

DOMAIN = "codesight.example"
INVITED = 9
"""One place of the first wave belongs to the worker account that is made here."""


def ensure(settings: Settings) -> list[str]:
    """Fill an empty database. Returns the lines to show the owner once, with the passwords; none on later starts."""
    engine = engine_for(settings.database_url)
    try:
        with transaction(engine) as db:
            if db.scalar(select(Account.id).limit(1)) is not None:
                return []
            gig, wave = gigs.create_first_gig(db, now=now())
            assignments.offer(db, [scenario.id for scenario in gig_queries.scenarios(db, gig.id)], gigs.FIRST_SLOTS)
            invitation = gigs.invite(db, wave, note="the first link", max_uses=INVITED, now=now())
            people = [_person(db, role, wave) for role in Role]
    finally:
        engine.dispose()
    return [
        "These accounts were made for you. The passwords are shown this once; write them down.",
        *people,
        f"Invitation link for workers: {settings.public_url}/join/{invitation.token}",
        *([] if settings.mail_url else [f"Mails are files in {settings.var / 'mail'} until MAIL_URL names a server."]),
    ]


def _person(db: Session, role: Role, wave: Wave) -> str:
    email, password = f"{role}@{DOMAIN}", new_password()
    account = accounts.create_account(
        db,
        email=email,
        name=role.value.title(),
        password_hash=hash_password(password),
        role=role,
        now=now(),
        confirmed=True,
    )
    if role == Role.WORKER:
        workers.enlist(db, account, wave, channel=Channel.PAYPAL, channel_address=email, now=now())
    return f"  {role.value:<9} {email:<30} {password}"
