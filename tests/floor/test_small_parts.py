"""Time, ids, errors."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from codesight import clock, errors, ids

MOMENT = datetime(2026, 11, 21, 14, 0, 0, 123_900, tzinfo=timezone(timedelta(hours=2)))


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_documents_carry_utc_with_milliseconds_and_a_z() -> None:
    assert clock.iso(MOMENT) == "2026-11-21T12:00:00.123Z"


def test_a_moment_survives_the_way_through_milliseconds() -> None:
    assert clock.to_ms(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1000.0
    assert clock.from_ms(clock.to_ms(MOMENT)) == MOMENT


# Session ids such as cs_md0ap0gn_thwyx.
def test_new_session_ids_are_valid_unlike_and_sort_by_time() -> None:
    made = [ids.new_session_id() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(ids.checked_session_id(name) == name and name.startswith("cs_") for name in made)
    times = [name.split("_")[1] for name in made]
    assert times == sorted(times)
    assert clock.now() - clock.from_ms(int(times[0], 36)) < timedelta(minutes=5)
    assert all(len(name.split("_")[2]) == 10 for name in made)


@pytest.mark.parametrize(
    "text", ["", "cs-1", "cs_1 ", "cs_1\n", "../etc", "cs_é", "cs_1;DROP", "a" * 65, "cs_\x00", "٣"]
)
def test_an_id_with_other_characters_is_malformed(text: str) -> None:
    with pytest.raises(errors.Malformed) as refusal:
        ids.checked_session_id(text)
    assert (refusal.value.status, refusal.value.code) == (400, "invalid_session_id")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Problem, 400), (errors.Malformed, 400), (errors.NotSignedIn, 401), (errors.NotAllowed, 403),
        (errors.NotFound, 404), (errors.Conflict, 409), (errors.TooLarge, 413), (errors.Invalid, 422),
    ],
)  # fmt: skip
def test_every_kind_of_refusal_has_its_status(kind: type[errors.Problem], status: int) -> None:
    problem = kind("a_code", "A sentence.", seq=7)
    assert (problem.status, problem.code, str(problem), problem.details) == (
        status,
        "a_code",
        "A sentence.",
        {"seq": 7},
    )
