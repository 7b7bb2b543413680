"""One's own account: where one is signed in, and the tokens of one's programs."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Account, ApiToken, AuditEntry, Role, SignIn
from codesight.clock import now
from codesight.db import reading, transaction
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for
from tests.web.answers import body, refusal
from tests.web.browsing import send

pytestmark = on_sqlite

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def signed_in_with(app: Flask, user_agent: str, email: str = "worker@example.org") -> FlaskClient:
    client = app.test_client()
    client.post("/login", json={"email": email, "password": PASSWORD}, headers={"User-Agent": user_agent})
    return client


def ids(client: FlaskClient) -> list[str]:
    """What the list of browsers offers to end."""
    return re.findall(r'action="(/account/browsers/\d+/end)"', client.get("/account/browsers").text)


def works(client: FlaskClient) -> bool:
    return client.get("/api/claim").status_code == 200


def make_token(client: FlaskClient, *scopes: str, name: str = "my script", days: str = "30") -> str:
    """A token, made on the page and read off it."""
    shown = send(client, "/account/tokens", name=name, scopes=list(scopes), days=days).text
    found = re.search(r'value="(cst_[a-z0-9]{40})"', shown)
    assert found, shown
    return found[1]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# ---- browsers ---------------------------------------------------------------------------------------------------


def test_the_list_names_each_browser_in_words_and_ones_own(app: Flask, world: World) -> None:
    here = signed_in_with(app, CHROME)
    signed_in_with(app, FIREFOX)
    signed_in_with(app, CHROME, "owner@example.org")
    page = here.get("/account/browsers").text
    assert page.count("Chrome on Windows") == 1
    assert "Firefox on Linux" in page
    assert re.search(r"Chrome on Windows</strong>\s*<span[^>]*>this browser", page)
    assert len(ids(here)) == 1
    assert "2, with this one" in here.get("/account").text


def test_ending_a_browsers_sign_in_ends_it_at_its_next_click(app: Flask, world: World) -> None:
    here, elsewhere = signed_in_with(app, CHROME), signed_in_with(app, FIREFOX)
    assert works(elsewhere)
    assert send(here, "/account/browsers", ids(here)[0]).location == "/account/browsers"
    assert not works(elsewhere)
    assert elsewhere.get("/home").status_code == 302
    assert works(here)
    assert ids(here) == []


def test_ending_all_others_leaves_this_one(app: Flask, world: World) -> None:
    here, others = signed_in_with(app, CHROME), [signed_in_with(app, FIREFOX) for _ in range(3)]
    somebody_else = signed_in_with(app, CHROME, "owner@example.org")
    send(here, "/account/browsers", "/account/browsers/end-others")
    assert [works(client) for client in (here, *others)] == [True, False, False, False]
    assert somebody_else.get("/owner").status_code == 200


def test_nobody_ends_what_is_somebody_elses(app: Flask, world: World) -> None:
    theirs = signed_in_with(app, CHROME, "owner@example.org")
    with reading(app.extensions["codesight"].engine) as db:
        sign_in_id = db.scalars(sa.select(SignIn.id).where(SignIn.account_id == world.owner_id)).one()
    mine = signed_in_with(app, CHROME)
    assert send(mine, "/account", f"/account/browsers/{sign_in_id}/end").status_code == 404
    assert theirs.get("/owner").status_code == 200


def test_signing_out_ends_the_sign_in_and_not_just_the_cookie(app: Flask, world: World) -> None:
    client = signed_in_with(app, CHROME)
    cookie = client.get_cookie("session")
    assert cookie is not None
    send(client, "/home", "/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert not works(thief)


def test_a_browser_that_was_not_used_for_a_month_is_signed_out(app: Flask, world: World) -> None:
    client = signed_in_with(app, CHROME)
    for days, still in ((29, True), (31, False)):
        with transaction(app.extensions["codesight"].engine) as db:
            db.execute(sa.update(SignIn).values(last_seen_at=now() - timedelta(days=days)))
        assert works(client) is still


def test_the_cookies_token_is_not_in_the_database(app: Flask, world: World) -> None:
    client = signed_in_with(app, CHROME)
    with client.session_transaction() as cookie:
        token = cookie["sign_in"]
    with reading(app.extensions["codesight"].engine) as db:
        assert token not in repr(db.execute(sa.select(SignIn.__table__)).all())


def test_being_seen_is_noted_now_and_then_not_at_every_click(app: Flask, world: World) -> None:
    client, engine = signed_in_with(app, CHROME), app.extensions["codesight"].engine

    def seen_after(minutes: float) -> bool:
        then = now() - timedelta(minutes=minutes)
        with transaction(engine) as db:
            db.execute(sa.update(SignIn).values(last_seen_at=then))
        assert works(client)
        with reading(engine) as db:
            return db.scalars(sa.select(SignIn.last_seen_at)).one() > then

    assert (seen_after(1), seen_after(6)) == (False, True)


# ---- tokens -----------------------------------------------------------------------------------------------------


def test_a_token_does_what_its_scopes_say_and_nothing_else(app: Flask, world: World) -> None:
    token = make_token(client_for(app, Role.WORKER), "read")
    program = app.test_client()
    assert program.get("/api/claim", headers=bearer(token)).status_code == 200
    refused = program.post("/api/packages/basic/claim", headers=bearer(token))
    assert refusal(refused) == (403, "scope_missing")
    assert body(refused)["error"]["details"] == {"scope": "write"}
    both = make_token(client_for(app, Role.WORKER), "read", "write")
    assert program.post("/api/packages/basic/claim", headers=bearer(both)).status_code == 200


def test_a_token_is_no_more_than_the_role_of_its_owner(app: Flask, world: World) -> None:
    token = make_token(client_for(app, Role.OWNER), "read", "write", "export", "admin")
    program = app.test_client()
    assert program.get("/api/admin/recent", headers=bearer(token)).status_code == 200
    assert refusal(program.get("/api/claim", headers=bearer(token))) == (403, "not_allowed")
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.owner_id).role = Role.PAYER
    assert refusal(program.get("/api/admin/recent", headers=bearer(token))) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["/home", "/account", "/account/tokens", "/account/authenticator"])
def test_a_token_opens_no_page(app: Flask, world: World, path: str) -> None:
    token = make_token(client_for(app, Role.WORKER), "read", "write", "export")
    answer = app.test_client().get(path, headers=bearer(token) | {"Accept": "application/json"})
    assert refusal(answer) == (403, "not_for_tokens")


def test_a_token_counts_even_where_a_cookie_would_open_more(app: Flask, world: World) -> None:
    browser = client_for(app, Role.OWNER)
    token = make_token(client_for(app, Role.WORKER), "read")
    assert refusal(browser.get("/api/admin/recent", headers=bearer(token))) == (403, "scope_missing")
    assert refusal(browser.get("/api/admin/recent", headers=bearer("cst_wrong"))) == (401, "invalid_token")


@pytest.mark.parametrize("shown", ["", "cst_", "cst_" + "0" * 40, "x" * 5000, "é"])
def test_what_is_no_token_signs_nobody_in(app: Flask, world: World, shown: str) -> None:
    make_token(client_for(app, Role.WORKER), "read")
    assert refusal(app.test_client().get("/api/claim", headers=bearer(shown))) == (401, "invalid_token")


def test_a_token_counts_in_its_header_only(app: Flask, world: World) -> None:
    token, program = make_token(client_for(app, Role.WORKER), "read"), app.test_client()
    for where in (f"?auth_token={token}", f"?token={token}", f"?access_token={token}"):
        assert refusal(program.get(f"/api/claim{where}")) == (401, "not_signed_in")
    assert refusal(program.get("/api/claim", headers={"Authentication-Token": token})) == (401, "not_signed_in")


def test_a_revoked_or_expired_token_signs_nobody_in(app: Flask, world: World) -> None:
    client, program = client_for(app, Role.WORKER), app.test_client()
    revoked, expired = make_token(client, "read", name="first"), make_token(client, "read", name="second")
    (action,) = re.findall(r'action="(/account/tokens/\d+/revoke)"', client.get("/account/tokens").text)[1:]
    assert send(client, "/account/tokens", action).location == "/account/tokens"
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(sa.update(ApiToken).where(ApiToken.name == "second").values(expires_at=now()))
    for token in (revoked, expired):
        assert refusal(program.get("/api/claim", headers=bearer(token))) == (401, "invalid_token")
    page = client.get("/account/tokens").text
    assert ("first" in page, "second" in page, "expired" in page) == (False, True, True)


def test_a_secret_is_shown_once_and_kept_nowhere(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    token = make_token(client, "read")
    assert token not in client.get("/account/tokens").text
    with reading(app.extensions["codesight"].engine) as db:
        assert token not in repr(db.execute(sa.select(ApiToken.__table__)).all())
        made = [e for e in db.scalars(sa.select(AuditEntry)) if e.action == "token_made"]
    assert [(e.by, e.details["scopes"]) for e in made] == [(world.worker_id, ["read"])]


def test_the_page_with_a_secret_is_not_stored_by_browsers(app: Flask, world: World) -> None:
    assert client_for(app, Role.WORKER).get("/account/tokens").headers["Cache-Control"] == "no-store"


def test_a_tokens_last_use_is_noted(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    token = make_token(client, "read")
    assert "never used" in client.get("/account/tokens").text
    app.test_client().get("/api/claim", headers=bearer(token))
    assert "last used" in client.get("/account/tokens").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["admin"]}, "is not a valid choice"),  # a worker's token could do nothing with it
        ({"scopes": ["everything"]}, "is not a valid choice"),
        ({"name": ""}, "required"),
        ({"days": "9999"}, "Not a valid choice"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(app: Flask, world: World, wrong: dict[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"name": "my script", "scopes": ["read"], "days": "30"} | wrong
    answer = send(client_for(app, Role.WORKER), "/account/tokens", **asked)
    assert answer.status_code == 422
    assert said in answer.text
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalars(sa.select(ApiToken)).all() == []


def test_nobody_revokes_somebody_elses_token(app: Flask, world: World) -> None:
    token = make_token(client_for(app, Role.WORKER), "read")
    with reading(app.extensions["codesight"].engine) as db:
        token_id = db.scalars(sa.select(ApiToken.id)).one()
    owner = client_for(app, Role.OWNER)
    assert send(owner, "/account", f"/account/tokens/{token_id}/revoke").status_code == 404
    assert app.test_client().get("/api/claim", headers=bearer(token)).status_code == 200


def test_a_program_fetches_datasets_and_payment_files_with_the_scope_to_export(app: Flask, world: World) -> None:
    token, program = make_token(client_for(app, Role.PAYER), "export"), app.test_client()
    assert program.get("/payments/ledger.csv", headers=bearer(token)).status_code == 200
    reads = make_token(client_for(app, Role.PAYER), "read")
    answer = program.get("/payments/ledger.csv", headers=bearer(reads) | {"Accept": "application/json"})
    assert refusal(answer) == (403, "scope_missing")
