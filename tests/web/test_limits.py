"""How often one may try, by account and by network address; and that the answer says nothing but that."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.app import create_app
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.config import Settings
from codesight.db import transaction
from codesight.gigs import actions as gigs
from codesight.gigs.models import Wave
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, client_for, letters
from tests.web.answers import refusal, rows
from tests.web.authenticator import set_up
from tests.web.test_workers_api import person

pytestmark = on_sqlite

Tight = Callable[..., Flask]


@pytest.fixture
def tight(settings: Settings, world: World) -> Tight:
    """The installation with other limits; those that are not named are out of reach."""
    return lambda **limits: create_app(replace(settings, **limits))


def try_to_sign_in(
    app: Flask, email: str = "worker@example.org", password: str = "wrong", address: str = "192.0.2.1", **headers: str
) -> int:
    from_there = {"REMOTE_ADDR": address}
    credentials = {"email": email, "password": password}
    return app.test_client().post("/login", json=credentials, environ_base=from_there, headers=headers).status_code


@pytest.mark.parametrize("email", ["worker@example.org", "nobody@example.org"])
def test_an_account_is_tried_so_often_and_no_more_wherever_from_and_whether_it_exists_or_not(
    tight: Tight, email: str
) -> None:
    app = tight(sign_in_limit_per_account="3 per minute")
    answers = [try_to_sign_in(app, email, address=f"192.0.2.{number}") for number in range(4)]
    assert answers == [400, 400, 400, 429]
    assert try_to_sign_in(app, email.upper(), PASSWORD) == 429
    assert try_to_sign_in(app, "owner@example.org", PASSWORD) == 200


def test_an_address_tries_so_many_accounts_and_no_more(tight: Tight) -> None:
    app = tight(sign_in_limit_per_address="3 per minute")
    assert [try_to_sign_in(app, f"{name}@example.org") for name in "abcd"] == [400, 400, 400, 429]
    assert try_to_sign_in(app, "a@example.org", address="192.0.2.2") == 400


def test_the_answer_says_when_to_try_again_to_people_and_to_programs(tight: Tight) -> None:
    app = tight(sign_in_limit_per_account="1 per minute")
    try_to_sign_in(app)
    wrong = {"email": "worker@example.org", "password": "wrong"}
    page = app.test_client().post("/login", data=wrong)
    assert page.status_code == 429
    assert "Nothing is lost; wait a few minutes" in page.text
    assert 0 < int(page.headers["Retry-After"]) <= 60
    asked = app.test_client().post("/login", json=wrong, headers={"Accept": "application/json"})
    assert refusal(asked) == (429, "too_many_requests")


def test_looking_at_pages_is_not_counted(tight: Tight) -> None:
    app = tight(sign_in_limit_per_address="1 per minute", sign_in_limit_per_account="1 per minute")
    assert [app.test_client().get("/login").status_code for _ in range(5)] == [200] * 5


def test_codes_of_an_app_cannot_be_guessed_one_after_the_other(tight: Tight) -> None:
    app = tight(sign_in_limit_per_account="5 per minute")
    set_up(app, client_for(app, Role.PAYER))

    def guess(number: int) -> int:
        client, there = app.test_client(), {"REMOTE_ADDR": f"192.0.2.{number}"}
        with client.session_transaction() as cookie:
            cookie.update(half_way)
        return client.post("/login/code", data={"code": f"{number:06d}"}, environ_base=there).status_code

    begun = app.test_client()
    begun.post("/login", data={"email": "payer@example.org", "password": PASSWORD})
    with begun.session_transaction() as cookie:
        half_way = dict(cookie)
    assert [guess(number) for number in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("path", ["/recover", "/confirm"])
def test_a_mailbox_is_not_flooded(tight: Tight, path: str) -> None:
    app = tight(sign_in_limit_per_account="2 per minute")
    answers = [app.test_client().post(path, data={"email": "worker@example.org"}).status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]
    assert len(letters(app, "worker@example.org")) <= 2


def test_showing_again_who_one_is_and_changing_the_password_are_counted_for_the_account(tight: Tight) -> None:
    app = tight(sign_in_limit_per_account="3 per minute")
    client = client_for(app, Role.WORKER)
    answers = [client.post(path, data={"password": "wrong"}) for path in ("/account/verify", "/account/password") * 2]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_signing_up_is_counted_for_pages_and_programs_together(tight: Tight, world: World) -> None:
    app = tight(sign_up_limit="2 per hour")
    with transaction(app.extensions["codesight"].engine) as db:
        token = gigs.invite(db, db.get_one(Wave, world.wave_id), note="", max_uses=9, now=now()).token

    def sign_up(email: str, address: str) -> TestResponse:
        there = {"REMOTE_ADDR": address}
        return app.test_client().post("/api/workers", json=person(token, email=email), environ_base=there)

    assert sign_up("a@example.org", "192.0.2.1").status_code == 202
    assert app.test_client().post(f"/join/{token}", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 422
    before = rows(app)
    assert refusal(sign_up("b@example.org", "192.0.2.1")) == (429, "too_many_requests")
    assert rows(app) == before
    # One address to write to gets so many mails, wherever they are asked for.
    answers = [sign_up("c@example.org", f"192.0.2.{number}").status_code for number in range(2, 5)]
    assert answers == [202, 202, 429]


def test_processes_count_together_by_the_queues_server(tight: Tight, valkey_url: str) -> None:
    first, second = (tight(sign_in_limit_per_account="2 per minute", redis_url=valkey_url) for _ in range(2))
    email = f"{now().timestamp()}@example.org"
    assert [try_to_sign_in(app, email) for app in (first, second, first, second)] == [400, 400, 429, 429]


def test_a_proxy_of_ours_tells_whom_it_speaks_for_and_nobody_else_can(tight: Tight) -> None:
    behind = tight(sign_in_limit_per_address="1 per minute", proxies=1)
    forwarded = [f"203.0.113.{number}" for number in range(2)]
    said = [try_to_sign_in(behind, **{"X-Forwarded-For": f"1.2.3.4, {address}"}) for address in forwarded * 2]
    assert said == [400, 400, 429, 429]
    open_to_all = tight(sign_in_limit_per_address="1 per minute")
    assert [try_to_sign_in(open_to_all, **{"X-Forwarded-For": address}) for address in forwarded] == [400, 429]


def test_who_has_tried_too_often_is_still_signed_in_elsewhere(tight: Tight) -> None:
    app = tight(sign_in_limit_per_account="2 per minute")
    client: FlaskClient = client_for(app, Role.WORKER)
    assert [try_to_sign_in(app) for _ in range(2)] == [400, 429]
    assert client.get("/home").status_code == 200
