"""What the owner changes afterwards does not reach what somebody has claimed."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import reading, transaction
from codesight.errors import Problem
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Gig, Level, Narration, Tier, Wave
from codesight.gigs.rules import PackagePlan, ScenarioPlan
from codesight.lifecycle import AssignmentState
from codesight.reports import books
from codesight.workers.models import Worker
from tests.assignments.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_gig, make_worker, submit_for_review

OTHER = PackagePlan(Tier.BASIC, 9900, 700, 3, 240, Level.EXPERT, Narration.DETAILED)


def terms(db: Session, claim_id: int) -> tuple[object, ...]:
    """All that a claim promises, read anew."""
    db.expire_all()
    made = db.get_one(PackageClaim, claim_id)
    return (
        made.price_cents,
        made.currency,
        [
            (a.price_cents, a.bonus_cents, a.reserved_cents, a.lease_until, a.scenario.goal, a.scenario.constraints)
            for a in made.assignments
        ],
    )


# Changing a price or a package never alters one already claimed.
def test_another_price_bonus_and_size_leave_a_claim_as_it_is(house: House) -> None:
    db = house.db
    mine, theirs = claim(db, house.worker).id, db.scalars(sa.select(PackageClaim.id)).first()
    assert theirs is not None
    before = [terms(db, one) for one in (mine, theirs)]
    package = gig_queries.package(db, house.wave.gig_id, "basic")
    assert gigs.change_package(db, package, OTHER, now=NOW, by=house.owner.id)
    gigs.reword(db, db.get_one(Gig, house.wave.gig_id), title="Else", description="Else.", now=NOW, by=house.owner.id)
    assert [terms(db, one) for one in (mine, theirs)] == before
    # It pays what it promised, too.
    first = db.get_one(PackageClaim, mine).assignments[0]
    rate_and_post(db, submit_for_review(db, first), 5, house.reviewer)
    db.refresh(house.wave)
    assert house.wave.spent_cents == 400 + 100
    # Whoever claims afterwards gets the new terms.
    later = claim(db, make_worker(db, house.wave, email="later@example.org"))
    assert [(a.price_cents, a.bonus_cents) for a in later.assignments] == [(3300, 700)] * 3


def test_a_claim_keeps_its_scenarios_when_they_are_reworded_or_retired(house: House) -> None:
    db, owner = house.db, house.owner.id
    mine = claim(db, house.worker)
    before = terms(db, mine.id)
    first, second, *_ = (a.scenario for a in db.get_one(PackageClaim, mine.id).assignments)
    wording = ScenarioPlan("shoes", "Find brown dress shoes under $90.", ("brown", "under $90"))
    successor = gigs.replace_scenario(db, first, wording, now=NOW, by=owner)
    assignments.hand_over(db, first, successor)
    gigs.retire_scenario(db, second, now=NOW, by=owner)
    assert terms(db, mine.id) == before
    # The demonstrations that were still wanted are wanted in the new words; the claimed one stays with the old.
    wanted = queries.wanted(db, house.wave.gig_id)
    assert (wanted[first.id].open, wanted[first.id].taken, wanted[successor.id].open) == (0, 1, 4)


def test_nobody_new_gets_a_retired_scenario_even_when_its_slot_comes_free(house: House) -> None:
    db = house.db
    mine = claim(db, house.worker)
    given_back = mine.assignments[0]
    gigs.retire_scenario(db, given_back.scenario, now=NOW, by=house.owner.id)
    assignments.give_back(db, given_back, now=NOW)
    assert db.get_one(Slot, given_back.slot_id).state == SlotState.OPEN
    for number in range(4):
        other = claim(db, make_worker(db, house.wave, email=f"other{number}@example.org"))
        assert given_back.scenario_id not in {a.scenario_id for a in other.assignments}


def test_work_on_a_retired_scenario_is_submitted_reviewed_and_accepted(house: House) -> None:
    db = house.db
    first = claim(db, house.worker).assignments[0]
    gigs.retire_scenario(db, first.scenario, now=NOW, by=house.owner.id)
    rate_and_post(db, submit_for_review(db, first), 4, house.reviewer)
    assert first.state == AssignmentState.ACCEPTED


def at_once(engine: Engine, acts: list[Callable[[Session], object]]) -> list[str]:
    together = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        try:
            with transaction(engine) as db:
                act(db)
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.mark.parametrize("seed", range(3))
def test_claims_and_changes_at_the_same_moment_never_mix_old_and_new_terms(engine: Engine, seed: int) -> None:
    with transaction(engine) as db:
        wave = make_gig(db)
        owner = make_worker(db, wave, email="owner@example.org").account_id
        people = [make_worker(db, wave, email=f"w{n}@example.org").account_id for n in range(8)]
        wave_id, gig_id = wave.id, wave.gig_id

    def change(db: Session) -> None:
        gigs.change_package(db, gig_queries.package(db, gig_id, "basic"), OTHER, now=NOW, by=owner)

    def squeeze(db: Session) -> None:
        gigs.set_budget(db, gig_queries.wave(db, wave_id), 12_000, now=NOW, by=owner)

    acts: list[Callable[[Session], object]] = [
        lambda db, who=who: claim(db, db.get_one(Worker, who))  # type: ignore[misc]
        for who in people
    ]
    acts += [change, squeeze]
    random.Random(seed).shuffle(acts)
    assert set(at_once(engine, acts)) <= {"done", "budget_spent", "budget_too_small"}
    with reading(engine) as db:
        for made in db.scalars(sa.select(PackageClaim)):
            each = [(a.price_cents, a.bonus_cents) for a in made.assignments]
            assert (made.price_cents, each) in ((2000, [(400, 100)] * 5), (9900, [(3300, 700)] * 3))
        assert db.scalars(sa.select(Assignment.id)).all()
        assert db.get_one(Wave, wave_id).reserved_cents <= db.get_one(Wave, wave_id).budget_cents
        assert books.check(db) == []
