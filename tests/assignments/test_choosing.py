"""Which scenarios a worker is given."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry
from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.assignments.models import Assignment, ScenarioSite, Slot, SlotState
from codesight.errors import Conflict, Invalid
from codesight.gigs import queries as gigs
from codesight.gigs.models import Level, Package, Scenario, Tier
from codesight.lifecycle import AssignmentState
from tests.assignments.conftest import House
from tests.support.people import NOW, claim, make_worker


def scenarios(house: House, tier: Tier = Tier.BASIC) -> list[Scenario]:
    return [one for one in gigs.scenarios(house.db, house.wave.gig_id) if one.tier == tier]


def package(house: House) -> Package:
    return gigs.package(house.db, house.wave.gig_id, "basic")


def give_all_back(db: Session, mine: list[Assignment]) -> None:
    for one in mine:
        assignments.give_back(db, one, now=NOW)


def test_candidates_say_how_far_a_scenario_is_covered_and_by_whom(house: House) -> None:
    first = claim(house.db, house.worker).assignments[0]
    house.db.add(ScenarioSite(scenario_id=first.scenario_id, site="shop.example"))
    house.db.flush()
    for level, covered in ((Level.EXPERT, True), (Level.ENTRY, False)):
        other = make_worker(house.db, house.wave, level=level)
        (found,) = [
            c for c in queries.candidates(house.db, other, package(house)) if c.scenario_id == first.scenario_id
        ]
        assert (found.demonstrations, found.kind_covered, found.sites) == (1, covered, 1)
        assert found.category == first.scenario.category


def test_the_lowest_open_slot_of_a_scenario_is_taken_and_comes_back_to_its_place(house: House) -> None:
    first = claim(house.db, house.worker).assignments[0]
    assert house.db.get_one(Slot, first.slot_id).number == 1
    other = make_worker(house.db, house.wave)
    before = {c.scenario_id: c.demonstrations for c in queries.candidates(house.db, other, package(house))}
    assignments.give_back(house.db, first, now=NOW)
    after = {c.scenario_id: c.demonstrations for c in queries.candidates(house.db, other, package(house))}
    assert (before[first.scenario_id], after[first.scenario_id]) == (1, 0)


def test_more_slots_of_a_scenario_go_on_behind_those_that_are_there(house: House) -> None:
    one = scenarios(house)[0]
    assignments.offer(house.db, [one.id], 2)
    numbers = sa.select(Slot.number).where(Slot.scenario_id == one.id).order_by(Slot.number)
    assert house.db.scalars(numbers).all() == [1, 2, 3, 4, 5, 6, 7]
    assert {s.tier for s in house.db.scalars(sa.select(Slot).where(Slot.scenario_id == one.id))} == {Tier.BASIC}


def test_scenarios_behind_thousands_of_open_slots_of_others_are_found(house: House) -> None:
    first, second, *rest = scenarios(house)
    house.db.execute(sa.delete(Slot).where(Slot.scenario_id.in_([s.id for s in rest[3:]])))
    # The others' next slots are far behind those of the first.
    house.db.execute(sa.update(Slot).where(Slot.scenario_id != first.id).values(number=Slot.number + 5000))
    assignments.offer(house.db, [first.id], 3 * queries.WINDOW)
    assert {a.scenario_id for a in claim(house.db, house.worker).assignments} == {
        first.id, second.id, *(s.id for s in rest[:3]),
    }  # fmt: skip


# The same scenario is not offered again to the same worker unless the owner allows it.
def test_what_was_returned_is_given_to_the_same_worker_again_only_if_the_owner_allows_it(house: House) -> None:
    five = {s.id for s in scenarios(house)[:5]}
    house.db.execute(sa.delete(Slot).where(Slot.scenario_id.not_in(five), Slot.gig_id == house.wave.gig_id))
    mine = claim(house.db, house.worker).assignments
    give_all_back(house.db, mine)
    with pytest.raises(Conflict) as refusal:
        claim(house.db, house.worker)
    assert refusal.value.code == "no_slots"
    for one in mine:
        assignments.offer_again(house.db, one, by=house.owner.id, now=NOW)
    again = claim(house.db, house.worker).assignments
    assert {a.scenario_id for a in again} == five
    give_all_back(house.db, again)
    with pytest.raises(Conflict):
        claim(house.db, house.worker)


def test_what_is_under_way_or_was_handed_in_is_not_offered_again(house: House) -> None:
    one = claim(house.db, house.worker).assignments[0]
    with pytest.raises(Conflict) as refusal:
        assignments.offer_again(house.db, one, by=house.owner.id, now=NOW)
    assert refusal.value.code == "not_given_up"


# A per-worker cap per scenario.
def test_a_worker_gets_a_scenario_as_often_as_the_gig_says_and_no_more(house: House) -> None:
    five = {s.id for s in scenarios(house)[:5]}
    house.db.execute(sa.delete(Slot).where(Slot.scenario_id.not_in(five), Slot.gig_id == house.wave.gig_id))
    house.worker.gig.times_per_worker = 2
    for _ in range(2):
        give_all_back(house.db, claim(house.db, house.worker).assignments)
    with pytest.raises(Conflict) as refusal:
        claim(house.db, house.worker)
    assert refusal.value.code == "no_slots"


# The owner is able to pin one to be given next.
def test_a_pinned_scenario_is_given_next_until_it_is_unpinned(house: House) -> None:
    last = scenarios(house)[-1]
    assignments.pin(house.db, last, by=house.owner.id, now=NOW)
    assignments.pin(house.db, last, by=house.owner.id, now=NOW + timedelta(hours=1))  # twice is the same as once
    assert claim(house.db, house.worker).assignments[0].scenario_id == last.id
    for _ in range(3):
        assert claim(house.db, make_worker(house.db, house.wave)).assignments[0].scenario_id == last.id
    assignments.unpin(house.db, last, by=house.owner.id, now=NOW)
    given_now = claim(house.db, make_worker(house.db, house.wave)).assignments
    assert last.id not in {a.scenario_id for a in given_now}
    said = house.db.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == f"scenario:{last.id}")).all()
    assert said == ["scenario_pinned", "scenario_unpinned"]


def test_a_pinned_scenario_without_open_slots_holds_nobody_up(house: House) -> None:
    last = scenarios(house)[-1]
    house.db.execute(sa.delete(Slot).where(Slot.scenario_id == last.id))
    assignments.pin(house.db, last, by=house.owner.id, now=NOW)
    assert len(claim(house.db, house.worker).assignments) == 5


# Gold scenarios are mixed in at a set rate.
def test_gold_scenarios_are_mixed_in_and_otherwise_kept_back(house: House) -> None:
    gold = scenarios(house)[0]
    assignments.set_gold(house.db, gold, True, by=house.owner.id, now=NOW)
    mine = claim(house.db, house.worker).assignments
    assert gold.id not in {a.scenario_id for a in mine}
    house.worker.gig.gold_percent = 20
    give_all_back(house.db, mine)
    assert [a.scenario.gold for a in claim(house.db, house.worker).assignments].count(True) == 1
    other = make_worker(house.db, house.wave)
    assert [a.scenario.gold for a in claim(house.db, other).assignments].count(True) == 1


def test_sites_are_noted_once_for_each_scenario(house: House) -> None:
    one, two, *_ = scenarios(house)
    assignments.note_sites(house.db, one.id, {"a.example", "b.example"})
    assignments.note_sites(house.db, one.id, {"b.example", "c.example"})
    assignments.note_sites(house.db, two.id, set())
    found = house.db.execute(sa.select(ScenarioSite.scenario_id, ScenarioSite.site).order_by(ScenarioSite.site)).all()
    assert [tuple(row) for row in found] == [(one.id, site) for site in ("a.example", "b.example", "c.example")]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (assignments.Terms(0, 1, 0, 0), "start_hours"),
        (assignments.Terms(24, 0, 0, 0), "times_per_worker"),
        (assignments.Terms(24, 1, 101, 0), "gold_percent"),
        (assignments.Terms(24, 1, 0, -1), "fee_bp"),
    ],
)
def test_terms_that_make_no_sense_are_refused_with_the_field(
    house: House, terms: assignments.Terms, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        assignments.set_terms(house.db, house.worker.gig, terms, by=house.owner.id, now=NOW)
    assert list(refusal.value.details["fields"]) == [field]
    assert house.worker.gig.start_hours == 24


# Changing a price or a package never alters one already claimed.
def test_nothing_that_the_owner_changes_alters_a_package_that_was_claimed(house: House) -> None:
    house.worker.gig.fee_bp = 100
    made = claim(house.db, house.worker)

    def frozen() -> list[object]:
        house.db.expire_all()
        return [
            made.price_cents, made.currency, made.fee_bp, made.start_until, made.finish_until,
            *[(a.price_cents, a.bonus_cents, a.fee_cents, a.reserved_cents, a.lease_until) for a in made.assignments],
        ]  # fmt: skip

    before, reserved = frozen(), house.wave.reserved_cents
    offer = package(house)
    offer.price_cents, offer.bonus_cents, offer.scenario_count, offer.level = 9900, 900, 9, Level.EXPERT
    house.worker.gig.currency = "EUR"
    terms = assignments.Terms(start_hours=1, times_per_worker=3, gold_percent=50, fee_bp=900)
    assignments.set_terms(house.db, house.worker.gig, terms, by=house.owner.id, now=NOW)
    house.db.flush()
    assert (frozen(), house.wave.reserved_cents) == (before, reserved)
    other = claim(house.db, make_worker(house.db, house.wave))
    assert (other.price_cents, other.currency, other.fee_bp, len(other.assignments)) == (9900, "EUR", 900, 9)
    assert {a.lease_until for a in other.assignments} == {NOW + timedelta(hours=1)}
    assert {a.state for a in other.assignments} == {AssignmentState.RESERVED}
    assert house.db.scalar(sa.select(sa.func.count()).where(Slot.state == SlotState.TAKEN)) == 5 + 5 + 9
