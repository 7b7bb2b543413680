"""Packages over HTTP."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from codesight.accounts.actions import make_token
from codesight.accounts.models import Role, Scope
from codesight.assignments.models import Assignment, PackageClaim
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.gigs.models import Level
from codesight.idempotency import KeptAnswer
from codesight.reports import books
from codesight.workers.models import Consent, Worker
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


CLAIM = "/api/packages/basic/claim"
AT_ONCE = 20


def program(app: Flask, account_id: int) -> dict[str, str]:
    """What a program sends instead of a cookie."""
    with transaction(app.extensions["codesight"].engine) as db:
        _, secret = make_token(db, account_id, name="a program", scopes=[Scope.READ, Scope.WRITE], days=1, now=now())
    return {"Authorization": f"Bearer {secret}"}


def at_once(app: Flask, requests: list[tuple[str, dict[str, str]]]) -> list[TestResponse]:
    """All of these POSTs at the same moment, each from a client of its own."""
    together = Barrier(len(requests))

    def send(request: tuple[str, dict[str, str]]) -> TestResponse:
        client = app.test_client(use_cookies=False)
        together.wait()
        return client.post(request[0], headers=request[1])

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


# 20 parallel identical claims by one worker, with the same or different `Idempotency-Key`: one assignment, the same
# id in every answer.
@pytest.mark.parametrize(
    "keys", [["same"] * AT_ONCE, [f"key-{n}" for n in range(AT_ONCE)], ["a", "b"] * (AT_ONCE // 2)]
)
def test_twenty_parallel_claims_of_one_worker_are_one_claim(app: Flask, world: World, keys: list[str]) -> None:
    mine = program(app, world.worker_id)
    answers = at_once(app, [(CLAIM, mine | {"Idempotency-Key": key}) for key in keys])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    with reading(app.extensions["codesight"].engine) as db:
        made = db.scalars(sa.select(PackageClaim.id).where(PackageClaim.worker_id == world.worker_id)).all()
        assert {body(answer)["claim"]["id"] for answer in answers} == set(made)
        assert db.scalar(sa.select(sa.func.count()).where(Assignment.claim_id == made[0])) == 5
        assert db.scalar(sa.select(sa.func.count(KeptAnswer.key))) == len(set(keys))
        assert books.check(db) == []


def test_a_repeated_claim_gets_the_first_answer_though_things_have_moved_on(worker: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    first = worker.post(CLAIM, headers=key)
    for one in body(first)["claim"]["assignments"]:
        worker.post(f"/api/assignments/{one['id']}/return")
    again = worker.post(CLAIM, headers=key)
    assert again.get_data() == first.get_data()
    assert (again.headers["Idempotent-Replayed"], again.mimetype) == ("true", "application/json")
    assert body(worker.get("/api/claim")) == {"claim": None}
    assert body(worker.post(CLAIM))["claim"]["id"] != body(first)["claim"]["id"]


# Same key with another body: 422 `idempotency_mismatch`.
def test_a_key_is_good_for_one_request_only(app: Flask, worker: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    assert worker.post(CLAIM, headers=key, json={}).status_code == 200
    before = rows(app)
    assert worker.post(CLAIM, headers=key).status_code == 200  # no body is the empty one
    for path, sent in ((CLAIM, {"note": "x"}), ("/api/packages/standard/claim", {})):
        assert refusal(worker.post(path, headers=key, json=sent)) == (422, "idempotency_mismatch")
    assert refusal(worker.post(CLAIM, headers={"Idempotency-Key": "a b"})) == (400, "invalid_idempotency_key")
    assert rows(app) == before


def test_a_claim_that_was_refused_can_be_tried_again_with_its_key(
    app: Flask, worker: FlaskClient, world: World
) -> None:
    key = {"Idempotency-Key": "k1"}
    before = rows(app)
    assert refusal(worker.post("/api/packages/premium/claim", headers=key)) == (403, "level_too_low")
    assert rows(app) == before
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Worker, world.worker_id).level = Level.EXPERT
    assert worker.post("/api/packages/premium/claim", headers=key).status_code == 200


# Unknown tier, suspended worker, missing qualification, level too low: 404 or 403 with a machine-readable code, no row.
def test_without_consent_there_is_no_claim_and_no_row(app: Flask, worker: FlaskClient, world: World) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(sa.delete(Consent).where(Consent.account_id == world.worker_id))
    before = rows(app)
    assert refusal(worker.post(CLAIM, headers={"Idempotency-Key": "k"})) == (403, "consent_missing")
    assert rows(app) == before


# Returning twice: the second is a no-op with 200.
def test_a_scenario_that_is_returned_in_twenty_windows_at_once_is_returned_once(
    app: Flask, worker: FlaskClient, world: World
) -> None:
    first = body(worker.post(CLAIM))["claim"]["assignments"][0]["id"]
    mine = program(app, world.worker_id)
    path = f"/api/assignments/{first}/return"
    answers = at_once(app, [(path, mine)] * AT_ONCE)
    assert Counter((answer.status_code, body(answer)["state"]) for answer in answers) == {(200, "returned"): AT_ONCE}
    with reading(app.extensions["codesight"].engine) as db:
        assert books.check(db) == []


def end_leases(app: Flask, world: World) -> None:
    """The worker's time has run out, and no sweep runs."""
    with transaction(app.extensions["codesight"].engine) as db:
        mine = sa.update(Assignment).where(Assignment.worker_id == world.worker_id)
        db.execute(mine.values(lease_until=now() - timedelta(seconds=1)))


