"""A real installation with people and work in it, on either database."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.accounts.rules import hash_password
from codesight.checks import CHECKS
from codesight.checks import actions as checks
from codesight.checks.base import CheckResult, Finding, Outcome
from codesight.db import engine_for, transaction
from tests.benchmarks.figures import Figure, Lacking
from tests.benchmarks.postgres import syncing_postgres
from tests.journeys.installation import Installation
from tests.support import people

KINDS = ("sqlite", "postgresql")
WORKERS, HANDED_IN = 50, 4
"""People, and how many of the five recordings of each wait for a reviewer."""
EMAIL = "measured@example.org"
"""The worker whose home page and socket are measured; the fifth recording of theirs is running."""
NOTE = (
    f"installation: as `make run` starts it, {WORKERS} workers, {WORKERS * HANDED_IN} submissions waiting; "
    "SQLite in WAL mode with synchronous = NORMAL, PostgreSQL with its own defaults (a sync at every commit)"
)


def on_each_database(
    measure: Callable[[Installation, str], Iterator[Figure]], names: dict[str, str]
) -> Iterator[Figure]:
    """What `measure` finds in a filled installation on each database; `names` with their units, to skip one."""
    for kind in KINDS:
        try:
            with _database(kind) as url, tempfile.TemporaryDirectory(prefix="codesight-bench-") as folder:
                with Installation(Path(folder) / "var", url) as installation:
                    _fill(installation)
                    yield from measure(installation, kind)
        except Lacking as lacking:
            yield from (Figure(f"{name}.{kind}", unit, skipped=str(lacking)) for name, unit in names.items())


def sign_in(installation: Installation, email: str, password: str) -> requests.Session:
    """A browser that is signed in. Raises HTTPError when it is not let in."""
    browser = requests.Session()
    answer = browser.post(f"{installation.url}/login", json={"email": email, "password": password}, timeout=30)
    answer.raise_for_status()
    return browser


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """The address of an empty database, or None for the installation's own file. Raises Lacking."""
    if kind == "sqlite":
        yield None
        return
    with syncing_postgres() as server:
        yield server.create_database()


def _fill(installation: Installation) -> None:
    engine = engine_for(installation.settings.database_url)
    with transaction(engine) as db:
        wave = people.make_gig(db, slots=WORKERS)
        for n in range(WORKERS):
            worker = people.make_worker(db, wave, email=None if n else EMAIL)
            mine = people.claim(db, worker).assignments
            for assignment in mine[:HANDED_IN]:
                _checked(db, people.submit_for_review(db, assignment).id)
            if n == 0:
                people.record(db, mine[HANDED_IN])
                db.get_one(Account, worker.account_id).password = hash_password(people.PASSWORD)
    engine.dispose()


def _checked(db: Session, submission_id: int) -> None:
    """The checks' answers, one of them a finding: the queue counts those."""
    results = {check.NAME: CheckResult(Outcome.PASS) for check in CHECKS}
    results[CHECKS[0].NAME] = CheckResult(Outcome.FLAG, (Finding("too_short", "The video is short."),))
    checks.save(db, submission_id, results, now=people.NOW)
