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
from tests.support.people import make_world


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
def house(engine: Engine) -> Iterator[House]:
    """Ends with the books: whatever the verbs did, what is reserved is what is under way."""
    with transaction(engine) as db:
        people = make_world(db)
        worker = db.get_one(Worker, people.worker_id)
        yield House(
            db, worker.wave, worker, db.get_one(Worker, people.other_worker_id),
            db.get_one(Account, people.reviewer_id), db.get_one(Account, people.owner_id),
        )  # fmt: skip
        db.flush()
        assert books.check(db) == []
