"""Who may not go on: any process may have suspended a worker who is connected to this one."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from blueprints.web import Engine
from codesight import clock
from codesight.db import reading
from codesight.recordings.queries import suspended_recordings
from codesight.workers.standing.models import Suspension
from codesight.workers.standing.rules import suspended

LOOK_EVERY_S = 15.0
"""How often a process asks the database, once for all its connections: a thousand that ask take half its time."""


@dataclass(eq=False, slots=True)
class Lookout:
    """What one process knows of suspensions."""

    engine: Engine
    _looked: float = 0.0
    _suspended: Mapping[int, Suspension] = field(default_factory=dict)
    _looking: Lock = field(default_factory=Lock)

    def look(self) -> None:
        """Ask the database now."""
        self._looked = time.monotonic()  # first, so that nobody asks beside us
        # One after the other, or the older answer could come last.
        with self._looking, reading(self.engine) as db:
            self._suspended = suspended_recordings(db, clock.now())

    def ensure_may_go_on(self, session_id: int) -> None:
        """Raises NotAllowed `suspended` when the recording must not go on, as of some seconds ago."""
        if time.monotonic() - self._looked > LOOK_EVERY_S:
            self.look()
        if found := self._suspended.get(session_id):
            raise suspended(found)
