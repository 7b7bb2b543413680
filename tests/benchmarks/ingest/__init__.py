"""How many events a second the server takes in and how soon it acknowledges them, beside two servers in Node.

All servers run at once and are asked in turns by one crowd (`load.c`), so that what else the machine does meets all
alike; crowd, server and database share the processors. After every run each acknowledged event is looked for in the
database.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from codesight.db import engine_for, migrate
from tests.benchmarks.figures import PROMISED, Figure, Lacking, Spread
from tests.benchmarks.ingest import crowd, servers
from tests.benchmarks.ingest.crowd import Ran, Shape
from tests.benchmarks.ingest.servers import Server
from tests.benchmarks.postgres import syncing_postgres
from tests.support.many_sessions import Session, open_sessions

REPETITIONS = 3
IDLE = 2_000
SHAPES = (
    Shape("1_a_frame", 64, per_frame=1, window=1),
    Shape("8_a_window", 64, per_frame=1, window=8),
    Shape("20_a_frame", 64, per_frame=20, window=8),
    Shape("1000x2", 1_000, per_frame=1, window=1_000, rate=2),
    Shape("200x10", 200, per_frame=1, window=1_000, rate=10),
)
P99_BOUND = {"1000x2": 5.0, "200x10": 10.0}
IDLE_BOUND = 50.0
THREADS = ("--worker-class", "gthread", "--threads", "96", "--worker-connections", "1000")
"""As `make run` starts it: some dozen browsers."""
SQLITE_CONNECTIONS = 64
OURS = ("ours_1", "ours_2", "ours_sqlite")
NOTE = (
    "ingest: acknowledged after the commit, PostgreSQL with its own defaults (a sync at every commit), SQLite in WAL "
    "mode; ours is gunicorn with gevent in 1 and 2 processes (threads on SQLite) and validates and masks, the peers "
    "in Node do neither; 64 connections, at 1,000 and 200 each 2 and 10 events a second; an event of about 650 bytes, "
    "no two the same; no event was acknowledged and not stored in any run"
)


def measure() -> Iterator[Figure]:
    """Events a second, milliseconds from when an event is due to its acknowledgement, and memory."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codesight-bench-")))
        try:
            url = stack.enter_context(syncing_postgres()).create_database()
        except Lacking as lacking:
            yield Figure("ingest", "", skipped=str(lacking))
            return
        running, skipped = _start(stack, url, folder)
        sessions = {kind: _sessions(kind) for kind in (url, _sqlite(folder))}
        for shape in SHAPES:
            asked = [one for one in running if one.name != "ours_sqlite" or shape.connections <= SQLITE_CONNECTIONS]
            rounds = [
                {one.name: crowd.run(one.port, one.engine, sessions[_url(one)], shape) for one in asked}
                for _ in range(REPETITIONS)
            ]
            yield from _figures(shape, {one.name: [found[one.name] for found in rounds] for one in asked})
        yield from _memory(running, sessions[url])
        yield from (Figure(f"ingest.{name}", "", skipped=why) for name, why in skipped.items())


def _start(stack: ExitStack, url: str, folder: Path) -> tuple[list[Server], dict[str, str]]:
    """The servers that this machine can run, and why it cannot run the others."""
    sqlite = _sqlite(folder)
    migrate(sqlite)
    wanted: Mapping[str, Callable[[], AbstractContextManager[Server]]] = {
        "insert": lambda: servers.peer("insert", url),
        "copy": lambda: servers.peer("copy", url),
        "ours_1": lambda: servers.ours("ours_1", url, 1, folder),
        "ours_2": lambda: servers.ours("ours_2", url, 2, folder),
        "ours_sqlite": lambda: servers.ours("ours_sqlite", sqlite, 1, folder, *THREADS),
    }
    running, skipped = [], {}
    for name, start in wanted.items():
        try:
            running.append(stack.enter_context(start()))
        except Lacking as lacking:
            skipped[name] = str(lacking)
    return running, skipped


def _figures(shape: Shape, results: Mapping[str, Sequence[Ran]]) -> Iterator[Figure]:
    medians = {name: statistics.median(one.events_per_second for one in found) for name, found in results.items()}
    for name, found in results.items():
        if shape.rate:
            for label, values in {"p50": [one.p50_ms for one in found], "p99": [one.p99_ms for one in found]}.items():
                bound = P99_BOUND[shape.name] if label == "p99" and name in OURS else None
                measured = Spread.of(values)
                yield Figure(f"ingest_ack_ms.{label}.{shape.name}.{name}", "ms", measured, len(values), bound, PROMISED,
                             bound, note=NOTE)  # fmt: skip
            continue
        measured = Spread.of([one.events_per_second for one in found])
        line = f"ingest_events_per_second.{shape.name}.{name}"
        promised = {"insert": 8.0, "copy": 1.0} if (shape.name, name) == ("20_a_frame", "ours_2") else {}
        compared = [other for other in ("insert", "copy") if other in medians and name in OURS]
        if not compared:
            yield Figure(line, "events/s", measured, len(found), note=NOTE)
        for other in compared:
            at_least = promised[other] * medians[other] if promised else None
            reference = f"{other}.js, in the same run"
            yield Figure(f"{line}.to_{other}", "events/s", measured, len(found), medians[other], reference,
                         at_least=at_least, note=NOTE)  # fmt: skip
    own = [one.processor_share for found in results.values() for one in found]
    yield Figure(f"ingest_crowd_processor_share.{shape.name}", "of one", Spread.of(own), len(own), note=NOTE)


def _memory(running: Sequence[Server], sessions: Sequence[Session]) -> Iterator[Figure]:
    for one in running:
        if one.name in ("copy", "ours_1"):
            before = one.memory()
            with crowd.idle(one.port, [sessions[n % len(sessions)] for n in range(IDLE)]):
                each = (one.memory() - before) / IDLE / 1000
            bound = IDLE_BOUND if one.name in OURS else None
            yield Figure(f"ingest_idle_kb.{one.name}", "kB", Spread(each, each, each), 1, bound, PROMISED, bound,
                         note=f"{IDLE:,} connections that say nothing: memory of its own that each adds")  # fmt: skip


def _sessions(url: str) -> list[Session]:
    engine = engine_for(url)
    try:
        return open_sessions(engine, max(shape.connections for shape in SHAPES))
    finally:
        engine.dispose()


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'codesight.sqlite'}"


def _url(server: Server) -> str:
    return server.engine.url.render_as_string(hide_password=False)
