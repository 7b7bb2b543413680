"""Child processes that never outlive who started them, whatever ends it: Ctrl-C, a crash, or kill -9.

Each child leads a session of its own, so that everything it starts in turn can be found again. A guardian
(this module as a program) learns of every session through a pipe and holds the launcher's lock; when the pipe
closes, for whatever reason, it ends the sessions that are left, and only then the lock is free again.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent.parent
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks us to stop."""
POLITE_SECONDS, FIRM_SECONDS, KILL_SECONDS = 5.0, 3.0, 2.0
"""How long a session may take: asked once, asked again, killed."""

_TROUBLE = re.compile(r"\b(ERROR|CRITICAL)\b|\[(error|critical) *\]|\"level\": ?\"(error|critical)\"|^Traceback ")


@dataclass
class Child:
    """A process we started, and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    tail: BinaryIO = field(repr=False)
    in_traceback: bool = False

    def trouble(self) -> Iterator[str]:
        """Lines of its log since the last call that speak of errors, tracebacks in full."""
        for raw in self.tail:
            line = raw.decode(errors="replace").rstrip()
            if _TROUBLE.search(line):
                self.in_traceback = line.startswith("Traceback ")
                yield line
            elif self.in_traceback:
                self.in_traceback = line.startswith((" ", "\t")) or not line
                yield line

    def last_lines(self, count: int) -> list[str]:
        """The end of its log."""
        return self.log.read_text(errors="replace").splitlines()[-count:]


class Guardian:
    """Ends the sessions it was told of when this process is gone, whatever ended it."""

    def __init__(self, *keep_open: int) -> None:
        """It keeps these file descriptors open until it has done so."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs.processes"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=ROOT, pass_fds=keep_open, start_new_session=True,
        )  # fmt: skip

    def watch(self, leader: int) -> None:
        """From now on this session must not outlive us."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{leader}\n".encode())
        self._process.stdin.flush()

    def dismiss(self) -> None:
        """Let it end what is left now, and end itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class Crew:
    """The processes of one installation. `stop` ends them, the last started first."""

    def __init__(self, logs: Path, lock: int) -> None:
        """Logs go to the folder `logs`; the file descriptor `lock` stays open until all have ended."""
        logs.mkdir(exist_ok=True)
        self._logs = logs
        self.children: list[Child] = []
        self._guardian = Guardian(lock)

    def start(self, name: str, command: list[str], environ: Mapping[str, str]) -> Child:
        """Start a process in the product's folder with its output in `<name>.log`."""
        log = self._logs / f"{name}.log"
        with log.open("ab") as out:
            tail = log.open("rb")
            tail.seek(out.tell())
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=ROOT, env=environ, start_new_session=True,
            )  # fmt: skip
        child = Child(name, process, log, tail)
        self.children.append(child)
        self._guardian.watch(process.pid)
        return child

    def dead(self) -> Child | None:
        """A child that has ended although nobody asked it to."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def stop(self) -> None:
        """End every child and all that it started. Takes ten seconds for each that does not listen."""
        end_sessions([child.process.pid for child in self.children])
        for child in self.children:
            child.process.wait()
            child.tail.close()
        self._guardian.dismiss()


def end_sessions(leaders: Iterable[int]) -> None:
    """End sessions, the last started first: the leader is asked, then all are, then killed."""
    for leader in reversed(list(leaders)):
        members = _members(leader)
        # RQ's worker finishes its job at the first signal, and gives it up at the second.
        steps = [(signal.SIGTERM, POLITE_SECONDS), (signal.SIGTERM, FIRM_SECONDS)]
        for step, (signum, seconds) in enumerate([*steps, (signal.SIGKILL, KILL_SECONDS)]):
            for pid in [leader] if step == 0 and leader in members else members:
                _send(pid, signum)
            until = time.monotonic() + seconds
            while (members := _members(leader)) and time.monotonic() < until:
                time.sleep(0.02)
            if not members:
                break


def _send(pid: int, signum: signal.Signals) -> None:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        pass  # it ended by itself in the meantime


def _members(leader: int) -> list[int]:
    """Living processes of a session. A process group would not do: RQ gives every job a group of its own."""
    return [pid for pid in _living() if _session(pid) == leader]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _living() -> Iterator[int]:
    """All processes of this machine but zombies."""
    if Path("/proc/self/stat").exists():
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state not in "ZX":
                yield int(folder.name)
        return
    listing = subprocess.run(["ps", "-axo", "pid=,stat="], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, state = line.split()[:2]
        if not state.startswith("Z"):
            yield int(pid)


def guard() -> None:
    """Wait until the launcher is gone, then end what it left behind."""
    for signum in SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    end_sessions([int(line) for line in sys.stdin])


if __name__ == "__main__":
    guard()
