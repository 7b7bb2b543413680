"""A wave's budget: reserved at the claim, freed when work ends, and never overrun by a cent."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim
from codesight.assignments.rules import largest_cost
from codesight.db import reading, transaction
from codesight.errors import Problem
from codesight.gigs import queries as gigs
from codesight.gigs.models import Wave
from codesight.lifecycle import AssignmentState
from codesight.reports import books
from codesight.workers.models import Worker
from tests.assignments.conftest import House
from tests.assignments.walks import Walk
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_account, make_gig, make_worker, submit_for_review

STEPS = {"sqlite": 10_000, "postgresql": 2_000}
"""The sums are the same ones; PostgreSQL shows that its types and savepoints agree."""
FEE_PERCENT = 5
CLAIMERS, ROOM = 50, 7


def money(house: House) -> tuple[int, int]:
    house.db.refresh(house.wave)
    return house.wave.reserved_cents, house.wave.spent_cents


# A claim reserves price, largest bonus and fee.
@pytest.mark.parametrize(("fee_bp", "reserved"), [(0, 2500), (550, 5 * (500 + 28)), (10, 5 * (500 + 1))])
def test_a_claim_reserves_price_largest_bonus_and_fee(house: House, fee_bp: int, reserved: int) -> None:
    house.worker.gig.fee_bp = fee_bp
    made = claim(house.db, house.worker)
    assert money(house) == (reserved, 0)
    assert largest_cost(made.package, fee_bp) == reserved == sum(a.reserved_cents for a in made.assignments)


def test_what_is_earned_is_spent_with_its_fee_and_the_rest_is_free_again(house: House) -> None:
    house.worker.gig.fee_bp = 550
    one, two, three, *_ = claim(house.db, house.worker).assignments
    rate_and_post(house.db, submit_for_review(house.db, one), 5, house.reviewer)
    assert money(house) == (4 * 528, 500 + 28)
    submission = submit_for_review(house.db, two)
    rate_and_post(house.db, submission, 3, house.reviewer)
    assert money(house) == (3 * 528, 528 + 400 + 22)
    rate_and_post(house.db, submission, 1, house.owner, replaces=1)
    assert money(house) == (3 * 528, 528)
    assignments.give_back(house.db, three, now=NOW)
    assert money(house) == (2 * 528, 528)


# 50 concurrent claims with money for 7 give exactly 7.
def test_fifty_workers_and_money_for_seven(engine: Engine) -> None:
    with transaction(engine) as db:
        wave = make_gig(db, slots=CLAIMERS)
        wave.budget_cents = ROOM * largest_cost(gigs.package(db, wave.gig_id, "basic")) + 2499
        people = [make_worker(db, wave, email=f"w{n}@example.org").account_id for n in range(CLAIMERS)]
    with ExitStack() as warm:
        for _ in range(20):
            warm.enter_context(engine.connect())
    together = Barrier(CLAIMERS)

    def run(who: int) -> str:
        together.wait()
        try:
            with transaction(engine) as db:
                claim(db, db.get_one(Worker, who))
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(CLAIMERS) as threads:
        assert Counter(threads.map(run, people)) == {"done": ROOM, "budget_spent": CLAIMERS - ROOM}
    with reading(engine) as db:
        assert len(db.scalars(sa.select(PackageClaim.id)).all()) == ROOM
        assert db.scalars(sa.select(Wave.reserved_cents)).one() == ROOM * 2500
        assert books.check(db) == []


# Spent + reserved + free = budget after any sequence (property-based test of 10,000 steps).
@pytest.mark.uncounted
def test_the_budget_adds_up_after_every_step_of_a_long_random_walk(engine: Engine) -> None:
    steps = STEPS[engine.dialect.name]
    with Session(engine) as db:
        walk = setting_out(db)
        for number in range(1, steps + 1):
            walk.step()
            walk.ensure_balanced(FEE_PERCENT)
            if number % (steps // 10) == 0:
                assert books.check(db) == [], f"after step {number}"
                db.commit()
        # A walk that never gets anywhere would prove nothing.
        assert set(walk.done) == {verb.__name__ for verb, _ in walk._verbs}
        met = set(db.scalars(sa.select(Assignment.state).distinct()))
        assert met >= {
            AssignmentState.ACCEPTED, AssignmentState.REJECTED, AssignmentState.RETURNED, AssignmentState.EXPIRED,
            AssignmentState.CANCELLED,
        }  # fmt: skip


def setting_out(db: Session) -> Walk:
    """A dozen workers, packages of two scenarios, and little money."""
    wave = make_gig(db, slots=3, budget_cents=8_000)
    package = gigs.package(db, wave.gig_id, "basic")
    package.scenario_count, package.price_cents = 2, 800
    gig = gigs.gig(db, wave.gig_id)
    gig.fee_bp, gig.times_per_worker = FEE_PERCENT * 100, 100
    workers = [make_worker(db, wave, email=f"w{n}@example.org").account_id for n in range(12)]
    staff = {role.value: make_account(db, role).id for role in (Role.OWNER, Role.REVIEWER)}
    db.commit()
    return Walk(db, wave, workers, staff, seed=7)
