"""Posting a gig: the owner's values, the finished texts, and the link that ties an order to a worker."""

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Role
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.gigs import actions as gigs
from codesight.gigs.models import Invitation, Package, Wave
from codesight.gigs.postings import TEMPLATE_NAMES
from codesight.workers.models import Channel, Worker
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for
from tests.web.test_account_pages import send
from tests.web.test_review_pages import press

pytestmark = on_sqlite

VALUES = {
    "currency": "USD", "basic": "20", "standard": "35", "premium": "50", "area": "garden tools",
    "contact": "owner@shop.example", "requirements": "Fluent English\n- A garden", "link": "0",
}  # fmt: skip


@pytest.fixture
def owner(app: Flask, world: World) -> FlaskClient:
    return client_for(app, Role.OWNER)


@pytest.fixture
def page(app: Flask, world: World) -> str:
    with reading(app.extensions["codesight"].engine) as db:
        return f"/owner/gigs/{db.get_one(Wave, world.wave_id).gig_id}/post"


def link_into(app: Flask, wave_id: int, marketplace: str = "Fiverr", **more: int) -> Invitation:
    with transaction(app.extensions["codesight"].engine) as db:
        wave = db.get_one(Wave, wave_id)
        kept = {"max_uses": 1, **more}
        return gigs.invite(db, wave, note=f"at {marketplace}", marketplace=marketplace, now=now(), **kept)


def texts(page: str) -> str:
    """What can be read in the finished texts' part of the page."""
    return html.unescape(page.partition('aria-label="The finished texts"')[2])


def chosen_link(page: str) -> str:
    found = re.search(r'<option selected value="(\d+)"', page[page.index('name="link"') :])
    assert found
    return found[1]


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_the_texts_are_filled_in_from_the_gig_before_anything_is_entered(
    app: Flask, owner: FlaskClient, world: World, page: str, name: str
) -> None:
    link = link_into(app, world.wave_id, name.title())
    shown = owner.get(f"{page}?template={name}").text
    for told in (
        "electronics and clothing",
        "Fluent English",
        "$20",
        "$35",
        "$50",
        f"http://localhost/join/{link.token}",
    ):
        assert told in texts(shown)
    assert re.search(r"All \d+ texts fit", shown)
    assert "alert-warning" not in shown
    assert 'value="owner@example.org"' in shown
    assert 'data-copy="piece-1-of-' in shown


def test_the_owners_values_stand_in_the_texts(owner: FlaskClient, page: str) -> None:
    answer = press(owner, page, f"{page}?template=upwork", **VALUES | {"basic": "20.50", "currency": "EUR"})
    assert answer.status_code == 200
    for told in ("garden tools", "- A garden", "20.50 EUR", "Questions: owner@shop.example"):
        assert told in texts(answer.text)
    # The gig itself pays $20: the page says that the text promises something else.
    assert "The text promises another pay than this gig gives for Basic." in answer.text


