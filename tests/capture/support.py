"""Sessions to put events into."""

from typing import Any

from sqlalchemy.engine import Engine

from codesight.capture.events import Row, prepared
from codesight.db import reading, transaction
from codesight.recordings.models import RecordingSession
from tests.capture.samples import encoded
from tests.support import people


def make_sessions(engine: Engine, count: int = 2) -> list[int]:
    """Recording sessions, all of one worker; there is another worker's beside them."""
    with transaction(engine) as db:
        wave = people.make_gig(db)
        noise = people.make_worker(db, wave, email="noise@example.org")
        people.record(db, people.claim(db, noise).assignments[0])
        package = people.claim(db, people.make_worker(db, wave))
        return [people.record(db, assignment).id for assignment in package.assignments[:count]]


def session_row(engine: Engine, session_id: int) -> RecordingSession:
    """The session as it is in the database."""
    with reading(engine) as db:
        found = db.get(RecordingSession, session_id)
        assert found is not None
        return found


def row(session_id: int, sample: dict[str, Any]) -> Row:
    """A valid event ready to be stored."""
    made = prepared(session_id, encoded(sample))
    assert isinstance(made, Row), made
    return made
