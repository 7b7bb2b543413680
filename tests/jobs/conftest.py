"""An installation whose jobs run on a real Valkey, in a real worker of RQ that ends when there is nothing left."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import SimpleWorker
from sqlalchemy.orm import Session

from codesight.assignments.models import Assignment
from codesight.capture import uploads
from codesight.capture.models import Upload, UploadKind
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.lifecycle import AssignmentState
from codesight.outgoing import OutgoingMail
from codesight.platform import Platform
from codesight.recordings import actions as recordings
from codesight.recordings.models import Recording, RecordingSession, Submission
from codesight.workers.models import Worker
from jobs import queue as queues
from tests.support.people import WORLDS, World, claim


@dataclass(frozen=True)
class Installation:
    """One installation with people in it, and what a test does to it."""

    parts: Platform
    people: World

    def run_jobs(self) -> None:
        """Run everything that was rung for, as the worker does."""
        bell = queues.queue(self.parts.settings.redis_url)
        SimpleWorker([bell], connection=bell.connection).work(burst=True, logging_level="ERROR")

    def waiting(self, part: str) -> int:
        """How many messages for a module of jobs lie in the queue."""
        bell = queues.queue(self.parts.settings.redis_url)
        return sum(message.func_name.startswith(f"jobs.{part}.") for message in bell.get_jobs())

    def session(self, db: Session, number: int = 0) -> RecordingSession:
        """A running session of the worker's scenario of that number; its video began a second ago."""
        assignment = claim(db, db.get_one(Worker, self.people.worker_id)).assignments[number]
        made = recordings.open_session(db, assignment, now=now())
        recordings.begin(db, made, video_started_ms=now().timestamp() * 1000 - 1000, now=now())
        return made

    def uploaded(self, session: Recording, kind: UploadKind, content: bytes) -> None:
        """Send a file through the real storage, as the recorder does; too small for more than one part."""
        key = uploads.key_of(session, kind)
        begun = self.parts.storage.start(key, uploads.CONTENT_TYPES[kind])
        with transaction(self.parts.engine) as db:
            mine = db.get_one(Recording, session.id)
            upload = uploads.record_started(db, mine, kind, begun, uploads.CONTENT_TYPES[kind], now=now())
        if content:
            (self.parts.settings.var / "files" / ".parts" / begun / "1").write_bytes(content)
        size = uploads.finish(self.parts.storage, upload, len(content))
        with transaction(self.parts.engine) as db:
            uploads.record_completed(db, upload, size, now=now())

    def submitted(self, session_id: int) -> int:
        """Stop and hand in, without ringing; the submission's id."""
        with transaction(self.parts.engine) as db:
            session = db.get_one(RecordingSession, session_id)
            recordings.end(db, session, now=now())
            return recordings.submit(db, session, note="", now=now()).id

    def state(self, submission_id: int) -> AssignmentState:
        with reading(self.parts.engine) as db:
            return db.get_one(Assignment, db.get_one(Submission, submission_id).assignment_id).state

    def upload(self, submission_id: int, kind: UploadKind = UploadKind.SCREEN) -> Upload:
        with reading(self.parts.engine) as db:
            found = uploads.find(db, db.get_one(Submission, submission_id).session_id, kind)
            assert found is not None
            return found


@pytest.fixture
def installation(
    with_people: object, database_url: str, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """The environment of a worker's process, and an empty queue."""
    for name, value in {
        "VAR": str(tmp_path / "var"),
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "SECRET_KEY": "s" * 40,
        "PUBLIC_URL": "http://localhost",
        "MINIMUM_VIDEO_SECONDS": "5",
    }.items():
        monkeypatch.setenv(name, value)
    queues.platform.cache_clear()
    with Redis.from_url(valkey_url) as valkey:
        valkey.flushdb()
    parts = queues.platform()
    with transaction(parts.engine) as db:
        # What they were told so far is out: a test sees the mails that it writes itself.
        db.execute(sa.update(OutgoingMail).values(sent_at=now(), text=""))
    yield Installation(parts, WORLDS[parts.engine.dialect.name])
    parts.engine.dispose()
    queues.platform.cache_clear()
