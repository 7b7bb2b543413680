"""Group commit: one thread writes what all connections have received, many batches in one transaction."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Literal, TypeAlias

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine

from codesight.capture.events import Row, Stored, store
from codesight.capture.protocol import Refused, refused
from codesight.clock import now
from codesight.db import transaction
from codesight.recordings.actions import still_alive

log = structlog.get_logger()

KEEP_ALIVE_EVERY_S = 60.0
"""How often a recording's events keep its scenario reserved."""

Failure: TypeAlias = Literal["session_closed", "storage_failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch."""

    seq: int | None
    """Acknowledge up to this; None when nothing may be acknowledged."""
    events: int
    """How many events the batch had."""
    refused: tuple[Refused, ...] = ()
    failure: Failure | None = None


@dataclass(eq=False, slots=True)
class Lane:
    """One connection's way to the writer: its batches are stored in the order in which they came."""

    deliver: Callable[[Outcome], None]
    """Called in the writer's thread, after the commit; must not block."""
    blocked: bool = False
    """A batch could not be stored. Nothing behind it may be: an acknowledgement covers what came before."""


@dataclass(frozen=True, slots=True)
class _Batch:
    lane: Lane
    rows: Sequence[Row]
    seq: int | None
    events: int


@dataclass(eq=False, slots=True)
class GroupWriter:
    """The one writer of a process. Its thread starts with the first batch: on the right side of a fork."""

    engine: Engine
    gather_s: float = 0.002
    """How long a group waits for company, while groups are large: where few send, waiting only makes them wait."""
    large_events: int = 256
    """Events of a group that is large."""
    group_events: int = 5_000
    """Events of the largest transaction, but for a single larger batch."""
    waiting_events: int = 50_000
    """Events that may wait; a further batch is not taken."""
    _changed: Condition = field(default_factory=Condition)
    _waiting: list[_Batch] = field(default_factory=list)
    _events: int = 0
    _last_events: int = 0
    _stopping: bool = False
    _thread: Thread | None = None
    _seen_alive: dict[int, float] = field(default_factory=dict)
    """When the lease of a recording was last looked after, by the monotonic clock."""

    def submit(self, lane: Lane, rows: Sequence[Row], *, seq: int | None, events: int) -> bool:
        """Store a batch and tell the lane afterwards; False when too much waits, or the writer has stopped.

        `seq` is what to acknowledge, also for a batch of which nothing is left to store.
        """
        with self._changed:
            if self._stopping or (self._waiting and self._events + events > self.waiting_events):
                return False
            self._waiting.append(_Batch(lane, rows, seq, events))
            self._events += events
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="event-writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return True

    def stop(self) -> None:
        """Store what waits and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._write([batch for batch in group if not batch.lane.blocked])

    def _next_group(self) -> list[_Batch]:
        """Empty only at the end."""
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
        if self._last_events >= self.large_events:
            time.sleep(self.gather_s)
        with self._changed:
            taken, events = 0, 0
            for batch in self._waiting:
                if taken and events + batch.events > self.group_events:
                    break
                taken, events = taken + 1, events + batch.events
            group, self._waiting = self._waiting[:taken], self._waiting[taken:]
            self._events -= events
            self._last_events = events
            return group

    def _write(self, group: Sequence[_Batch]) -> None:
        try:
            stored = self._commit(row for batch in group for row in batch.rows)
        except Exception:
            # Whatever it was, it may concern one batch only, and the others' browsers wait.
            log.warning("group_failed", batches=len(group), exc_info=True)
            for batch in group:
                if not batch.lane.blocked:
                    self._write_alone(batch)
        else:
            for batch in group:
                self._tell(batch, _outcome(batch, stored))
            self._keep_alive({row.session_id for batch in group for row in batch.rows} - stored.closed)

    def _keep_alive(self, session_ids: set[int]) -> None:
        # After the acknowledgements and at most once a minute for each recording: nobody waits for it.
        moment = time.monotonic()
        due = [one for one in session_ids if moment - self._seen_alive.get(one, -math.inf) >= KEEP_ALIVE_EVERY_S]
        if not due:
            return
        self._seen_alive = {one: at for one, at in self._seen_alive.items() if moment - at < KEEP_ALIVE_EVERY_S}
        self._seen_alive.update(dict.fromkeys(due, moment))
        try:
            with transaction(self.engine) as db:
                still_alive(db, due, now=now())
        except Exception:
            # The events are stored; the next minute brings another sign of life.
            log.warning("keep_alive_failed", sessions=len(due), exc_info=True)

    def _write_alone(self, batch: _Batch) -> None:
        stored: Stored | None = None
        poisoned: tuple[Refused, ...] = ()
        try:
            stored = self._commit(batch.rows)
        except (sa.exc.DataError, sa.exc.IntegrityError):
            # The database is well and dislikes something in here: find out what, or it comes back for ever.
            stored, poisoned = self._one_by_one(batch)
        except Exception:
            log.exception("batch_failed", events=batch.events)
        if stored is None:
            batch.lane.blocked = True
            self._tell(batch, Outcome(None, batch.events, failure="storage_failed"))
        else:
            self._tell(batch, _outcome(batch, stored, poisoned))

    def _one_by_one(self, batch: _Batch) -> tuple[Stored | None, tuple[Refused, ...]]:
        poisoned: list[Refused] = []
        conflicts: set[Row] = set()
        closed: set[int] = set()
        for row in batch.rows:
            try:
                stored = self._commit([row])
            except (sa.exc.DataError, sa.exc.IntegrityError):
                log.exception("event_not_storable", session=row.session_id, seq=row.seq, type=row.type)
                message = "The database does not take this event."
                poisoned.append(refused(row.seq, row.client_event_id, "", "not_storable", message))
            except Exception:
                log.exception("event_failed", session=row.session_id, seq=row.seq)
                return None, ()
            else:
                conflicts |= stored.conflicts
                closed |= stored.closed
        return Stored(0, frozenset(conflicts), frozenset(closed)), tuple(poisoned)

    def _commit(self, rows: Iterable[Row]) -> Stored:
        with transaction(self.engine) as db:
            return store(db, rows)

    def _tell(self, batch: _Batch, outcome: Outcome) -> None:
        try:
            batch.lane.deliver(outcome)
        except Exception:
            # One connection that cannot be told must not stop the writer for all.
            log.exception("delivery_failed")


def _outcome(batch: _Batch, stored: Stored, poisoned: tuple[Refused, ...] = ()) -> Outcome:
    if not (stored.closed or stored.conflicts or poisoned):
        return Outcome(batch.seq, batch.events)
    if any(row.session_id in stored.closed for row in batch.rows):
        batch.lane.blocked = True
        return Outcome(None, batch.events, failure="session_closed")
    message = "Another event of this session has this number already; it was kept."
    conflicts = tuple(
        refused(row.seq, row.client_event_id, "seq", "seq_conflict", message)
        for row in batch.rows
        if row in stored.conflicts
    )
    return Outcome(batch.seq, batch.events, (*conflicts, *poisoned))
