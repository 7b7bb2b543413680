"""A migrated database for every test, on SQLite and on a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from codesight.db import engine_for, migrate
from tests.support.services import Postgres
from tests.support.shared import share_statements


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[str], None]], Path]:
    """A SQLite file to copy, for whoever fills it."""

    @cache
    def make(fill: Callable[[str], None]) -> Path:
        path = tmp_path_factory.mktemp("template") / "template.sqlite"
        fill(f"sqlite:///{path}")
        return path

    return make


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Marks tests of what pages, sign-in and the API say, which one database proves; what they call is tested on both."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database; a test that takes it runs on both kinds."""
    fill = request.getfixturevalue("with_people") if "with_people" in request.fixturenames else migrate
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        address = server.create_database(fill)
        yield address
        server.drop_database(address)
        return
    path = tmp_path / "test.sqlite"
    shutil.copy(request.getfixturevalue("sqlite_template")(fill), path)
    yield f"sqlite:///{path}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database of each kind."""
    made = share_statements(engine_for(database_url))
    yield made
    made.dispose()
