"""Payment files, read back by a CSV reader."""

import csv
import io

import pytest

from codesight.accounts.models import Account
from codesight.clock import iso
from codesight.errors import Invalid
from codesight.payouts.actions import make_batch, mark_paid
from codesight.payouts.files import LEDGER_COLUMNS, ledger_csv, payments_csv, paypal_csv, safe_text
from codesight.payouts.models import PayoutBatch
from codesight.payouts.queries import batch
from codesight.workers.models import Channel
from tests.payouts.conftest import House
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, submit_for_review


def batch_of(house: House) -> PayoutBatch:
    for number in (0, 1):
        rate_and_post(house.db, submit_for_review(house.db, house.assignments[number]), 5, house.reviewer)
    made = make_batch(house.db, house.worker.channel, "USD", by=house.payer.id, now=NOW)
    return batch(house.db, made.id)


def rows(text: str) -> list[list[str]]:
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_payments_file_says_whom_to_pay_what(house: House) -> None:
    header, other, mine = rows(payments_csv(batch_of(house)))
    assert header == [
        "payout id", "worker", "e-mail", "channel", "address", "currency", "amount", "submissions", "state",
    ]  # fmt: skip
    assert mine[1:] == [
        "A worker", "worker@example.org", "paypal", "worker@example.org", "USD", "10.00", "2", "approved",
    ]  # fmt: skip
    assert other[6:8] == ["5.00", "1"]


def test_a_name_with_quotes_commas_and_line_breaks_comes_back_as_it_was(house: House) -> None:
    name = 'Ann "Two, Lines"\nO\'Neil'
    house.db.get_one(Account, house.worker.account_id).name = name
    house.db.flush()
    text = payments_csv(batch_of(house))
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True))[2][1] == name


def test_a_name_that_would_be_a_formula_is_not_one_and_amounts_are_untouched(house: House) -> None:
    house.db.get_one(Account, house.worker.account_id).name = '=HYPERLINK("http://x")'
    house.db.flush()
    mine = rows(payments_csv(batch_of(house)))[2]
    assert (mine[1], mine[6]) == ('\'=HYPERLINK("http://x")', "10.00")


# A text cell that begins with = + - @ tab or return (also after spaces, also full-width) gets an apostrophe.
@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\rx", "  =1", "＝1", "＋1", " －1", "\u3000＠x"])
def test_what_begins_like_a_formula_is_defused(text: str) -> None:
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ann", "a=b", "5-3", "ann@example.org", "'=1"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_the_paypal_file_is_what_paypal_reads(house: House) -> None:
    made = batch_of(house)
    mine = made.payouts[1]
    assert rows(paypal_csv(made))[1] == [
        "worker@example.org", "10.00", "USD", f"payout-{mine.id}", "Your CodeSight recordings", "PAYPAL",
    ]  # fmt: skip


def test_an_address_that_would_have_to_be_escaped_is_refused_by_name(house: House) -> None:
    house.worker.channel_address = "=cmd|x"
    house.db.flush()
    made = batch_of(house)
    with pytest.raises(Invalid) as refusal:
        paypal_csv(made)
    assert refusal.value.details["payouts"] == [made.payouts[1].id]


def test_a_batch_of_another_channel_gives_no_paypal_file(house: House) -> None:
    house.worker.channel = Channel.BANK
    house.db.flush()
    with pytest.raises(Invalid) as refusal:
        paypal_csv(batch_of(house))
    assert refusal.value.code == "wrong_channel"


def test_the_ledger_file_has_every_posting_with_what_it_is_about(house: House) -> None:
    made = batch_of(house)
    mark_paid(house.db, made.payouts[1], "PP-9", by=house.payer.id, now=NOW)
    header, *postings = rows(ledger_csv(house.db))
    assert header == list(LEDGER_COLUMNS)
    assert len(postings) == 2 + 4 + 1
    worker, payout_id = str(house.worker.account_id), str(made.payouts[1].id)
    pay = dict(zip(header, postings[2], strict=True))
    assert pay["time"] == iso(NOW)
    assert [pay[c] for c in ("kind", "worker", "payout", "provider", "provider id", "tier", "stars")] == [
        "pay", worker, payout_id, "paypal", "PP-9", "basic", "5",
    ]  # fmt: skip
    assert postings[-1][2:8] == ["payout", worker, payout_id, "paypal", "PP-9", ""]
    assert postings[-1][10:] == ["USD", "10.00", f"worker:{worker}", "cash:paypal"]
