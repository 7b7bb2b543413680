"""Tickets for the socket."""

import time
from unittest.mock import patch

import pytest

from codesight.capture import tickets
from codesight.errors import NotSignedIn

SECRET = "s" * 40


def test_a_ticket_says_for_which_session_of_whom_it_is() -> None:
    assert tickets.read(SECRET, tickets.issue(SECRET, "cs_a_b", 7)) == tickets.Ticket("cs_a_b", 7)


def test_a_ticket_fits_into_an_address_as_it_is() -> None:
    assert set(tickets.issue(SECRET, "cs_a_b", 7)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


# A ticket holds the time: as a test's name it would be another one in each of pytest's processes.
@pytest.mark.parametrize(
    "text",
    ["", "x", "a.b.c", pytest.param(tickets.issue("t" * 40, "cs_a_b", 7), id="another key"), "é" * 50],
)
def test_a_missing_or_forged_ticket_is_refused(text: str) -> None:
    with pytest.raises(NotSignedIn) as raised:
        tickets.read(SECRET, text)
    assert raised.value.code == "bad_ticket"


def test_a_changed_ticket_is_refused() -> None:
    body, rest = tickets.issue(SECRET, "cs_a_b", 7).split(".", 1)
    other = tickets.issue(SECRET, "cs_a_b", 8).split(".", 1)[0]
    assert body != other
    with pytest.raises(NotSignedIn):
        tickets.read(SECRET, f"{other}.{rest}")


@pytest.mark.parametrize(("age", "valid"), [(tickets.VALID_SECONDS - 5, True), (tickets.VALID_SECONDS + 5, False)])
def test_a_ticket_is_valid_for_twelve_hours(age: int, valid: bool) -> None:
    with patch("itsdangerous.timed.time.time", return_value=time.time() - age):
        ticket = tickets.issue(SECRET, "cs_a_b", 7)
    if valid:
        assert tickets.read(SECRET, ticket).worker_id == 7
    else:
        with pytest.raises(NotSignedIn) as raised:
            tickets.read(SECRET, ticket)
        assert raised.value.code == "bad_ticket"
