"""What the extension captured, as the two documents of the mission."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints import present
from blueprints.access import scoped, signed_in
from blueprints.web import reading, storage, viewer
from codesight.accounts.models import Scope
from codesight.capture import documents, events
from codesight.exports import queries as exports
from codesight.recordings import queries

bp = Blueprint("api_extension", __name__, url_prefix="/api/extension/sessions")


@bp.get("")
@signed_in
@scoped(Scope.READ)
def listing() -> ResponseReturnValue:
    """The sessions that hold events, as far as the viewer may see them."""
    with reading() as db:
        rows = [row for row in queries.sessions_for(db, viewer(), 200) if row.event_count]
        return jsonify(sessions=[present.session(row) for row in rows])


@bp.get("/<public_id>/data")
@signed_in
@scoped(Scope.EXPORT)
def data(public_id: str) -> ResponseReturnValue:
    """The session document: every event in the short form."""
    with reading() as db:
        session = queries.session_for(db, public_id, viewer())
        return jsonify(documents.session_document(session, events.read(db, session.id)))


@bp.get("/<public_id>/training-data")
@signed_in
@scoped(Scope.EXPORT)
def training_data(public_id: str) -> ResponseReturnValue:
    """The training document: the recording's files and its steps."""
    with reading() as db:
        session = queries.session_for(db, public_id, viewer())
        return jsonify(exports.training_document(db, storage(), session))
