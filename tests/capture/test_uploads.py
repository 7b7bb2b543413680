"""What may be uploaded, and what the rows say about it, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from codesight.adapters.storage import Part
from codesight.adapters.storage_folder import FolderStorage
from codesight.capture import uploads
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.db import reading, transaction
from codesight.errors import Conflict, Invalid, TooLarge
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from tests.support import people

MIB = 1024 * 1024
SCREEN, MICROPHONE = UploadKind.SCREEN, UploadKind.MICROPHONE


def part_of(kind: UploadKind = SCREEN, content_type: str = "video/webm", number: int = 1, size: int = 1) -> None:
    uploads.check_part(kind, content_type, number, size, part_size=5 * MIB, max_bytes=12 * MIB)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        (SCREEN, "video/webm"),
        (SCREEN, "video/webm;codecs=vp8,opus"),
        (SCREEN, 'video/webm; codecs="vp09.00.10.08"'),
        (MICROPHONE, "audio/webm;codecs=opus"),
    ],
)
def test_what_a_browsers_recorder_makes_is_taken(kind: UploadKind, content_type: str) -> None:
    part_of(kind, content_type)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        (SCREEN, "audio/webm"),
        (MICROPHONE, "video/webm"),
        (SCREEN, "text/html"),
        (SCREEN, ""),
        (SCREEN, "video/webmX"),
        (SCREEN, "video/webm;"),
        (SCREEN, "video/webm;codecs=vp8\r\nX-Other: 1"),
        (SCREEN, "video/webm;codecs=" + "v" * 80),
        (SCREEN, "xvideo/webm"),
    ],
)
def test_other_types_are_refused_by_name(kind: UploadKind, content_type: str) -> None:
    with pytest.raises(Invalid) as refused:
        part_of(kind, content_type)
    assert list(refused.value.details["fields"]) == ["content_type"]


@pytest.mark.parametrize(
    ("number", "size", "wrong"),
    [
        (0, 1, ["part_number"]),
        (-1, 1, ["part_number"]),
        (10_001, 1, ["part_number"]),
        (1, 0, ["size"]),
        (1, 5 * MIB + 1, ["size"]),
        (0, -1, ["part_number", "size"]),
    ],
)
def test_number_and_size_of_a_part_have_limits(number: int, size: int, wrong: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        part_of(number=number, size=size)
    assert list(refused.value.details["fields"]) == wrong


def test_a_recording_ends_at_its_largest_size_to_the_byte() -> None:
    part_of(number=3, size=2 * MIB)
    with pytest.raises(TooLarge):
        part_of(number=3, size=2 * MIB + 1)


@pytest.mark.parametrize(
    ("stored", "size", "code", "gaps"),
    [
        ({1: 5, 2: 3}, 8, None, []),
        ({}, 0, None, []),
        ({1: 5}, 8, "parts_missing", []),
        ({}, 8, "parts_missing", []),
        ({1: 5, 4: 5}, 10, "parts_missing", [2, 3]),  # the bytes add up, but the order of the parts does not
        ({2: 5}, 5, "parts_missing", [1]),
        ({1: 5, 2: 5}, 8, "size_differs", []),
    ],
)
def test_parts_are_whole_or_it_is_said_what_is_missing(
    stored: dict[int, int], size: int, code: str | None, gaps: list[int]
) -> None:
    parts = [Part(number, length, "etag") for number, length in stored.items()]
    if code is None:
        uploads.check_whole(parts, size)
        return
    with pytest.raises(Conflict) as refused:
        uploads.check_whole(parts, size)
    assert refused.value.code == code
    assert refused.value.details == {
        "received": [{"part_number": number, "size": length} for number, length in stored.items()],
        "received_bytes": sum(stored.values()),
        "expected_bytes": size,
        "missing_part_numbers": gaps,
    }


@pytest.fixture
def session(engine: Engine) -> RecordingSession:
    """A session that is recording, beside another worker's."""
    with transaction(engine) as db:
        people.make_world(db)
        worker = people.make_worker(db, people.make_gig(db))
        session = people.record(db, people.claim(db, worker).assignments[0])
    return session


