"""A PostgreSQL that syncs to disk at every commit, as in production; the tests' own does not, to be quick."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.figures import Lacking
from tests.support import services

STARTS_WITHIN_S = 30


@contextmanager
def syncing_postgres() -> Iterator[services.Postgres]:
    """`TEST_DATABASE_URL`'s server as it is, or one of our own with PostgreSQL's defaults. Raises Lacking."""
    if os.environ.get("TEST_DATABASE_URL"):
        given = services.start_postgres()
        try:
            yield given
        finally:
            given.stop()
        return
    binaries = services.postgres_binaries()
    if binaries is None:
        raise Lacking(
            next(part.skipped.removeprefix("skipped: ") for part in services.PARTS if part.name == "PostgreSQL")
        )
    # A socket's path has at most a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="cs-pg-", dir="/tmp"))
    try:
        with _server(binaries, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(binaries: Path, folder: Path) -> Iterator[services.Postgres]:
    person = services._plain_user()
    if person:
        os.chown(folder, person["user"], person["group"])
    initdb = [str(binaries / "initdb"), "-A", "trust", "-E", "UTF8", "-U", "postgres", "-D", str(folder / "data")]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **person)
    options = ("listen_addresses=", f"unix_socket_directories={folder}")
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *(w for o in options for w in ("-c", o))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **person)
    try:
        address = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        _wait(process, address.replace("+psycopg", ""), folder / "log")
        yield services.Postgres(address, lambda: None)
    finally:
        process.send_signal(signal.SIGINT)  # at once, whoever is still connected
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
