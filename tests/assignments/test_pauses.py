"""A pause: it stops the clock of a package, once and for two days at most."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from codesight.assignments import actions as assignments
from codesight.errors import Conflict
from codesight.recordings import actions as recordings
from codesight.reviews.models import Review
from tests.assignments.conftest import House
from tests.assignments.test_time import BEGIN_BY, FINISH_BY, MINUTE, begun, leases
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_worker, submit_for_review


# The worker can pause.
def test_a_pause_stops_the_clock_and_resuming_starts_it_again(house: House) -> None:
    made = begun(house)
    warn_at = made.assignments[0].warn_at
    assignments.pause(house.db, made, now=NOW + timedelta(hours=10))
    assert leases(made) == {FINISH_BY + timedelta(hours=48)}
    with pytest.raises(Conflict) as refusal:
        recordings.open_session(house.db, made.assignments[0], now=NOW + timedelta(hours=11))
    assert refusal.value.code == "package_paused"
    assignments.pause(house.db, made, now=NOW + timedelta(hours=12))  # twice is the same as once
    assignments.resume(house.db, made, now=NOW + timedelta(hours=15))
    assignments.resume(house.db, made, now=NOW + timedelta(hours=16))
    assert leases(made) == {FINISH_BY + timedelta(hours=5)} == {made.finish_until}
    assert made.assignments[0].warn_at == warn_at + timedelta(hours=5)
    recordings.open_session(house.db, made.assignments[0], now=NOW + timedelta(hours=16))


def test_a_pause_ends_by_itself_and_there_is_no_second_one(house: House) -> None:
    made = begun(house)
    assignments.pause(house.db, made, now=NOW + timedelta(hours=1))
    over = NOW + timedelta(hours=49)
    assignments.start(house.db, made.assignments[0], now=over)
    assignments.resume(house.db, made, now=over)
    assert leases(made) == {FINISH_BY + timedelta(hours=48)}
    with pytest.raises(Conflict) as refusal:
        assignments.pause(house.db, made, now=over)
    assert refusal.value.code == "paused_before"


def test_a_package_can_be_paused_before_it_is_begun(house: House) -> None:
    made = claim(house.db, house.worker)
    assignments.pause(house.db, made, now=NOW + timedelta(hours=23))
    assignments.resume(house.db, made, now=NOW + timedelta(hours=33))
    assert leases(made) == {BEGIN_BY + timedelta(hours=10)}
    assignments.start(house.db, made.assignments[0], now=NOW + timedelta(hours=33))
    assert leases(made) == {FINISH_BY + timedelta(hours=10)}
    # Three quarters of 72 hours, and the ten of the pause.
    assert {a.warn_at for a in made.assignments} == {NOW + timedelta(hours=64)}


def test_a_pause_brings_back_nothing_that_had_ended(house: House) -> None:
    made = begun(house)
    made.assignments[1].lease_until = NOW + MINUTE
    house.db.flush()
    assignments.pause(house.db, made, now=NOW + timedelta(hours=1))
    assert made.assignments[1].lease_until == NOW + MINUTE
    over = claim(house.db, make_worker(house.db, house.wave))
    with pytest.raises(Conflict) as refusal:
        assignments.pause(house.db, over, now=BEGIN_BY)
    assert refusal.value.code == "not_open"


def test_a_revision_that_is_asked_for_during_a_pause_gets_its_whole_time_after_it(house: House) -> None:
    made = begun(house)
    submission = submit_for_review(house.db, made.assignments[0])
    assignments.pause(house.db, made, now=NOW + timedelta(hours=1))
    rate_and_post(house.db, submission, 2, house.reviewer, now=NOW + timedelta(hours=3))
    assignments.resume(house.db, made, now=NOW + timedelta(hours=8))
    assert made.assignments[0].lease_until == NOW + timedelta(hours=8 + 72)
    assert house.db.scalar(sa.select(sa.func.count(Review.id))) == 1
