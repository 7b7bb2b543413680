"""From due to paid, never one payment too many."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import outbox
from codesight.accounts.models import Account, AuditEntry
from codesight.db import transaction
from codesight.errors import Conflict, Invalid, NotFound
from codesight.lifecycle import PayoutState
from codesight.payouts.actions import make_batch, mark_paid, take_back
from codesight.payouts.models import EntryKind, LedgerEntry, Payout, PayoutLine
from codesight.payouts.queries import balance, batch, batches, due, due_groups, payout, payouts_of
from codesight.recordings.models import Submission
from codesight.reports import books
from codesight.workers.models import Channel, Worker
from tests.payouts.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_gig, make_worker, make_world, submit_for_review


def earn(house: House, number: int, stars: int = 3) -> Payout | None:
    """The worker's due payout after one more accepted scenario."""
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[number]), stars, house.reviewer)
    mine = sa.select(Payout).where(Payout.worker_id == house.worker.account_id, Payout.state == PayoutState.DUE)
    return house.db.scalar(mine)


def approved(house: House) -> Payout:
    made = make_batch(house.db, Channel.PAYPAL, "USD", by=house.payer.id, now=NOW)
    return next(p for p in made.payouts if p.worker_id == house.worker.account_id)


def test_all_earnings_of_a_worker_go_into_one_due_payout_with_its_reasons(house: House) -> None:
    earn(house, 0)
    earn(house, 1, stars=5)
    mine = next(p for p in due(house.db) if p.worker_id == house.worker.account_id)
    assert mine.cents == 900
    assert sorted(line.entry.cents for line in mine.lines) == [100, 400, 400]
    assert (mine.worker.account.email, mine.channel_address) == ("worker@example.org", "worker@example.org")
    (group,) = due_groups(house.db)
    assert (group.channel, group.currency, group.payouts, group.cents) == (Channel.PAYPAL, "USD", 2, 1400)


def test_channel_and_address_stay_those_of_the_moment_when_the_payout_became_due(house: House) -> None:
    earn(house, 0)
    house.worker.channel, house.worker.channel_address = Channel.WISE, "new@example.org"
    house.db.flush()
    later = earn(house, 1)
    assert later is not None
    assert (later.channel, later.channel_address, later.cents) == (Channel.PAYPAL, "worker@example.org", 800)


def test_a_batch_takes_all_that_is_due_by_its_channel_and_currency_only(house: House) -> None:
    earn(house, 0)
    elsewhere = make_worker(house.db, house.wave, email="wise@example.org")
    elsewhere.channel = Channel.WISE
    house.db.flush()
    rate_and_post(house.db, submit_for_review(house.db, claim(house.db, elsewhere).assignments[0]), 3, house.reviewer)
    made = make_batch(house.db, Channel.PAYPAL, "USD", by=house.payer.id, now=NOW)
    assert {p.worker_id for p in made.payouts} == {house.worker.account_id, house.noise.worker_id}
    assert {p.state for p in made.payouts} == {PayoutState.APPROVED}
    assert [p.worker_id for p in due(house.db)] == [elsewhere.account_id]
    for channel, currency in ((Channel.PAYPAL, "USD"), (Channel.WISE, "EUR"), (Channel.BANK, "USD")):
        with pytest.raises(Conflict) as refusal, house.db.begin_nested():
            make_batch(house.db, channel, currency, by=house.payer.id, now=NOW)
        assert refusal.value.code == "nothing_due"


def test_what_is_earned_after_the_batch_is_due_separately(house: House) -> None:
    earn(house, 0)
    first = approved(house)
    second = earn(house, 1)
    assert second is not None
    assert (second.id != first.id, first.cents, second.cents) == (True, 400, 400)


