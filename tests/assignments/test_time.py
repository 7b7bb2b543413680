"""The time a worker has: to begin, to finish, extended by recording, warned before its end, and what follows it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from codesight import outbox
from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.assignments.models import Assignment, PackageClaim
from codesight.assignments.rules import ALIVE_FOR, MOST_EXTENSION, state_at, time_is_short, wants_extension
from codesight.errors import Conflict
from codesight.lifecycle import AssignmentState, move
from codesight.recordings import actions as recordings
from tests.assignments.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_worker, record

BEGIN_BY = NOW + timedelta(hours=24)
FINISH_BY = NOW + timedelta(hours=72)
MINUTE = timedelta(minutes=1)


def begun(house: House) -> PackageClaim:
    """A package of which one scenario was begun."""
    made = claim(house.db, house.worker)
    assignments.start(house.db, made.assignments[0], now=NOW)
    return made


def leases(made: PackageClaim) -> set[datetime]:
    return {a.lease_until for a in made.assignments}


def news(house: House, about: str) -> list[str]:
    notices = outbox.unread(house.db, house.worker.account_id, limit=100)
    return [notice.text for notice in notices if notice.key.startswith(about)]


# A start deadline apart from the finish deadline.
def test_a_package_that_nobody_begins_in_time_goes_to_others(house: House) -> None:
    made = claim(house.db, house.worker)
    assert leases(made) == {BEGIN_BY}
    with pytest.raises(Conflict) as refusal:
        assignments.start(house.db, made.assignments[0], now=BEGIN_BY)
    assert refusal.value.code == "lease_expired"
    assert {state_at(a, BEGIN_BY) for a in made.assignments} == {AssignmentState.EXPIRED}
    assert queries.present_claim(house.db, house.worker.account_id, BEGIN_BY - MINUTE) is not None
    assert queries.present_claim(house.db, house.worker.account_id, BEGIN_BY) is None


def test_the_first_scenario_that_is_begun_gives_the_whole_package_its_time_to_finish(house: House) -> None:
    made = claim(house.db, house.worker)
    assignments.start(house.db, made.assignments[2], now=BEGIN_BY - MINUTE)
    assert leases(made) == {FINISH_BY}
    assert made.started_at == BEGIN_BY - MINUTE
    assignments.start(house.db, made.assignments[0], now=BEGIN_BY + MINUTE)
    assert leases(made) == {FINISH_BY}


def test_what_was_returned_before_the_package_was_begun_gets_no_new_time(house: House) -> None:
    made = claim(house.db, house.worker)
    assignments.give_back(house.db, made.assignments[1], now=NOW)
    assignments.start(house.db, made.assignments[0], now=NOW)
    assert made.assignments[1].lease_until == BEGIN_BY


def test_the_time_to_begin_is_never_longer_than_the_time_to_finish(house: House) -> None:
    house.worker.gig.start_hours = 500
    made = claim(house.db, house.worker)
    assert (made.start_until, leases(made)) == (FINISH_BY, {FINISH_BY})


# Recorder events extend the lease up to a hard cap.
def test_recording_keeps_a_scenario_reserved_beyond_its_time(house: House) -> None:
    one, other, *_ = begun(house).assignments
    session = record(house.db, one)
    soon = FINISH_BY - 10 * MINUTE
    assert wants_extension(one, soon)
    recordings.still_alive(house.db, [session.id], now=soon)
    assert one.lease_until == soon + ALIVE_FOR
    assert other.lease_until == FINISH_BY  # only what is recorded


def test_a_lease_with_time_enough_is_left_alone_and_grows_by_a_minute_at_least(house: House) -> None:
    one = begun(house).assignments[0]
    session = record(house.db, one)
    for moment, expected in (
        (FINISH_BY - ALIVE_FOR - MINUTE, FINISH_BY),
        (FINISH_BY - ALIVE_FOR + MINUTE, FINISH_BY),
        (FINISH_BY - ALIVE_FOR + 2 * MINUTE, FINISH_BY + 2 * MINUTE),
        (FINISH_BY - ALIVE_FOR + 3 * MINUTE, FINISH_BY + 2 * MINUTE),
    ):
        assert wants_extension(one, moment) == (expected == moment + ALIVE_FOR)
        recordings.still_alive(house.db, [session.id], now=moment)
        house.db.refresh(one)
        assert one.lease_until == expected


def test_nothing_extends_a_lease_beyond_its_cap_or_after_its_end(house: House) -> None:
    one = begun(house).assignments[0]
    moment = FINISH_BY - MINUTE
    for _ in range(100):
        assignments.extend(house.db, [one.id], now=moment)
        moment += 10 * MINUTE
    house.db.refresh(one)
    assert one.lease_until == FINISH_BY + MOST_EXTENSION == one.lease_cap
    assignments.extend(house.db, [one.id], now=one.lease_cap)
    house.db.refresh(one)
    assert (one.lease_until, state_at(one, one.lease_cap)) == (one.lease_cap, AssignmentState.EXPIRED)


def test_an_attempt_that_was_put_aside_keeps_nothing_reserved(house: House) -> None:
    one = begun(house).assignments[0]
    session = record(house.db, one)
    recordings.open_session(house.db, one, now=NOW)
    recordings.still_alive(house.db, [session.id], now=FINISH_BY - MINUTE)
    house.db.refresh(one)
    assert one.lease_until == FINISH_BY


# The worker is warned at 75 % of the time.
def test_three_quarters_into_the_time_the_worker_is_warned_once(house: House) -> None:
    made = begun(house)
    at = NOW + timedelta(hours=54)
    assert not time_is_short(made.assignments[0], at - MINUTE)
    assert time_is_short(made.assignments[0], at)
    assert not time_is_short(made.assignments[0], FINISH_BY)
    assert made.id not in queries.short_of_time(house.db, at - MINUTE)
    assert made.id in queries.short_of_time(house.db, at)
    for moment in (at, at + MINUTE):
        assignments.warn(house.db, made.id, now=moment)
    assert [text.split(".")[0] for text in news(house, "deadline:")] == [
        "5 scenarios of your basic package are still open"
    ]
    assert made.id not in queries.short_of_time(house.db, at + MINUTE)


def test_the_warning_before_the_time_to_begin_is_one_of_its_own(house: House) -> None:
    made = claim(house.db, house.worker)
    assignments.warn(house.db, made.id, now=NOW + timedelta(hours=18))
    assignments.start(house.db, made.assignments[0], now=NOW + timedelta(hours=20))
    for one in made.assignments[1:]:
        assignments.give_back(house.db, one, now=NOW + timedelta(hours=20))
    assignments.warn(house.db, made.id, now=NOW + timedelta(hours=54))
    finish, begin = news(house, "deadline:")
    assert begin.startswith("Begin your basic package before")
    assert finish.startswith("One scenario of your basic package is still open.")


def take(house: House, made: PackageClaim, now: datetime) -> list[Assignment]:
    """Another worker claims when there is nothing else left than what the first one had; no sweep has run."""
    theirs = [a.scenario_id for a in made.assignments]
    house.db.execute(sa.text("DELETE FROM slot WHERE state = 'open' AND gig_id = :gig"), {"gig": house.worker.gig_id})
    mine = claim(house.db, make_worker(house.db, house.wave), now=now).assignments
    assert {a.scenario_id for a in mine} == set(theirs)
    return mine


# A lease without events can be claimed again within 60 s of its end with no scheduler and no worker process running.
def test_an_ended_lease_is_claimed_by_the_next_worker_without_any_sweep(house: House) -> None:
    made = begun(house)
    session = record(house.db, made.assignments[0])
    with pytest.raises(Conflict) as refusal:
        take(house, made, FINISH_BY - MINUTE)
    assert refusal.value.code == "no_slots"
    mine = take(house, made, FINISH_BY)
    assert {a.slot_id for a in mine} == {a.slot_id for a in made.assignments}
    assert {a.state for a in made.assignments} == {AssignmentState.EXPIRED}
    assert made.closed_at == FINISH_BY
    # The earlier worker sees "expired, your recording is kept", once, and can still hand in.
    (said,) = news(house, "expired:")
    assert "is expired, your recording is kept" in said
    recordings.end(house.db, session, now=FINISH_BY)
    recordings.submit(house.db, session, note="", now=FINISH_BY)
    assert made.assignments[0].state == AssignmentState.OVERFLOW


def test_money_that_ended_leases_hold_is_there_for_the_next_claim_without_any_sweep(house: House) -> None:
    made = claim(house.db, house.worker)
    house.wave.budget_cents = 2500
    house.db.flush()
    other = make_worker(house.db, house.wave)
    with pytest.raises(Conflict) as refusal:
        claim(house.db, other, now=BEGIN_BY - MINUTE)
    assert refusal.value.code == "budget_spent"
    claim(house.db, other, now=BEGIN_BY)
    house.db.refresh(house.wave)
    assert (house.wave.reserved_cents, made.assignments[0].reserved_cents) == (2500, 0)


def test_who_let_a_package_run_out_can_take_another_one_at_once(house: House) -> None:
    made = claim(house.db, house.worker)
    again = claim(house.db, house.worker, now=BEGIN_BY)
    assert again.id != made.id
    assert not {a.scenario_id for a in again.assignments} & {a.scenario_id for a in made.assignments}
    assert {a.state for a in made.assignments} == {AssignmentState.EXPIRED}


def test_a_recording_that_is_still_running_is_not_taken_away(house: House) -> None:
    made = begun(house)
    session = record(house.db, made.assignments[0])
    recordings.still_alive(house.db, [session.id], now=FINISH_BY - MINUTE)
    with pytest.raises(Conflict), house.db.begin_nested():
        take(house, made, FINISH_BY + MINUTE)
    assert state_at(made.assignments[0], FINISH_BY + MINUTE) == AssignmentState.ACTIVE


# Late submission: taken, kept as `overflow` for the owner to pay or not.
@pytest.mark.parametrize("paid", [True, False])
def test_the_owner_pays_for_overflow_or_not_and_it_counts_into_no_quota(house: House, paid: bool) -> None:
    made = begun(house)
    session = record(house.db, made.assignments[0])
    mine = take(house, made, FINISH_BY)
    recordings.end(house.db, session, now=FINISH_BY)
    submission = recordings.submit(house.db, session, note="", now=FINISH_BY)
    one = submission.assignment
    decide = assignments.take_surplus if paid else assignments.leave_surplus
    decide(house.db, one, by=house.owner.id, now=FINISH_BY)
    assert len(news(house, "overflow:")) == 1
    with pytest.raises(Conflict) as refusal:
        decide(house.db, one, by=house.owner.id, now=FINISH_BY)
    assert refusal.value.code == "not_overflow"
    if not paid:
        assert (one.state, one.reserved_cents) == (AssignmentState.CANCELLED, 0)
        return
    assert (one.state, one.reserved_cents, one.holds_slot) == (AssignmentState.LATE, 500, False)
    (theirs,) = [a for a in mine if a.slot_id == one.slot_id]
    assignments.give_back(house.db, theirs, now=FINISH_BY)  # the slot is open, and stays so
    for state in (AssignmentState.CHECKING, AssignmentState.IN_REVIEW):
        move(house.db, one, state, now=FINISH_BY)
    rate_and_post(house.db, submission, 4, house.reviewer, now=FINISH_BY)
    assert (one.state, one.holds_slot) == (AssignmentState.ACCEPTED, False)


def test_overflow_that_waits_for_the_owner_keeps_nobody_from_the_next_package(house: House) -> None:
    made = begun(house)
    session = record(house.db, made.assignments[0])
    take(house, made, FINISH_BY)
    recordings.end(house.db, session, now=FINISH_BY)
    recordings.submit(house.db, session, note="", now=FINISH_BY)
    assert queries.open_claim(house.db, house.worker.account_id) is None
