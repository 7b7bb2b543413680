"""Becoming a worker."""

import msgspec
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints.access import public
from blueprints.forms import checked_person
from blueprints.joining import sign_up
from blueprints.web import json_body
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
    """Ask for an account by an invitation; with `consent`, the present consent text is accepted too."""
    wanted = json_body(NewWorker)
    person = checked_person(wanted.email, wanted.password, wanted.name, wanted.channel_address, wanted.order_number)
    sign_up(wanted.invitation, person, wanted.channel, consent=wanted.consent)
    return jsonify(email=person.email, next="confirm_email"), 202
