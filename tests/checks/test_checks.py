"""The four automatic checks: what passes, what is flagged, and with which words."""

from dataclasses import replace
from types import ModuleType

import pytest

from codesight.adapters.media import MediaProblem
from codesight.checks import goal_attempt, natural_behaviour, speech, video_length
from codesight.checks.base import SPEECH, VOICED_RATIO, Check, CheckResult, EventFact, Outcome
from codesight.checks.speech_signal import Verdict
from tests.checks.facts import AUDIO, VIDEO, clicks, codes, good, shopping

MODULES: list[Check] = [video_length, speech, goal_attempt, natural_behaviour]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_an_ordinary_submission_passes_every_check(module: Check) -> None:
    result = module.check(good())
    assert (result.outcome, result.findings) == (Outcome.PASS, ())
    assert (VOICED_RATIO in result.figures) is (module.NAME == SPEECH)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_check_has_a_name_that_is_its_modules_and_a_title_for_people(module: ModuleType) -> None:
    assert module.__name__.endswith(f".{module.NAME}")
    assert " " in module.TITLE


def test_no_outcome_rejects() -> None:
    assert {outcome.value for outcome in Outcome} == {"pass", "flag", "unknown"}


# Video at least 5 minutes long


@pytest.mark.parametrize(
    ("duration_s", "outcome"),
    [(300.0, Outcome.PASS), (299.5, Outcome.PASS), (298.0, Outcome.FLAG), (0.0, Outcome.FLAG)],
)
def test_a_video_must_last_five_minutes(duration_s: float, outcome: Outcome) -> None:
    result = video_length.check(good(video=replace(VIDEO, duration_s=duration_s), events=[]))
    assert result.outcome is outcome
    assert codes(result) == (set() if outcome is Outcome.PASS else {"video_too_short"})


def test_a_gig_may_ask_for_another_length_and_the_worker_is_told_both() -> None:
    short = replace(VIDEO, duration_s=125.0)
    assert video_length.check(good(video=short, events=[], minimum_seconds=60)).outcome is Outcome.PASS
    (finding,) = video_length.check(good(video=short, events=[], minimum_seconds=600)).findings
    assert "2:05" in finding.message
    assert "10:00" in finding.message
    assert finding.details == {"duration_s": 125.0, "minimum_s": 600}


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (None, "video_missing"),
        ("missing_file", "video_missing"),
        ("empty_file", "video_empty"),
        ("not_media", "video_unreadable"),
        ("no_content", "video_unreadable"),
    ],
)
def test_a_video_that_cannot_be_judged_says_why(problem: str | None, code: str) -> None:
    result = video_length.check(good(video=None, video_problem=problem))
    assert (result.outcome, codes(result)) == (Outcome.FLAG, {code})


def test_sound_alone_is_no_video() -> None:
    result = video_length.check(good(video=replace(VIDEO, has_video=False)))
    assert codes(result) == {"video_unreadable"}


def test_a_truncated_video_says_how_much_was_saved() -> None:
    cut = replace(VIDEO, truncated=True, problem=MediaProblem.TRUNCATED, duration_s=200.0)
    result = video_length.check(good(video=cut, events=clicks([1000.0])))
    assert codes(result) == {"video_truncated", "video_too_short"}
    assert "3:20" in result.findings[0].message


@pytest.mark.parametrize("problem", [MediaProblem.GAPS, MediaProblem.CLOCK_RESTARTS])
def test_a_video_with_a_hole_is_flagged(problem: MediaProblem) -> None:
    assert codes(video_length.check(good(video=replace(VIDEO, problem=problem)))) == {"video_damaged"}


def test_a_video_that_ends_before_the_shopping_does_is_flagged() -> None:
    assert video_length.check(good(events=clicks([429_000.0]))).outcome is Outcome.PASS
    result = video_length.check(good(events=clicks([540_000.0, 1_000.0])))
    assert codes(result) == {"video_ends_before_events"}
    assert "2:00" in result.findings[0].message


# Speech clear and present


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.SILENCE, "speech_silent"),
        (Verdict.QUIET, "speech_too_quiet"),
        (Verdict.NOISE, "speech_noise"),
        (Verdict.HUM, "speech_hum"),
        (Verdict.TONE, "speech_tone"),
        (Verdict.CLIPPED, "speech_clipping"),
    ],
)
def test_sound_that_is_no_clear_speech_is_flagged_by_its_kind(verdict: Verdict, code: str) -> None:
    result = speech.check(good(audio=replace(AUDIO, verdict=verdict)))
    assert (result.outcome, codes(result)) == (Outcome.FLAG, {code})


