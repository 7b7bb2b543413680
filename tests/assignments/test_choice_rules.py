"""The rules by which scenarios are weighed against each other."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from codesight.assignments.rules import Candidate, Past, choose, gold_due, site_of

NEW = Past({}, 0, 0)


def candidate(number: int, **facts: Any) -> Candidate:
    plain = Candidate(number, number, f"category {number}", demonstrations=0, kind_covered=False, sites=0)
    return replace(plain, **facts)


def given(candidates: list[Candidate], count: int, past: Past = NEW, gold: int = 0) -> list[int]:
    return [one.scenario_id for one in choose(candidates, count, past, gold, seed=1)]


def done(number: int, **facts: Any) -> Candidate:
    """Demonstrated twice, by the worker's kind too, on two sites."""
    return candidate(number, **{"demonstrations": 2, "kind_covered": True, "sites": 2, "category": "shoes", **facts})


# Which scenario a worker gets next is chosen to raise the dataset's diversity.
@pytest.mark.parametrize(
    ("better", "why"),
    [
        (done(2, demonstrations=1), "fewer demonstrations"),
        (done(2, kind_covered=False), "nobody of the worker's kind has done it"),
        (done(2, sites=1), "fewer sites"),
        (done(2, category="gifts"), "a category that is new to the worker"),
    ],
)
def test_what_the_dataset_lacks_comes_first(better: Candidate, why: str) -> None:
    past = Past({"shoes": 1}, 1, 0)
    assert given([done(1), better], 1, past) == [2], why


def test_a_category_with_few_demonstrations_comes_first() -> None:
    shoes = [done(1, category="shoes", demonstrations=9), done(2, category="shoes", demonstrations=2)]
    gifts = [done(3, category="gifts", demonstrations=2)]
    assert given(shoes + gifts, 1) == [3]


def test_a_scenario_that_nobody_has_done_outweighs_everything_else() -> None:
    untouched = candidate(1, category="shoes")
    begun = candidate(2, demonstrations=1, category="gifts")
    assert given([begun, untouched], 1, Past({"shoes": 50}, 50, 0)) == [1]


def test_a_package_is_spread_over_categories() -> None:
    shoes = [candidate(n, category="shoes") for n in range(1, 5)]
    gifts = [candidate(n, category="gifts") for n in range(5, 9)]
    assert Counter(one.category for one in choose(shoes + gifts, 4, NEW, 0, seed=1)) == {"shoes": 2, "gifts": 2}


def test_what_is_pinned_comes_before_everything_in_the_order_it_was_pinned() -> None:
    plain = [candidate(n) for n in range(1, 6)]
    pinned = [done(9, pinned=True), done(8, pinned=True)]
    assert given(pinned + plain, 4)[:2] == [9, 8]
    assert given(pinned + plain, 1) == [9]


@pytest.mark.parametrize(
    ("past", "count", "percent", "due"),
    [
        (NEW, 5, 0, 0),
        (NEW, 5, 10, 0),
        (Past({}, 5, 0), 5, 10, 1),  # the second package of five brings the first of ten
        (Past({}, 10, 1), 10, 10, 1),
        (Past({}, 10, 5), 10, 10, 0),  # given before the rate was lowered
        (NEW, 15, 20, 3),
        (NEW, 5, 100, 5),
        (Past({}, 50, 0), 5, 100, 5),  # never more than the package holds
    ],
)
def test_gold_is_mixed_in_at_the_set_rate(past: Past, count: int, percent: int, due: int) -> None:
    assert gold_due(past, count, percent) == due


def test_gold_is_where_nobody_expects_it_and_never_more_than_is_due() -> None:
    plain = [candidate(n) for n in range(1, 20)]
    gold = [candidate(n, gold=True) for n in range(21, 25)]
    places = set()
    for seed in range(200):
        chosen = choose(gold + plain, 10, NEW, 1, seed)
        assert [one.gold for one in chosen].count(True) == 1
        places.add([one.gold for one in chosen].index(True))
    assert places == set(range(10))
    assert [one.gold for one in choose(gold + plain, 10, NEW, 0, 1)].count(True) == 0
    assert len(choose(gold + plain[:5], 10, NEW, 1, 1)) == 6  # rather a package too few than gold instead of work


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.shop.example/a?b", "shop.example"),
        ("http://Shop.example:8080/", "shop.example"),
        ("chrome://newtab", None),
        ("about:blank", None),
        ("", None),
        ("http://[", None),
    ],
)
def test_a_site_is_the_host_of_a_page_of_the_web(url: str, site: str | None) -> None:
    assert site_of(url) == site
