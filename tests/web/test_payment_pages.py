"""The payer's pages: due, batches, books."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.gigs.models import Wave
from codesight.lifecycle import PayoutState
from codesight.payouts.models import LedgerEntry, Payout, PayoutBatch
from codesight.reports import books
from codesight.workers.models import Channel, Worker
from tests.reviews.support import rate_and_post
from tests.support.database import on_sqlite
from tests.support.people import World, claim, client_for, submit_for_review
from tests.web.test_review_pages import press

pytestmark = on_sqlite


@pytest.fixture
def payer(app: Flask, world: World) -> FlaskClient:
    """The payer's browser; two workers are owed money by PayPal, one more by Fiverr is owed nothing."""
    with transaction(app.extensions["codesight"].engine) as db:
        reviewer = db.get_one(Account, world.reviewer_id)
        first, second, *_ = claim(db, db.get_one(Worker, world.worker_id)).assignments
        rate_and_post(db, submit_for_review(db, first), 5, reviewer)
        rate_and_post(db, submit_for_review(db, second), 3, reviewer)
        theirs = claim(db, db.get_one(Worker, world.other_worker_id)).assignments
        rate_and_post(db, submit_for_review(db, theirs[1]), 4, reviewer)
    return client_for(app, Role.PAYER)


def states(app: Flask) -> list[PayoutState]:
    with reading(app.extensions["codesight"].engine) as db:
        return list(db.scalars(sa.select(Payout.state).order_by(Payout.id)))


def test_due_says_who_is_owed_what_and_why(payer: FlaskClient) -> None:
    page = payer.get("/payments").text
    assert "2 workers are owed money" in page
    assert "$13.00" in page  # 4 + 1 + 4 and 4
    assert "worker@example.org" in page
    assert "Make a batch of 2" in page
    assert "5 stars:" in page


def test_from_due_to_paid_one_by_one_and_then_the_rest(app: Flask, payer: FlaskClient) -> None:
    made = press(payer, "/payments", "/payments/due/paypal/USD")
    assert made.location == "/payments/batches/1"
    page = payer.get(made.location).text
    assert page.count("Mark as paid") == 2
    press(payer, made.location, "/payments/payouts/1/paid", reference="PP-1")
    assert states(app) == [PayoutState.PAID, PayoutState.APPROVED]
    assert "PP-1" in payer.get(made.location).text
    press(payer, made.location, "/payments/batches/1/paid", reference="PP-rest")
    assert states(app) == [PayoutState.PAID, PayoutState.PAID]
    assert "All is paid" in payer.get(made.location).text
    with reading(app.extensions["codesight"].engine) as db:
        assert books.check(db) == []
    assert "all 2 paid" in payer.get("/payments/batches").text


def test_nothing_is_paid_twice_or_without_a_reference(app: Flask, payer: FlaskClient) -> None:
    press(payer, "/payments", "/payments/due/paypal/USD")
    there = "/payments/batches/1"
    press(payer, there, "/payments/payouts/1/paid", reference="  ")
    assert states(app)[0] == PayoutState.APPROVED
    press(payer, there, "/payments/payouts/1/paid", reference="PP-1")
    press(payer, there, "/payments/payouts/1/paid", reference="PP-2")
    assert "was paid already, under PP-1" in payer.get(there).text
    press(payer, "/payments/batches/1", "/payments/due/paypal/USD")
    assert "Nothing is due by PayPal in USD now." in payer.get("/payments").text
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(PayoutBatch)) == 1
        paid = sa.select(sa.func.count()).select_from(LedgerEntry).where(LedgerEntry.credit == "cash:paypal")
        assert db.scalar(paid) == 1


def test_a_payout_taken_out_of_its_batch_is_due_again(app: Flask, payer: FlaskClient) -> None:
    press(payer, "/payments", "/payments/due/paypal/USD")
    press(payer, "/payments/batches/1", "/payments/payouts/1/take-back")
    assert states(app) == [PayoutState.DUE, PayoutState.APPROVED]
    assert "Make a batch of 1" in payer.get("/payments").text


def test_a_channel_that_nobody_is_paid_by_is_not_found(payer: FlaskClient) -> None:
    assert press(payer, "/payments", "/payments/due/cheque/USD").status_code == 404
    assert payer.get("/payments/batches/7").status_code == 404


def test_files_are_downloads(payer: FlaskClient) -> None:
    press(payer, "/payments", "/payments/due/paypal/USD")
    answer = payer.get("/payments/batches/1/payments.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=codesight-batch-1.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["address"], row["amount"]) for row in rows] == [
        ("worker@example.org", "9.00"),
        ("other@example.org", "4.00"),
    ]
    assert payer.get("/payments/batches/1/paypal.csv").text.startswith("worker@example.org,9.00,USD,payout-1")
    assert len(list(csv.DictReader(io.StringIO(payer.get("/payments/ledger.csv").text)))) == 4


def test_a_batch_of_another_channel_has_no_paypal_file(app: Flask, payer: FlaskClient) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(sa.update(Payout).values(channel=Channel.WISE))
    press(payer, "/payments", "/payments/due/wise/USD")
    assert payer.get("/payments/batches/1/paypal.csv").location == "/payments/batches/1"
    assert "not by PayPal" in payer.get("/payments/batches/1").text


def test_the_books_say_that_they_balance_and_name_what_does_not(app: Flask, payer: FlaskClient, world: World) -> None:
    page = payer.get("/payments/books").text
    assert "The books balance" in page
    assert "expense:bonus" in page
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Wave, world.wave_id).spent_cents += 1
    page = payer.get("/payments/books").text
    assert "The books balance" not in page
    assert "1 rule of the books does not hold" in page


def test_the_ledger_is_paged(payer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.pages.payments.PAGE", 3)
    assert "/payments/books?before=2" in payer.get("/payments/books").text
    page = payer.get("/payments/books?before=2").text
    assert "← Newest" in page
    assert "Older →" not in page
    assert payer.get("/payments/books?before=99999999999999999999").status_code == 200


def test_the_owner_reads_but_does_not_pay(app: Flask, payer: FlaskClient) -> None:
    owner = client_for(app, Role.OWNER)
    assert "Make a batch" not in owner.get("/payments").text
    assert owner.post("/payments/due/paypal/USD").status_code == 403
    press(payer, "/payments", "/payments/due/paypal/USD")
    assert "Mark as paid" not in owner.get("/payments/batches/1").text
    assert owner.post("/payments/payouts/1/paid", data={"reference": "x"}).status_code == 403
    assert owner.get("/payments/books").status_code == 200


@pytest.mark.parametrize("role", [Role.WORKER, Role.REVIEWER])
def test_workers_and_reviewers_do_not_see_payments(app: Flask, world: World, role: Role) -> None:
    client = client_for(app, role)
    for page in ("", "/batches", "/batches/1", "/batches/1/payments.csv", "/books", "/ledger.csv"):
        assert client.get(f"/payments{page}").status_code == 403


def test_empty_pages_say_what_comes_next(app: Flask, world: World) -> None:
    client = client_for(app, Role.PAYER)
    assert "Nothing is due" in client.get("/payments").text
    assert "No batch yet" in client.get("/payments/batches").text
    assert "The ledger is empty" in client.get("/payments/books").text
