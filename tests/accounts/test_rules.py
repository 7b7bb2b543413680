"""Secrets, and browsers in words."""

import pytest

from codesight.accounts import rules
from codesight.accounts.models import Role


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
         "Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
         "Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
         "Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "CriOS/142.0 Mobile/15E148 Safari/604.1", "Chrome on iOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
         "Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
         "Safari/537.36", "Chrome on ChromeOS"),
        ("python-requests/2.32", "a program"),
        ("", "another browser"),
        ("x" * 5000, "another browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_name_and_system(user_agent: str, words: str) -> None:
    assert rules.browser_in_words(user_agent) == words


def test_secrets_are_long_and_never_the_same() -> None:
    assert len({rules.new_token() for _ in range(100)}) == 100
    codes = {rules.new_recovery_code() for _ in range(100)}
    assert len(codes) == 100
    assert {len(code) for code in codes} == {19}
    assert not set("".join(codes)) & set("01ilo")


def test_a_recovery_code_counts_however_it_is_typed() -> None:
    assert len({rules.recovery_code_hash(typed) for typed in ("ab2c-de3f", "AB2C DE3F", " ab2cde3f\n")}) == 1


def test_every_role_has_scopes_and_only_the_owner_the_one_to_administer() -> None:
    assert all(rules.scopes_for(role) for role in Role)
    assert [role for role in Role if "admin" in rules.scopes_for(role)] == [Role.OWNER]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Wanda", True), ("Нина", True), ("李", True), ("علی‌رضا", True), ("e\u0301", True), ("🙂", True), ("-", True),
        ("", False), (" \u00a0\u2003", False), ("\u200b\u200d\ufeff", False), ("\u202e\u2069", False),
        ("\u0301", False), ("\u3164", False), ("\u2800\u2800", False), ("\ufe0f", False), ("\U000e0041", False),
    ],
)  # fmt: skip
def test_a_name_that_shows_nothing_is_none(name: str, seen: bool) -> None:
    assert rules.can_be_read(name) is seen
