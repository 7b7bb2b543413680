"""What the sweep does with uploads that nobody will finish."""

from datetime import timedelta
from pathlib import Path

from codesight.capture import uploads
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from jobs.sweep import GIVE_UP_UPLOADS_AFTER, sweep
from tests.jobs.conftest import Installation


def begun(here: Installation, session: RecordingSession, kind: UploadKind = UploadKind.SCREEN) -> tuple[Upload, Path]:
    """An upload of which one part has arrived, and where its parts lie."""
    key = uploads.key_of(session, kind)
    storage_id = here.parts.storage.start(key, uploads.CONTENT_TYPES[kind])
    with transaction(here.parts.engine) as db:
        mine = db.get_one(RecordingSession, session.id)
        upload = uploads.record_started(db, mine, kind, storage_id, uploads.CONTENT_TYPES[kind], now=now())
    parts = here.parts.settings.var / "files" / ".parts" / storage_id
    (parts / "1").write_bytes(b"part")
    return upload, parts


def closed(here: Installation, session: RecordingSession, since: timedelta) -> None:
    """A new attempt put the recording aside so long ago."""
    with transaction(here.parts.engine) as db:
        mine = db.get_one(RecordingSession, session.id)
        if mine.state == "recording":
            recordings.open_session(db, mine.assignment, now=now())
        mine.state_since = now() - since


def left(here: Installation) -> dict[int, UploadState]:
    with reading(here.parts.engine) as db:
        return {upload.id: upload.state for upload in db.query(Upload)}


def test_parts_of_a_closed_recording_are_thrown_away_a_day_later(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        session, running = installation.session(db), installation.session(db, 1)
    _, parts = begun(installation, session)
    other, others_parts = begun(installation, running)
    closed(installation, session, GIVE_UP_UPLOADS_AFTER - timedelta(minutes=1))
    sweep()
    assert parts.is_dir()
    closed(installation, session, GIVE_UP_UPLOADS_AFTER + timedelta(minutes=1))
    sweep()
    assert not parts.exists()
    assert others_parts.is_dir()
    assert left(installation) == {other.id: UploadState.OPEN}
    sweep()
    assert left(installation) == {other.id: UploadState.OPEN}


def test_a_file_that_was_made_and_not_written_down_is_kept(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        session = installation.session(db)
    upload, _ = begun(installation, session)
    uploads.finish(installation.parts.storage, upload, 4)
    closed(installation, session, GIVE_UP_UPLOADS_AFTER + timedelta(minutes=1))
    sweep()
    assert left(installation) == {upload.id: UploadState.COMPLETE}
    assert installation.parts.storage.exists(upload.key)
