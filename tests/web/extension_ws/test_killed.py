"""A server that is killed in mid-stream, again and again, under the browsers that send to it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from codesight.capture import events
from codesight.db import reading
from codesight.recordings.models import Recording
from tests.architecture.source import ROOT
from tests.capture.samples import event
from tests.support.many_sessions import Session, open_sessions
from tests.support.services import free_port, guardian

KILLS, BROWSERS = 20, 50
BATCH, BATCHES_AHEAD = 5, 3
ROUND_EVENTS = 150
"""Events acknowledged, of all browsers together, between one kill and the next."""
TIMEOUT_S = 120.0
SECRET = "the secret of a server that is killed"
# As it runs in production; SQLite, which blocks its thread, as `make run` has it (docs/decisions/0004).
WORKER = {"postgresql": ["-k", "gevent"], "sqlite": ["-k", "gthread", "--threads", "96"]}


class Killable:
    """gunicorn with one process that serves. The application is loaded before it forks, so a new one is there soon."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def kill(self) -> None:
        """End the serving process as a failing machine would: nothing is stored, said or closed any more."""
        before = self._serving()
        os.kill(before[0], signal.SIGKILL)
        until = time.monotonic() + TIMEOUT_S
        while self._serving() in ([], before):
            assert time.monotonic() < until, "no new process"
            time.sleep(0.1)

    def _serving(self) -> list[int]:
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]


@pytest.fixture
def server(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Killable]:
    port = free_port()
    # Loaded before the fork, the application has to find gevent's threads and queues in place already.
    module = ["gevent.monkey", "--module", "gunicorn"] if engine.dialect.name == "postgresql" else ["gunicorn"]
    command = [sys.executable, "-m", *module, "wsgi:app", "--preload", "-b", f"127.0.0.1:{port}"]
    environ = {
        **os.environ,
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "VAR": str(tmp_path),
        "WEB_CONCURRENCY": "1",
    }
    with (tmp_path / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(command + WORKER[engine.dialect.name], cwd=ROOT, env=environ, stdout=log, stderr=log)
    guardian().watch(process.pid)
    yield Killable(process, port)
    process.send_signal(signal.SIGTERM)
    process.wait(TIMEOUT_S)


class Browser(Thread):
    """Sends events without end, and again what was not acknowledged. Every other one trusts the server's `last_seq`;
    the others send again all that they heard no acknowledgement for, so that much comes twice."""

    def __init__(self, port: int, session: Session, number: int) -> None:
        super().__init__(daemon=True)
        self.session, self._trusts = session, number % 2 == 0
        self._address = f"ws://127.0.0.1:{port}{session.path(SECRET)}"
        self._patience = 0.05 + 0.01 * number  # seconds; they do not all return in the same instant
        self.acknowledged = self.sent = 0
        self.ending = Event()
        self.problem: object = None

    def run(self) -> None:
        until = time.monotonic() + TIMEOUT_S
        while not self._is_done() and self.problem is None:
            try:
                with connect(self._address, compression=None, open_timeout=TIMEOUT_S, close_timeout=0) as socket:
                    self._talk(socket)
            except (OSError, WebSocketException):
                time.sleep(self._patience)
            if time.monotonic() > until:
                self.problem = "took too long"

    def _is_done(self) -> bool:
        return self.ending.is_set() and self.acknowledged == self.sent

    def _talk(self, socket: ClientConnection) -> None:
        client = {"name": "test", "version": "1"}
        socket.send(json.dumps({"type": "hello", "v": 1, "session": self.session.public_id, "client": client}))
        welcome = json.loads(socket.recv(TIMEOUT_S))
        assert welcome["last_seq"] >= self.acknowledged, welcome
        if self._trusts:
            self.acknowledged = welcome["last_seq"]
        at = self.acknowledged
        while not self._is_done():
            limit = self.sent if self.ending.is_set() else self.acknowledged + BATCH * BATCHES_AHEAD
            while at < limit:
                batch = [event(seq) for seq in range(at + 1, at + BATCH + 1)]
                at += BATCH
                self.sent = max(self.sent, at)
                socket.send(json.dumps({"type": "events", "events": batch}))
            said = json.loads(socket.recv(TIMEOUT_S))
            if said["type"] != "ack":
                self.problem = said
                return
            self.acknowledged = max(self.acknowledged, said["seq"])


@contextmanager
def crowd(port: int, sessions: list[Session]) -> Iterator[list[Browser]]:
    """All browsers, sending; at the end they finish what they began."""
    browsers = [Browser(port, session, number) for number, session in enumerate(sessions)]
    for browser in browsers:
        browser.start()
    try:
        yield browsers
    finally:
        for browser in browsers:
            browser.ending.set()
    for browser in browsers:
        browser.join(TIMEOUT_S)


# Server killed with -9 in mid-stream, 20 times, with 50 clients: every acknowledged event is in the database, none
# twice.
@pytest.mark.uncounted
def test_a_server_killed_twenty_times_has_every_acknowledged_event_once(engine: Engine, server: Killable) -> None:
    with crowd(server.port, open_sessions(engine, BROWSERS)) as browsers:
        for _ in range(KILLS):
            before = sum(browser.acknowledged for browser in browsers)
            until = time.monotonic() + TIMEOUT_S
            while sum(browser.acknowledged for browser in browsers) < before + ROUND_EVENTS:
                assert time.monotonic() < until, [browser.problem for browser in browsers]
                time.sleep(0.01)
            acknowledged = {browser.session.id: browser.acknowledged for browser in browsers}
            server.kill()
            assert missing(engine, acknowledged) == []
    assert [browser.problem for browser in browsers if browser.problem] == []
    assert missing(engine, {browser.session.id: browser.sent for browser in browsers}) == []
    for browser in browsers:
        with reading(engine) as db:
            stored = events.read(db, browser.session.id)
            counted = db.get_one(Recording, browser.session.id).event_count
        assert [(one.seq, one.client_event_id) for one in stored] == [
            (seq, f"event-{seq}") for seq in range(1, browser.sent + 1)
        ]
        assert counted == browser.sent


def missing(engine: Engine, acknowledged: dict[int, int]) -> list[tuple[int, int]]:
    """Session and number of each event that was acknowledged and is not stored."""
    with engine.connect() as db:
        rows = db.execute(sa.text("SELECT session_id, seq FROM event")).all()
    stored = {(session_id, seq) for session_id, seq in rows}
    return [
        (session_id, seq)
        for session_id, last in acknowledged.items()
        for seq in range(1, last + 1)
        if (session_id, seq) not in stored
    ]
