"""What a suspended worker is refused over HTTP, and what they may still do."""

from typing import Any

import pytest
from flask import Flask

from codesight.accounts.models import Role
from codesight.clock import now
from codesight.db import transaction
from codesight.gigs.models import Level, Narration, Tier
from codesight.workers.models import Worker
from codesight.workers.standing.models import SuspensionScope
from tests.support.people import World, client_for, suspend
from tests.web.answers import body, refusal, rows
from tests.web.extension_browser import engine_of


@pytest.mark.parametrize(
    ("level", "narration", "suspended", "path", "expected"),
    [
        (Level.EXPERT, Narration.DETAILED, False, "/api/packages/gold/claim", (404, "unknown_tier")),
        (Level.ENTRY, Narration.DETAILED, False, "/api/packages/standard/claim", (403, "level_too_low")),
        (Level.EXPERT, Narration.SOME, False, "/api/packages/standard/claim", (403, "narration_too_low")),
        (Level.EXPERT, Narration.DETAILED, True, "/api/packages/basic/claim", (403, "suspended")),
    ],
)
def test_a_claim_that_is_not_admitted_writes_no_row(
    app: Flask, world: World, level: Level, narration: Narration, suspended: bool, path: str, expected: tuple[int, str]
) -> None:
    with transaction(engine_of(app)) as db:
        worker = db.get_one(Worker, world.worker_id)
        worker.level, worker.narration = level, narration
    if suspended:
        suspend(engine_of(app), world.worker_id)
    client, before = client_for(app, Role.WORKER), rows(app)
    for headers in ({}, {"Idempotency-Key": "once"}):
        assert refusal(client.post(path, headers=headers)) == expected
    assert rows(app) == before


def test_a_suspended_worker_begins_nothing_and_finishes_what_was_recorded(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    first, second, *_ = body(client.post("/api/packages/basic/claim"))["claim"]["assignments"]

    def begin(assignment: dict[str, Any]) -> str:
        device = "4b1d9f6e-2f0c-4b6e-9a55-0123456789ab"
        made = body(client.post("/api/sessions", json={"assignment_id": assignment["id"], "device": device}))
        client.post(f"/api/sessions/{made['id']}/start", json={"video_started_ms": now().timestamp() * 1000})
        return str(made["id"])

    session = begin(first)
    part = {"session": session, "kind": "screen", "content_type": "video/webm", "part_number": 1, "size": 10}
    assert client.post("/api/upload/url", json=part).status_code == 200
    suspend(engine_of(app), world.worker_id, SuspensionScope.TIER, Tier.BASIC)
    assert refusal(client.post("/api/sessions", json={"assignment_id": second["id"]})) == (403, "suspended")
    assert refusal(client.get(f"/api/sessions/{session}/ticket")) == (403, "suspended")
    assert refusal(client.post("/api/upload/url", json=part)) == (403, "suspended")
    assert client.post(f"/api/sessions/{session}/stop").status_code == 200
    assert client.post("/api/upload/url", json=part).status_code == 200
    assert client.post(f"/api/sessions/{session}/submit", json={}).status_code == 201
    for page in ("/home", "/earnings", "/packages", "/standing"):
        assert client.get(page).status_code == 200
    offers = body(client.get("/api/packages"))["packages"]
    assert {offer["tier"]: offer["open"] for offer in offers}["basic"] is False


def test_who_may_do_no_work_at_all_practises_nothing_either(app: Flask, world: World) -> None:
    client = client_for(app, Role.WORKER)
    begun = body(client.post("/api/onboarding/training"))["id"]
    suspend(engine_of(app), world.worker_id)
    assert refusal(client.post("/api/onboarding/training")) == (403, "suspended")
    start = {"video_started_ms": now().timestamp() * 1000}
    assert refusal(client.post(f"/api/sessions/{begun}/start", json=start)) == (403, "suspended")
