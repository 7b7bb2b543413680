"""Threads where people meet them: on the worker's, the reviewer's and the owner's page of a recording."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight import letters
from codesight.accounts.actions import close_account
from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.outgoing import OutgoingMail
from codesight.reviews.messages.models import Message
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, sign_in, submit_for_review
from tests.web.browsing import send

pytestmark = on_sqlite

PAGES = {Role.WORKER: "/submissions/{}", Role.OWNER: "/owner/work/{}", Role.REVIEWER: "/review/{}"}


@pytest.fixture
def public_id(app: Flask, world: World) -> str:
    with transaction(app.extensions["codesight"].engine) as db:
        return submit_for_review(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0]).session.public_id


def write(client: FlaskClient, page: str, text: str, to: str | None = None) -> int:
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert key is not None
    return send(client, page, to or page, text=text, key=key[1]).status_code


def messages(app: Flask) -> list[str]:
    with reading(app.extensions["codesight"].engine) as db:
        return list(db.scalars(sa.select(Message.text).order_by(Message.id)))


def test_all_three_write_and_read_where_they_look_at_the_recording(app: Flask, world: World, public_id: str) -> None:
    clients = {role: client_for(app, role) for role in PAGES}
    for role, page in PAGES.items():
        assert write(clients[role], page.format(public_id), f"<i>From the {role}</i>", f"/threads/{public_id}") == 302
    for role, page in PAGES.items():
        said = clients[role].get(page.format(public_id)).get_data(as_text=True)
        places = [said.index(f"&lt;i&gt;From the {each}&lt;/i&gt;") for each in PAGES]
        assert places == sorted(places)
    # Looking has read it: nothing is new any more, nor counted in the bar.
    worker = clients[Role.WORKER].get(PAGES[Role.WORKER].format(public_id)).get_data(as_text=True)
    thread = worker[worker.index('id="thread"') :]
    assert ">new<" not in thread


def test_a_message_that_cannot_be_kept_comes_back_with_all_that_was_typed(
    app: Flask, world: World, public_id: str
) -> None:
    worker, page = client_for(app, Role.WORKER), f"/threads/{public_id}"
    long = "x" * 2001
    assert write(worker, page, long) == 422
    key = "k" * 20
    answer = send(worker, page, None, text=long, key=key)
    assert long in answer.get_data(as_text=True) and "2000 fit" in answer.get_data(as_text=True)
    assert messages(app) == []


def test_pressed_twice_is_written_once(app: Flask, world: World, public_id: str) -> None:
    worker = client_for(app, Role.WORKER)
    for _ in range(2):
        assert send(worker, f"/threads/{public_id}", None, text="Hello", key="k" * 20).status_code == 302
    assert messages(app) == ["Hello"]


def test_others_threads_are_not_found(app: Flask, world: World, public_id: str) -> None:
    other = sign_in(app, "other@example.org")
    assert other.get(f"/threads/{public_id}").status_code == 404
    assert send(other, "/home", f"/threads/{public_id}", text="Hello", key="k").status_code == 404
    assert client_for(app, Role.PAYER).get(f"/threads/{public_id}").status_code == 403
    assert messages(app) == []


def test_nobody_is_flooded(app: Flask, world: World, public_id: str) -> None:
    worker, answers = client_for(app, Role.WORKER), []
    page = worker.get(f"/threads/{public_id}").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    for number in range(12):
        # Naming somebody else does not begin another count.
        said = {"csrf_token": token[1], "text": "Hello", "key": f"k{number}", "email": f"{number}@example.org"}
        answers.append(worker.post(f"/threads/{public_id}", data=said).status_code)
    assert answers == [302] * 10 + [429] * 2


# A suspended worker must be able to be heard, and so must whose account is closed.
def test_a_closed_account_reads_and_answers_by_the_link_in_its_mail_and_opens_nothing_else(
    app: Flask, world: World, public_id: str
) -> None:
    parts = app.extensions["codesight"]
    assert write(client_for(app, Role.OWNER), f"/threads/{public_id}", "We have a question.") == 302
    with transaction(parts.engine) as db:
        close_account(db, db.get_one(Account, world.worker_id), by=world.owner_id, now=NOW)
        mail = db.scalars(sa.select(OutgoingMail).where(OutgoingMail.account_id == world.worker_id)).all()[-1]
    link = re.search(r"http://localhost(/answer/\S+)", letters.letter_of(mail, parts.settings, closed=True).text)
    assert link is not None
    stranger = app.test_client()
    assert "We have a question." in stranger.get(link[1]).get_data(as_text=True)
    assert write(stranger, link[1], "Here is my answer.") == 302
    assert messages(app)[-1] == "Here is my answer."
    assert stranger.get(f"/submissions/{public_id}").status_code == 302
    assert stranger.get(link[1] + "x").status_code == 404


def test_the_link_for_closed_accounts_asks_an_open_one_to_sign_in(app: Flask, world: World, public_id: str) -> None:
    parts = app.extensions["codesight"]
    assert write(client_for(app, Role.OWNER), f"/threads/{public_id}", "We have a question.") == 302
    with reading(parts.engine) as db:
        mail = db.scalars(sa.select(OutgoingMail).where(OutgoingMail.account_id == world.worker_id)).all()[-1]
    link = re.search(r"http://localhost(/answer/\S+)", letters.letter_of(mail, parts.settings, closed=True).text)
    assert link is not None
    assert app.test_client().get(link[1]).location == f"/threads/{public_id}"
