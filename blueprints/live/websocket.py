"""The socket under flask-sock: its interface, with the frames read by `websockets` instead of wsproto.

wsproto is pure Python and takes three to six times as long over a frame (docs/decisions/0045). Compression is not
offered: it costs more than it saves.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR, SHUT_WR, socket
from threading import Lock, Thread
from typing import Any

import flask_sock
from simple_websocket import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, Event
from websockets.server import ServerProtocol

from codesight.errors import Malformed

READ_BYTES = 64 * 1024
GOODBYE_S = 1.0
"""How long a closed connection waits for the other side to close it too; without, the code may never arrive."""
NOT_TEXT = 1007

_HANDSHAKE = {
    "HTTP_UPGRADE": "Upgrade",
    "HTTP_CONNECTION": "Connection",
    "HTTP_SEC_WEBSOCKET_KEY": "Sec-WebSocket-Key",
    "HTTP_SEC_WEBSOCKET_VERSION": "Sec-WebSocket-Version",
}
_END = object()

logging.getLogger("websockets").setLevel(logging.WARNING)  # it tells of every connection


class WebSocket:
    """A browser's connection, from the handshake on. A thread of its own reads; one `receive` waits for the browser's
    messages and for whatever else is put into its inbox."""

    def __init__(self, environ: dict[str, Any], max_message_size: int) -> None:
        """Shake hands. Raises Malformed `bad_handshake`."""
        self.mode = "gunicorn" if "gunicorn.socket" in environ else "werkzeug"
        """Whose the socket is, for flask-sock."""
        self._sock: socket = environ[f"{self.mode}.socket"]
        self._protocol = ServerProtocol(max_size=max_message_size)
        self._sending = Lock()
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._parts: list[bytes] = []
        self._arrived = self._taken = 0
        self._shake_hands(environ)
        self._reader = Thread(target=self._read, name="socket-reader", daemon=True)
        self._reader.start()

    @property
    def waiting_bytes(self) -> int:
        """Of messages that have arrived and were not received yet."""
        return self._arrived - self._taken

    def put(self, news: object) -> None:
        """Let `receive` return this, in turn; from any thread."""
        self._inbox.put(news)

    @property
    def has_news(self) -> bool:
        """Whether `receive` would return at once."""
        return not self._inbox.empty()

    def receive(self, timeout: float | None = None) -> Any:
        """The next message (str or bytes) or news; None after `timeout` seconds. Raises ConnectionClosed once all that
        came before the end was received."""
        try:
            news = self._inbox.get(timeout=timeout)
        except Empty:
            return None
        if news is _END:
            self._inbox.put(_END)
            raise self._closed()
        if isinstance(news, str | bytes):
            self._taken += len(news)
        return news

    def send(self, text: str) -> None:
        """Send a text frame. Raises ConnectionClosed and OSError."""
        with self._sending:
            if self._protocol.state is not OPEN:
                raise self._closed()
            self._protocol.send_text(text.encode())
            self._flush()

    def close(self, code: int = 1000) -> None:
        """Say goodbye, if nobody has, and let go of the socket. Raises OSError."""
        with self._sending:
            if self._protocol.state is OPEN:
                self._protocol.send_close(code)
                self._flush()
        self._reader.join(GOODBYE_S)
        self._sock.shutdown(SHUT_RDWR)  # wakes a reader that waits for a browser that has gone silent

    def _shake_hands(self, environ: dict[str, Any]) -> None:
        headers = "".join(f"{name}: {environ[key]}\r\n" for key, name in _HANDSHAKE.items() if key in environ)
        self._protocol.receive_data(f"GET / HTTP/1.1\r\n{headers}\r\n".encode())
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        response = self._protocol.accept(request)
        if response.status_code != 101:
            raise Malformed("bad_handshake", "This is no WebSocket handshake of version 13.")
        self._protocol.send_response(response)
        self._flush()

    def _read(self) -> None:
        with suppress(OSError):  # the browser is gone, which is how most connections end
            while data := self._sock.recv(READ_BYTES):
                with self._sending:
                    self._protocol.receive_data(data)
                    self._sort(self._protocol.events_received())
                    self._flush()
                if self._protocol.close_expected():
                    self._inbox.put(_END)
        self._inbox.put(_END)

    def _sort(self, events: Iterable[Event]) -> None:
        for frame in events:
            if not isinstance(frame, Frame) or frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                continue
            if frame.opcode is not Opcode.CONT:
                self._is_text = frame.opcode is Opcode.TEXT
            self._parts.append(bytes(frame.data))
            if frame.fin:
                data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
                self._parts = []
                try:
                    message = data.decode() if self._is_text else data
                except UnicodeDecodeError:
                    self._protocol.fail(NOT_TEXT)
                    return
                self._arrived += len(message)
                self._inbox.put(message)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._sock.sendall(data)
            else:
                self._sock.shutdown(SHUT_WR)

    def _closed(self) -> ConnectionClosed:
        end = self._protocol.close_rcvd or self._protocol.close_sent
        return ConnectionClosed(end.code, end.reason) if end else ConnectionClosed()


# flask-sock has no setting for it; its routes look it up in their module at every connection.
flask_sock.Server = WebSocket
