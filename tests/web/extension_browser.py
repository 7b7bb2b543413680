"""A browser that speaks to the extension's socket, and sessions for it to speak about."""

import json
from typing import Any, cast

import pytest
from flask import Flask
from simple_websocket import Client, ConnectionClosed
from sqlalchemy.engine import Engine
from werkzeug.serving import BaseWSGIServer

from codesight.capture import events, tickets
from codesight.clock import now
from codesight.config import UNPACKED_EXTENSION
from codesight.db import reading, transaction
from codesight.platform import Platform
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from tests.capture.samples import event
from tests.support import people

TIMEOUT_S = 20.0


def engine_of(app: Flask) -> Engine:
    return cast(Platform, app.extensions["codesight"]).engine


class Browser:
    """An extension of our own: says frames, hears frames."""

    def __init__(self, server: BaseWSGIServer, ticket: str, origin: str | None = UNPACKED_EXTENSION) -> None:
        headers = {"Origin": origin} if origin else {}
        self.socket = Client.connect(f"ws://127.0.0.1:{server.port}/extension-ws?ticket={ticket}", headers=headers)

    def say(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def hear(self) -> dict[str, Any]:
        frame = self.socket.receive(timeout=TIMEOUT_S)
        assert frame is not None, "the server is silent"
        return cast(dict[str, Any], json.loads(frame))

    def hear_error(self) -> tuple[str, dict[str, Any]]:
        frame = self.hear()
        assert frame["type"] == "error", frame
        assert frame["message"]
        return frame["code"], frame["details"]

    def greet(self, session: str) -> dict[str, Any]:
        self.say(type="hello", v=1, session=session, client={"name": "test", "version": "1.0"})
        return self.hear()

    def send_events(self, *samples: dict[str, Any]) -> None:
        self.say(type="events", events=samples)

    def closed_with(self) -> int:
        """The close code, once everything that came before it was read."""
        with pytest.raises(ConnectionClosed) as raised:
            while self.hear():
                continue
        return int(raised.value.reason)


class Shop:
    """A worker with three running sessions, somebody else's session beside them, and the server."""

    def __init__(self, app: Flask, server: BaseWSGIServer) -> None:
        self.app, self.server, self.engine = app, server, engine_of(app)
        self.secret = cast(Platform, app.extensions["codesight"]).settings.secret_key
        with transaction(self.engine) as db:
            wave = people.make_gig(db)
            noise = people.make_worker(db, wave, email="noise@example.org")
            self.others = people.record(db, people.claim(db, noise).assignments[0]).public_id
            worker = people.make_worker(db, wave)
            self.worker_id = worker.account_id
            package = people.claim(db, worker)
            self.mine = [people.record(db, assignment).public_id for assignment in package.assignments[:3]]
        self.session = self.mine[0]

    def ticket(self, session: str | None = None) -> str:
        return tickets.issue(self.secret, session or self.session, self.worker_id)

    def connect(self, session: str | None = None, **options: Any) -> Browser:
        browser = Browser(self.server, self.ticket(session), **options)
        welcome = browser.greet(session or self.session)
        assert welcome["type"] == "welcome", welcome
        return browser

    def row(self, session: str | None = None) -> RecordingSession:
        with reading(self.engine) as db:
            found = db.query(RecordingSession).filter_by(public_id=session or self.session).one()
            return found

    def stored(self, session: str | None = None) -> list[int]:
        found = self.row(session)
        with reading(self.engine) as db:
            return [one.seq for one in events.read(db, found.id)]

    def hand_in(self, session: str | None = None) -> None:
        with transaction(self.engine) as db:
            found = db.get_one(RecordingSession, self.row(session).id)
            recordings.end(db, found, now=now())
            recordings.submit(db, found, note="", now=now())

    def still_serves(self) -> bool:
        """Another session of the worker is taken as if nothing had happened."""
        browser = self.connect(self.mine[2])
        browser.send_events(event(1))
        return browser.hear() == {"type": "ack", "seq": 1} and self.stored(self.mine[2]) == [1]
