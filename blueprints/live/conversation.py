"""One browser's conversation with the server (docs/protocol.md), from `hello` to the close code."""

import time
from collections.abc import Callable
from typing import Any, assert_never

import msgspec
import structlog
from simple_websocket import ConnectionClosed

from blueprints.live.lookout import Lookout
from blueprints.live.websocket import WebSocket
from blueprints.web import Engine
from codesight import clock
from codesight.capture import events
from codesight.capture.protocol import VERSION, Bye, Clock, Events, Frame, Hello, Ping, Refused, decode_frame
from codesight.capture.writer import GroupWriter, Lane, Outcome
from codesight.db import transaction
from codesight.errors import Conflict, Malformed, NotAllowed, Problem
from codesight.recordings.actions import note_device

log = structlog.get_logger()

HELLO_WITHIN_S = 10.0
POLL_S = 1.0
SLOW_DOWN_EVENTS = 2_000
"""With more unacknowledged, a browser is asked to wait."""
SLOW_DOWN_MS = 500
MOST_EVENTS = 20_000
"""With more unacknowledged, a browser that does not wait is sent away; it has everything and comes back."""
MOST_BYTES = 16 * 1024 * 1024
"""The same for what has arrived and was not looked at yet."""

GOODBYE, BROKEN, RESTARTING, COME_BACK = 1000, 1011, 1012, 1013
NO_HELLO, OTHER_SESSION, CLOSED_SESSION, SUSPENDED = 4400, 4403, 4409, 4423


