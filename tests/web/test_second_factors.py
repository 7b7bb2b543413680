"""Authenticator apps and recovery codes, and that nothing opens without a second factor where one is required."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.app import create_app
from codesight.accounts.models import Account, AuditEntry, Passkey, RecoveryCode, Role
from codesight.config import Settings
from codesight.db import reading, transaction
from tests.support.database import on_sqlite
from tests.support.people import NOW, PASSWORD, World, client_for, letters
from tests.web.answers import refusal
from tests.web.authenticator import code, set_up
from tests.web.browsing import send

pytestmark = on_sqlite

CREDENTIALS = {"email": "worker@example.org", "password": PASSWORD}


def page(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def half_way(app: Flask) -> FlaskClient:
    """The worker's browser after the password, before the second step."""
    client = app.test_client()
    assert client.post("/login", data=CREDENTIALS).location == "/login/code?next=/"
    assert client.get("/home").status_code == 302
    return client


@pytest.fixture
def key(app: Flask, world: World) -> str:
    """The worker has set an authenticator app up; this is its key."""
    return set_up(app, client_for(app, Role.WORKER))


def make_codes(client: FlaskClient) -> list[str]:
    shown = page(send(client, "/account/recovery-codes", generate_new_codes="yes"))
    return re.findall(r"<li><code>([^<]+)</code>", shown)


def test_with_an_app_a_password_is_half_of_signing_in(app: Flask, key: str) -> None:
    client = half_way(app)
    assert "This code is not right" in page(client.post("/login/code", data={"code": "000000"}))
    assert client.get("/home").status_code == 302
    assert client.post("/login/code?next=/earnings", data={"code": code(key, 1)}).location == "/earnings"
    assert client.get("/home").status_code == 200


def test_a_code_signs_in_once(app: Flask, key: str) -> None:
    used = code(key, 1)
    assert half_way(app).post("/login/code", data={"code": used}).location == "/"
    assert "was used already" in page(half_way(app).post("/login/code", data={"code": used}))
    assert "not right" in page(half_way(app).post("/login/code", data={"code": code(key, 0)}))  # older than that one


def test_of_many_who_show_the_same_code_at_once_one_gets_in(app: Flask, key: str) -> None:
    clients, together, used = [half_way(app) for _ in range(4)], Barrier(4), code(key, 1)

    def show(client: FlaskClient) -> bool:
        together.wait()
        return client.post("/login/code", data={"code": used}).location == "/"

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(show, clients)) == 1


def test_a_wrong_first_code_sets_nothing_up_and_says_so_to_the_page(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    shown = page(send(client, "/account/authenticator", setup="authenticator"))
    assert 'src="data:image/svg+xml;base64,' in shown
    action = re.search(r'action="(/account/authenticator/[^"]+)"', shown)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)
    assert action and token
    answer = client.post(action[1], json={"csrf_token": token[1], "code": "000000"})
    assert refusal(answer) == (400, "sign_in_refused")
    assert app.test_client().post("/login", data=CREDENTIALS).location == "/"


