"""The socket of the browser extension: who may open it, and how many have (docs/protocol.md)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import structlog
from flask import Blueprint, Flask, current_app, g, request
from flask_sock import Sock

from blueprints.access import public
from blueprints.live.conversation import Conversation
from blueprints.live.lookout import Lookout
from blueprints.live.websocket import WebSocket
from blueprints.web import engine, reading, settings
from codesight.accounts.models import Account
from codesight.capture import tickets
from codesight.capture.writer import GroupWriter
from codesight.errors import NotAllowed, NotSignedIn
from codesight.platform import Platform
from codesight.recordings import queries

log = structlog.get_logger()

bp = Blueprint("extension_ws", __name__)
sock = Sock()

LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes. Up to here a frame that is too large gets an answer; beyond, the connection is closed with 1009."""


@dataclass(eq=False, slots=True)
class Ingest:
    """What the connections of one process share."""

    writer: GroupWriter
    lookout: Lookout
    stopping: Callable[[], bool] = lambda: False
    """Asked by every connection about once a second; once it is true they close with 1012."""
    _open: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> None:
        with self._lock:
            self._open += 1

    def __exit__(self, *problem: object) -> None:
        with self._lock:
            self._open -= 1

    @property
    def open_connections(self) -> int:
        """Connections at this moment."""
        return self._open


def init_app(app: Flask) -> None:
    """Set up the socket; call after the blueprint was registered."""
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": LARGEST_MESSAGE}
    installed = cast(Platform, app.extensions["codesight"])
    app.extensions["ingest"] = Ingest(GroupWriter(installed.engine), Lookout(installed.engine))
    sock.init_app(app)


def ingest_of(app: Flask) -> Ingest:
    """For whoever starts and stops the process."""
    return cast(Ingest, app.extensions["ingest"])


def open_connections() -> int:
    """How many browsers are connected to this process."""
    return ingest_of(current_app).open_connections


@bp.before_request
def admit() -> None:
    """Before the handshake. Raises NotAllowed (another site), NotSignedIn (bad ticket) and NotFound."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (settings().public_url, *settings().extension_origins):
        raise NotAllowed("foreign_origin", "This site may not open the socket.", origin=origin[:100])
    ticket = tickets.read(settings().secret_key, request.args.get("ticket", ""))
    with reading() as db:
        g.session_id = queries.own_recording(db, ticket.session, ticket.worker_id).id
        active = db.get_one(Account, ticket.worker_id).active
    if not active:
        raise NotSignedIn("account_closed", "This account is closed. Write to whoever invited you.")
    g.ticket = ticket


@sock.route("/extension-ws", bp=bp)
@public
def extension_ws(ws: WebSocket) -> None:
    """One browser's conversation; open to whoever holds a ticket."""
    ingest = ingest_of(current_app)
    with ingest:
        log.info("socket_opened", session=g.ticket.session)
        # Looked up each time: whoever starts the process sets it, possibly later.
        talk = Conversation(
            ws, engine(), ingest.writer, ingest.lookout, g.ticket.session, g.session_id, lambda: ingest.stopping()
        )
        talk.run()
        log.info("socket_closed", session=g.ticket.session, received=talk.received)
