"""The owner's pages about people and about who changed what."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Account, Role
from codesight.db import reading
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for, letters, link_in, sign_in
from tests.web.answers import rows
from tests.web.authenticator import set_up
from tests.web.browsing import send

pytestmark = on_sqlite

NEW = "another long password"


@pytest.fixture
def owner(app: Flask, world: World) -> FlaskClient:
    return client_for(app, Role.OWNER)


def account(app: Flask, account_id: int) -> Account:
    with reading(app.extensions["codesight"].engine) as db:
        return db.get_one(Account, account_id)


def row_of(page: str, email: str) -> str:
    return next(row for row in page.split("<tr>") if email in row)


def test_everybody_is_listed_with_role_state_and_second_factor(app: Flask, owner: FlaskClient, world: World) -> None:
    set_up(app, client_for(app, Role.REVIEWER))
    page = owner.get("/owner/people").text
    assert len(re.findall(r"@example\.org ·", page)) == 5
    assert 'data-label="Second factor">app<' in row_of(page, "reviewer@")
    assert 'data-label="Second factor">–<' in row_of(page, "payer@")
    assert "this is you" in row_of(page, "owner@")
    assert re.findall(r"(\w+)@example\.org ·", owner.get("/owner/people?role=worker").text) == ["worker", "other"]
    assert re.findall(r"(\w+)@example\.org ·", owner.get("/owner/people?text=pay").text) == ["payer"]
    for odd in ("?role=emperor", "?page=x", "?page=-5", "?text=%00"):
        assert owner.get(f"/owner/people{odd}").status_code == 200
    assert "Nobody like this." in owner.get("/owner/people?text=zzz").text


def test_people_are_paged(owner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.pages.accounts.PAGE", 2)
    pages = [owner.get(f"/owner/people?page={number}").text for number in (1, 2, 3)]
    assert [len(re.findall(r"@example\.org ·", page)) for page in pages] == [2, 2, 1]
    assert ["Older →" in page for page in pages] == [True, True, False]


def test_a_role_is_set_and_counts_at_once(app: Flask, owner: FlaskClient, world: World) -> None:
    reviewer = client_for(app, Role.REVIEWER)
    action = f"/owner/people/{world.reviewer_id}/role?role=reviewer"
    answer = send(owner, "/owner/people", action, role="payer")
    assert answer.location == "/owner/people?role=reviewer"
    assert "A reviewer is payer now." in owner.get("/owner/people").text
    assert reviewer.get("/payments").status_code == 200
    send(owner, "/owner/people", action, role="payer")
    assert "A reviewer is payer already." in owner.get("/owner/people").text


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/owner/people/{owner}/role", {"role": "payer"}, "another owner has to do this"),
        ("/owner/people/{owner}/close", {}, "another owner has to do this"),
        ("/owner/people/{reviewer}/role", {"role": "worker"}, "has come by an invitation"),
        ("/owner/people/{reviewer}/role", {"role": "emperor"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words(
    app: Flask, owner: FlaskClient, world: World, path: str, fields: dict[str, str], said: str
) -> None:
    before = account(app, world.owner_id).role, account(app, world.reviewer_id).role
    send(owner, "/owner/people", path.format(owner=world.owner_id, reviewer=world.reviewer_id), **fields)
    assert said in owner.get("/owner/people").text
    assert (account(app, world.owner_id).role, account(app, world.reviewer_id).role) == before


def test_a_closed_account_is_out_at_once_and_comes_back_by_signing_in(
    app: Flask, owner: FlaskClient, world: World
) -> None:
    worker = client_for(app, Role.WORKER)
    send(owner, "/owner/people", f"/owner/people/{world.worker_id}/close")
    assert worker.get("/api/claim").status_code == 401
    assert "closed" in row_of(owner.get("/owner/people").text, "worker@")
    send(owner, "/owner/people", f"/owner/people/{world.worker_id}/open")
    assert worker.get("/api/claim").status_code == 401  # the old cookie stays worthless
    assert sign_in(app, "worker@example.org").get("/api/claim").status_code == 200


def test_who_has_lost_phone_and_codes_is_let_in_again(app: Flask, owner: FlaskClient, world: World) -> None:
    set_up(app, client_for(app, Role.REVIEWER))
    credentials = {"email": "reviewer@example.org", "password": PASSWORD}
    assert app.test_client().post("/login", data=credentials).location == "/login/code?next=/"
    send(owner, "/owner/people", f"/owner/people/{world.reviewer_id}/second-factors")
    assert app.test_client().post("/login", data=credentials).location == "/"
    assert "removed by the owner" in letters(app, "reviewer@example.org")[-1].text


def test_somebody_who_is_added_chooses_a_password_by_mail(app: Flask, owner: FlaskClient) -> None:
    send(owner, "/owner/people", name="Rita", email="Rita@Example.org", role="reviewer")
    assert "Rita gets a mail" in owner.get("/owner/people").text
    client = app.test_client()
    client.post(link_in(app, "rita@example.org"), data={"password": NEW, "password_confirm": NEW})
    assert client.post("/login", data={"email": "rita@example.org", "password": NEW}).location == "/"
    assert client.get("/review").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "worker@example.org"}, "cannot be used"),
        ({"name": ""}, "Name:"),
        ({"role": "worker"}, "Role:"),
        ({"email": ""}, "E-mail address:"),
    ],
)
def test_somebody_who_cannot_be_added_is_refused_in_words(
    app: Flask, owner: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    send(owner, "/owner/people", **{"name": "Rita", "email": "rita@example.org", "role": "reviewer"} | wrong)
    assert said in owner.get("/owner/people").text
    assert letters(app, "rita@example.org") == []


def test_unknown_people_are_not_found(owner: FlaskClient) -> None:
    for path in ("role", "close", "open", "second-factors"):
        answer = send(owner, "/owner/people", f"/owner/people/999/{path}", role="payer")
        assert answer.status_code == 404, path


def test_the_audit_names_who_did_what_to_whom(app: Flask, owner: FlaskClient, world: World) -> None:
    send(owner, "/owner/people", f"/owner/people/{world.reviewer_id}/role", role="payer")
    page = owner.get("/owner/audit").text
    row = next(row for row in page.split("<tr>") if "role set" in row)
    assert ">A owner<" in row and ">A reviewer<" in row and "before: reviewer, after: payer" in row
    only = owner.get(f"/owner/audit?about=account:{world.reviewer_id}").text
    assert ("role set" in only, "wave" in only) == (True, False)
    assert "role set" not in owner.get("/owner/audit?kind=money").text
    assert "role set" in owner.get(f"/owner/audit?by={world.owner_id}&kind=access").text
    for odd in ("?kind=x", "?by=x", "?by=99999999999999", "?about=%00", "?after=x", "?after=2026-11-21~money~1"):
        assert owner.get(f"/owner/audit{odd}").status_code == 200


def test_the_audit_is_paged(app: Flask, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.pages.accounts.PAGE", 3)
    seen, address = 0, "/owner/audit?kind=access"
    while True:
        page = owner.get(address).text
        seen += page.count('data-label="When"')
        older = re.search(r'href="([^"]+)">Older →', page)
        if older is None:
            break
        address = older[1].replace("&amp;", "&")
    assert seen == rows(app)["audit_entry"] > 6


@pytest.mark.parametrize("role", [Role.WORKER, Role.REVIEWER, Role.PAYER])
def test_nobody_else_sees_or_changes_any_of_it(app: Flask, world: World, role: Role) -> None:
    client = client_for(app, role)
    for path in ("/owner/people", "/owner/audit"):
        assert client.get(path).status_code == 403
    assert client.post(f"/owner/people/{world.worker_id}/role", data={"role": "owner"}).status_code == 403
    assert account(app, world.worker_id).role == Role.WORKER


def test_a_press_without_the_pages_token_changes_nothing(app: Flask, owner: FlaskClient, world: World) -> None:
    owner.post(f"/owner/people/{world.worker_id}/role", data={"role": "owner"})
    assert owner.post(f"/owner/people/{world.worker_id}/close").status_code == 403
    found = account(app, world.worker_id)
    assert (found.role, found.active) == (Role.WORKER, True)