def test_a_payment_is_written_down_once_and_the_worker_is_told(house: House) -> None:
    earn(house, 0, stars=5)
    mine = approved(house)
    entry = mark_paid(house.db, mine, " PP-1 ", by=house.payer.id, now=NOW)
    assert (entry.debit, entry.credit, entry.cents) == (
        f"worker:{house.worker.account_id}",
        "cash:paypal",
        500,
    )
    assert (mine.state, mine.transfer_id) == (PayoutState.PAID, "PP-1")
    assert balance(house.db, house.worker.account_id, "USD") == 0
    with pytest.raises(Conflict) as refusal:
        mark_paid(house.db, mine, "PP-2", by=house.payer.id, now=NOW)
    assert refusal.value.code == "already_paid"
    paid = sa.select(LedgerEntry).where(LedgerEntry.kind == EntryKind.PAYOUT)
    assert [e.id for e in house.db.scalars(paid)] == [entry.id]
    news = outbox.unread(house.db, house.worker.account_id)[0]
    assert ("$5.00" in news.text, "PayPal" in news.text, news.path) == (True, True, "/earnings")
    audited = sa.select(AuditEntry).where(AuditEntry.action == "payout_paid")
    assert [(a.by, a.subject) for a in house.db.scalars(audited)] == [(house.payer.id, f"payout:{mine.id}")]


def test_only_what_is_in_a_batch_can_be_paid_and_only_with_a_reference(house: House) -> None:
    mine = earn(house, 0)
    assert mine is not None
    with pytest.raises(Conflict) as refusal:
        mark_paid(house.db, mine, "PP-1", by=house.payer.id, now=NOW)
    assert refusal.value.code == "not_approved"
    with pytest.raises(Invalid):
        mark_paid(house.db, approved(house), " ", by=house.payer.id, now=NOW)
    assert house.db.get_one(Payout, mine.id).state == PayoutState.APPROVED


def test_a_payout_that_is_taken_back_is_due_together_with_what_came_since(house: House) -> None:
    earn(house, 0)
    mine = approved(house)
    earn(house, 1)
    back = take_back(house.db, mine, by=house.payer.id, now=NOW)
    assert back is mine
    assert (back.state, back.batch_id, back.cents) == (PayoutState.DUE, None, 800)
    assert [p.id for p in payouts_of(house.db, house.worker.account_id)] == [mine.id]
    with pytest.raises(Conflict):
        take_back(house.db, mine, by=house.payer.id, now=NOW)
    assert approved(house).id == mine.id


def test_a_payout_that_a_correction_has_eaten_up_is_not_due_again(house: House) -> None:
    submission = submit_for_review(house.db, house.assignments[0])
    rate_and_post(house.db, submission, 3, house.reviewer)
    mine = approved(house)
    number = mine.id
    rate_and_post(house.db, submission, 1, house.owner, replaces=1)
    assert take_back(house.db, mine, by=house.payer.id, now=NOW) is None
    assert payouts_of(house.db, house.worker.account_id) == []
    again = earn(house, 1)
    assert again is not None
    assert again.id > number  # an id that went into a payment file is never given again


def test_batches_are_listed_with_how_far_they_have_come(house: House) -> None:
    earn(house, 0)
    mine = approved(house)
    mark_paid(house.db, mine, "PP-1", by=house.payer.id, now=NOW)
    (listed,) = batches(house.db)
    assert (listed.payouts, listed.paid, listed.cents) == (2, 1, 900)
    assert [p.worker.account.email for p in batch(house.db, listed.batch.id).payouts] == [
        "other@example.org", "worker@example.org",
    ]  # fmt: skip
    assert payout(house.db, mine.id).lines[0].entry.cents == 400
    for unknown in (batch, payout):
        with pytest.raises(NotFound):
            unknown(house.db, 999)


