"""The two files of a recording, sent in parts while it is being made.

What talks to the storage and what talks to the database are verbs of their own, because no transaction may
wait for the storage: look up, leave, call, enter again, write.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.adapters.storage import Part, Storage, UploadClosed
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.errors import Conflict, Invalid, TooLarge
from codesight.lifecycle import SessionState
from codesight.recordings.models import Recording

MAX_PARTS = 10_000
"""S3's own limit."""

CONTENT_TYPES = {UploadKind.SCREEN: "video/webm", UploadKind.MICROPHONE: "audio/webm"}
"""The one type of each file; parameters such as `;codecs=vp8,opus` may follow."""

_CLOSED = {SessionState.SUBMITTED, SessionState.ABANDONED}
_PARAMETERS = re.compile(r'(?:;[ ]?[a-z]+="?[A-Za-z0-9., _-]+"?)*')


def key_of(session: Recording, kind: UploadKind) -> str:
    """Name of the file in storage."""
    return f"recordings/{session.public_id}/{kind}.webm"


def check_open(session: Recording) -> None:
    """Raises Conflict `session_closed` when the recording was handed in or put aside."""
    if session.state in _CLOSED:
        raise Conflict("session_closed", "This recording is closed and takes no more files.", state=session.state.value)


def check_part(kind: UploadKind, content_type: str, number: int, size: int, *, part_size: int, max_bytes: int) -> None:
    """Whether a part may be sent: sizes in bytes, parts of `part_size` each but for the last.

    Raises Invalid `invalid_part` with the reason for each field, TooLarge `upload_too_large`.
    """
    fields: dict[str, list[str]] = {}
    expected = CONTENT_TYPES[kind]
    parameters = content_type.removeprefix(expected)
    if parameters == content_type or len(content_type) > 80 or not _PARAMETERS.fullmatch(parameters):
        fields["content_type"] = [f"Must be {expected}, with codecs if you like."]
    if not 1 <= number <= MAX_PARTS:
        fields["part_number"] = [f"From 1 to {MAX_PARTS}."]
    if not 1 <= size <= part_size:
        fields["size"] = [f"From 1 to {part_size} bytes."]
    if fields:
        raise Invalid("invalid_part", "This part cannot be sent: " + ", ".join(fields) + ".", fields=fields)
    if (number - 1) * part_size + size > max_bytes:
        raise TooLarge(
            "upload_too_large",
            "The recording has become too large. Stop it and hand in what you have.",
            limit=max_bytes,
        )


def find(db: Session, session_id: int, kind: UploadKind) -> Upload | None:
    """The upload of a session, if it was started."""
    return db.scalar(sa.select(Upload).where(Upload.session_id == session_id, Upload.kind == kind))


def stale(db: Session, before: datetime, limit: int = 500) -> Sequence[Upload]:
    """Unfinished uploads of recordings that were closed before the moment, so that nothing can finish them."""
    left = sa.select(Upload).join(Recording, Recording.id == Upload.session_id)
    left = left.where(Upload.state == UploadState.OPEN, Recording.state.in_(_CLOSED))
    return db.scalars(left.where(Recording.state_since < before).order_by(Upload.id).limit(limit)).all()


def forget(db: Session, upload_id: int) -> None:
    """Remove the row of an unfinished upload, as if it had never begun; a complete one stays."""
    db.execute(sa.delete(Upload).where(Upload.id == upload_id, Upload.state == UploadState.OPEN))


def record_started(
    db: Session,
    session: Recording,
    kind: UploadKind,
    storage_upload_id: str,
    content_type: str,
    *,
    now: datetime,
) -> Upload:
    """Write down an upload that the storage has begun.

    Whoever comes second gets the first one's row: compare the storage's id and abandon one's own.
    Raises Conflict `session_closed`.
    """
    check_open(session)
    started = Upload(
        session_id=session.id,
        kind=kind,
        key=key_of(session, kind),
        storage_upload_id=storage_upload_id,
        content_type=content_type,
        state=UploadState.OPEN,
        created_at=now,
    )
    try:
        with db.begin_nested():
            db.add(started)
    except IntegrityError:
        first = find(db, session.id, kind)
        if first is None:
            raise
        return first
    return started


def record_completed(db: Session, upload: Upload, size: int, *, now: datetime) -> Upload:
    """Write down that the file is whole, `size` bytes of it; the first one to say so is believed."""
    still_open = sa.update(Upload).where(Upload.id == upload.id, Upload.state == UploadState.OPEN)
    complete = still_open.values(state=UploadState.COMPLETE, size=size, completed_at=now)
    db.execute(complete.execution_options(synchronize_session=False))
    return db.get_one(Upload, upload.id, populate_existing=True)


def finish(storage: Storage, upload: Upload, size: int) -> int:
    """Have the storage make the file if all `size` bytes that the browser sent are there; the file's size.

    A file that was made already is left as it is: an earlier attempt came this far and no further.
    Raises Conflict `parts_missing` with what is there, `size_differs`, `upload_closed`, `parts_refused`.
    """
    with suppress(UploadClosed):
        check_whole(storage.parts(upload.key, upload.storage_upload_id), size)
    return storage.complete(upload.key, upload.storage_upload_id)


def check_whole(parts: Sequence[Part], size: int) -> None:
    """Whether the parts are the whole file of `size` bytes.

    Raises Conflict `parts_missing` for parts missing in the middle or bytes at the end, `size_differs` for
    more than was sent.
    """
    numbers = {part.number for part in parts}
    gaps = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
    stored = sum(part.size for part in parts)
    details = {
        "received": told(parts),
        "received_bytes": stored,
        "expected_bytes": size,
        "missing_part_numbers": gaps[:100],
    }
    if gaps or stored < size:
        raise Conflict("parts_missing", "Parts of the recording have not arrived. Send them again.", **details)
    if stored > size:
        raise Conflict("size_differs", "More has arrived than you say you sent. Send all parts again.", **details)


def told(parts: Sequence[Part]) -> list[dict[str, int]]:
    """Parts as the browser is told of them."""
    return [{"part_number": part.number, "size": part.size} for part in parts]


def record_playable(db: Session, upload_id: int, *, key: str, duration_ms: int) -> None:
    """Write down where the file is that can be sought, and how long it is."""
    mine = sa.update(Upload).where(Upload.id == upload_id)
    db.execute(mine.values(playable_key=key, duration_ms=duration_ms))


def record_problem(db: Session, upload_id: int, code: str, words: str) -> None:
    """Write down what is wrong with the file; the file itself stays."""
    db.execute(sa.update(Upload).where(Upload.id == upload_id).values(problem_code=code, problem=words[:300]))


def record_sha256(db: Session, upload_id: int, digest: str) -> None:
    """Write down what the file is, so that it is known again when it comes a second time."""
    db.execute(sa.update(Upload).where(Upload.id == upload_id).values(sha256=digest))
