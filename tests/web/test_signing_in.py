"""Signing in, recovering and confirming: what people can do, and what strangers do not learn."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from codesight.accounts.models import Account, AuditEntry, Role
from codesight.accounts.rules import hash_password
from codesight.db import reading, transaction
from codesight.outgoing import OutgoingMail
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for, confirm, letters, link_in, make_account
from tests.web.answers import refusal, rows
from tests.web.browsing import send

pytestmark = on_sqlite

NEW = "another long password"


def page(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def without_token(html: str, email: str) -> str:
    """A page without what differs between any two: the form's own token, and the address as it was typed."""
    return "\n".join(line for line in html.splitlines() if "csrf_token" not in line).replace(email, "…")


def try_to_sign_in(app: Flask, email: str, password: str = PASSWORD) -> TestResponse:
    return app.test_client().post("/login", data={"email": email, "password": password})


def unconfirmed(app: Flask, email: str = "new@example.org") -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        made = make_account(db, Role.WORKER, email, hash_password(PASSWORD))
        made.confirmed_at = None


@pytest.mark.parametrize("wrong", ["not the password", PASSWORD.upper()])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, world: World, wrong: str) -> None:
    known, unknown = (try_to_sign_in(app, email, wrong) for email in ("worker@example.org", "nobody@example.org"))
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert "E-mail address or password are not right." in page(known)
    assert without_token(page(known), "worker@example.org") == without_token(page(unknown), "nobody@example.org")


@pytest.mark.parametrize("path", ["/recover", "/confirm"])
def test_asking_for_a_mail_gets_the_same_answer_for_every_address(app: Flask, world: World, path: str) -> None:
    unconfirmed(app)
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.payer_id).active = False
    answers = {
        email: app.test_client().post(path, data={"email": email})
        for email in ("worker@example.org", "payer@example.org", "new@example.org", "nobody@example.org")
    }
    shown = {(answer.status_code, without_token(page(answer), email)) for email, answer in answers.items()}
    assert len(shown) == 1
    assert "is on its way" in shown.pop()[1]
    as_json = {
        email: app.test_client().post(path, json={"email": email}) for email in ("worker@example.org", "x@example.org")
    }
    assert {(answer.status_code, tuple(answer.json or ())) for answer in as_json.values()} == {(200, ("csrf_token",))}


def test_a_mail_to_recover_goes_to_who_has_an_open_account_and_to_nobody_else(app: Flask, world: World) -> None:
    unconfirmed(app)
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.payer_id).active = False
    for email in ("Worker@example.org", "payer@example.org", "new@example.org", "nobody@example.org"):
        app.test_client().post("/recover", data={"email": email})
    with reading(app.extensions["codesight"].engine) as db:
        about_accounts = sa.select(OutgoingMail.to).where(OutgoingMail.key.startswith("account:"))
        assert sorted(db.scalars(about_accounts)) == ["new@example.org", "worker@example.org"]


# Counted, not timed: other tests run beside this one. Hashing is what takes long enough to be seen from outside.
@pytest.mark.parametrize("path", ["/login", "/recover", "/confirm"])
def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(app: Flask, world: World, path: str) -> None:
    unconfirmed(app)
    known = "new@example.org" if path == "/confirm" else "worker@example.org"
    context = app.extensions["security"].pwd_context

    def hashings(email: str) -> int:
        client = app.test_client()
        with (
            patch.object(context, "hash", wraps=context.hash) as hashed,
            patch.object(context, "verify", wraps=context.verify) as verified,
        ):
            client.post(path, data={"email": email, "password": "not the password"})
        return hashed.call_count + verified.call_count

    assert (hashings(known), hashings("nobody@example.org")) == (1, 1)


def test_a_link_sets_a_new_password_once_and_signs_every_browser_out(app: Flask, world: World) -> None:
    elsewhere = client_for(app, Role.WORKER)
    app.test_client().post("/recover", data={"email": "worker@example.org"})
    link, client = link_in(app, "worker@example.org"), app.test_client()
    assert "At least 10 characters" in page(client.get(link))
    mistyped = client.post(link, data={"password": NEW, "password_confirm": "different one"})
    assert "Passwords do not match" in page(mistyped)
    assert client.post(link, data={"password": NEW, "password_confirm": NEW}).location == "/login"
    assert elsewhere.get("/api/claim").status_code == 401
    assert try_to_sign_in(app, "worker@example.org").status_code == 200
    assert try_to_sign_in(app, "worker@example.org", NEW).location == "/"
    assert letters(app, "worker@example.org")[-1].subject == "Your password was changed"
    again = app.test_client().get(link)
    assert again.location == "/recover"
    with reading(app.extensions["codesight"].engine) as db:
        assert [e.action for e in db.scalars(sa.select(AuditEntry))][-1] == "password_reset"


def test_links_in_mails_lead_to_our_own_address_whatever_the_request_said(app: Flask, world: World) -> None:
    app.test_client().post("/recover", data={"email": "worker@example.org"}, headers={"Host": "evil.example"})
    (mail,) = letters(app, "worker@example.org")
    assert "evil" not in mail.text
    assert "http://localhost/recover/" in mail.text


