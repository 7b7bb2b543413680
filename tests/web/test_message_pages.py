"""The page of all one's messages, what is mailed, and the way out of mails."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from codesight import letters, outbox
from codesight.accounts.models import Role
from codesight.db import reading, transaction
from codesight.outbox import MailChoice, Notice
from codesight.policy import Delivery, Kind
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, client_for
from tests.web.browsing import send

pytestmark = on_sqlite


@pytest.fixture
def told(app: Flask, world: World) -> list[int]:
    """Ids of two messages to the worker; the other worker has one, too."""
    with transaction(app.extensions["codesight"].engine) as db:
        outbox.put_away(db, world.other_worker_id, now=NOW)  # of the package that they have taken
        outbox.tell(db, world.other_worker_id, "review:1", "Not yours.", "/home", now=NOW)
        outbox.tell(db, world.worker_id, "review:1", "Five <stars>!", "/earnings", now=NOW)
        outbox.tell(db, world.worker_id, "level:1", "You are expert.", "/packages", now=NOW)
        mine = sa.select(Notice.id).where(Notice.account_id == world.worker_id).order_by(Notice.id)
        return list(db.scalars(mine))


def unread(app: Flask, account_id: int) -> int:
    with reading(app.extensions["codesight"].engine) as db:
        return outbox.unread_count(db, account_id)


def choices(app: Flask, account_id: int) -> dict[Kind, Delivery]:
    with reading(app.extensions["codesight"].engine) as db:
        return outbox.choices(db, account_id, Role.WORKER)


def test_messages_are_counted_listed_opened_and_read(app: Flask, world: World, told: list[int]) -> None:
    worker = client_for(app, Role.WORKER)
    page = worker.get("/messages").get_data(as_text=True)
    assert re.search(r'class="unread">2<', page)
    assert page.index("You are expert.") < page.index("Five &lt;stars&gt;!")
    assert "Not yours." not in page
    assert worker.get(f"/messages/{told[0]}").location == "/earnings"
    assert unread(app, world.worker_id) == 1
    assert client_for(app, Role.OWNER).get(f"/messages/{told[1]}").status_code == 404
    send(worker, "/messages", "/messages/read")
    assert (unread(app, world.worker_id), unread(app, world.other_worker_id)) == (0, 1)
    assert "unread" not in worker.get("/messages").get_data(as_text=True)
    assert "There are no older messages" in worker.get("/messages?before=1").get_data(as_text=True)


@pytest.mark.parametrize("role", Role)
def test_everybody_has_messages_and_a_page_to_choose(app: Flask, world: World, role: Role) -> None:
    client = client_for(app, role)
    for path in ("/messages", "/account/notifications"):
        assert client.get(path).status_code == 200


def test_a_person_chooses_what_is_mailed_but_not_that_money_is_silent(app: Flask, world: World) -> None:
    worker = client_for(app, Role.WORKER)
    page = worker.get("/account/notifications").get_data(as_text=True)
    wanted = {kind.value: how.value for kind, how in choices(app, world.worker_id).items()}
    wanted |= {"review": "digest", "level": "off", "hour": "17", "zone": "Asia/Tokyo"}
    assert 'name="account"' not in page and 'name="books"' not in page
    assert send(worker, "/account/notifications", None, **wanted).status_code == 302
    chosen = choices(app, world.worker_id)
    assert (chosen[Kind.REVIEW], chosen[Kind.LEVEL]) == (Delivery.DIGEST, Delivery.OFF)
    for wrong in ({"payout": "off"}, {"zone": "Mars/Olympus"}, {"hour": "24"}):
        assert send(worker, "/account/notifications", None, **(wanted | wrong)).status_code == 422
    assert choices(app, world.worker_id) == chosen


# RFC 8058: the POST has no cookies and need not be confirmed; looking alone changes nothing.
def test_one_click_out_of_a_kind_of_mail_needs_no_signing_in(app: Flask, world: World) -> None:
    settings, program = app.extensions["codesight"].settings, app.test_client()
    way = "/unsubscribe/" + letters.sign(letters.WayOut(Kind.REVIEW, world.worker_id, ""), settings)
    assert "A review of your recording" in program.get(way).get_data(as_text=True)
    assert choices(app, world.worker_id)[Kind.REVIEW] == Delivery.NOW
    for _ in range(2):
        assert program.post(way, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert choices(app, world.worker_id)[Kind.REVIEW] == Delivery.OFF
    assert program.post(way + "x").status_code == 404
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalars(sa.select(MailChoice.account_id)).all() == [world.worker_id]


def test_out_of_the_daily_mail_leaves_money_in_it(app: Flask, world: World) -> None:
    engine, settings = app.extensions["codesight"].engine, app.extensions["codesight"].settings
    with transaction(engine) as db:
        for kind in (Kind.REVIEW, Kind.PAYOUT):
            outbox.choose(db, world.worker_id, kind, Delivery.DIGEST)
    token = letters.sign(letters.WayOut(Kind.DIGEST, world.worker_id, ""), settings)
    assert app.test_client().post(f"/unsubscribe/{token}").status_code == 200
    chosen = choices(app, world.worker_id)
    assert (chosen[Kind.REVIEW], chosen[Kind.PAYOUT]) == (Delivery.OFF, Delivery.DIGEST)


def test_a_link_signed_elsewhere_turns_nothing_off(app: Flask, world: World) -> None:
    elsewhere = replace(app.extensions["codesight"].settings, secret_key="t" * 40)
    token = letters.sign(letters.WayOut(Kind.REVIEW, world.worker_id, ""), elsewhere)
    assert app.test_client().post(f"/unsubscribe/{token}").status_code == 404
    assert choices(app, world.worker_id)[Kind.REVIEW] == Delivery.NOW
