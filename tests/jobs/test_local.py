"""`make run`'s launcher as its user meets it: real processes, real signals."""

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.processes import ROOT
from tests.support.services import free_port

START_SECONDS = 60


class Started:
    """A launcher, and what it has printed so far."""

    def __init__(self, port: int, var: Path, **environ: str) -> None:
        self.port, self.var = port, var
        clean = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobs.local", "--port", str(port), "--var", str(var)],
            cwd=ROOT, env={**clean, **environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.printed: list[str] = []

    def until_ready(self) -> "Started":
        """Read on until the address is printed; fails if the launcher ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            if self.printed[-1].startswith("ready "):
                return self
        raise AssertionError("\n".join(self.printed))

    def interrupt(self, signum: int = signal.SIGINT) -> int:
        """End it by a signal; gives the exit status."""
        self.process.send_signal(signum)
        self.printed += self.process.communicate(timeout=START_SECONDS)[0].splitlines()
        return self.process.returncode

    def parts(self) -> dict[str, int]:
        """The processes that work for this data folder, by what they are."""
        return {_kind(pid): pid for pid in _working_for(self.var)}


OUTSIDE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL")


def _kind(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return next((kind for kind in ("gunicorn", "jobs.worker", "jobs.processes") if kind in command), "valkey")


def _working_for(var: Path) -> list[int]:
    """Processes, other than the launcher, that hold a file of the folder open."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            files = [os.readlink(file) for file in (folder / "fd").iterdir()]
        except OSError:
            continue
        if b"jobs.local" not in command and any(file.startswith(f"{var}/") for file in files):
            found.append(int(folder.name))
    return sorted(found, reverse=True)


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds processes by /proc")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(port: int, tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Starts launchers, by default on one port and folder; whatever the test does, none outlives it."""
    all_started: list[Started] = []

    def starter(port: int = port, var: Path = tmp_path / "var", **environ: str) -> Started:
        all_started.append(Started(port, var, **environ))
        return all_started[-1]

    yield starter
    for started in all_started:
        if started.process.poll() is None:
            started.interrupt(signal.SIGTERM)


def refused_before_it_is_read(port: int) -> tuple[int, str]:
    """Status and code of what the web server itself answers to an address that is too long."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/api/sessions?" + "x" * 9000)
    answer = connection.getresponse()
    code = json.loads(answer.read())["error"]["code"]
    connection.close()
    return answer.status, code


def health(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/health")
    status = connection.getresponse().status
    connection.close()
    return status


def wait_until(true: Callable[[], object]) -> None:
    until = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@needs_proc
def test_it_says_ready_serves_leaves_nothing_behind_after_ctrl_c_and_finds_its_data_again(
    start: Callable[..., Started],
) -> None:
    first = start().until_ready()
    assert first.printed[-1] == f"ready http://127.0.0.1:{first.port}"
    assert len(first.printed) > 4, "the first start prints the accounts"
    assert health(first.port) == 200
    assert refused_before_it_is_read(first.port) == (414, "uri_too_long")
    assert {"gunicorn", "jobs.worker", "valkey"} <= set(first.parts())
    key = first.var / "secret_key"
    before = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert first.interrupt() == 0
    assert first.parts() == {}
    with pytest.raises(ConnectionRefusedError):
        health(first.port)
    second = start().until_ready()
    assert second.printed == [f"ready http://127.0.0.1:{second.port}"]
    assert key.read_text() == before
    assert second.interrupt(signal.SIGTERM) == 0


@needs_proc
def test_impatient_ctrl_c_while_it_starts_leaves_nothing_behind(start: Callable[..., Started]) -> None:
    started = start()
    wait_until(lambda: "valkey" in started.parts())
    for _ in range(3):
        started.process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    assert started.interrupt() == 0
    assert started.parts() == {}


def test_a_taken_port_is_one_line_that_says_what_to_do(start: Callable[..., Started], port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        started = start()
        printed, _ = started.process.communicate(timeout=START_SECONDS)
    assert printed == f"Port {port} is taken. Choose another: make run PORT={port + 1}\n"
    assert started.process.returncode == 1


@pytest.mark.parametrize("words", ["0", "65536", "eighty", "-1"])
def test_a_port_that_is_none_is_one_line(words: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "jobs.local", f"--port={words}", "--var", str(tmp_path / "var")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1
    assert re.fullmatch(r"PORT must be a whole number from 1 to 65535; .*\n", ended.stderr)


def test_a_folder_that_cannot_be_used_is_one_line(start: Callable[..., Started], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    printed, _ = start(var=tmp_path / "file" / "var").process.communicate(timeout=START_SECONDS)
    assert re.fullmatch(r"The folder .* cannot be used \(Not a directory\)\. Choose another: .*\n", printed)


def test_two_installations_run_side_by_side_but_not_in_one_folder(
    start: Callable[..., Started], port: int, tmp_path: Path
) -> None:
    first = start().until_ready()
    refused = start(port=port + 1)
    printed, _ = refused.process.communicate(timeout=START_SECONDS)
    assert refused.process.returncode == 1
    assert re.fullmatch(r"The folder .* is in use by another CodeSight \(process \d+\)\. .*\n", printed)
    # So long a path has no room for a socket in it, and a space needs quoting.
    second = start(port=port + 1, var=tmp_path / "a second one" / ("long" * 25)).until_ready()
    assert health(first.port) == health(second.port) == 200
    assert first.interrupt() == 0
    assert health(second.port) == 200


@needs_proc
def test_after_a_killed_launcher_the_same_start_works_again_at_once(start: Callable[..., Started]) -> None:
    first = start().until_ready()
    left = set(first.parts().values())
    first.process.kill()
    first.process.wait()
    second = start().until_ready()
    assert health(second.port) == 200
    assert not left & set(second.parts().values())


@needs_proc
def test_a_launcher_killed_with_its_guardian_leaves_a_valkey_that_the_next_start_ends(
    start: Callable[..., Started],
) -> None:
    first = start()
    wait_until(lambda: {"valkey", "jobs.processes"} <= set(first.parts()))
    orphan = first.parts()["valkey"]
    os.kill(first.parts()["jobs.processes"], signal.SIGKILL)
    first.process.kill()
    first.process.wait()
    wait_until(lambda: set(first.parts()) == {"valkey"})
    second = start().until_ready()
    assert _working_for(second.var).count(orphan) == 0
    assert "valkey" in second.parts()


@needs_proc
@pytest.mark.parametrize("part", ["gunicorn", "jobs.worker", "valkey"])
def test_a_part_that_dies_is_named_with_its_log_and_the_rest_ends(part: str, start: Callable[..., Started]) -> None:
    started = start().until_ready()
    os.kill(os.getpgid(started.parts()[part]), signal.SIGKILL)
    printed, _ = started.process.communicate(timeout=START_SECONDS)
    assert started.process.returncode == 1
    name = {"gunicorn": "web", "jobs.worker": "worker", "valkey": "valkey"}[part]
    last = printed.splitlines()
    assert f"The {name} process ended by itself (exit -9). Its log: {started.var}/log/{name}.log" in last
    assert "Traceback" not in printed
    wait_until(lambda: started.parts() == {})


def test_a_part_that_cannot_start_shows_why(start: Callable[..., Started]) -> None:
    started = start(SECRET_KEY="short")
    printed, _ = started.process.communicate(timeout=START_SECONDS)
    assert started.process.returncode == 1
    assert "SECRET_KEY must have at least 32 characters" in printed
    assert "Traceback" not in printed
