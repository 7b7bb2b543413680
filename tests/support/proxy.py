"""A proxy on loopback that passes requests on as they are, or does with them what a test wants: a bad line, a CDN."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PATIENCE_SECONDS = 120
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


class Lost(Exception):
    """The connection breaks off before an answer."""


@dataclass(frozen=True)
class Heard:
    """A request as it came; `path` with its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


Meddler = Callable[[Heard, Callable[[], Answer]], Answer]
"""Gets a request and what passes it on; it may do so or not, and raise Lost before or after."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    target: str
    host: str | None
    meddler: Meddler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:  # who asked has gone
            self.close_connection = True

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = Heard(self.command, self.path, dict(self.headers.items()), body)
        try:
            answer = self.server.meddler(heard, lambda: self._pass_on(heard))
        except Lost:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # what http.server looks for, with the method's name behind it
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _pass_on(self, heard: Heard) -> Answer:
        target = urlsplit(self.server.target)
        connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=PATIENCE_SECONDS)
        try:
            headers = heard.headers | ({"Host": self.server.host} if self.server.host else {})
            connection.request(heard.method, heard.path, heard.body or None, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_THE_CONNECTION]
            return Answer(answer.status, kept, answer.read())
        finally:
            connection.close()


def _pass_on(_: Heard, pass_on: Callable[[], Answer]) -> Answer:
    return pass_on()


@contextmanager
def proxy(port: int, target: str, meddler: Meddler = _pass_on, host: str | None = None) -> Iterator[str]:
    """A proxy at this port for `target`, which it asks under the name `host` if one is given. Gives its address."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.target, server.meddler, server.host = target, meddler, host
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
