"""What a review books. A basic package: five scenarios at $4.00, a bonus of $1.00 each."""

import pytest
import sqlalchemy as sa

from codesight.assignments import actions as assignment_actions
from codesight.errors import Conflict
from codesight.lifecycle import AssignmentState, PayoutState, move
from codesight.payouts.actions import make_batch, mark_paid, post_review
from codesight.payouts.models import EntryKind, LedgerEntry, Payout
from codesight.payouts.queries import accrued, balance, earnings, totals
from codesight.payouts.rules import worker_account
from codesight.recordings import actions as recordings
from codesight.recordings.models import Submission
from codesight.workers.models import Channel
from tests.payouts.conftest import House
from tests.reviews.support import give, rate_and_post
from tests.support.people import NOW, record, submit_for_review

PACKAGE = 5 * (400 + 100)


def owed(house: House) -> int:
    return balance(house.db, house.worker.account_id, "USD")


def wave(house: House) -> tuple[int, int]:
    house.db.refresh(house.wave)
    return house.wave.reserved_cents, house.wave.spent_cents


def due(house: House) -> list[int]:
    mine = sa.select(Payout.cents).where(Payout.worker_id == house.worker.account_id, Payout.state == PayoutState.DUE)
    return list(house.db.scalars(mine))


@pytest.mark.parametrize(
    ("stars", "earned", "reserved"),
    [
        (5, 500, PACKAGE - 500),  # five stars earn a bonus
        (3, 400, PACKAGE - 500),  # the bonus that was promised is free again
        (2, 0, PACKAGE),  # two stars ask for a revision first: the money stays promised
        (1, 0, PACKAGE - 500),  # one star is rejected and not paid
    ],
)
def test_stars_become_money(house: House, stars: int, earned: int, reserved: int) -> None:
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[0]), stars, house.reviewer)
    assert owed(house) == earned
    assert wave(house) == (reserved, earned)
    assert due(house) == ([earned] if earned else [])


def test_a_review_is_booked_once(house: House) -> None:
    review = rate_and_post(house.db, submit_for_review(house.db, house.assignments[0]), 5, house.reviewer)
    entries = house.db.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
    again = post_review(house.db, review, now=NOW)
    assert again.earned_cents == 500
    assert house.db.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == entries
    assert wave(house) == (PACKAGE - 500, 500)


def test_an_assignment_is_paid_once_even_if_its_revision_is_accepted(house: House) -> None:
    assignment = house.assignments[0]
    rate_and_post(house.db, submit_for_review(house.db, assignment), 2, house.reviewer)
    revision = submit_for_review(house.db, assignment)
    rate_and_post(house.db, revision, 4, house.reviewer)
    rate_and_post(house.db, revision, 5, house.reviewer, replaces=1)
    assert accrued(house.db, assignment.id) == (400, 100)
    assert wave(house) == (PACKAGE - 500, 500)


def test_reviews_that_are_booked_in_the_wrong_order_come_to_the_latest_verdict(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    first = give(house.db, submission, 5, house.owner)
    second = give(house.db, submission, 3, house.owner, replaces=1)
    post_review(house.db, second, now=NOW)
    assert post_review(house.db, first, now=NOW).earned_cents == 0
    assert owed(house) == 400
    assert wave(house) == (PACKAGE - 500, 400)


def test_a_better_rating_after_the_payment_is_due_in_a_new_payout(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 3, house.reviewer)
    pay_all(house)
    rate_and_post(house.db, submission, 5, house.reviewer, replaces=1)
    assert due(house) == [100]
    assert wave(house)[1] == 500


def test_a_correction_after_the_payment_waits_for_the_next_earnings(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 5, house.reviewer)
    pay_all(house)
    rate_and_post(house.db, submission, 1, house.owner, replaces=1)
    assert (owed(house), due(house), wave(house)[1]) == (-500, [], 0)
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[1]), 3, house.reviewer)
    assert (owed(house), due(house)) == (-100, [])
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[2]), 3, house.reviewer)
    assert (owed(house), due(house)) == (300, [300])