class _End(Exception):
    """The conversation is over, for this reason."""

    def __init__(self, code: int, problem: Problem | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.problem = problem


class Conversation:
    """Answers one browser. No database session stays open while waiting.

    All is said from the thread that calls `run`; the writer's news come in by the socket's own inbox, so that
    one `receive` waits for both.
    """

    def __init__(
        self,
        ws: WebSocket,
        engine: Engine,
        writer: GroupWriter,
        lookout: Lookout,
        public_id: str,
        session_id: int,
        stopping: Callable[[], bool],
    ) -> None:
        self.received = 0
        """Events so far."""
        self._ws = ws
        self._engine = engine
        self._writer = writer
        self._lookout = lookout
        self._public_id = public_id
        self._session_id = session_id
        self._stopping = stopping
        self._lane = Lane(ws.put)
        self._unacknowledged = 0
        self._owed: int | None = None
        """Stored up to this, and not said yet."""
        self._asked_to_wait = 0.0
        self._leaving = False

    def run(self) -> None:
        """Talk until one side ends it. Errors of ours are logged and told without their trace."""
        try:
            self._greet()
            while True:
                self._ensure_may_go_on()
                self._answer(self._next(POLL_S))
        except _End as end:
            self._close(end.code, end.problem)
        except ConnectionClosed:
            pass
        except Exception:
            log.exception("socket_failed", session=self._public_id)
            message = "Something went wrong on our side. What was not acknowledged can be sent again."
            self._close(BROKEN, Problem("internal_error", message))

    def _greet(self) -> None:
        until = time.monotonic() + HELLO_WITHIN_S
        data = None
        while data is None:
            if time.monotonic() > until:
                raise _End(NO_HELLO, Malformed("no_hello", f"No hello came within {HELLO_WITHIN_S:g} seconds."))
            data = self._next(min(POLL_S, HELLO_WITHIN_S))
        try:
            hello = decode_frame(data)
        except Problem as problem:
            raise _End(NO_HELLO, problem) from problem
        if not isinstance(hello, Hello) or hello.v != VERSION:
            raise _End(NO_HELLO, Malformed("bad_hello", f"The first frame must be a hello of version {VERSION}."))
        if hello.session != self._public_id:
            raise _End(OTHER_SESSION, NotAllowed("other_session", "The ticket is for another recording session."))
        with transaction(self._engine) as db:
            session = events.introduce(db, self._session_id, hello.client)
            if session is not None:
                note_device(db, session.id, hello.client.device)
        if session is None:
            raise _End(CLOSED_SESSION, _closed())
        # Also for a session that is over: the browser learns what has arrived, and can forget it.
        self._say(
            type="welcome",
            v=VERSION,
            session=self._public_id,
            state=session.state,
            last_seq=session.last_seq,
            server_time=_time(),
        )
        if session.state not in events.TAKES_EVENTS:
            raise _End(CLOSED_SESSION, _closed())
        self._lookout.look()

    def _ensure_may_go_on(self) -> None:
        try:
            self._lookout.ensure_may_go_on(self._session_id)
        except NotAllowed as problem:
            raise _End(SUSPENDED, problem) from problem

    def _next(self, timeout: float) -> Any:
        """What the browser (str, bytes) or the writer (Outcome) has to say; None if neither has."""
        if self._stopping():
            raise _End(RESTARTING)
        return self._ws.receive(timeout=timeout)

    def _answer(self, news: Any) -> None:
        if news is None:
            return
        if isinstance(news, Outcome):
            self._settle(news)
            return
        self._acknowledge()
        try:
            frame = decode_frame(news)
        except Problem as problem:
            self._complain(problem)
        else:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        match frame:
            case Events():
                self._store(frame)
            case Ping():
                self._say(type="pong", t_wall=frame.t_wall, server_time=_time())
            case Clock():
                with transaction(self._engine) as db:
                    events.measured(db, self._session_id, frame.offset_ms, frame.rtt_ms)
            case Bye():
                self._leaving = True
                self._leave_when_settled()
            case Hello():
                self._complain(Malformed("repeated_hello", "A hello is said once."))
            case _:
                assert_never(frame)

    def _store(self, frame: Events) -> None:
        rows, seqs = [], []
        for raw in frame.events:
            row = events.prepared(self._session_id, raw)
            if isinstance(row, Refused):
                self._send(row.frame())
            else:
                rows.append(row)
            if row.seq is not None:
                seqs.append(row.seq)
        count = len(frame.events)
        if not self._writer.submit(self._lane, rows, seq=max(seqs, default=None), events=count):
            raise _End(COME_BACK, _too_much())
        self.received += count
        self._unacknowledged += count
        self._hold_back()

    def _hold_back(self) -> None:
        if self._unacknowledged > MOST_EVENTS or self._ws.waiting_bytes > MOST_BYTES:
            raise _End(COME_BACK, _too_much())
        crowded = self._unacknowledged > SLOW_DOWN_EVENTS or self._ws.waiting_bytes > MOST_BYTES // 16
        if crowded and time.monotonic() - self._asked_to_wait > SLOW_DOWN_MS / 1000:
            self._asked_to_wait = time.monotonic()
            self._say(type="slow_down", retry_ms=SLOW_DOWN_MS)

    def _settle(self, outcome: Outcome) -> None:
        self._unacknowledged -= outcome.events
        if outcome.failure == "session_closed":
            raise _End(CLOSED_SESSION, _closed())
        if outcome.failure == "storage_failed":
            # To go on would acknowledge later events, and with them these: the browser shall connect again.
            message = "The events could not be stored. Send them again after connecting again."
            raise _End(COME_BACK, Problem("storage_failed", message))
        for refused in outcome.refused:
            self._send(refused.frame())
        if outcome.seq is not None:
            self._owed = max(outcome.seq, self._owed or 0)
        # A commit can bring news of several batches, one behind the other: the last acknowledgement covers them all.
        if not self._ws.has_news:
            self._acknowledge()
        if self._leaving:
            self._leave_when_settled()

    def _acknowledge(self) -> None:
        if self._owed is not None:
            self._say(type="ack", seq=self._owed)
            self._owed = None

    def _leave_when_settled(self) -> None:
        if not self._unacknowledged:
            self._acknowledge()
            raise _End(GOODBYE)

    def _complain(self, problem: Problem) -> None:
        self._say(type="error", code=problem.code, message=problem.message, details=problem.details)

    def _say(self, **frame: Any) -> None:
        self._send(frame)

    def _send(self, frame: dict[str, Any]) -> None:
        try:
            self._ws.send(msgspec.json.encode(frame).decode())
        except OSError as problem:
            raise ConnectionClosed(message="gone") from problem

    def _close(self, code: int, problem: Problem | None) -> None:
        try:
            if problem is not None:
                self._complain(problem)
            self._ws.close(code)
        except (ConnectionClosed, OSError):
            log.info("socket_gone", session=self._public_id, code=code)


def _closed() -> Problem:
    return Conflict("session_closed", "This recording was handed in or given up; it takes no more events.")


def _too_much() -> Problem:
    return Conflict(
        "too_much_unacknowledged",
        "More came than can be stored. Connect again and send what was not acknowledged.",
    )


def _time() -> float:
    return clock.to_ms(clock.now())
