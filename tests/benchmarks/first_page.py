"""From a fresh clone to the first page: what somebody who tries CodeSight waits for."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.architecture.source import ROOT
from tests.benchmarks.figures import PROMISED, Figure, Lacking, Spread
from tests.benchmarks.report import is_dirty
from tests.support.services import free_port

NAME, UNIT, BOUND = "first_page_seconds", "s", 120.0
REPETITIONS = 3
STOPS_WITHIN_S = 60
OUR_OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")
"""Variables that a newcomer's shell does not have."""


def measure() -> Iterator[Figure]:
    """Seconds from `make run` to the answer of the sign-in page, each time in a new clone with a new environment."""
    note = "first page: what is not committed is not in the clone and was not measured" if is_dirty(ROOT) else ""
    try:
        with TemporaryDirectory(prefix="codesight-bench-") as folder:
            _warm_the_package_cache(_clone(Path(folder) / "warm-up"))
            times = [_seconds(_clone(Path(folder) / str(n))) for n in range(REPETITIONS)]
    except Lacking as lacking:
        yield Figure(NAME, UNIT, note=note, skipped=str(lacking))
        return
    yield Figure(NAME, UNIT, Spread.of(times), REPETITIONS, BOUND, PROMISED, BOUND, note=note)


def _clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    if not (folder / "Makefile").exists():
        raise Lacking("the last commit has no Makefile")
    return folder


def _warm_the_package_cache(clone: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--require-hashes"]
    subprocess.run([*pip, "-r", str(clone / "requirements.lock"), "-d", str(clone / "downloaded")], check=True)


def _seconds(clone: Path) -> float:
    """Start it there, wait for the first page, stop it as Ctrl-C does. Raises RuntimeError when it does not start."""
    port = free_port()
    begin = time.perf_counter()
    make = subprocess.Popen(
        ["make", "run", f"PORT={port}", f"VAR={clone / 'var'}"],
        cwd=clone,
        env={name: value for name, value in os.environ.items() if name not in OUR_OWN},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _until_ready(make, f"ready http://127.0.0.1:{port}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            answer.read()
        return time.perf_counter() - begin
    finally:
        _interrupt(make)


def _until_ready(make: subprocess.Popen[str], line: str) -> None:
    assert make.stdout is not None
    said = []
    for printed in make.stdout:
        said.append(printed.rstrip())
        if said[-1] == line:
            return
    raise RuntimeError("`make run` ended before it was ready:\n" + "\n".join(said[-20:]))


def _interrupt(make: subprocess.Popen[str]) -> None:
    # A terminal sends Ctrl-C to all processes in front: make and what it started.
    if make.poll() is None:
        os.killpg(make.pid, signal.SIGINT)
    try:
        make.communicate(timeout=STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(make.pid, signal.SIGKILL)
        raise
