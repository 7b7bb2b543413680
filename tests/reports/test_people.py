"""How workers stand, over consent, work and money."""

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.accounts.models import Account
from codesight.db import transaction
from codesight.reports.people import Standing, standings
from codesight.workers.models import Consent, Worker
from tests.reviews.support import rate_and_post
from tests.support.people import claim, make_world, submit_for_review


def test_a_worker_stands_by_what_was_accepted_earned_and_agreed(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        reviewer, owner = db.get_one(Account, people.reviewer_id), db.get_one(Account, people.owner_id)
        first, second, third, *_ = claim(db, db.get_one(Worker, people.worker_id)).assignments
        rate_and_post(db, submit_for_review(db, first), 5, reviewer)
        corrected = submit_for_review(db, second)
        rate_and_post(db, corrected, 5, reviewer)
        rate_and_post(db, corrected, 3, owner, replaces=1)
        submit_for_review(db, third)
        db.execute(sa.update(Consent).where(Consent.account_id == people.other_worker_id).values(text_sha256="0" * 64))
        found = standings(db, [people.worker_id, people.other_worker_id])
    assert found == {
        people.worker_id: Standing(accepted=2, earned={"USD": 500 + 400}, consented=True),
        people.other_worker_id: Standing(accepted=0, earned={}, consented=False),
    }


def test_nobody_stands_where_nobody_is_asked_for(engine: Engine) -> None:
    with transaction(engine) as db:
        make_world(db)
        assert standings(db, []) == {}
