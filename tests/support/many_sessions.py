"""Running recordings in bulk, for tests and measurements with many browsers."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.capture import tickets
from codesight.db import Base, transaction
from codesight.ids import new_session_id
from codesight.lifecycle import SessionState
from codesight.recordings.models import Recording, RecordingKind
from tests.support import people


@dataclass(frozen=True)
class Session:
    """A recording that runs."""

    id: int
    public_id: str
    worker_id: int

    def path(self, secret: str) -> str:
        """Where its browser connects, on a server with this secret."""
        return f"/extension-ws?session={self.id}&ticket={tickets.issue(secret, self.public_id, self.worker_id)}"


def open_sessions(engine: Engine, count: int) -> list[Session]:
    """As many running recordings, of one worker, who has no other."""
    with transaction(engine) as db:
        worker = people.make_worker(db, people.make_gig(db, slots=0)).account_id
        made = {
            "kind": RecordingKind.TRAINING, "worker_id": worker, "state": SessionState.RECORDING,
            "state_since": people.NOW, "created_at": people.NOW, "started_at": people.NOW,
            "clock_offset_ms": 0.0, "last_seq": 0, "event_count": 0, "masked_count": 0, "client": "",
        }  # fmt: skip
        rows = [{**made, "public_id": new_session_id()} for _ in range(count)]
        db.connection().execute(sa.insert(Base.metadata.tables["recording_session"]), rows)
        mine = sa.select(Recording.id, Recording.public_id).where(Recording.worker_id == worker)
        return [Session(id, name, worker) for id, name in db.execute(mine)]
