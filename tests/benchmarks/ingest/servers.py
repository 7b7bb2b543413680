"""The servers that are compared: ours under gunicorn as in production, and two small ones in Node."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.db import engine_for
from tests.architecture.source import ROOT
from tests.benchmarks.figures import Lacking
from tests.benchmarks.ingest.crowd import SECRET
from tests.support.services import free_port, missing

PEERS = ROOT / "tests" / "benchmarks" / "peers"
STARTED_WITHIN_S = 60


@dataclass(frozen=True)
class Server:
    """One that runs and writes into a database of its own or a shared one."""

    name: str
    port: int
    engine: Engine
    pid: int

    def memory(self) -> int:
        """Bytes of its own, of all its processes."""
        pids = [self.pid, *_children(self.pid)]
        lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


@contextmanager
def ours(name: str, url: str, processes: int, var: Path, *words: str) -> Iterator[Server]:
    """gunicorn with gevent as in production, or however `words` say."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-b", f"127.0.0.1:{port}", "-w", str(processes), *words]
    environ = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "VAR": str(var), "LOG_LEVEL": "warning"}
    with _running(name, command, environ, url, port) as server:
        until = time.monotonic() + STARTED_WITHIN_S
        while len(_children(server.pid)) < processes and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(3)  # each process imports the whole product before it takes a connection
        yield server


@contextmanager
def peer(name: str, url: str) -> Iterator[Server]:
    """`peers/<name>.js`. Raises Lacking where Node or its packages are missing."""
    _install_peers()
    port = free_port()
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with _running(name, ["node", f"{name}.js"], {"DATABASE_URL": address, "PORT": str(port)}, url, port, PEERS) as it:
        yield it


@contextmanager
def _running(
    name: str, command: list[str], environ: Mapping[str, str], url: str, port: int, folder: Path = ROOT
) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environ}, stdout=subprocess.DEVNULL)
    engine = engine_for(url)
    try:
        until = time.monotonic() + STARTED_WITHIN_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{name} did not start")
            time.sleep(0.05)
        yield Server(name, port, engine, process.pid)
    finally:
        engine.dispose()
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _install_peers() -> None:
    for part in missing():
        if part.name == "Node":
            raise Lacking(part.skipped.removeprefix("skipped: "))
    lock, installed = PEERS / "package-lock.json", PEERS / "node_modules" / "installed.lock"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    if npm is None or subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PEERS).returncode:
        raise Lacking("the peers' packages, which npm did not install")
    shutil.copy(lock, installed)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
