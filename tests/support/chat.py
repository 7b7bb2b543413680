"""A server on this machine that answers as the webhooks of Slack and Discord do, and can refuse, brake and hang."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?rto=0.5"
DISCORD = "discord://417429632418316298/JHZ7lQml277CDHmQKMHI8qBe7bk2ZwO5UKjCiOAF7711o33MyqU344Qpgv7YTpadV_js?rto=0.5"


@dataclass
class ChatServer:
    """What the server does, by the beginning of a path, and what it has taken."""

    statuses: dict[str, int] = field(default_factory=dict)
    """`/slack` or `/discord` → the status that it answers instead of taking the message; 0 hangs."""
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: int = 0

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        """Listening, with Slack's and Discord's own addresses leading here."""
        chats = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the base class's name
                said = self.rfile.read(int(self.headers["Content-Length"]))
                chats.asked += 1
                service = "/" + self.path.split("/")[1]
                status = chats.statuses.get(service)
                if status == 0:
                    time.sleep(1.5)
                    return
                if status is None:
                    chats.taken.append((service, json.loads(said)))
                    status = 204 if service == "/discord" else 200
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "30")
                self.end_headers()
                if status != 204:
                    self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        here = f"http://127.0.0.1:{server.server_port}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(NotifySlack, "webhook_url", f"{here}/slack")
            patch.setattr(NotifyDiscord, "notify_url", f"{here}/discord")
            # They wait a second or more before each request, so as not to be braked.
            patch.setattr(NotifySlack, "request_rate_per_sec", 0)
            patch.setattr(NotifyDiscord, "request_rate_per_sec", 0)
            yield self
        server.shutdown()
        server.server_close()
