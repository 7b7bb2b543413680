"""The journeys run on both databases."""

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def journey_database(request: pytest.FixtureRequest) -> str | None:
    """The address of a fresh PostgreSQL database, or None for the installation's own SQLite file."""
    if request.param == "sqlite":
        return None
    return str(request.getfixturevalue("postgres").create_database())
