"""Signing up by an invitation. Whoever asks learns nothing about who has an account: that is told by mail."""

from typing import Any

from blueprints.forms import Person
from blueprints.security import letters
from blueprints.web import transaction
from codesight.accounts.rules import hash_password
from codesight.clock import now
from codesight.errors import Conflict
from codesight.gigs import queries as gigs
from codesight.workers import actions as workers
from codesight.workers.models import Channel


def sign_up(token: str, person: Person, channel: Channel, *, consent: bool = False) -> None:
    """Make an account that waits to be confirmed by mail; if the address has one, its owner gets a mail instead.

    Raises NotFound and Conflict for an invitation that lets nobody in, Invalid for what it asks and was not said.
    """
    said: dict[str, Any] = {
        "email": person.email,
        "name": person.name,
        "password_hash": hash_password(person.password),
        "channel": channel,
        "channel_address": person.channel_address,
        "order_number": person.order_number,
        "now": now(),
    }
    try:
        with transaction() as db:
            worker = workers.join(db, gigs.invitation(db, token), **said)
            if consent:
                workers.consent(db, worker.account_id, now=now())
            letters.ask_to_confirm(db, worker.account)
    except Conflict as problem:
        if problem.code != "email_taken":
            raise
        with transaction() as db:
            known = workers.join_again(db, gigs.invitation(db, token), **said)
            if known is not None:
                letters.already_here(db, known)
