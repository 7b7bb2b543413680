"""The training task is judged by rules, and every failure says what to do."""

from dataclasses import replace

import pytest

from blueprints.pages.practice_shop.catalogue import COLORS, PRODUCTS
from codesight.checks import actions as checks
from codesight.checks.base import EventFact, SubmissionFacts
from codesight.checks.speech_signal import Verdict
from codesight.checks.training import TASK, judge
from tests.checks.facts import AUDIO, VIDEO

SHOP = "https://codesight.example/practice-shop"
LISTED = f"{SHOP}/c/jeans?sort=price-asc"
MESA, DOCKSIDE = f"{SHOP}/p/mesa-boyfriend-jean", f"{SHOP}/p/dockside-slim-jean"
CHOSEN = f"{DOCKSIDE}?color=indigo&size=32"
TOO_DEAR = f"{SHOP}/p/harbor-selvedge-jean?color=indigo&size=32"
LIMIT = 7_000
"""Cents."""


def acts(*steps: tuple[str, str]) -> list[EventFact]:
    """Clicks, one a second: where, and on what."""
    return [
        EventFact(seq, "click", seq * 1000.0, url=url, target_text=text) for seq, (url, text) in enumerate(steps, 1)
    ]


GOOD = (
    (f"{SHOP}/c/jeans", "Sort by"), (LISTED, "Mesa Boyfriend Jean"), (MESA, "Size guide"),
    (LISTED, "Dockside Slim Jean"), (DOCKSIDE, "Indigo Blue"), (f"{DOCKSIDE}?color=indigo", "32"),
    (CHOSEN, "Add to cart"), (CHOSEN, "View cart"), (f"{SHOP}/cart", "Cart"),
)  # fmt: skip


def facts(*steps: tuple[str, str]) -> SubmissionFacts:
    return SubmissionFacts(
        goal=TASK.goal, events=acts(*steps), minimum_seconds=TASK.minimum_seconds, video=VIDEO, audio=AUDIO
    )


def missed(given: SubmissionFacts) -> dict[str, str]:
    return {r.name: r.message for r in judge(TASK, given, checks.run(given)) if not r.ok}


def test_a_recording_that_did_what_was_asked_passes_everything() -> None:
    results = judge(TASK, facts(*GOOD), checks.run(facts(*GOOD)))
    assert [r.name for r in results] == [
        "video_length", "speech", "not_too_long", "events", "narrowed", "products", "cart",
    ]  # fmt: skip
    assert all(r.ok and not r.message for r in results)


def without(*gone: str) -> list[tuple[str, str]]:
    return [(url, text) for url, text in GOOD if text not in gone]


@pytest.mark.parametrize(
    ("steps", "rule", "said"),
    [
        ([(url.replace("?sort=price-asc", ""), text) for url, text in GOOD], "narrowed", "neither filtered nor sorted"),
        ([(DOCKSIDE if url == MESA else url, text) for url, text in GOOD], "products", "one product only"),
        ([*without("Add to cart"), (LISTED, "x")], "cart", "Nothing was put"),
        ([*GOOD[:-2], (TOO_DEAR, "Add to cart"), GOOD[-1]], "cart", "under $70"),
        ([(url.replace("indigo", "grey"), text) for url, text in GOOD], "cart", "not blue"),
        ([(url.replace("&size=32", ""), text) for url, text in GOOD], "cart", "no size"),
        ([*GOOD[:-1], (LISTED, "x")], "cart", "did not open the cart"),
        ([(url.replace("practice-shop", "other-shop"), text) for url, text in GOOD], "products", "no product"),
    ],
)  # fmt: skip
def test_what_was_left_out_is_told(steps: list[tuple[str, str]], rule: str, said: str) -> None:
    found = missed(facts(*steps))
    assert said in found[rule]
    if "other-shop" not in steps[0][0]:
        assert list(found) == [rule]


def test_no_events_no_voice_too_short_and_too_long_are_each_told() -> None:
    assert "extension" in missed(facts())["events"]
    mute = replace(facts(*GOOD), audio=replace(AUDIO, verdict=Verdict.SILENCE))
    assert "No voice" in missed(mute)["speech"]
    short = replace(facts(*GOOD), video=replace(VIDEO, duration_s=30.0))
    assert "0:30" in missed(short)["video_length"]
    endless = replace(facts(*GOOD), video=replace(VIDEO, duration_s=TASK.maximum_seconds + 1))
    assert list(missed(endless)) == ["not_too_long"]
    assert "screen recording" in missed(replace(facts(*GOOD), video=None))["video_length"]


def test_the_right_products_are_exactly_the_shops_blue_jeans_within_the_limit() -> None:
    blue = {color.id for color in COLORS.values() if "blue" in color.words}
    assert set(TASK.right_colors) == blue
    jeans = (p for p in PRODUCTS.values() if p.category == "jeans" and p.price < LIMIT and blue & set(p.colors))
    assert set(TASK.right_products) == {p.slug for p in jeans}
    assert f"${LIMIT // 100}" in TASK.goal
    # No size costs so much more that a right product leaves the limit.
    assert all(
        PRODUCTS[slug].price + max(PRODUCTS[slug].extra.values(), default=0) < LIMIT for slug in TASK.right_products
    )
