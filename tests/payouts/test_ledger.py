"""Reading the ledger and the balances of the book accounts."""

from codesight.payouts import queries
from codesight.payouts.actions import make_batch, mark_paid
from codesight.workers.models import Channel
from tests.payouts.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, submit_for_review


def test_the_ledger_is_read_newest_first_and_page_by_page(house: House) -> None:
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[0]), 5, house.reviewer)
    whole = queries.ledger(house.db)
    assert [entry.kind for entry in whole[:2]] == ["bonus", "pay"]
    first = queries.ledger(house.db, limit=3)
    rest = queries.ledger(house.db, before=first[-1].id)
    assert [*first, *rest] == list(whole)
    assert len(whole) == 4  # pay and bonus of either worker


def test_the_balances_add_up_to_nothing_and_name_what_is_owed_and_what_left_us(house: House) -> None:
    rate_and_post(house.db, submit_for_review(house.db, house.assignments[0]), 3, house.reviewer)
    batch = make_batch(house.db, Channel.PAYPAL, "USD", by=house.payer.id, now=NOW)
    for payout in queries.batch(house.db, batch.id).payouts:
        if payout.worker_id == house.worker.account_id:
            mark_paid(house.db, payout, "PP-1", by=house.payer.id, now=NOW)
    found = {one.account: (one.currency, one.debit, one.credit) for one in queries.balances(house.db)}
    assert found == {
        "cash:paypal": ("USD", 0, 400),
        "expense:bonus": ("USD", 100, 0),
        "expense:pay": ("USD", 800, 0),
        f"worker:{house.worker.account_id}": ("USD", 400, 400),
        f"worker:{house.noise.worker_id}": ("USD", 0, 500),
    }