def test_what_is_too_long_is_shown_whole_with_its_size_and_cannot_be_copied(owner: FlaskClient, page: str) -> None:
    area = "tools for gardens, terraces, balconies and window sills"
    shown = press(owner, page, page, **VALUES | {"area": area}).text
    title = texts(shown).partition("Search tag")[0]
    whole = f"I will pay you to record how you shop online for {area}"
    assert whole in title
    assert f"{len(whole)} of 80" in title
    assert f"{len(whole) - 80} characters too long" in title
    assert "data-copy" not in title
    assert "data-copy" in texts(shown)
    assert "Gig title" in shown[shown.index("texts cannot be posted yet") :][:200]
    assert "Nothing was cut" in shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"area": ""}, "This field is required."),
        ({"standard": "much"}, "Write an amount such as 20 or 20.50."),
        ({"premium": "0"}, "At least 1.00."),
        ({"currency": "JPY"}, "Not a valid choice."),
        ({"link": "999"}, "Not a valid choice."),
        ({"requirements": "x" * 2001}, "Field cannot be longer"),
    ],
)
def test_values_that_cannot_be_used_come_back_with_the_reason_and_no_text(
    owner: FlaskClient, page: str, wrong: dict[str, str], said: str
) -> None:
    answer = press(owner, page, page, **VALUES | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "data-copy" not in answer.text


def test_a_page_from_before_a_sign_out_shows_no_text_but_keeps_the_values(owner: FlaskClient, page: str) -> None:
    answer = owner.post(page, data=VALUES)
    assert answer.status_code == 422
    assert "Nothing that you entered is lost" in answer.text
    assert "garden tools" in answer.text


def test_without_a_link_the_text_that_needs_one_says_so(app: Flask, owner: FlaskClient, page: str) -> None:
    assert "Choose or make an invitation link." in texts(owner.get(page).text)


def test_the_owner_chooses_whose_waves_link_goes_into_the_text(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        first = db.get_one(Wave, world.wave_id)
        second = gigs.create_wave(db, first.gig_id, name="Wave 2", quota=25, budget_cents=90_000, now=now())
        foreign = db.scalars(sa.select(Wave.id).where(Wave.gig_id != first.gig_id)).one()
    early, later = link_into(app, world.wave_id), link_into(app, second.id)
    elsewhere, upwork = link_into(app, foreign), link_into(app, second.id, "Upwork")
    old = link_into(app, world.wave_id)
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Invitation, old.id).expires_at = now() - timedelta(seconds=1)
    shown = owner.get(page).text
    choice = shown[shown.index('name="link"') :].partition("</select>")[0]
    options = re.findall(r'<option[^>]* value="(\d+)">([^<]+)', choice)
    assert [int(value) for value, _ in options] == [0, upwork.id, later.id, early.id]
    assert "Wave 2 (not open now): at Fiverr, for one worker" in dict(options)[str(later.id)]
    assert elsewhere.token not in shown
    assert chosen_link(shown) == str(later.id)  # the newest of this marketplace
    assert later.token in texts(shown)
    assert chosen_link(owner.get(f"{page}?link={early.id}").text) == str(early.id)
    answer = press(owner, page, page, **VALUES | {"link": str(early.id)})
    assert early.token in texts(answer.text)
    assert later.token not in texts(answer.text)


def test_a_link_made_on_this_page_is_chosen_at_once(app: Flask, owner: FlaskClient, world: World, page: str) -> None:
    fields = {"wave": str(world.wave_id), "marketplace": "Prolific", "note": "study", "max_uses": "8", "days": "14"}
    answer = press(owner, page, page.replace("/post", "/links"), post="prolific", **fields)
    with reading(app.extensions["codesight"].engine) as db:
        link = db.scalars(sa.select(Invitation)).one()
    assert answer.location == f"{page}?template=prolific&link={link.id}"
    shown = owner.get(answer.location).text
    assert f"http://localhost/join/{link.token}?order={{{{%PROLIFIC_PID%}}}}" in texts(shown)
    assert press(owner, page, page.replace("/post", "/links"), post="//evil", **fields).location.endswith("#links")


def test_an_unknown_marketplace_is_not_found(owner: FlaskClient, page: str) -> None:
    assert owner.get(f"{page}?template=ebay").status_code == 404
    assert owner.get("/owner/gigs/999/post").status_code == 404


def test_posting_changes_nothing_in_the_gig(app: Flask, owner: FlaskClient, page: str) -> None:
    press(owner, page, page, **VALUES | {"basic": "99"})
    with reading(app.extensions["codesight"].engine) as db:
        assert set(db.scalars(sa.select(Package.price_cents))) == {2000, 3500, 5000}


# The invitation link and the order number tie a marketplace order to a worker's account.
def test_from_the_link_in_the_text_to_a_worker_with_an_order(app: Flask, owner: FlaskClient, world: World) -> None:
    link = link_into(app, world.wave_id, "Prolific", max_uses=2)
    address = f"/join/{link.token}?order=5f3c0de"
    client = app.test_client()
    shown = client.get(address).text
    assert re.search(r'name="order_number"[^>]*value="5f3c0de"', shown)
    assert "Prolific ID" in shown
    assert "PayPal</option>" not in shown
    answers = {
        "name": "Moss", "email": "moss@email.prolific.example", "password": PASSWORD, "channel": "prolific",
        "channel_address": "5f3c0de", "order_number": "5f3c0de",
    }  # fmt: skip
    assert send(client, address, **answers).headers["Location"] == "/check-mail"
    again = send(app.test_client(), address, **answers | {"email": "other@example.com"})
    assert again.status_code == 422
    assert "This order number belongs to another account." in again.text
    without = send(app.test_client(), address, **answers | {"email": "other@example.com", "order_number": ""})
    assert "Enter the number of your order at Prolific" in without.text
    outside = send(
        app.test_client(), address, **answers | {"email": "o@example.com", "order_number": "7", "channel": "wise"}
    )
    assert "Not a valid choice." in outside.text
    with reading(app.extensions["codesight"].engine) as db:
        worker = db.scalars(sa.select(Worker).where(Worker.order_number == "5f3c0de")).one()
        assert (worker.marketplace, worker.channel, worker.invitation_id) == ("Prolific", Channel.PROLIFIC, link.id)
        assert db.get_one(Invitation, link.id).uses == 1
    assert "Prolific 5f3c0de" in owner.get("/owner/workers").text