def test_a_correction_before_the_payment_makes_the_due_payout_smaller_or_ends_it(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 5, house.reviewer)
    rate_and_post(house.db, submission, 3, house.owner, replaces=1)
    assert due(house) == [400]
    rate_and_post(house.db, submission, 1, house.owner, replaces=2)
    assert due(house) == []
    rate_and_post(house.db, submission, 4, house.owner, replaces=3)
    assert due(house) == [400]
    kinds = [entry.kind for entry in _entries(house)]
    assert kinds == [
        EntryKind.PAY, EntryKind.BONUS, EntryKind.BONUS_CORRECTION, EntryKind.PAY_CORRECTION, EntryKind.PAY,
    ]  # fmt: skip


def test_work_that_came_when_its_money_was_promised_is_paid_if_the_owner_takes_it(house: House) -> None:
    submission = overflow(house)
    reserved, spent = wave(house)
    assignment_actions.take_surplus(house.db, submission.assignment, by=house.owner.id, now=NOW)
    assert wave(house) == (reserved + 500, spent)
    for state in (AssignmentState.CHECKING, AssignmentState.IN_REVIEW):
        move(house.db, submission.assignment, state, now=NOW)
    rate_and_post(house.db, submission, 5, house.reviewer)
    assert wave(house) == (reserved, spent + 500)
    assert due(house) == [500]


def test_the_owner_takes_nothing_that_the_budget_does_not_hold(house: House) -> None:
    submission = overflow(house)
    reserved, spent = wave(house)
    house.wave.budget_cents = reserved + spent + 499
    house.db.flush()
    with pytest.raises(Conflict) as refusal, house.db.begin_nested():
        assignment_actions.take_surplus(house.db, submission.assignment, by=house.owner.id, now=NOW)
    assert refusal.value.code == "budget_spent"
    assert wave(house) == (reserved, spent)


def test_work_without_a_reservation_never_overruns_the_budget(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 1, house.reviewer)
    reserved, spent = wave(house)
    house.wave.budget_cents = reserved + spent + 499
    house.db.flush()
    with pytest.raises(Conflict) as refusal, house.db.begin_nested():
        rate_and_post(house.db, submission, 5, house.owner, replaces=1)
    assert refusal.value.code == "budget_spent"
    assert owed(house) == 0
    rate_and_post(house.db, submission, 4, house.owner, replaces=1)
    assert wave(house) == (reserved, spent + 400)


def test_the_statement_explains_every_line(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 5, house.reviewer)
    pay_all(house)
    rate_and_post(house.db, submission, 3, house.owner, replaces=1)
    goal = house.assignments[0].scenario.goal
    assert [(line.reason, line.cents, line.payout_state) for line in earnings(house.db, house.worker.account_id)] == [
        (f"Corrected to 3 stars: {goal}", -100, None),
        (f"Bonus for 5 stars: {goal}", 100, PayoutState.PAID),
        (f"5 stars: {goal}", 400, PayoutState.PAID),
    ]
    (all_workers,) = totals(house.db)
    assert (all_workers.pay_cents, all_workers.bonus_cents, all_workers.paid_cents) == (800, 100, 1000)
    assert all_workers.owed_cents == -100


def pay_all(house: House) -> None:
    batch = make_batch(house.db, Channel.PAYPAL, "USD", by=house.payer.id, now=NOW)
    for payout in batch.payouts:
        mark_paid(house.db, payout, f"PP-{payout.id}", by=house.payer.id, now=NOW)


def overflow(house: House) -> Submission:
    """Work that came after its lease, when the money of its scenario had been promised elsewhere."""
    assignment = house.assignments[0]
    session = record(house.db, assignment)
    recordings.end(house.db, session, now=NOW)
    assignment_actions.expire(house.db, assignment, now=NOW)
    house.db.refresh(house.wave)
    budget = house.wave.budget_cents
    house.wave.budget_cents = house.wave.reserved_cents + house.wave.spent_cents
    house.db.flush()
    submission = recordings.submit(house.db, session, note="", now=NOW)
    assert assignment.state == AssignmentState.OVERFLOW
    house.wave.budget_cents = budget
    house.db.flush()
    return submission


def _entries(house: House) -> list[LedgerEntry]:
    account = worker_account(house.worker.account_id)
    mine = sa.or_(LedgerEntry.credit == account, LedgerEntry.debit == account)
    return list(house.db.scalars(sa.select(LedgerEntry).where(mine).order_by(LedgerEntry.id)))
