"""Uploads: where to send the next part of a recording's file, and that all parts were sent."""

from typing import Annotated

import msgspec
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from blueprints.access import needs, scoped
from blueprints.web import json_body, reading, settings, storage, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.assignments.rules import wants_extension
from codesight.capture import uploads
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.clock import iso, now
from codesight.errors import Conflict
from codesight.recordings.actions import still_alive
from codesight.recordings.models import Recording, RecordingSession
from codesight.recordings.queries import ensure_may_go_on, own_recording

bp = Blueprint("upload", __name__, url_prefix="/api/upload")


class NextPart(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/upload/url`."""

    session: str
    kind: UploadKind
    content_type: str
    part_number: int
    size: int


class AllSent(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /api/upload/complete`; `size` is how many bytes were sent in all."""

    session: str
    kind: UploadKind
    size: Annotated[int, msgspec.Meta(ge=0)]


@bp.post("/url")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def url() -> ResponseReturnValue:
    """A signed address for one part; the first call of a kind starts its upload."""
    wanted = json_body(NextPart)
    with reading() as db:
        session = own_recording(db, wanted.session, viewer().id)
        upload = uploads.find(db, session.id, wanted.kind)
        uploads.check_open(session)
        ensure_may_go_on(db, session.id, now())
    _keep_reserved(session)
    uploads.check_part(
        wanted.kind, wanted.content_type, wanted.part_number, wanted.size,
        part_size=settings().part_size, max_bytes=settings().max_upload_bytes,
    )  # fmt: skip
    if upload is None:
        upload = _start(session, wanted.kind, wanted.content_type)
    if upload.state == UploadState.COMPLETE:
        raise Conflict("upload_complete", "This file is complete already.", size=upload.size)
    put = storage().part_url(upload.key, upload.storage_upload_id, wanted.part_number, wanted.size, wanted.content_type)
    return jsonify(
        upload_id=str(upload.id),
        key=upload.key,
        part_number=wanted.part_number,
        method=put.method,
        url=put.url,
        headers=put.headers,
        expires_at=iso(put.expires_at),
        part_size=settings().part_size,
        received=uploads.told(storage().parts(upload.key, upload.storage_upload_id)),
    )


@bp.post("/complete")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def complete() -> ResponseReturnValue:
    """Make the file out of its parts; the same answer every time."""
    sent = json_body(AllSent)
    with reading() as db:
        session = own_recording(db, sent.session, viewer().id)
        upload = uploads.find(db, session.id, sent.kind)
        ensure_may_go_on(db, session.id, now())
    if upload is None or upload.state != UploadState.COMPLETE:
        uploads.check_open(session)
        if upload is None:
            uploads.check_whole([], sent.size)
            upload = _start(session, sent.kind, uploads.CONTENT_TYPES[sent.kind])
        size = uploads.finish(storage(), upload, sent.size)
        with transaction() as db:
            upload = uploads.record_completed(db, upload, size, now=now())
    return jsonify(key=upload.key, size=upload.size, state=upload.state.value)


def _keep_reserved(session: Recording) -> None:
    # Whoever records without the extension sends no events, but parts of files. Seldom enough to be no load: only
    # within the last half hour of the worker's time, once a minute.
    if isinstance(session, RecordingSession) and wants_extension(session.assignment, now()):
        with transaction() as db:
            still_alive(db, [session.id], now=now())


def _start(session: Recording, kind: UploadKind, content_type: str) -> Upload:
    key = uploads.key_of(session, kind)
    begun = storage().start(key, content_type)
    with transaction() as db:
        mine = own_recording(db, session.public_id, session.worker_id)
        upload = uploads.record_started(db, mine, kind, begun, content_type, now=now())
    if upload.storage_upload_id != begun:  # another request was faster, and its upload counts
        storage().abandon(key, begun)
    return upload
