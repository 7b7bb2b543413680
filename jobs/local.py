"""`make run`: everything CodeSight needs, on this machine, from one command; Ctrl-C ends all of it."""

import argparse
import fcntl
import http.client
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import OperationalError

from codesight.config import BadSetting, Settings
from codesight.db import migrate
from jobs import first_start
from jobs.processes import SIGNALS, Child, Crew
from jobs.valkey import NoValkey, Valkey, answers

START_SECONDS = 60
"""How long a part may take until it answers."""
CLEAN_UP_SECONDS = 40
"""How long the guardian of a launcher that was killed may take to end what it had started."""

# Every open socket keeps a thread: some dozen browsers must fit, and plain requests beside them.
WEB = (
    "-m", "gunicorn", "wsgi:app", "--workers", "1", "--worker-class", "gthread", "--threads", "96",
    "--worker-connections", "1000", "--graceful-timeout", "3", "--no-control-socket",
)  # fmt: skip


class Problem(Exception):
    """Something that the person who started us can mend; the message is one line and says how."""


class Stopped(Exception):
    """We were asked to stop."""


class Request:
    """Has somebody asked us to stop? A plain flag: a signal may find us anywhere, holding any lock."""

    def __init__(self) -> None:
        self.made = False
        for signum in SIGNALS:
            signal.signal(signum, self._make)

    def _make(self, *_: object) -> None:
        self.made = True

    def check(self) -> None:
        """Raises Stopped once it was made."""
        if self.made:
            raise Stopped


class Launcher:
    """One installation, from its start to its end."""

    def __init__(self, port: int, var: Path, lock: int, asked: Request) -> None:
        self.port = port
        self.var = var
        self.asked = asked
        self.crew = Crew(var / "log", lock)

    def run(self) -> None:
        """Start everything, say so, and stay until we are asked to stop or a part has failed."""
        environ = {
            **os.environ,
            "VAR": str(self.var),
            "PUBLIC_URL": os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{self.port}",
            "SECRET_KEY": os.environ.get("SECRET_KEY") or _secret_key(self.var),
            "REDIS_URL": os.environ.get("REDIS_URL") or self._start_valkey(),
            # The passwords that are printed at the first start open everything at once.
            "REQUIRE_SECOND_FACTOR": os.environ.get("REQUIRE_SECOND_FACTOR") or "none",
            "PYTHONUNBUFFERED": "1",
        }
        settings = Settings.from_env(environ)
        self._wait(lambda: answers(settings.redis_url), "The queue (REDIS_URL)")
        migrate(settings.database_url)
        for line in first_start.ensure(settings):
            _say(line)
        environ["DATABASE_URL"] = settings.database_url
        self.crew.start("worker", [sys.executable, "-m", "jobs.worker"], environ)
        web = [sys.executable, *WEB, "--bind", f"127.0.0.1:{self.port}"]
        self.crew.start("web", web, environ)
        self._wait(lambda: _healthy(self.port), f"The web ({self.var / 'log' / 'web.log'})")
        _say(f"ready http://127.0.0.1:{self.port}")
        while True:
            self._pause(0.3)

    def _start_valkey(self) -> str:
        valkey = Valkey.of(self.var / "valkey")
        valkey.end_orphan()
        self.crew.start("valkey", valkey.command(), os.environ)
        return valkey.url

    def _wait(self, up: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + START_SECONDS
        while not up():
            if time.monotonic() > until:
                raise Problem(f"{what} did not answer within {START_SECONDS} seconds.")
            self._pause(0.1)

    def _pause(self, seconds: float) -> None:
        """Let time pass. Raises Stopped when we are asked to, Problem when a part has ended by itself."""
        time.sleep(seconds)
        self.asked.check()
        # Before the others' complaints: they are only about its death.
        if dead := self.crew.dead():
            raise Problem(_obituary(dead))
        for child in self.crew.children:
            for line in child.trouble():
                _say(f"{child.name}: {line}", sys.stderr)


def _obituary(child: Child) -> str:
    for line in list(child.trouble()) or child.last_lines(5):
        _say(f"{child.name}: {line}", sys.stderr)
    return f"The {child.name} process ended by itself (exit {child.process.returncode}). Its log: {child.log}"


@contextmanager
def claimed(var: Path, asked: Request) -> Iterator[int]:
    """Makes the data folder and keeps it for us alone; gives the lock's file descriptor. Raises Problem."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(var / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise Problem(
            f"The folder {var} cannot be used ({problem.strerror}). Choose another: make run VAR=…"
        ) from problem
    try:
        _lock(lock, var, asked)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _lock(lock: int, var: Path, asked: Request) -> None:
    until = time.monotonic() + CLEAN_UP_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode(errors="replace")
            # A launcher that was killed leaves the lock to its guardian, which is about to finish.
            if _lives(holder) or time.monotonic() > until:
                raise Problem(
                    f"The folder {var} is in use by another CodeSight (process {holder}). "
                    "Stop that one, or choose another folder and port: make run VAR=other PORT=8001"
                ) from None
        asked.check()
        time.sleep(0.1)


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # it lives, and belongs to somebody else
    return True


def check_port(port: int) -> None:
    """Raises Problem when the web could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as problem:
            raise Problem(f"Port {port} is for administrators. Choose another: make run PORT=8000") from problem
        except OSError as problem:
            raise _taken(port) from problem
    # macOS lets us bind although somebody listens on all addresses.
    with socket.socket() as visitor:
        visitor.settimeout(1)
        if visitor.connect_ex(("127.0.0.1", port)) == 0:
            raise _taken(port)


def _taken(port: int) -> Problem:
    return Problem(f"Port {port} is taken. Choose another: make run PORT={port + 1 if port < 65535 else 8000}")


def _secret_key(var: Path) -> str:
    """The installation's own key, made at the first start and readable by its owner only."""
    path = var / "secret_key"
    if not path.exists():
        scratch = var / "secret_key.new"  # a crash half-way must not leave half a key
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        scratch.rename(path)
    return path.read_text().strip()


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jobs.local", description=__doc__)
    parser.add_argument("--port", default="8000", help="the web's port on this machine (default 8000)")
    parser.add_argument("--var", default="var", help="the folder for database, files and logs (default var)")
    return parser.parse_args(words)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(f"PORT must be a whole number from 1 to 65535; it is {text!r}. For example: make run PORT=8123")
    return int(text)


def main(words: list[str] | None = None) -> int:
    """Run until asked to stop (0), or until something is wrong (1, with one line that says what)."""
    arguments = _arguments(words)
    asked = Request()
    var = Path(arguments.var or "var").absolute()
    try:
        port = _port(arguments.port)
        with claimed(var, asked) as lock:
            check_port(port)
            launcher = Launcher(port, var, lock, asked)
            try:
                launcher.run()
            finally:
                _say("stopping")
                launcher.crew.stop()
    except Stopped:
        return 0
    except (Problem, BadSetting, NoValkey) as problem:
        _say(str(problem), sys.stderr)
    except OperationalError as problem:
        _say(f"The database cannot be used: {str(problem.orig).splitlines()[0]}", sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