def start(engine: Engine, session: RecordingSession, kind: UploadKind, storage_id: str) -> Upload:
    with transaction(engine) as db:
        mine = db.get_one(RecordingSession, session.id)
        return uploads.record_started(db, mine, kind, storage_id, uploads.CONTENT_TYPES[kind], now=people.NOW)


def test_each_file_of_a_session_has_one_upload(engine: Engine, session: RecordingSession) -> None:
    screen, sound = (start(engine, session, kind, f"up_{kind}") for kind in (SCREEN, MICROPHONE))
    with reading(engine) as db:
        found = uploads.find(db, session.id, SCREEN)
        assert found is not None
        assert (found.id, found.state, found.size) == (screen.id, UploadState.OPEN, None)
        assert found.key == f"recordings/{session.public_id}/screen.webm"
        assert sound.key == f"recordings/{session.public_id}/microphone.webm"


def test_of_two_that_start_at_once_the_second_gets_the_firsts_row(engine: Engine, session: RecordingSession) -> None:
    together = Barrier(4)

    def begin(number: int) -> Upload:
        together.wait()
        return start(engine, session, SCREEN, f"up_{number}")

    with ThreadPoolExecutor(4) as browsers:
        rows = list(browsers.map(begin, range(4)))
    assert len({(row.id, row.storage_upload_id) for row in rows}) == 1
    with reading(engine) as db:
        assert len(db.scalars(select(Upload)).all()) == 1


def test_the_first_to_complete_is_believed(engine: Engine, session: RecordingSession) -> None:
    upload = start(engine, session, SCREEN, "up_1")
    other = start(engine, session, MICROPHONE, "up_2")
    answers = []
    for size in (10, 99):
        with transaction(engine) as db:
            done = uploads.record_completed(db, upload, size, now=people.NOW)
            answers.append((done.state, done.size, done.completed_at))
    assert answers == [(UploadState.COMPLETE, 10, people.NOW)] * 2
    with reading(engine) as db:
        assert db.get_one(Upload, other.id).state == UploadState.OPEN


def test_a_closed_session_takes_no_files(engine: Engine, session: RecordingSession) -> None:
    with transaction(engine) as db:
        mine = db.get_one(RecordingSession, session.id)
        recordings.end(db, mine, now=people.NOW)
        uploads.check_open(mine)  # what was recorded is still on its way
        recordings.submit(db, mine, note="", now=people.NOW)
    with pytest.raises(Conflict) as refused:
        start(engine, session, SCREEN, "up_late")
    assert refused.value.code == "session_closed"
    with reading(engine) as db:
        assert uploads.find(db, session.id, SCREEN) is None


def test_an_unfinished_upload_is_stale_only_after_its_recording_was_closed(
    engine: Engine, session: RecordingSession
) -> None:
    screen, microphone = start(engine, session, SCREEN, "up_1"), start(engine, session, MICROPHONE, "up_2")
    later = people.NOW + timedelta(days=1, seconds=1)
    with transaction(engine) as db:
        uploads.record_completed(db, microphone, 10, now=people.NOW)
        mine = db.get_one(RecordingSession, session.id)
        recordings.end(db, mine, now=people.NOW)
        assert uploads.stale(db, before=later) == []  # the browser may be sending still
        recordings.submit(db, mine, note="", now=people.NOW)
        assert uploads.stale(db, before=people.NOW) == []
        assert [upload.id for upload in uploads.stale(db, before=later)] == [screen.id]
        uploads.forget(db, screen.id)
        uploads.forget(db, microphone.id)
        assert [upload.id for upload in db.scalars(select(Upload))] == [microphone.id]


def test_a_file_that_was_made_before_a_crash_is_found_again(tmp_path: Path) -> None:
    folder = FolderStorage(tmp_path, "http://localhost", "s" * 40, 600)
    key = "recordings/cs_x/screen.webm"
    upload = Upload(key=key, storage_upload_id=folder.start(key, "video/webm"), content_type="video/webm")
    assert uploads.finish(folder, upload, 0) == 0
    assert uploads.finish(folder, upload, 0) == 0