def test_the_app_can_be_removed_and_each_change_is_audited_and_mailed(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    set_up(app, client)
    assert send(client, "/account/authenticator", setup="disable").location == "/account"
    assert app.test_client().post("/login", data=CREDENTIALS).location == "/"
    with reading(app.extensions["codesight"].engine) as db:
        actions = [e.action for e in db.scalars(sa.select(AuditEntry)) if e.by == world.worker_id]
        account = db.get_one(Account, world.worker_id)
        assert (account.tf_primary_method, account.tf_totp_secret) == (None, None)
    assert actions[-2:] == ["authenticator_set", "authenticator_taken"]
    assert ["has changed: " in mail.text for mail in letters(app, "worker@example.org")] == [True, True]


def test_the_shared_secret_is_not_stored_as_it_is(app: Flask, key: str, world: World) -> None:
    with reading(app.extensions["codesight"].engine) as db:
        kept = db.get_one(Account, world.worker_id).tf_totp_secret
    assert kept is not None
    assert re.sub(r"[\s-]", "", key) not in kept


def test_recovery_codes_are_shown_once_and_each_stands_in_once(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    set_up(app, client)
    codes = make_codes(client)
    assert len(set(codes)) == 10
    assert codes[0] not in page(client.get("/account/recovery-codes"))
    assert "10 left" in page(client.get("/account"))
    with reading(app.extensions["codesight"].engine) as db:
        kept = list(db.scalars(sa.select(RecoveryCode.code_hash)))
    assert not {part for one in codes for part in (one, one.replace("-", ""))} & set(kept)
    typed = codes[0].replace("-", " ").upper()
    assert half_way(app).post("/login/recovery-code", data={"code": typed}).location == "/"
    again = half_way(app).post("/login/recovery-code", data={"code": codes[0]})
    assert "was used already" in page(again)
    assert "9 left" in page(client.get("/account"))


def test_new_recovery_codes_replace_the_old_ones(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    set_up(app, client)
    old, new = make_codes(client), make_codes(client)
    assert "not right" in page(half_way(app).post("/login/recovery-code", data={"code": old[0]}))
    assert half_way(app).post("/login/recovery-code", data={"code": new[0]}).location == "/"


def test_a_recovery_code_without_the_password_opens_nothing(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    set_up(app, client)
    codes = make_codes(client)
    stranger = app.test_client()
    assert stranger.post("/login/recovery-code", data={"code": codes[0]}).location == "/login"
    assert stranger.get("/home").status_code == 302


def test_a_code_by_mail_is_not_offered_in_place_of_a_second_factor(app: Flask, key: str) -> None:
    answer = half_way(app).post("/login/help", data={"help_setup": "email"}, headers={"Accept": "application/json"})
    assert refusal(answer) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "path", ["/account/authenticator", "/account/recovery-codes", "/account/passkeys", "/account/tokens"]
)
def test_changing_how_one_signs_in_asks_again_who_one_is_after_an_hour(app: Flask, world: World, path: str) -> None:
    client = client_for(app, Role.WORKER)
    assert client.get(path).status_code == 200
    with client.session_transaction() as cookie:
        cookie["fs_paa"] -= 3601
        cookie.pop("fs_gexp", None)
    asked = client.get(path)
    assert asked.location is not None and asked.location.startswith("/account/verify?next=")
    wrong = send(client, asked.location, password="not the password")
    assert "Invalid password" in page(wrong)
    assert send(client, asked.location, password=PASSWORD).location == path
    assert client.get(path).status_code == 200


# ---- required second factors ------------------------------------------------------------------------------------


@pytest.fixture
def strict(settings: Settings, world: World) -> Flask:
    """The same installation, where owner and reviewer need a second factor."""
    return create_app(replace(settings, require_second_factor=frozenset({"owner", "reviewer"})))


@pytest.mark.parametrize("role", [Role.OWNER, Role.REVIEWER])
def test_a_role_that_needs_a_second_factor_reaches_nothing_before_it_has_one(strict: Flask, role: Role) -> None:
    client = client_for(strict, role)
    home = client.get("/").location
    assert client.get(home).location == "/account"
    assert "Set up a second factor" in page(client.get("/account"))
    assert refusal(client.get("/api/sessions")) == (403, "second_factor_missing")
    for open_path in ("/account/authenticator", "/account/passkeys", "/account/recovery-codes", "/account/password"):
        assert client.get(open_path).status_code == 200
    for shut_path in ("/account/tokens", "/account/browsers", "/search?id=x"):
        assert client.get(shut_path).location == "/account"
    set_up(strict, client)
    assert client.get(home).status_code == 200
    assert client.get("/api/sessions").status_code == 200


def test_other_roles_sign_in_as_before(strict: Flask) -> None:
    assert client_for(strict, Role.WORKER).get("/home").status_code == 200
    assert client_for(strict, Role.PAYER).get("/payments").status_code == 200


def test_a_passkey_is_a_second_factor(strict: Flask, world: World) -> None:
    with transaction(strict.extensions["codesight"].engine) as db:
        db.add(
            Passkey(
                account_id=world.owner_id, name="Laptop", credential_id=b"1", public_key=b"2", sign_count=0,
                transports=[], backup_state=False, device_type="single_device", created_at=NOW, lastuse_datetime=NOW,
            )
        )  # fmt: skip
    client = strict.test_client()
    answer = client.post("/login", data={"email": "owner@example.org", "password": PASSWORD})
    assert answer.location == "/login/passkey?next=/"
    assert client.get("/owner").location.startswith("/login?next=")


def test_who_removes_the_last_factor_is_asked_for_a_new_one(strict: Flask) -> None:
    client = client_for(strict, Role.OWNER)
    set_up(strict, client)
    assert client.get("/owner").status_code == 200
    send(client, "/account/authenticator", setup="disable")
    assert client.get("/owner").location == "/account"


def test_a_worker_who_becomes_a_reviewer_needs_one_from_the_next_click_on(strict: Flask, world: World) -> None:
    client = client_for(strict, Role.WORKER)
    assert client.get("/home").status_code == 200
    with transaction(strict.extensions["codesight"].engine) as db:
        db.get_one(Account, world.worker_id).role = Role.REVIEWER
    assert client.get("/review").location == "/account"
