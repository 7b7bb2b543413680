"""A gig with a wave and a worker, and another gig's people beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.db import transaction
from codesight.gigs.models import Wave
from codesight.reports import books
from codesight.workers.models import Worker
from tests.support.people import World


@dataclass(frozen=True)
class House:
    """Who is there; `noise` has a package of its own in another gig."""

    db: Session
    wave: Wave
    worker: Worker
    noise: Worker
    reviewer: Account
    owner: Account


@pytest.fixture
def house(engine: Engine, residents: World) -> Iterator[House]:
    """Ends with the books: whatever the verbs did, what is reserved is what is under way."""
    with transaction(engine) as db:
        worker = db.get_one(Worker, residents.worker_id)
        yield House(
            db, worker.wave, worker, db.get_one(Worker, residents.other_worker_id),
            db.get_one(Account, residents.reviewer_id), db.get_one(Account, residents.owner_id),
        )  # fmt: skip
        db.flush()
        assert books.check(db) == []