def test_an_old_link_asks_for_a_new_one(app: Flask, world: World) -> None:
    app.test_client().post("/recover", data={"email": "worker@example.org"})
    app.config["SECURITY_RESET_PASSWORD_WITHIN"] = timedelta(seconds=-1)
    client = app.test_client()
    assert client.get(link_in(app, "worker@example.org")).location == "/recover"
    assert "This link is too old." in page(client.get("/recover"))


def test_who_has_not_confirmed_is_told_so_after_the_right_password_only(app: Flask, world: World) -> None:
    unconfirmed(app)
    assert "Confirm your e-mail address first" in page(try_to_sign_in(app, "new@example.org"))
    assert "Confirm your" not in page(try_to_sign_in(app, "new@example.org", "wrong password"))
    app.test_client().post("/confirm", data={"email": "new@example.org"})
    confirm(app, "new@example.org")
    assert try_to_sign_in(app, "new@example.org").location == "/"


def test_setting_a_new_password_by_mail_confirms_the_address(app: Flask, world: World) -> None:
    unconfirmed(app)
    app.test_client().post("/recover", data={"email": "new@example.org"})
    app.test_client().post(link_in(app, "new@example.org"), data={"password": NEW, "password_confirm": NEW})
    assert try_to_sign_in(app, "new@example.org", NEW).location == "/"


def test_who_is_shut_out_is_told_so_after_the_right_password_only(app: Flask, world: World) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.worker_id).active = False
    assert "This account is closed" in page(try_to_sign_in(app, "worker@example.org"))
    assert "closed" not in page(try_to_sign_in(app, "worker@example.org", "wrong password"))


def test_a_changed_password_counts_at_once_and_signs_the_others_out(app: Flask, world: World) -> None:
    here, elsewhere = client_for(app, Role.WORKER), client_for(app, Role.WORKER)
    wrong = {"password": "not the password", "new_password": NEW, "new_password_confirm": NEW}
    assert "Invalid password" in page(send(here, "/account/password", **wrong))
    changed = send(here, "/account/password", **wrong | {"password": PASSWORD})
    assert changed.location == "/account"
    assert here.get("/api/claim").status_code == 200
    assert elsewhere.get("/api/claim").status_code == 401
    assert try_to_sign_in(app, "worker@example.org", NEW).location == "/"
    assert letters(app, "worker@example.org")[-1].subject == "Your password was changed"


def test_a_short_password_is_refused(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    short = {"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"}
    assert "at least 10 characters" in page(send(client, "/account/password", **short))
    assert try_to_sign_in(app, "worker@example.org").location == "/"


def test_no_token_comes_of_signing_in(app: Flask, world: World) -> None:
    credentials = {"email": "owner@example.org", "password": PASSWORD}
    answer = app.test_client().post("/login?include_auth_token", json=credentials)
    assert answer.status_code == 200
    assert set(answer.json or ()) == {"csrf_token", "tf_required"}
    token = app.extensions["security"].remember_token_serializer.dumps({"ver": "5", "uid": "x", "exp": 0})
    assert refusal(app.test_client().get("/api/admin/recent", headers={"Authentication-Token": token})) == (
        401,
        "not_signed_in",
    )


def test_to_be_remembered_is_a_cookie_that_lasts_and_still_can_be_ended(app: Flask, world: World) -> None:
    credentials = {"email": "worker@example.org", "password": PASSWORD, "remember": "y"}
    client = app.test_client()
    cookies = client.post("/login", data=credentials).headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["session"]
    assert "Expires" in cookies[0]
    forgetful = client_for(app, Role.WORKER)
    assert "Expires" not in str(forgetful.get_cookie("session"))
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(sa.text("UPDATE sign_in SET ended_at = created_at"))
    assert client.get("/home").status_code == 302


def test_a_signed_in_person_is_not_thrown_out_by_the_page_for_codes(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    assert client.get("/login/code").location == "/"
    assert client.get("/home").status_code == 200


def test_signing_in_leads_to_the_page_that_was_asked_for_and_never_to_another_site(app: Flask, world: World) -> None:
    credentials = {"email": "worker@example.org", "password": PASSWORD}
    assert app.test_client().post("/login?next=/earnings", data=credentials).location == "/earnings"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = app.test_client().post("/login", query_string={"next": elsewhere}, data=credentials)
        assert re.match(r"/(?![/\\])", answer.location or "/"), answer.location


def test_a_cookie_alone_is_worth_nothing_once_the_account_has_another_name_in_cookies(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.worker_id).fs_uniquifier = "x" * 64
    assert client.get("/home").status_code == 302


def test_what_somebody_else_changed_meanwhile_is_not_undone(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    answer = client.get("/account/password")
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.worker_id).name = "Changed meanwhile"
    assert answer.status_code == 200
    change = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    send(client, "/account/password", **change)
    with reading(app.extensions["codesight"].engine) as db:
        assert db.get_one(Account, world.worker_id).name == "Changed meanwhile"


def test_a_failed_request_keeps_nothing_of_what_it_began(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(app, Role.WORKER)
    before = rows(app)

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("flask_security.changeable.send_password_changed_notice", crash)
    change = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert send(client, "/account/password", **change).status_code == 500
    assert rows(app) == before
    assert try_to_sign_in(app, "worker@example.org").location == "/"
