"""From the invitation link to the first page of a worker, as a browser sees it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from codesight.accounts.models import Account, Role
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.gigs import actions as gigs
from codesight.gigs.models import Invitation, Wave
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Worker
from codesight.workers.queries import has_consented
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for, confirm
from tests.web.browsing import send

pytestmark = on_sqlite

ANSWERS = {
    "name": "Ada Moss",
    "email": "Ada@Example.org",
    "password": PASSWORD,
    "channel": "fiverr",
    "channel_address": "adamoss",
    "order_number": "FO61F",
}


@pytest.fixture
def invitation(app: Flask, world: World) -> Invitation:
    with transaction(app.extensions["codesight"].engine) as db:
        return gigs.invite(db, db.get_one(Wave, world.wave_id), note="test", max_uses=1, now=now())


def test_an_invitation_says_what_is_paid_and_asked(app: Flask, invitation: Invitation) -> None:
    page = app.test_client().get(f"/join/{invitation.token}").get_data(as_text=True)
    assert all(price in page for price in ("$20.00", "$35.00", "$50.00"))
    assert "Fluent English" in page


def join(app: Flask, invitation: Invitation) -> FlaskClient:
    """Ada's browser after she has signed up, followed the link in her mail, and signed in."""
    client = app.test_client()
    assert send(client, f"/join/{invitation.token}", **ANSWERS).headers["Location"] == "/check-mail"
    assert "Ada@Example.org" in client.get("/check-mail").get_data(as_text=True)
    confirm(app, "ada@example.org")
    signed_in = client.post("/login", data={"email": "ada@example.org", "password": PASSWORD})
    assert signed_in.headers["Location"] == "/"
    return client


def test_following_an_invitation_makes_a_worker_who_is_asked_to_consent(app: Flask, invitation: Invitation) -> None:
    client = join(app, invitation)
    assert 'href="/consent"' in client.get("/home").get_data(as_text=True)
    assert "of your own free will" in client.get("/consent").get_data(as_text=True)
    with reading(app.extensions["codesight"].engine) as db:
        worker = db.scalars(select(Worker).join(Worker.account).where(Account.email == "ada@example.org")).one()
        assert (worker.channel_address, worker.order_number) == ("adamoss", "FO61F")
        assert not has_consented(db, worker.account_id)


def test_agreeing_to_the_consent_leads_to_the_next_step(app: Flask, invitation: Invitation) -> None:
    client = join(app, invitation)
    assert send(client, "/consent").status_code == 422
    assert send(client, "/consent", agree="y").headers["Location"] == "/onboarding/profile"
    assert "You have agreed to this text." in client.get("/consent").get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "10"),
        ({"channel": "cheque"}, "valid choice"),
        ({"name": "two\nlines"}, "No line breaks"),
        ({"name": "\u200b"}, "Nobody can see this name"),
    ],
)
def test_a_form_that_cannot_be_used_comes_back_with_the_reason_and_makes_nobody(
    app: Flask, invitation: Invitation, wrong: dict[str, str], said: str
) -> None:
    answer = send(app.test_client(), f"/join/{invitation.token}", **ANSWERS | wrong)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    with reading(app.extensions["codesight"].engine) as db:
        assert db.get_one(Invitation, invitation.id).uses == 0


def test_a_form_without_the_pages_token_makes_nobody(app: Flask, invitation: Invitation) -> None:
    assert app.test_client().post(f"/join/{invitation.token}", data=ANSWERS).status_code == 422
    with reading(app.extensions["codesight"].engine) as db:
        assert db.get_one(Invitation, invitation.id).uses == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revoked_at": now()}, "withdrawn"),
        ({"expires_at": now() - timedelta(days=1)}, "expired"),
        ({"uses": 1}, "used up"),
    ],
)
def test_an_invitation_that_is_over_says_so(
    app: Flask, invitation: Invitation, change: dict[str, object], said: str
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        for name, value in change.items():
            setattr(db.get_one(Invitation, invitation.id), name, value)
    answer = app.test_client().get(f"/join/{invitation.token}")
    assert answer.status_code == 409
    assert said in answer.get_data(as_text=True)


def test_a_closed_wave_lets_nobody_in(app: Flask, world: World, invitation: Invitation) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        gigs.close_wave(db, db.get_one(Wave, world.wave_id), now=now(), by=None)
    answer = app.test_client().get(f"/join/{invitation.token}")
    assert answer.status_code == 409
    assert "not open now" in answer.get_data(as_text=True)


def test_an_unknown_invitation_is_not_found(app: Flask, world: World) -> None:
    answer = app.test_client().get("/join/nothing")
    assert answer.status_code == 404
    assert "link is not known" in answer.get_data(as_text=True)


def test_who_is_signed_in_needs_no_invitation(app: Flask, invitation: Invitation) -> None:
    page = client_for(app, Role.WORKER).get(f"/join/{invitation.token}").get_data(as_text=True)
    assert "You have an account already" in page


@pytest.mark.parametrize("role", list(Role))
def test_the_front_door_leads_to_the_first_page_of_ones_menu(app: Flask, world: World, role: Role) -> None:
    client = client_for(app, role)
    home = client.get("/").headers["Location"]
    assert f'class="nav-link active" href="{home}"' in client.get(home).get_data(as_text=True)


def test_the_front_door_leads_strangers_to_the_sign_in_page(app: Flask) -> None:
    assert app.test_client().get("/").headers["Location"] == "/login"


def test_a_worker_finds_an_own_session_by_its_id_and_nobody_elses(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    with reading(app.extensions["codesight"].engine) as db:
        foreign = db.scalars(select(RecordingSession.public_id)).one()
    for wanted in (foreign, "cs_nothing", "../etc", ""):
        answer = client.get("/search", query_string={"id": wanted})
        assert answer.status_code == 404
        assert "Nothing found" in answer.get_data(as_text=True)
    found = client_for(app, Role.REVIEWER).get("/search", query_string={"id": f" {foreign} "})
    assert found.status_code == 302
    assert found.headers["Location"].endswith(foreign)


def test_signing_out_needs_the_pages_own_button(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    assert client.post("/sign-out").status_code == 403
    assert client.get("/home").status_code == 200
    assert send(client, "/home", "/sign-out").headers["Location"] == "/login"
    assert client.get("/home").status_code == 302


def test_the_sign_in_page_is_ours_and_refuses_a_wrong_password(app: Flask, world: World) -> None:
    client = app.test_client()
    wrong = client.post("/login", data={"email": "worker@example.org", "password": "not the password"})
    assert wrong.status_code == 200
    assert "You get one with the invitation link" in wrong.get_data(as_text=True)
    assert 'role="alert"' in wrong.get_data(as_text=True)
    right = client.post("/login", data={"email": "worker@example.org", "password": PASSWORD})
    assert right.headers["Location"] == "/"
