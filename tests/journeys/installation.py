"""A whole installation, started as a user starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from codesight.config import Settings
from tests.architecture.source import ROOT
from tests.support.services import free_port

STARTED_WITHIN_SECONDS = 90


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    email: str
    password: str


class Installation:
    """`python -m jobs.local` with a folder and a database of its own: web, worker and Valkey."""

    def __init__(self, var: Path, database_url: str | None, **environ: str) -> None:
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {**os.environ, "PYTHONUNBUFFERED": "1", **environ}
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "MAIL_URL", "REQUIRE_SECOND_FACTOR"):
            self.environ.pop(name, None)
        if database_url is not None:
            self.environ["DATABASE_URL"] = database_url
        self.said: list[str] = []

    def __enter__(self) -> "Installation":
        command = [sys.executable, "-m", "jobs.local", "--port", str(self.port), "--var", str(self.var)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if self.said[-1] == f"ready {self.url}":
                return self
        raise AssertionError("it did not start:\n" + "\n".join(self.said))

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            rest, _nothing = self.process.communicate(timeout=60)
            self.said += rest.splitlines()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def person(self, role: str) -> Person:
        """The first person of a role, with the password that was printed."""
        for line in self.said:
            if match := re.match(rf"\s*{role}\s+(\S+@\S+)\s+(\S+)$", line):
                return Person(match[1], match[2])
        raise AssertionError(f"no password was printed for {role}:\n" + "\n".join(self.said))

    @property
    def invitation(self) -> str:
        """The path of the printed invitation link."""
        return next(line for line in self.said if "/join/" in line).rpartition(self.url)[2]

    def mailed_link(self, to: str) -> str:
        """The link in the mail that the worker process has delivered to an address, into the folder of mails."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for path in (self.var / "mail").glob("*.eml"):
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                assert isinstance(message, EmailMessage)
                if message["To"] == to and (found := re.search(rf"{self.url}\S+", message.get_content())):
                    return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no mail to {to}")

    @property
    def settings(self) -> Settings:
        """The settings that its processes run with."""
        return Settings.from_env({**self.environ, "VAR": str(self.var), "SECRET_KEY": "x" * 40, "PUBLIC_URL": self.url})
