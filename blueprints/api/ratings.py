"""A reviewer's verdict."""

import msgspec
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints import present
from blueprints.access import needs, scoped
from blueprints.web import json_body, settings, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.clock import now
from codesight.errors import NotFound
from codesight.payouts import actions as payouts
from codesight.recordings import queries as recordings
from codesight.reviews import actions as reviews
from codesight.reviews.models import ReasonCode
from codesight.reviews.rules import Answers

bp = Blueprint("api_ratings", __name__, url_prefix="/api/sessions")


class Rating(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/sessions/{id}/rating`."""

    stars: int
    usable: bool
    plays: bool
    narrated: bool
    realistic: bool
    worth_pay: bool
    reason_code: ReasonCode | None = None
    note: str = ""
    seconds: int | None = None
    """How long the reviewer looked at it."""
    replaces: int = 0
    """The version of the verdict that this one changes; 0 for the first."""


@bp.post("/<public_id>/rating")
@needs(Role.REVIEWER, Role.OWNER)
@scoped(Scope.WRITE)
def rate(public_id: str) -> ResponseReturnValue:
    """Rate a submission, or rate it anew, and book what it earns."""
    said, moment = json_body(Rating), now()
    with transaction() as db:
        session = recordings.session_for(db, public_id, viewer())
        submission = recordings.submission_of_session(db, session.id)
        if submission is None:
            raise NotFound("not_handed_in", "This recording has not been handed in yet.")
        review = reviews.rate(
            db,
            submission,
            by=viewer(),
            stars=said.stars,
            usable=said.usable,
            answers=Answers(said.plays, said.narrated, said.realistic, said.worth_pay),
            reason_code=said.reason_code,
            note=said.note,
            seconds=said.seconds,
            replaces=said.replaces,
            now=moment,
            lease_hours=settings().lease_hours,
        )
        payouts.post_review(db, review, now=moment)
    return jsonify(present.review(review)), 201