def test_two_payers_at_once_put_each_payout_into_one_batch_and_pay_it_once(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        payer, reviewer = people.payer_id, db.get_one(Account, people.reviewer_id)
        wave = make_gig(db)
        for number in range(6):
            worker = make_worker(db, wave, email=f"w{number}@example.org")
            rate_and_post(db, submit_for_review(db, claim(db, worker).assignments[0]), 4, reviewer)
    together = Barrier(4)

    def press(reference: str) -> list[str]:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        done = []
        try:
            with transaction(engine) as db:
                make_batch(db, Channel.PAYPAL, "USD", by=payer, now=NOW)
        except Conflict as refusal:
            done.append(refusal.code)
        together.wait()
        with transaction(engine) as db:
            waiting = db.scalars(sa.select(Payout.id).order_by(Payout.id)).all()
        together.wait()
        for payout_id in waiting:
            try:
                with transaction(engine) as db:
                    mark_paid(db, db.get_one(Payout, payout_id), f"{reference}-{payout_id}", by=payer, now=NOW)
                done.append("paid")
            except Conflict as refusal:
                done.append(refusal.code)
        return done

    with ThreadPoolExecutor(4) as threads:
        outcomes = [outcome for done in threads.map(press, "abcd") for outcome in done]
    assert outcomes.count("nothing_due") == 3
    assert outcomes.count("paid") == 6
    with transaction(engine) as db:
        assert db.scalar(sa.select(sa.func.count()).where(LedgerEntry.kind == EntryKind.PAYOUT)) == 6
        assert len(batches(db)) == 1
        assert books.check(db) == []


def test_earnings_that_arrive_while_a_batch_is_made_are_never_lost_or_paid_twice(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        worker, reviewer = db.get_one(Worker, people.worker_id), db.get_one(Account, people.reviewer_id)
        waiting = [submit_for_review(db, a).id for a in claim(db, worker).assignments]
        rate_and_post(db, db.get_one(Submission, waiting[0]), 3, reviewer)
    together = Barrier(5)

    def work(number: int) -> None:
        with engine.connect():
            together.wait()
        with transaction(engine) as db:
            if number == 0:
                make_batch(db, Channel.PAYPAL, "USD", by=people.payer_id, now=NOW)
            else:
                rate_and_post(db, db.get_one(Submission, waiting[number]), 3, db.get_one(Account, people.reviewer_id))

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(work, range(5)))
    with transaction(engine) as db:
        assert books.check(db) == []
        lines = db.scalar(sa.select(sa.func.count()).select_from(PayoutLine))
        assert lines == 5
        assert db.scalar(sa.select(sa.func.sum(Payout.cents))) == 2000


def test_what_is_earned_at_the_moment_of_a_batch_does_not_slip_into_it(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        first, second, *_ = claim(db, db.get_one(Worker, people.worker_id)).assignments
        rate_and_post(db, submit_for_review(db, first), 3, db.get_one(Account, people.reviewer_id))
        later = submit_for_review(db, second).id

    def earn_more() -> None:
        with transaction(engine) as db:
            rate_and_post(db, db.get_one(Submission, later), 3, db.get_one(Account, people.reviewer_id))

    with ThreadPoolExecutor(1) as threads:
        with transaction(engine) as db:
            make_batch(db, Channel.PAYPAL, "USD", by=people.payer_id, now=NOW)
            rating = threads.submit(earn_more)
            wait([rating], timeout=0.5)  # long enough for it to read; it may only write after the commit
        rating.result()
    with transaction(engine) as db:
        states = [(p.state, p.cents) for p in db.scalars(sa.select(Payout).order_by(Payout.id))]
        assert states == [(PayoutState.APPROVED, 400), (PayoutState.DUE, 400)]
        assert books.check(db) == []


@pytest.mark.parametrize(
    "half_true",
    [{"state": "paid", "batch_id": 1}, {"cents": 0}, {"state": "approved"}, {"transfer_id": "PP-1"}],
)
def test_the_database_refuses_a_half_true_payout(house: House, half_true: dict[str, object]) -> None:
    mine = earn(house, 0)
    assert mine is not None
    with pytest.raises(sa.exc.IntegrityError), house.db.begin_nested():
        house.db.execute(sa.update(Payout).where(Payout.id == mine.id).values(**half_true))


def test_the_database_refuses_a_second_due_payout_of_a_worker(house: House) -> None:
    mine = earn(house, 0)
    assert mine is not None
    columns = [column for column in Payout.__table__.columns if column.name != "id"]
    copy = sa.insert(Payout).from_select([c.name for c in columns], sa.select(*columns).where(Payout.id == mine.id))
    with pytest.raises(sa.exc.IntegrityError), house.db.begin_nested():
        house.db.execute(copy)
