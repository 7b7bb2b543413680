"""The steps before the first package, for programs, and what the pages' scripts send."""

from typing import Annotated

import msgspec
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from blueprints.access import needs, scoped
from blueprints.api.sessions import with_ticket
from blueprints.web import json_body, reading, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.checks import queries as checks
from codesight.clock import iso, now
from codesight.recordings import actions as recordings
from codesight.recordings import queries
from codesight.workers.onboarding import device
from codesight.workers.onboarding.steps import missing_step, progress
from codesight.workers.queries import worker

bp = Blueprint("api_onboarding", __name__, url_prefix="/api/onboarding")

Short = Annotated[str, msgspec.Meta(max_length=60)]


class Found(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/onboarding/device`; see `device.Measured`."""

    extension_version: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    extension_connected: bool = False
    microphone_level: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    microphone_problem: Short = ""
    screen_brightest: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    screen_changes: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    screen_problem: Short = ""
    free_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


@bp.get("")
@needs(Role.WORKER)
@scoped(Scope.READ)
def steps() -> ResponseReturnValue:
    """The steps that the worker's gig asks for, in order; `code` is what a claim is refused with meanwhile."""
    with reading() as db:
        mine = progress(db, worker(db, viewer().id))
    each = [{"step": one.step.value, "state": one.state.value, "code": one.code} for one in mine]
    return jsonify(steps=each, done=missing_step(mine) is None)


@bp.post("/device")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def check_device() -> ResponseReturnValue:
    """Judge what the page has measured in this browser, and keep it."""
    found = device.Measured(**msgspec.structs.asdict(json_body(Found)))
    with transaction() as db:
        checked = device.check(db, viewer().id, request.user_agent.string, found, now=now())
    return jsonify(passed=checked.passed, browser=checked.browser, results=checked.results), 201


@bp.post("/device/session")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def session_to_pair() -> ResponseReturnValue:
    """Something for the extension to connect with while it is checked."""
    with transaction() as db:
        return jsonify(with_ticket(recordings.training_to_pair(db, viewer().id, now=now())))


@bp.post("/training")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def open_training() -> ResponseReturnValue:
    """A new practice recording, with the ticket for the socket; it goes on like any other session."""
    with transaction() as db:
        return jsonify(with_ticket(recordings.open_training(db, viewer().id, now=now()))), 201


@bp.get("/training/<public_id>")
@needs(Role.WORKER)
@scoped(Scope.READ)
def training(public_id: str) -> ResponseReturnValue:
    """What became of a practice recording that was handed in."""
    with reading() as db:
        attempt = checks.training_attempt(db, queries.own_training(db, public_id, viewer().id).id)
    judged = iso(attempt.judged_at) if attempt.judged_at else None
    return jsonify(id=public_id, judged_at=judged, passed=attempt.passed, results=attempt.results)
