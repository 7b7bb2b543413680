"""Who may call what, what other sites may do, and what every answer carries."""

from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from blueprints.access import rule_of
from blueprints.menu import MENUS
from codesight.accounts.models import Account, Role
from codesight.db import transaction
from tests.support.people import PASSWORD, World, client_for
from tests.web.answers import refusal, rows

HEADERS = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"}


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Method, address and rule of every route; what stands for an argument belongs to nobody."""
    for rule in app.url_map.iter_rules():
        values = {name: min(getattr(converter, "items", {"1"})) for name, converter in rule._converters.items()}
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, address, rule


def ask(client: FlaskClient, method: str, address: str) -> TestResponse:
    return client.open(address, method=method, headers={"Accept": "application/json"})


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_opens_to_the_roles_of_its_mark_and_to_nobody_else(
    app: Flask, world: World, role: Role | None
) -> None:
    wrong = []
    for method, address, rule in routes(app):
        mark = rule_of(app, rule.endpoint)
        if rule.endpoint in ("security.logout", "account.sign_out") or rule.endpoint.startswith("extension_ws"):
            continue  # the one would sign us out on the way; at the other a ticket is the permission
        client = app.test_client() if role is None else shared(app, role)
        answer = ask(client, method, address)
        code = (answer.json or {}).get("error", {}).get("code") if answer.is_json else None
        admitted = mark == "public" or (isinstance(mark, frozenset) and role in mark)
        shut_out = code == ("not_signed_in" if role is None else "not_allowed")
        if admitted is shut_out or answer.status_code >= 500 or not set(answer.headers.keys()) >= HEADERS:
            wrong.append(f"{method} {address}: {answer.status_code} {code}, marked {mark}")
    assert wrong == []


def shared(app: Flask, role: Role) -> FlaskClient:
    """The role's browser, signed in once."""
    kept: dict[Role, FlaskClient] = app.extensions.setdefault("test browsers", {})
    if role not in kept:
        kept[role] = client_for(app, role)
    return kept[role]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_looking_needs_no_less_than_reading(app: Flask, world: World, method: str) -> None:
    stranger = app.test_client()
    for path in ("/api/admin/recent", "/api/sessions"):
        answer = stranger.open(path, method=method)
        assert answer.status_code == 401
        assert set(answer.headers.keys()) >= HEADERS
    assert client_for(app, Role.OWNER).open("/api/admin/recent", method=method).status_code == 200
    assert stranger.open("/health", method=method).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:81", ""]
)
def test_nothing_changes_because_another_site_asked_for_it(app: Flask, world: World, origin: str) -> None:
    worker = client_for(app, Role.WORKER)
    before = rows(app)
    for path in ("/api/packages/basic/claim", "/api/workers", "/login"):
        assert refusal(worker.post(path, json={}, headers={"Origin": origin, "Accept": "application/json"})) == (
            403,
            "foreign_origin",
        )
    assert rows(app) == before
    assert worker.get("/api/claim", headers={"Origin": origin}).status_code == 200  # reading changes nothing
    assert "Access-Control-Allow-Origin" not in worker.get("/api/claim", headers={"Origin": origin}).headers


def test_our_own_pages_may_change_things(app: Flask, world: World) -> None:
    worker = client_for(app, Role.WORKER)
    answer = worker.post("/api/packages/basic/claim", headers={"Origin": "http://localhost"})
    assert answer.status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, world: World) -> None:
    answer = app.test_client().post("/login", json={"email": "owner@example.org", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_policy_runs_no_script_that_is_not_ours(app: Flask, world: World) -> None:
    policy = app.test_client().get("/health").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


def test_an_account_that_was_closed_gets_in_no_more(app: Flask, world: World) -> None:
    worker = client_for(app, Role.WORKER)
    assert worker.get("/api/claim").status_code == 200
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.worker_id).active = False
    assert refusal(worker.get("/api/claim")) == (401, "not_signed_in")
    answer = app.test_client().post("/login", json={"email": "worker@example.org", "password": PASSWORD})
    assert answer.status_code == 400


def test_a_new_role_counts_at_once(app: Flask, world: World) -> None:
    reviewer = client_for(app, Role.REVIEWER)
    assert refusal(reviewer.get("/api/admin/recent")) == (403, "not_allowed")
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Account, world.reviewer_id).role = Role.OWNER
    assert reviewer.get("/api/admin/recent").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_home_and_a_menu_whose_entries_open(app: Flask, world: World, role: Role) -> None:
    client = client_for(app, role)
    home = client.get("/")
    assert home.status_code == 302
    page = client.get(home.headers["Location"])
    assert page.status_code == 200
    with app.test_request_context():
        links = [url_for(view) for _, view in MENUS[role]]
    assert links[0] == home.headers["Location"]
    for link in links:
        assert f'href="{link}"' in page.get_data(as_text=True)
        assert client.get(link).status_code == 200