def test_a_claim_says_when_it_has_to_be_begun_and_finished(worker: FlaskClient) -> None:
    offers = body(worker.get("/api/packages"))["packages"]
    assert {offer["begin_within_hours"] for offer in offers} == {24}
    made = body(worker.post(CLAIM))["claim"]
    assert made["begin_by"] < made["finish_by"]
    assert {one["reserved_until"] for one in made["assignments"]} == {made["begin_by"]}
    assert {one["time_is_short"] for one in made["assignments"]} == {False}
    worker.post("/api/sessions", json={"assignment_id": made["assignments"][0]["id"]})
    running = body(worker.get("/api/claim"))["claim"]
    assert (running["begin_by"], running["finish_by"]) == (None, made["finish_by"])
    assert {one["reserved_until"] for one in running["assignments"]} == {made["finish_by"]}


def test_what_has_run_out_is_told_so_and_leaves_room_for_another_package(
    app: Flask, worker: FlaskClient, world: World
) -> None:
    made = body(worker.post(CLAIM))["claim"]
    end_leases(app, world)
    assert body(worker.get("/api/claim")) == {"claim": None}
    refused = worker.post("/api/sessions", json={"assignment_id": made["assignments"][0]["id"]})
    assert refusal(refused) == (409, "lease_expired")
    assert body(worker.post("/api/packages/standard/claim"))["claim"]["tier"] == "standard"
    returned = worker.post(f"/api/assignments/{made['assignments'][0]['id']}/return")
    assert refusal(returned) == (409, "lease_expired")


def test_a_package_is_paused_once_and_resumed(app: Flask, worker: FlaskClient) -> None:
    for verb in ("pause", "resume"):
        assert refusal(worker.post(f"/api/claim/{verb}")) == (404, "no_package")
    made = body(worker.post(CLAIM))["claim"]
    assert (made["paused_until"], made["can_pause"]) == (None, True)
    paused = body(worker.post("/api/claim/pause"))["claim"]
    assert (paused["paused_until"] is not None, paused["can_pause"]) == (True, False)
    assert paused["finish_by"] > made["finish_by"]
    begin = worker.post("/api/sessions", json={"assignment_id": made["assignments"][0]["id"]})
    assert refusal(begin) == (409, "package_paused")
    resumed = body(worker.post("/api/claim/resume"))["claim"]
    assert resumed["paused_until"] is None
    assert refusal(worker.post("/api/claim/pause")) == (409, "paused_before")
    assert refusal(worker.post("/api/claim/stop")) == (404, "not_found")
