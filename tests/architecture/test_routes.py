"""Every route says who may call it."""

import re
from pathlib import Path

import pytest
from flask import Flask

from blueprints.access import rule_of, scope_of
from blueprints.app import create_app
from codesight.config import Settings
from codesight.db import migrate

# The paths that the mission promises, exactly.
PROMISED = {
    ("GET", "/api/extension/sessions"),
    ("GET", "/api/extension/sessions/<public_id>/data"),
    ("GET", "/api/extension/sessions/<public_id>/training-data"),
    ("POST", "/api/workers"),
    ("POST", "/api/sessions"),
    ("GET", "/api/sessions"),
    ("POST", "/api/upload/url"),
    ("POST", "/api/upload/complete"),
    ("GET", "/api/admin/recent"),
    ("GET", "/health"),
    ("GET", "/api/health"),
    ("GET", "/api/debug/counts"),
    ("GET", "/extension-ws"),
}


# What a program fetches although it is not under /api.
FILES_FOR_PROGRAMS = {
    "/owner/dataset/<int:version>/download",
    "/payments/batches/<int:batch_id>/payments.csv",
    "/payments/batches/<int:batch_id>/paypal.csv",
    "/payments/ledger.csv",
}


@pytest.fixture
def plain_app(tmp_path: Path) -> Flask:
    """The application on SQLite; routes do not depend on the database."""
    settings = Settings.from_env({"VAR": str(tmp_path), "SECRET_KEY": "s" * 40, "PUBLIC_URL": "http://localhost"})
    migrate(settings.database_url)
    return create_app(settings)


def test_every_view_carries_a_mark(plain_app: Flask) -> None:
    unmarked = [rule.endpoint for rule in plain_app.url_map.iter_rules() if rule_of(plain_app, rule.endpoint) is None]
    assert unmarked == []


def test_every_view_of_the_interface_names_the_scope_of_its_tokens_and_hardly_any_page_opens_to_one(
    plain_app: Flask,
) -> None:
    for rule in plain_app.url_map.iter_rules():
        scope, mark = scope_of(plain_app, rule.endpoint), rule_of(plain_app, rule.endpoint)
        expected = rule.rule in FILES_FOR_PROGRAMS or (rule.rule.startswith("/api/") and mark != "public")
        assert (scope is not None) is expected, rule


def test_a_view_without_a_mark_answers_nobody(plain_app: Flask) -> None:
    plain_app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")
    answer = plain_app.test_client().get("/forgotten")
    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_the_promised_paths_are_there(plain_app: Flask) -> None:
    there = {(method, rule.rule) for rule in plain_app.url_map.iter_rules() for method in rule.methods or ()}
    assert PROMISED - there == set()


def test_without_signing_in_only_public_views_answer(plain_app: Flask) -> None:
    client = plain_app.test_client()
    for rule in plain_app.url_map.iter_rules():
        if rule_of(plain_app, rule.endpoint) == "public":
            continue
        # A value that each part of the address takes: a number, or the first of several words.
        address = re.sub(r"<(?:any\((\w+)[^)]*\)|[^>]*?)(?::\w+)?>", lambda part: part[1] or "1", rule.rule)
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(address, method=method, headers={"Accept": "text/html"})
        assert answer.status_code in (302, 401), f"{method} {address} answered {answer.status_code} to a stranger"
