"""Browsers that record all at once, and the proof that what was acknowledged to them is stored."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Engine

from tests.benchmarks.figures import Lacking
from tests.capture.samples import event, pointer, target, text
from tests.support.many_sessions import Session

SECRET = "a secret of the measurements, of no other use"
HERE = Path(__file__).parent
WARM_UP_S, SECONDS = 1.0, 4.0
KINDS = 120
"""Different events; in each of them number, id and words are its own besides."""


@dataclass(frozen=True)
class Shape:
    """How a crowd sends."""

    name: str
    connections: int
    per_frame: int
    window: int
    """Frames of a connection that wait for their acknowledgement at most."""
    rate: float = 0
    """Frames a second of each connection; 0: as many as the window allows."""


@dataclass(frozen=True)
class Ran:
    """What one run measured."""

    events_per_second: float
    p50_ms: float
    p99_ms: float
    acknowledged: int
    """Events, each of them found in the database."""
    processor_share: float
    """Of one processor, taken by the crowd itself."""


def run(port: int, engine: Engine, sessions: Sequence[Session], shape: Shape) -> Ran:
    """Let a crowd send for some seconds to a server that writes into this database. Raises AssertionError when
    an acknowledged event is not stored, when the server refused one, or closed a connection."""
    mine = sessions[: shape.connections]
    with engine.begin() as db:
        db.exec_driver_sql("DELETE FROM event" if engine.dialect.name == "sqlite" else "TRUNCATE event")
        db.exec_driver_sql("UPDATE recording_session SET last_seq = 0, event_count = 0, masked_count = 0")
    with _words(port, mine, shape) as words:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert not said["errors"] and not said["closed"], f"{said['errors']} errors, {said['closed']} closed: {done.stderr}"
    acknowledged = _proved(engine, mine, said["first"], said["acknowledged"])
    return Ran(said["events_per_second"], said["p50_ms"], said["p99_ms"], acknowledged, said["processor_share"])


@contextmanager
def idle(port: int, sessions: Sequence[Session]) -> Iterator[None]:
    """Connected and greeted, all of them, and silent."""
    with _words(port, sessions, Shape("idle", len(sessions), 0, 1)) as words:
        crowd = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert crowd.stdin is not None and crowd.stdout is not None
        with crowd:
            assert crowd.stdout.readline() == "ready\n"
            yield
            crowd.stdin.close()


def _proved(engine: Engine, sessions: Sequence[Session], first: int, acknowledged: Sequence[int]) -> int:
    """How many events were acknowledged, all of which are in the database."""
    stored: dict[int, list[int]] = {}
    with engine.connect() as db:
        for session_id, seq in db.exec_driver_sql("SELECT session_id, seq FROM event ORDER BY session_id, seq"):
            stored.setdefault(session_id, []).append(seq)
    for session, last in zip(sessions, acknowledged, strict=True):
        there = stored.get(session.id, [])[: last - first + 1]
        assert there == list(range(first, last + 1)), f"session {session.id}: acknowledged up to {last}, not all stored"
    return sum(last - first + 1 for last in acknowledged)


def _connection(session: Session) -> str:
    """Where to connect and what to say first; the peers look at the number alone."""
    client = {"name": "benchmark", "version": "0.1.0"}
    hello = {"type": "hello", "v": 1, "session": session.public_id, "client": client}
    return f"{session.path(SECRET)}\t{json.dumps(hello)}\n"


@contextmanager
def _words(port: int, sessions: Sequence[Session], shape: Shape) -> Iterator[list[str]]:
    """The command of the crowd, with its files beside it as long as it runs."""
    with tempfile.TemporaryDirectory(prefix="codesight-crowd-") as folder:
        connections, events = Path(folder) / "connections", Path(folder) / "events"
        connections.write_text("".join(_connection(session) for session in sessions))
        events.write_text("".join(_line(n) for n in range(KINDS)))
        numbers = (shape.per_frame, shape.window, shape.rate, WARM_UP_S, SECONDS)
        yield [str(_program()), str(port), str(connections), str(events), *map(str, numbers)]


@cache
def _program() -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        raise Lacking("a C compiler — install it with: sudo apt-get install gcc libc6-dev")
    made = Path(tempfile.mkdtemp(prefix="codesight-load-")) / "load"
    subprocess.run([compiler, "-O2", "-o", str(made), str(HERE / "load.c")], check=True)
    return made


def _line(n: int) -> str:
    """An event for the crowd to fill in: mostly clicks and scrolls, as people shop."""
    match n % 5:
        case 0 | 1:
            name = f"Add ^^^^^^^^ {n} to cart"
            css = [{"strategy": "role", "value": f'button[name="{name}"]', "match_count": 1},
                   {"strategy": "css", "value": f"#product-{n} > button", "match_count": 1}]  # fmt: skip
            button = target("", name=name, text=name, attributes={"class": "buy"}, candidates=css)
            made = event(0, target=button, pointer=pointer(x=70.0 + n))
        case 2 | 3:
            made = event(0, "scroll", value={"kind": "scroll", "dx": 0.0, "dy": 40.0 * n})
        case _:
            box = target("#q", "input", name="Search", attributes={"type": "search", "name": "q"})
            made = event(0, "input", target=box, value=text("^^^^^^^^ jeans"))
    made["url"], made["title"] = "https://shop.example/search?q=$$$$$$$$&size=32", "$$$$$$$$ - Shop"
    made["client_event_id"] = f"~~~~~~~~{str(UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))[8:]}"
    line = json.dumps(made, separators=(",", ":"))
    return line.replace('"seq":0', '"seq":########') + "\n"
