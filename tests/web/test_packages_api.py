"""Packages over HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Role
from codesight.db import transaction
from codesight.gigs.models import Level
from codesight.workers.models import Worker
from tests.support.people import World, client_for, sign_in
from tests.web.answers import body, refusal, rows


@pytest.fixture
def worker(app: Flask, world: World) -> FlaskClient:
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Worker, world.worker_id).level = Level.EXPERIENCED
    return client_for(app, Role.WORKER)


def test_the_worker_sees_what_is_open_to_them(worker: FlaskClient) -> None:
    offers = body(worker.get("/api/packages"))["packages"]
    assert [(o["tier"], o["price_cents"], o["scenarios"], o["minutes"], o["open"]) for o in offers] == [
        ("basic", 2000, 5, 60, True),
        ("standard", 3500, 10, 120, True),
        ("premium", 5000, 15, 180, False),
    ]
    assert {(o["currency"], o["level"], o["narration"]) for o in offers} == {
        ("USD", "entry", "some"), ("USD", "experienced", "thoughts"), ("USD", "expert", "detailed"),
    }  # fmt: skip


def test_a_claim_is_made_once_read_back_and_returned(worker: FlaskClient) -> None:
    assert body(worker.get("/api/claim")) == {"claim": None}
    made = body(worker.post("/api/packages/basic/claim"))["claim"]
    assert (made["tier"], made["price_cents"], made["currency"]) == ("basic", 2000, "USD")
    assert [a["price_cents"] for a in made["assignments"]] == [400] * 5
    assert all(a["goal"] and a["constraints"] and a["reserved_until"].endswith("Z") for a in made["assignments"])
    assert body(worker.post("/api/packages/basic/claim"))["claim"] == made
    assert refusal(worker.post("/api/packages/standard/claim")) == (409, "package_open")
    first = made["assignments"][0]["id"]
    for _ in range(2):
        assert body(worker.post(f"/api/assignments/{first}/return")) == {"id": first, "state": "returned"}
    assert body(worker.get("/api/claim"))["claim"]["assignments"][0]["state"] == "returned"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/packages/premium/claim", (403, "level_too_low")),
        ("/api/packages/gold/claim", (404, "unknown_tier")),
        ("/api/packages/%00/claim", (404, "unknown_tier")),
        ("/api/assignments/999/return", (404, "assignment_not_found")),
        ("/api/assignments/0/return", (404, "not_found")),
        ("/api/assignments/2147483648/return", (404, "not_found")),
        ("/api/assignments/99999999999999999999999/return", (404, "not_found")),
        ("/api/assignments/-1/return", (404, "not_found")),
        ("/api/assignments/x/return", (404, "not_found")),
    ],
)
def test_what_is_refused_writes_nothing(app: Flask, worker: FlaskClient, path: str, expected: tuple[int, str]) -> None:
    before = rows(app)
    assert refusal(worker.post(path)) == expected
    assert rows(app) == before


def test_nobody_returns_other_peoples_scenarios(app: Flask, worker: FlaskClient) -> None:
    other = sign_in(app, "other@example.org")
    theirs = body(other.get("/api/claim"))["claim"]["assignments"][0]["id"]
    assert refusal(worker.post(f"/api/assignments/{theirs}/return")) == (404, "assignment_not_found")
    assert body(other.get("/api/claim"))["claim"]["assignments"][0]["state"] == "active"
