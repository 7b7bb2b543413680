"""A PostgreSQL that syncs to disk at every commit, as in production; the tests' own does not, to be quick."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.figures import Lacking
from tests.support import services


@contextmanager
def syncing_postgres() -> Iterator[services.Postgres]:
    """`TEST_DATABASE_URL`'s server as it is, or one of our own with PostgreSQL's defaults. Raises Lacking."""
    for part in services.missing():
        if part.name == "PostgreSQL":
            raise Lacking(part.skipped.removeprefix("skipped: "))
    server = services.start_postgres(durable=True)
    try:
        yield server
    finally:
        server.stop()
