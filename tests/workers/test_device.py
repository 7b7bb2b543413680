"""The device check's judgement: what is fine, and the sentence for each thing that is not."""

import json
from dataclasses import replace

import pytest
from sqlalchemy.engine import Engine

from codesight.db import transaction
from codesight.workers.onboarding import device
from tests.support.people import CHROME, GOOD_DEVICE, NOW, make_gig, make_worker

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0"
PHONE = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"


def wrong(found: device.Measured, user_agent: str = CHROME) -> dict[str, str]:
    """The parts that are not fine, with what the worker is told."""
    return {result.name: result.message for result in device.judge(user_agent, found) if not result.ok}


def test_a_good_computer_passes_and_a_bare_one_fails_in_everything_that_can_be_missing() -> None:
    assert wrong(GOOD_DEVICE) == {}
    assert set(wrong(device.Measured(), FIREFOX)) == {"browser", "extension", "microphone", "screen", "space"}


@pytest.mark.parametrize(
    ("part", "changes", "said"),
    [
        ("extension", {"extension_version": None}, "not found"),
        ("extension", {"extension_version": "0.0.9"}, "version 0.0.9"),
        ("extension", {"extension_connected": False}, "Press Allow"),
        ("microphone", {"microphone_level": 0.1}, "Nothing was heard"),
        ("microphone", {"microphone_level": None, "microphone_problem": "NotAllowedError"}, "blocked"),
        ("screen", {"screen_brightest": 3}, "black"),
        ("screen", {"screen_changes": 1}, "did not move"),
        ("screen", {"screen_changes": None}, "not shared"),
        ("screen", {"screen_brightest": None, "screen_changes": 0}, "did not move"),  # a tab that sends no picture
        ("space", {"free_bytes": 599_999_999}, "599 MB"),
        ("space", {"free_bytes": None}, "could not be measured"),
    ],
)
def test_each_failure_is_one_failure_and_is_told_in_words(part: str, changes: dict[str, object], said: str) -> None:
    found = wrong(replace(GOOD_DEVICE, **changes))  # type: ignore[arg-type]
    assert list(found) == [part]
    assert said in found[part]


def test_the_browser_must_be_as_new_as_the_manifest_asks_and_not_a_phones() -> None:
    oldest = int(json.loads(device.MANIFEST.read_text())["minimum_chrome_version"])
    assert wrong(GOOD_DEVICE, CHROME.replace("142", str(oldest))) == {}
    assert "Update it" in wrong(GOOD_DEVICE, CHROME.replace("142", str(oldest - 1)))["browser"]
    assert "laptop" in wrong(GOOD_DEVICE, PHONE)["browser"]
    assert device.browser_of(EDGE) == "Edge 142 on Windows"
    assert device.browser_of(FIREFOX) == "Another browser on Linux"


def test_another_browser_asks_again_and_so_does_one_in_which_something_broke(engine: Engine) -> None:
    with transaction(engine) as db:
        me = make_worker(db, make_gig(db)).account_id
        assert device.passed_in(db, me, CHROME) is not None
        device.check(db, me, PHONE, device.Measured(), now=NOW)
        assert device.passed_in(db, me, CHROME) is not None  # the laptop is as good as before
        device.check(db, me, CHROME, device.Measured(), now=NOW)
        assert device.passed_in(db, me, CHROME) is None
        assert device.passed_in(db, me, EDGE) is None
        assert device.passed_in(db, me, CHROME.replace("142", "143")) is None
        last = device.latest(db, me)
        assert last is not None
        assert (last.passed, last.measured["free_bytes"]) == (False, None)


def test_a_check_with_an_extension_that_has_become_too_old_no_longer_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert device.still_counts("0.1.0")
    monkeypatch.setattr(device, "OLDEST_EXTENSION", "0.10.0")
    assert [device.still_counts(v) for v in ("0.9.9", "0.10.0", "1.0", None)] == [False, True, True, False]