def test_a_few_words_are_too_little() -> None:
    few = replace(AUDIO, voiced_seconds=12.0, voiced_ratio=12 / 420)
    result = speech.check(good(audio=few))
    assert codes(result) == {"speech_too_little"}
    assert "12 of 420 seconds" in result.findings[0].message
    one_word = replace(AUDIO, seconds=6.0, voiced_seconds=1.5, voiced_ratio=0.25)
    assert codes(speech.check(good(audio=one_word))) == {"speech_too_little"}


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (None, "speech_missing"),
        ("no_audio", "speech_missing"),
        ("empty_file", "speech_empty"),
        ("not_media", "speech_unreadable"),
    ],
)
def test_sound_that_cannot_be_judged_says_why(problem: str | None, code: str) -> None:
    result = speech.check(good(audio=None, audio_problem=problem))
    assert (result.outcome, codes(result)) == (Outcome.FLAG, {code})


def test_where_narration_is_not_asked_for_nothing_is_flagged() -> None:
    assert speech.check(good(narration_required=False, audio=None)) == CheckResult(Outcome.PASS)
    noisy = speech.check(good(narration_required=False, audio=replace(AUDIO, verdict=Verdict.NOISE)))
    assert (noisy.outcome, codes(noisy)) == (Outcome.UNKNOWN, {"speech_noise"})


# The goal was attempted


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ("Find black dress shoes under $100", ["black", "dress", "shoes"]),
        (
            "Blue jeans, size 32, from a local store in Seattle for less than $80.00",
            ["blue", "jeans", "32", "seattle"],
        ),
        ("Anniversary jewellery for $200 to 300", ["anniversary", "jewellery"]),
        ("Zapatos niño, talla 38, menos de 50 €", ["zapatos", "nino", "talla", "38", "menos", "de"]),
        ("藍色牛仔褲", ["藍色牛仔褲"]),
        ("Buy it for me", []),
        ("", []),
    ],
)
def test_a_goal_is_reduced_to_the_words_that_matter(goal: str, words: list[str]) -> None:
    assert goal_attempt.goal_words(goal) == words


@pytest.mark.parametrize(
    ("goal", "url", "typed", "clicked"),
    [
        ("blue jeans size 32", "https://x.example/search?q=Blue%20Jeans", "", ""),
        ("a college laptop under $800", "https://x.example/", "", "Best student LAPTOPS of the year"),
        ("running shoes for flat feet", "https://x.example/", "run shoe", ""),
        ("professional petite work dress", "https://x.example/petite-dresses/a", "", ""),
        ("blue jeans", "https://x.example/bluejeans", "", ""),
        ("Café-Tasse", "https://x.example/", "CAFE TASSE", ""),
        ("青いジーンズを探す", "https://x.example/s?q=%E3%82%B8%E3%83%BC%E3%83%B3%E3%82%BA", "", ""),
        ("джинсы синие", "https://x.example/", "Синие ДЖИНСЫ", ""),
    ],
)
def test_a_goal_is_recognised_in_addresses_searches_and_clicks(goal: str, url: str, typed: str, clicked: str) -> None:
    events = clicks([1e4, 2e4, 3e4], url=url, value_text=typed, target_text=clicked)
    assert goal_attempt.check(good(goal=goal, events=events)).outcome is Outcome.PASS


def test_shopping_for_something_else_is_flagged_with_the_words_that_were_missed() -> None:
    events = clicks([1e4, 2e4, 3e4], url="https://jeans.example/garden/hoses", target_text="Garden hose")
    result = goal_attempt.check(good(goal="blue jeans size 32 under $80", events=events))
    assert (result.outcome, codes(result)) == (Outcome.FLAG, {"goal_not_recognised"})
    assert result.findings[0].details["missing"] == ["blue", "jeans", "32"]
    assert "jeans" in result.findings[0].message


def test_a_number_of_the_goal_inside_another_number_is_not_the_goal() -> None:
    events = clicks([1e4, 2e4, 3e4], url="https://x.example/item/932147", target_text="Add")
    assert codes(goal_attempt.check(good(goal="LEGO 3214", events=events))) == {"goal_not_recognised"}


@pytest.mark.parametrize(
    "events", [[], shopping()[:1], clicks([1.0, 2.0]), [replace(e, type="scroll") for e in shopping()]]
)
def test_next_to_nothing_done_is_flagged_even_on_the_right_page(events: list[EventFact]) -> None:
    assert codes(goal_attempt.check(good(events=events))) == {"nothing_done"}


def test_a_goal_without_words_cannot_be_checked() -> None:
    assert goal_attempt.check(good(goal="Buy it for me!")).outcome is Outcome.UNKNOWN


def test_broken_addresses_break_nothing() -> None:
    events = clicks([1e4, 2e4, 3e4], url="https://[::1/blue-jeans%ZZ%E0")
    assert goal_attempt.check(good(events=events)).outcome is Outcome.PASS
