"""A worker with a claimed package, and the people who rate and pay."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.assignments.models import Assignment
from codesight.db import transaction
from codesight.gigs.models import Wave
from codesight.reports import books
from codesight.workers.models import Worker
from tests.reviews.support import rate_and_post
from tests.support.people import World, claim, submit_for_review


@dataclass(frozen=True)
class House:
    """Everybody in one database, with another worker's paid, due and unfinished work around them."""

    db: Session
    worker: Worker
    wave: Wave
    owner: Account
    reviewer: Account
    payer: Account
    assignments: list[Assignment]
    noise: Assignment


@pytest.fixture
def house(engine: Engine, residents: World) -> Iterator[House]:
    """Ends with the books: whatever a test does by the product's verbs must leave them balanced."""
    with transaction(engine) as db:
        people = residents
        owner, reviewer = db.get_one(Account, people.owner_id), db.get_one(Account, people.reviewer_id)
        other, worker = db.get_one(Worker, people.other_worker_id), db.get_one(Worker, people.worker_id)
        theirs = claim(db, other).assignments
        rate_and_post(db, submit_for_review(db, theirs[1]), 5, reviewer)
        rate_and_post(db, submit_for_review(db, theirs[2]), 1, reviewer)
        yield House(
            db=db,
            worker=worker,
            wave=worker.wave,
            owner=owner,
            reviewer=reviewer,
            payer=db.get_one(Account, people.payer_id),
            assignments=claim(db, worker).assignments,
            noise=theirs[1],
        )
        assert books.check(db) == []
