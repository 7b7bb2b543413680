"""Claiming a package, and giving it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.rules import largest_cost, next_to_record, prices
from codesight.errors import Conflict, NotAllowed, NotFound, Problem
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Level, Package, Tier
from codesight.lifecycle import AssignmentState
from codesight.workers.models import Consent, Worker
from tests.assignments.conftest import House
from tests.support.people import NOW, claim, hand_in, make_gig, make_worker, submit_for_review


def open_slots(db: Session, scenario_ids: list[int] | None = None) -> int:
    wanted = sa.select(sa.func.count()).select_from(Slot).where(Slot.state == SlotState.OPEN)
    return db.scalar(wanted.where(Slot.scenario_id.in_(scenario_ids)) if scenario_ids else wanted) or 0


def refused(act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as refusal:
        act()
    return refusal.value


# $20 for 5, $35 for 10, $50 for 15: the price is split by largest remainder.
@pytest.mark.parametrize(
    ("tier", "split", "largest"),
    [
        ("basic", [400] * 5, 2000 + 5 * 100),
        ("standard", [350] * 10, 3500 + 10 * 100),
        ("premium", [333] * 10 + [334] * 5, 5000 + 15 * 150),
    ],
)
def test_a_claim_reserves_every_scenario_its_price_and_the_largest_bonus(
    house: House, tier: str, split: list[int], largest: int
) -> None:
    slots = open_slots(house.db)
    made = claim(house.db, house.worker, tier)
    own = made.assignments
    assert [a.price_cents for a in own] == split
    assert len({a.scenario_id for a in own}) == len({a.slot_id for a in own}) == len(split)
    assert {a.scenario.tier for a in own} == {Tier(tier)}
    assert {a.state for a in own} == {AssignmentState.RESERVED}
    # A day to begin it, three to finish it.
    assert {a.lease_until for a in own} == {made.start_until} == {NOW + timedelta(hours=24)}
    assert made.finish_until == NOW + timedelta(hours=72)
    assert (made.price_cents, made.currency, made.closed_at) == (sum(split), "USD", None)
    house.db.refresh(house.wave)
    assert house.wave.reserved_cents == largest == largest_cost(made.package)
    assert open_slots(house.db) == slots - len(split)


def test_a_price_that_cannot_be_divided_loses_no_cent() -> None:
    package = Package(price_cents=5000, bonus_cents=150, scenario_count=15)
    assert prices(package) == [333] * 10 + [334] * 5


def test_claiming_again_gives_the_same_claim_and_reserves_nothing_more(house: House) -> None:
    first = claim(house.db, house.worker)
    house.db.refresh(house.wave)
    reserved, slots = house.wave.reserved_cents, open_slots(house.db)
    assert claim(house.db, house.worker).id == first.id
    house.db.refresh(house.wave)
    assert (house.wave.reserved_cents, open_slots(house.db)) == (reserved, slots)


def test_another_package_waits_until_the_first_is_finished(house: House) -> None:
    first = claim(house.db, house.worker)
    assert refused(lambda: claim(house.db, house.worker, "standard")).code == "package_open"
    for assignment in first.assignments:
        assignments.give_back(house.db, assignment, now=NOW)
    assert claim(house.db, house.worker, "standard").id != first.id


@pytest.mark.parametrize(
    ("has", "tier", "code"),
    [
        (Level.ENTRY, "basic", None),
        (Level.ENTRY, "standard", "level_too_low"),
        (Level.ENTRY, "premium", "level_too_low"),
        (Level.EXPERIENCED, "standard", None),
        (Level.EXPERIENCED, "premium", "level_too_low"),
        (Level.EXPERT, "premium", None),
        (Level.EXPERT, "basic", None),
    ],
)
def test_a_tier_asks_for_its_level(house: House, has: Level, tier: str, code: str | None) -> None:
    house.worker.level = has
    if code is None:
        assert claim(house.db, house.worker, tier).package.tier == tier
        return
    refusal = refused(lambda: claim(house.db, house.worker, tier))
    assert (type(refusal), refusal.code) == (NotAllowed, code)
    assert str(has) in refusal.message


def test_a_level_that_was_lowered_while_the_claim_waited_for_its_turn_counts(house: House) -> None:
    assert house.worker.level == Level.EXPERT
    lower = sa.update(Worker).values(level=Level.ENTRY).execution_options(synchronize_session=False)
    house.db.execute(lower)
    assert refused(lambda: claim(house.db, house.worker, "premium")).code == "level_too_low"


def test_without_consent_nothing_is_claimed(house: House) -> None:
    house.db.execute(sa.delete(Consent).where(Consent.account_id == house.worker.account_id))
    refusal = refused(lambda: claim(house.db, house.worker))
    assert (type(refusal), refusal.code) == (NotAllowed, "consent_missing")


@pytest.mark.parametrize("tier", ["gold", "BASIC", "", "basic\x00", "x" * 500])
def test_an_unknown_tier_is_not_found(house: House, tier: str) -> None:
    refusal = refused(lambda: claim(house.db, house.worker, tier))
    assert (type(refusal), refusal.code) == (NotFound, "unknown_tier")
    assert refusal.details["tiers"] == ["basic", "standard", "premium"]
    assert len(refusal.message) < 250


def test_a_closed_wave_gives_nothing_out_but_leaves_what_was_claimed(house: House) -> None:
    late = make_worker(house.db, house.wave, email="late@example.org")
    mine = claim(house.db, house.worker)
    gigs.close_wave(house.db, house.wave, now=NOW, by=house.owner.id)
    assert refused(lambda: claim(house.db, late)).code == "wave_closed"
    assert claim(house.db, house.worker).id == mine.id


# Budget is reserved at the claim and freed on return; spent + reserved + free = budget, always.
def test_the_budget_is_not_overrun_by_a_cent(house: House) -> None:
    needed = largest_cost(gig_queries.package(house.db, house.wave.gig_id, "basic"))
    house.wave.budget_cents = needed - 1
    house.db.flush()
    slots = open_slots(house.db)
    assert refused(lambda: claim(house.db, house.worker)).code == "budget_spent"
    assert open_slots(house.db) == slots
    assert queries.open_claim(house.db, house.worker.account_id) is None
    house.wave.budget_cents = needed
    house.db.flush()
    claim(house.db, house.worker)
    house.db.refresh(house.wave)
    assert house.wave.reserved_cents == house.wave.budget_cents


def test_when_one_scenario_is_missing_the_claim_is_refused_as_a_whole(house: House) -> None:
    basics = [s.id for s in gig_queries.scenarios(house.db, house.wave.gig_id) if s.tier == Tier.BASIC]
    house.db.execute(sa.delete(Slot).where(Slot.scenario_id.in_(basics[4:])))
    free = open_slots(house.db, basics)
    with pytest.raises(Conflict) as refusal, house.db.begin_nested():
        claim(house.db, house.worker)
    assert refusal.value.code == "no_slots"
    house.db.refresh(house.wave)
    assert (open_slots(house.db, basics), house.wave.reserved_cents) == (free, 0)
    mine = sa.select(PackageClaim).where(PackageClaim.worker_id == house.worker.account_id)
    assert house.db.scalars(mine).all() == []


def test_nobody_gets_a_scenario_twice_and_the_least_demonstrated_come_first(house: House) -> None:
    count = len([s for s in gig_queries.scenarios(house.db, house.wave.gig_id) if s.tier == Tier.BASIC])
    first = claim(house.db, house.worker)
    had = {a.scenario_id for a in first.assignments}
    for assignment in first.assignments:
        assignments.give_back(house.db, assignment, now=NOW)
    other = make_worker(house.db, house.wave, email="second@example.org")
    theirs = {a.scenario_id for a in claim(house.db, other).assignments}
    third = make_worker(house.db, house.wave, email="third@example.org")
    if count >= 10:
        assert not theirs & {a.scenario_id for a in claim(house.db, third).assignments}
        assert not had & {a.scenario_id for a in claim(house.db, house.worker).assignments}


def test_what_is_returned_is_free_at_once_with_its_money(house: House) -> None:
    slots = open_slots(house.db)
    made = claim(house.db, house.worker)
    first, *rest = made.assignments
    assignments.give_back(house.db, first, now=NOW)
    house.db.refresh(house.wave)
    assert (open_slots(house.db), house.wave.reserved_cents) == (slots - 4, 2000)
    assert queries.open_claim(house.db, house.worker.account_id) is not None
    assignments.give_back(house.db, first, now=NOW)  # twice is the same as once
    house.db.refresh(house.wave)
    assert (open_slots(house.db), house.wave.reserved_cents) == (slots - 4, 2000)
    for assignment in rest:
        assignments.give_back(house.db, assignment, now=NOW)
    house.db.refresh(house.wave)
    house.db.refresh(made)
    assert (open_slots(house.db), house.wave.reserved_cents, made.closed_at) == (slots, 0, NOW)


@pytest.mark.parametrize("prepare", [hand_in, submit_for_review])
def test_what_was_handed_in_cannot_be_returned(house: House, prepare: Callable[[Session, Assignment], object]) -> None:
    assignment = claim(house.db, house.worker).assignments[0]
    prepare(house.db, assignment)
    state = assignment.state
    refusal = refused(lambda: assignments.give_back(house.db, assignment, now=NOW))
    assert (refusal.status, refusal.code, assignment.state) == (409, "already_submitted", state)


def test_other_peoples_assignments_are_not_found(house: House) -> None:
    theirs = queries.assignments_of(house.db, house.noise.account_id)
    with pytest.raises(NotFound):
        queries.assignment_of(house.db, house.worker.account_id, theirs[0].id)
    mine = claim(house.db, house.worker).assignments
    listed = queries.assignments_of(house.db, house.worker.account_id)
    assert [a.id for a in listed] == sorted((a.id for a in mine), reverse=True)


def test_a_revision_comes_before_what_was_begun_and_that_before_new_work(house: House) -> None:
    one, two, three, *rest = claim(house.db, house.worker).assignments
    assert next_to_record([three, two, one], NOW) is one
    assignments.start(house.db, three, now=NOW)
    assert next_to_record([one, two, three], NOW) is three
    submit_for_review(house.db, two)
    verdict(house, two, AssignmentState.REVISION_REQUESTED)
    assert next_to_record([one, two, three], NOW) is two
    assert next_to_record([one, two, three, *rest], NOW + timedelta(hours=72)) is None
    verdict_back(house, two)


def verdict(house: House, assignment: Assignment, to: AssignmentState) -> None:
    """A review's decision, without its money."""
    assignments.verdict(house.db, assignment, to, by=house.reviewer.id, now=NOW, lease_hours=72)


def verdict_back(house: House, assignment: Assignment) -> None:
    """Ends without a review row: the books would miss it."""
    assignments.give_back(house.db, assignment, now=NOW)


def test_a_second_gigs_scenarios_stay_out_of_it(house: House) -> None:
    make_gig(house.db)
    assert {a.scenario.gig_id for a in claim(house.db, house.worker, "premium").assignments} == {house.wave.gig_id}
