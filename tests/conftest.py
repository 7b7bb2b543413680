"""What all tests share: the real servers, and the report of what this machine lacks."""

import gc
from collections.abc import Generator, Iterator

import pytest
from coverage import Coverage

from tests.support import services
from tests.support.rgw import Rgw, start_rgw

# Three thousand tests make garbage; what was imported is none, and looking through it takes a tenth of the time.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

pytest_plugins = ["tests.support.database", "tests.support.people"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.Postgres]:
    """A real PostgreSQL; `create_database()` gives the address of a fresh, migrated database."""
    server = services.start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The address of a real Valkey."""
    server = services.start_valkey()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def rgw() -> Iterator[Rgw]:
    """A real S3, for tests with the marks `on_s3`."""
    server = start_rgw()
    yield server
    server.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count lines in tests of codesight/ on SQLite: the others run the same ones, and counting makes tests slow."""
    same = "postgresql" in item.name or item.nodeid.startswith("tests/web/") or item.get_closest_marker("uncounted")
    counting = Coverage.current() if same else None
    if counting is not None:
        counting.stop()
    try:
        return (yield)
    finally:
        if counting is not None:
            counting.start()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped because this machine lacks it, with the line that would install it."""
    lacking = services.missing()
    if lacking:
        terminalreporter.section("this machine lacks")
        for part in lacking:
            terminalreporter.write_line(part.skipped)
