"""The pages on which people say how it went, and the owner reads and answers."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from codesight.accounts.models import Role
from codesight.assignments.models import Assignment
from codesight.db import reading, transaction
from codesight.reviews.feedback.models import Feedback
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import World, claim, client_for, hand_in, sign_in
from tests.web.browsing import send

pytestmark = on_sqlite


@pytest.fixture
def session_id(app: Flask, world: World) -> str:
    """A recording that the worker has handed in."""
    with transaction(app.extensions["codesight"].engine) as db:
        mine = claim(db, db.get_one(Worker, world.worker_id)).assignments
        return hand_in(db, mine[0]).session.public_id


def kept(app: Flask) -> list[Feedback]:
    with reading(app.extensions["codesight"].engine) as db:
        return list(db.scalars(select(Feedback).order_by(Feedback.id)))


def text(client: FlaskClient, page: str) -> str:
    return client.get(page).get_data(as_text=True)


def test_a_worker_says_how_it_went_and_sees_the_owners_answer(app: Flask, world: World, session_id: str) -> None:
    worker, owner = client_for(app, Role.WORKER), client_for(app, Role.OWNER)
    page = f"/submissions/{session_id}"
    said = {"ease": "4", "goal_clear": "1", "pay_fair": "", "text": "Which <store>? My card is 4242 4242 4242 4242"}
    assert send(worker, page, f"{page}/feedback", **said).location == f"{page}#feedback"
    [one] = kept(app)
    assert (one.ease, one.goal_clear, one.pay_fair, one.text) == (4, 1, None, "Which <store>? My card is [card]")
    assert re.search(r'name="ease" value="4"[^>]* checked', text(worker, page))
    listed = text(owner, "/owner/feedback?unanswered=1")
    assert "Which &lt;store&gt;? My card is [card]" in listed
    assert "Ease: 4 of 5, easy · Goal clear: partly" in listed
    answered = send(
        owner, "/owner/feedback", f"/owner/feedback/{one.id}/answer", version=str(one.version), answer="Any <one>."
    )
    assert answered.status_code == 302
    assert "Any &lt;one&gt;." in text(worker, page) and "Change my feedback" not in text(worker, page)
    assert "Your feedback was answered" in text(worker, "/home")
    assert "Nothing is like this" in text(owner, "/owner/feedback?unanswered=1")


def test_an_answer_to_what_was_changed_meanwhile_is_not_sent_and_not_lost(
    app: Flask, world: World, session_id: str
) -> None:
    worker, owner = client_for(app, Role.WORKER), client_for(app, Role.OWNER)
    page = f"/submissions/{session_id}"
    for words in ("One thing", "Another thing"):
        send(worker, page, f"{page}/feedback", text=words)
    refused = send(
        owner, "/owner/feedback", f"/owner/feedback/{kept(app)[0].id}/answer", version="1", answer="My words"
    )
    assert refused.status_code == 409
    assert "your answer was not sent" in refused.get_data(as_text=True)
    assert ">My words</textarea>" in refused.get_data(as_text=True)
    assert kept(app)[0].answer == ""


def test_nobody_speaks_for_somebody_elses_recording(app: Flask, world: World, session_id: str) -> None:
    other = sign_in(app, "other@example.org")
    assert send(other, "/help/feedback", f"/submissions/{session_id}/feedback", ease="5").status_code == 404
    with reading(app.extensions["codesight"].engine) as db:
        unfinished = db.scalars(select(Assignment).where(Assignment.worker_id == world.other_worker_id)).first()
    assert unfinished is not None
    owner = client_for(app, Role.OWNER)
    assert (
        send(owner, "/owner/feedback?gig=1", "/owner/feedback/999/answer", version="1", answer="x").status_code == 404
    )
    assert kept(app) == []


def test_anybody_signed_in_can_say_something_about_the_product(app: Flask, world: World) -> None:
    for role in (Role.WORKER, Role.REVIEWER):
        client = client_for(app, role)
        assert send(client, "/help/feedback", category="idea", text=f"from a {role}").status_code == 302
        assert f"from a {role}" in text(client, "/help/feedback")
    assert send(client, "/help/feedback", category="idea", text=" ").status_code == 422
    assert "from a worker" not in text(client, "/help/feedback")
    listed = text(client_for(app, Role.OWNER), "/owner/feedback?kind=product")
    assert "from a worker" in listed and "from a reviewer" in listed
    assert [one.gig_id is None for one in kept(app)] == [False, True]


def test_who_says_too_much_at_once_is_asked_to_wait(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    answers = [send(client, "/help/feedback", category="other", text=f"number {n}").status_code for n in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert len(kept(app)) == 10
    assert send(client_for(app, Role.PAYER), "/help/feedback", category="other", text="mine").status_code == 302
