"""Gigs from scratch and gigs on other terms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry, Role
from codesight.db import transaction
from codesight.errors import Conflict, Invalid, NotFound
from codesight.gigs import actions as gigs
from codesight.gigs import queries, rules
from codesight.gigs.models import Gig, Level, Narration, Package, Scenario, Tier
from codesight.gigs.rules import PackagePlan, ScenarioPlan
from tests.support.people import NOW, make_account, make_gig

BASIC = PackagePlan(Tier.BASIC, 2000, 100, 2, 60, Level.ENTRY, Narration.SOME)


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as db:
        make_gig(db)
        yield db


@pytest.fixture
def owner(db: Session) -> int:
    return make_account(db, Role.OWNER).id


def goals(*names: str) -> list[ScenarioPlan]:
    return [ScenarioPlan("shoes", f"Find {name} shoes.", (name, "under $100")) for name in names]


def plan(scenarios: Mapping[Tier, list[ScenarioPlan]], *packages: PackagePlan) -> dict[str, Any]:
    texts = {"title": "Shoes", "description": "Shop for shoes.", "currency": "EUR"}
    return {**texts, "packages": packages, "scenarios": scenarios}


@pytest.fixture
def shoes(db: Session, owner: int) -> Gig:
    """A gig with one package of two scenarios, and three scenarios for it."""
    return gigs.create_gig(db, **plan({Tier.BASIC: goals("red", "blue", "black")}, BASIC), now=NOW, by=owner)


def audited(db: Session, action: str) -> list[tuple[str, int | None, dict[str, object]]]:
    lines = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    return [(line.subject, line.by, line.details) for line in lines if line.by is not None]


def test_a_gig_is_made_of_its_plan_and_the_audit_says_by_whom(db: Session, owner: int, shoes: Gig) -> None:
    assert (shoes.title, shoes.description, shoes.currency) == ("Shoes", "Shop for shoes.", "EUR")
    (package,) = queries.packages(db, shoes.id)
    assert (package.price_cents, package.scenario_count, package.narration) == (2000, 2, Narration.SOME)
    red, *_ = queries.scenarios(db, shoes.id)
    assert (red.tier, red.category, red.goal) == (Tier.BASIC, "shoes", "Find red shoes.")
    assert red.constraints == ["red", "under $100"]
    assert queries.waves(db, shoes.id) == []
    assert audited(db, "gig_made") == [(f"gig:{shoes.id}", owner, {"title": "Shoes", "currency": "EUR"})]
    assert audited(db, "scenarios_added") == [(f"gig:{shoes.id}", owner, {"tier": "basic", "count": 3})]


@pytest.mark.parametrize(
    ("package", "scenarios", "code"),
    [
        (replace(BASIC, scenario_count=4), goals("red", "blue", "black"), "too_few_scenarios"),
        (replace(BASIC, price_cents=1), goals("red", "blue"), "price_too_small"),
        (BASIC, [*goals("red", "blue"), *goals("red")], "goal_taken"),
    ],
)
def test_a_plan_that_nobody_could_claim_is_refused(
    db: Session, owner: int, package: PackagePlan, scenarios: list[ScenarioPlan], code: str
) -> None:
    before = len(queries.all_gigs(db))
    with pytest.raises(Invalid) as refusal, db.begin_nested():
        gigs.create_gig(db, **plan({Tier.BASIC: scenarios}, package), now=NOW, by=owner)
    assert refusal.value.code == code
    assert len(queries.all_gigs(db)) == before


def test_pasted_lines_become_scenarios_and_a_spreadsheets_columns_do_too() -> None:
    typed = "shoes | Find black dress shoes under $100. | black; dress shoes ;under $100"
    assert rules.scenarios(f"{typed}\n\n \nbags\tFind a large bag.\tlarge") == [
        ScenarioPlan("shoes", "Find black dress shoes under $100.", ("black", "dress shoes", "under $100")),
        ScenarioPlan("bags", "Find a large bag.", ("large",)),
    ]
    assert rules.scenarios(" \n") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Find black shoes.", "Line 2: write category | goal"),
        ("a | b | c | d", "Line 2: write category | goal"),
        (" | Find black shoes. | black", "Line 2: A category of 1 to 40"),
        (f"{'c' * 41} | Find black shoes. | black", "Line 2: A category of 1 to 40"),
        ("shoes | Find x. | black", "Line 2: A goal of 10 to 300"),
        (f"shoes | {'g' * 301} | black", "Line 2: A goal of 10 to 300"),
        ("shoes | Find black shoes. | ; ;", "Line 2: Between 1 and 8"),
        ("shoes | Find black shoes. | a;b;c;d;e;f;g;h;i", "Line 2: Between 1 and 8"),
        (f"shoes | Find black shoes. | {'x' * 81}", "Line 2: At most 80"),
        ("shoes | Find \x07black shoes. | black", "Line 2: No control characters"),
        ("shoes | Find the  first one. | black", "Line 2: the same goal as in line 1"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_the_reason(line: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.scenarios(f"shoes | Find the first one. | it\n{line}")
    assert said in refusal.value.message


def test_nobody_pastes_more_lines_than_a_page_can_show() -> None:
    many = "\n".join(f"shoes | Find pair number {n} of shoes. | pair" for n in range(rules.MOST_LINES))
    assert len(rules.scenarios(many)) == rules.MOST_LINES
    with pytest.raises(Invalid):
        rules.scenarios(many + "\nshoes | Find one more pair of shoes. | pair")


def test_the_commonest_categories_say_what_a_gig_is_about() -> None:
    made = [Scenario(category=name) for name in ("bags", "shoes", "toys", "toys", "shoes", "toys")]
    assert rules.area(made) == "toys and shoes"
    assert rules.area(made[:1]) == "bags"
    assert rules.area([]) == ""


# Waves of 8, 25, 50, 100 … workers.
def test_each_wave_is_larger_than_the_one_before() -> None:
    assert [rules.next_quota(waves) for waves in range(6)] == [8, 25, 50, 100, 100, 100]


def test_a_changed_package_is_written_down_with_what_was_before(db: Session, owner: int, shoes: Gig) -> None:
    (package,) = queries.packages(db, shoes.id)
    assert gigs.change_package(db, package, replace(BASIC, price_cents=2500, level=Level.EXPERT), now=NOW, by=owner)
    assert (package.price_cents, package.level, package.minutes) == (2500, Level.EXPERT, 60)
    changes = {"price_cents": {"before": 2000, "after": 2500}, "level": {"before": "entry", "after": "expert"}}
    assert audited(db, "package_changed") == [(f"package:{package.id}", owner, changes)]


def test_the_same_terms_again_change_nothing(db: Session, owner: int, shoes: Gig) -> None:
    (package,) = queries.packages(db, shoes.id)
    assert not gigs.change_package(db, package, BASIC, now=NOW, by=owner)
    assert not gigs.reword(db, shoes, title="Shoes", description="Shop for shoes.", now=NOW, by=owner)
    assert audited(db, "package_changed") == audited(db, "gig_reworded") == []


def test_a_package_cannot_ask_for_more_scenarios_than_there_are(db: Session, owner: int, shoes: Gig) -> None:
    (package,) = queries.packages(db, shoes.id)
    with pytest.raises(Invalid) as refusal:
        gigs.change_package(db, package, replace(BASIC, scenario_count=4), now=NOW, by=owner)
    assert refusal.value.code == "too_few_scenarios"
    gigs.add_scenarios(db, shoes, Tier.BASIC, goals("green"), now=NOW, by=owner)
    assert gigs.change_package(db, package, replace(BASIC, scenario_count=4), now=NOW, by=owner)


def test_a_gig_is_reworded_and_what_it_said_is_kept_in_the_audit(db: Session, owner: int, shoes: Gig) -> None:
    assert gigs.reword(db, shoes, title="Boots", description="Shop for shoes.", now=NOW, by=owner)
    assert shoes.title == "Boots"
    assert audited(db, "gig_reworded") == [(f"gig:{shoes.id}", owner, {"title": {"before": "Shoes", "after": "Boots"}})]


def test_another_wording_is_another_scenario_and_the_old_one_keeps_its_words(
    db: Session, owner: int, shoes: Gig
) -> None:
    old = queries.scenarios(db, shoes.id)[0]
    new = gigs.replace_scenario(db, old, goals("crimson")[0], now=NOW, by=owner)
    assert (old.goal, old.retired_at, new.goal, new.tier) == ("Find red shoes.", NOW, "Find crimson shoes.", Tier.BASIC)
    given = queries.scenarios(db, shoes.id)
    assert (len(given), old in given, new in given) == (3, False, True)
    assert queries.scenario(db, old.id) is old
    assert audited(db, "scenario_replaced") == [
        (
            f"scenario:{old.id}",
            owner,
            {"before": "Find red shoes.", "after": "Find crimson shoes.", "replaced_by": new.id},
        )
    ]
    with pytest.raises(Conflict) as refusal:
        gigs.replace_scenario(db, old, goals("scarlet")[0], now=NOW, by=owner)
    assert refusal.value.code == "scenario_retired"


def test_a_goal_keeps_its_words_when_only_what_to_look_out_for_changes(db: Session, owner: int, shoes: Gig) -> None:
    old = queries.scenarios(db, shoes.id)[0]
    wanted = ScenarioPlan("shoes", old.goal, ("red", "under $80"))
    new = gigs.replace_scenario(db, old, wanted, now=NOW, by=owner)
    assert new.id != old.id
    assert (new.goal, new.constraints, old.constraints) == (old.goal, ["red", "under $80"], ["red", "under $100"])
    assert gigs.replace_scenario(db, new, wanted, now=NOW, by=owner) is new


def test_a_goal_that_the_gig_has_already_is_refused(db: Session, owner: int, shoes: Gig) -> None:
    red, blue, _ = queries.scenarios(db, shoes.id)
    for act in (
        lambda: gigs.replace_scenario(db, red, goals("blue")[0], now=NOW, by=owner),
        lambda: gigs.add_scenarios(db, shoes, Tier.BASIC, goals("blue"), now=NOW, by=owner),
    ):
        with pytest.raises(Invalid) as refusal, db.begin_nested():
            act()
        assert refusal.value.code == "goal_taken"
    db.refresh(red)
    assert red.retired_at is None
    gigs.retire_scenario(db, blue, now=NOW, by=owner)
    assert len(gigs.add_scenarios(db, shoes, Tier.BASIC, goals("blue"), now=NOW, by=owner)) == 1


def test_scenarios_are_retired_until_a_package_is_just_full(db: Session, owner: int, shoes: Gig) -> None:
    red, blue, _ = queries.scenarios(db, shoes.id)
    gigs.retire_scenario(db, red, now=NOW, by=owner)
    gigs.retire_scenario(db, red, now=NOW, by=owner)
    assert audited(db, "scenario_retired") == [(f"scenario:{red.id}", owner, {"goal": red.goal})]
    with pytest.raises(Conflict) as refusal:
        gigs.retire_scenario(db, blue, now=NOW, by=owner)
    assert refusal.value.code == "scenario_needed"
    with pytest.raises(NotFound):
        queries.scenario(db, 999)


def test_packages_of_other_gigs_stay_as_they_are(db: Session, owner: int, shoes: Gig) -> None:
    others = [p for p in db.scalars(sa.select(Package)) if p.gig_id != shoes.id]
    before = [p.price_cents for p in others]
    (mine,) = queries.packages(db, shoes.id)
    gigs.change_package(db, mine, replace(BASIC, price_cents=9900), now=NOW, by=owner)
    for package in others:
        db.refresh(package)
    assert [p.price_cents for p in others] == before
