"""Recording sessions: begun, running, ended, handed in."""

from typing import Annotated

import msgspec
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from blueprints import present
from blueprints.access import needs, scoped, signed_in
from blueprints.web import RowId, Session, json_body, reading, settings, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.assignments.queries import assignment_of
from codesight.capture import tickets
from codesight.capture.protocol import DeviceId
from codesight.checks import actions as checks
from codesight.clock import now
from codesight.db import after_commit
from codesight.recordings import actions as recordings
from codesight.recordings import queries
from codesight.recordings.models import Recording, TrainingSession
from codesight.recordings.rules import MOST_PAUSES
from jobs import pipeline

bp = Blueprint("api_sessions", __name__, url_prefix="/api/sessions")


LATEST_MS = 4_102_444_800_000.0
"""The year 2100: no browser's clock is later."""
Moment = Annotated[float, msgspec.Meta(ge=0, le=LATEST_MS)]


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/sessions`."""

    assignment_id: RowId
    device: DeviceId = ""
    """A random number that the browser keeps; empty where it keeps none."""


class Start(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/sessions/{id}/start`."""

    video_started_ms: Moment
    """Unix milliseconds of the video's first frame, by the browser's clock."""


class Pauses(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/sessions/{id}/pauses`."""

    pauses: Annotated[list[tuple[Moment, Moment]], msgspec.Meta(max_length=MOST_PAUSES)]
    """All so far: begin and end of each in Unix milliseconds, by the browser's clock."""


class Submit(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/sessions/{id}/submit`."""

    note: str = ""


@bp.post("")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def create() -> ResponseReturnValue:
    """A new attempt at one of the worker's own scenarios, with the ticket for the socket."""
    wanted = json_body(NewSession)
    with transaction() as db:
        session = recordings.open_session(db, assignment_of(db, viewer().id, wanted.assignment_id), now=now())
        recordings.note_device(db, session.id, wanted.device)
    with reading() as db:
        return jsonify(with_ticket(queries.own_session(db, session.public_id, viewer().id))), 201


@bp.get("")
@signed_in
@scoped(Scope.READ)
def listing() -> ResponseReturnValue:
    """Sessions that the viewer may see, newest first; `before` and `limit` (at most 200) page through them."""
    limit = min(max(request.args.get("limit", 50, int), 1), 200)
    with reading() as db:
        before = request.args.get("before")
        behind = queries.session_for(db, before, viewer()).id if before else None
        rows = queries.sessions_for(db, viewer(), limit, behind)
        return jsonify(sessions=[present.session(row) for row in rows])


@bp.get("/<public_id>")
@signed_in
@scoped(Scope.READ)
def one(public_id: str) -> ResponseReturnValue:
    """One session."""
    with reading() as db:
        return jsonify(present.session(queries.session_for(db, public_id, viewer())))


@bp.get("/<public_id>/ticket")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def ticket(public_id: str) -> ResponseReturnValue:
    """A fresh ticket for the socket."""
    with reading() as db:
        session = queries.own_recording(db, public_id, viewer().id)
        queries.ensure_may_go_on(db, session.id, now())
        return jsonify(with_ticket(session))


@bp.post("/<public_id>/start")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def start(public_id: str) -> ResponseReturnValue:
    """The recorder has its first frame."""
    wanted = json_body(Start)
    with transaction() as db:
        session = queries.own_recording(db, public_id, viewer().id)
        recordings.begin(db, session, video_started_ms=wanted.video_started_ms, now=now())
        return jsonify(present.session(session))


@bp.post("/<public_id>/pauses")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def pauses(public_id: str) -> ResponseReturnValue:
    """What the video leaves out so far."""
    wanted = json_body(Pauses)
    with transaction() as db:
        session = queries.own_recording(db, public_id, viewer().id)
        recordings.note_pauses(db, session, wanted.pauses)
        return jsonify(present.session(session))


@bp.post("/<public_id>/stop")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def stop(public_id: str) -> ResponseReturnValue:
    """The recorder has stopped."""
    with transaction() as db:
        session = queries.own_recording(db, public_id, viewer().id)
        recordings.end(db, session, now=now())
        return jsonify(present.session(session))


@bp.post("/<public_id>/submit")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def submit(public_id: str) -> ResponseReturnValue:
    """Hand the recording in."""
    wanted = json_body(Submit)
    redis_url = settings().redis_url
    with transaction() as db:
        session = queries.own_recording(db, public_id, viewer().id)
        if isinstance(session, TrainingSession):
            return jsonify(_hand_in_training(db, session)), 201
        submission = recordings.submit(db, session, note=wanted.note, now=now())
        after_commit(db, lambda: pipeline.submitted(redis_url, submission.id))
        return jsonify(
            {**present.session(session), "submission_id": submission.id, "revision": submission.revision_no}
        ), 201


def _hand_in_training(db: Session, session: TrainingSession) -> dict[str, object]:
    redis_url = settings().redis_url
    recordings.hand_in_training(db, session, now=now())
    checks.training_handed_in(db, session, now=now())
    after_commit(db, lambda: pipeline.training_handed_in(redis_url, session.id))
    return present.session(session)


def with_ticket(session: Recording) -> dict[str, object]:
    """A session as the API tells it, with what the extension needs to send its events."""
    signed = tickets.issue(settings().secret_key, session.public_id, session.worker_id)
    base = settings().public_url.replace("http", "ws", 1)
    return {**present.session(session), "ticket": signed, "socket": f"{base}/extension-ws"}
