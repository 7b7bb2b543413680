"""Becoming a worker."""

import msgspec
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.forms import checked_person
from blueprints.web import json_body, transaction
from codesight.accounts.rules import hash_password
from codesight.clock import iso, now
from codesight.gigs import queries as gigs
from codesight.workers import actions as workers
from codesight.workers.models import Channel

bp = Blueprint("api_workers", __name__)


class NewWorker(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/workers`."""

    invitation: str
    email: str
    password: str
    name: str
    channel: Channel
    channel_address: str
    order_number: str = ""
    consent: bool = False


@bp.post("/api/workers")
@public
def create() -> ResponseReturnValue:
    """Make an account out of an invitation; with `consent`, the present consent text is accepted too."""
    wanted = json_body(NewWorker)
    person = checked_person(wanted.email, wanted.password, wanted.name, wanted.channel_address, wanted.order_number)
    password_hash = hash_password(person.password)
    with transaction() as db:
        worker = workers.join(
            db,
            gigs.invitation(db, wanted.invitation),
            email=person.email,
            name=person.name,
            password_hash=password_hash,
            channel=wanted.channel,
            channel_address=person.channel_address,
            order_number=person.order_number,
            now=now(),
        )
        if wanted.consent:
            workers.consent(db, worker.account_id, now=now())
    answer = {
        "id": worker.account_id,
        "email": person.email,
        "level": worker.level.value,
        "created_at": iso(worker.created_at),
    }
    return jsonify(answer), 201
