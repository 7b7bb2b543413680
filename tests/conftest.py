"""What all tests share: the real servers, and the report of what this machine lacks."""

from collections.abc import Iterator

import pytest

from tests.support import services

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped because this machine lacks it, with the line that would install it."""
    lacking = services.missing()
    if lacking:
        terminalreporter.section("this machine lacks")
        for part in lacking:
            terminalreporter.write_line(part.skipped)
