"""Behaviour is natural: people pass at any pace, machines and empty sessions are flagged."""

import random
from dataclasses import replace

import pytest

from codesight.checks import natural_behaviour
from codesight.checks.base import Outcome
from tests.checks.facts import clicks, codes, good, shopping


@pytest.mark.parametrize("seed", range(40))
def test_people_are_not_taken_for_machines(seed: int) -> None:
    assert natural_behaviour.check(good(events=shopping(seed=seed))).findings == ()


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_too_few_actions_are_said_to_be_too_few_and_nothing_else(count: int) -> None:
    result = natural_behaviour.check(good(events=clicks([1000.0 * n for n in range(count)])))
    assert (result.outcome, codes(result)) == (Outcome.FLAG, {"too_few_actions"})
    assert result.findings[0].details == {"actions": count}


def test_clockwork_is_flagged_and_a_human_rhythm_is_not() -> None:
    steady = clicks([2_000.0 * n for n in range(1, 150)])
    assert codes(natural_behaviour.check(good(events=steady))) == {"mechanical_rhythm"}
    chance = random.Random(5)
    jittered = clicks([2_000.0 * n + chance.uniform(-1, 1) * 100 for n in range(1, 150)])
    assert "mechanical_rhythm" in codes(natural_behaviour.check(good(events=jittered)))


def test_a_burst_that_no_hand_manages_is_flagged() -> None:
    human = [10_000.0, 40_000.0, 80_000.0, 133_000.0, 180_000.0, 222_000.0, 270_000.0, 300_000.0]
    burst = [350_000.0 + 50 * n for n in range(10)]
    assert codes(natural_behaviour.check(good(events=clicks([*human, *burst])))) == {"inhuman_speed"}
    fast_hand = [350_000.0 + 150 * n for n in range(10)]
    assert natural_behaviour.check(good(events=clicks([*human, *fast_hand]))).findings == ()


def test_typing_fast_is_not_inhuman() -> None:
    keys = clicks([200_000.0 + 60 * n for n in range(30)], type="key")
    assert natural_behaviour.check(good(events=[*shopping(), *keys])).findings == ()


def test_never_stopping_to_read_is_flagged() -> None:
    chance, now, times = random.Random(6), 0.0, []
    while now < 400_000:
        now += chance.choice([150.0, 500.0, 1_400.0])
        times.append(now)
    assert codes(natural_behaviour.check(good(events=clicks(times)))) == {"no_pauses"}


def test_actions_by_a_program_are_flagged_but_a_few_are_a_sites_own() -> None:
    events = shopping()
    half = [replace(event, trusted=event.seq % 2 == 0) for event in events]
    assert codes(natural_behaviour.check(good(events=half))) == {"synthetic_events"}
    one = [replace(event, trusted=event.seq != 7) for event in events]
    assert natural_behaviour.check(good(events=one)).findings == ()


def test_clicking_exact_centres_without_ever_scrolling_is_flagged() -> None:
    human_times = [event.t_ms for event in shopping()]
    centred = clicks(human_times, pointer=(45.0, 15.0))
    assert codes(natural_behaviour.check(good(events=centred))) == {"centre_clicks"}
    scrolled = [*centred, replace(centred[-1], type="scroll", t_ms=centred[-1].t_ms + 900)]
    assert natural_behaviour.check(good(events=scrolled)).findings == ()


def test_clicks_outside_the_window_are_flagged() -> None:
    events = clicks([event.t_ms for event in shopping()], viewport=(1280.0, 720.0), pointer=(1500.0, 10.0))
    assert codes(natural_behaviour.check(good(events=events))) == {"clicks_outside_window"}
    unknown = [replace(event, viewport=None) for event in events]
    assert natural_behaviour.check(good(events=unknown)).findings == ()


def test_a_recording_in_which_hardly_anything_happens_is_flagged() -> None:
    first_half_minute = clicks([1_000.0, 3_000.0, 9_000.0, 12_000.0, 20_000.0, 25_000.0])
    result = natural_behaviour.check(good(events=first_half_minute))
    assert codes(result) == {"mostly_idle"}
    assert "7:00 minutes" in result.findings[0].message


def test_events_in_any_order_are_judged_by_their_times() -> None:
    events = shopping()
    mixed = random.Random(1).sample(events, len(events))
    assert natural_behaviour.check(good(events=mixed)) == natural_behaviour.check(good(events=events))


def test_all_at_the_same_moment_is_flagged_and_divides_by_nothing() -> None:
    found = codes(natural_behaviour.check(good(events=clicks([0.0] * 20), video=None)))
    assert found == {"inhuman_speed", "no_pauses"}
