"""The owner's own tools, and the state of the installation."""

from dataclasses import replace

import pytest
from flask import Flask

from codesight.accounts.models import Role
from codesight.db import engine_for, transaction
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import World, claim, client_for, hand_in, make_account
from tests.web.answers import body, refusal

pytestmark = on_sqlite


def test_the_owner_sees_what_happened_last(app: Flask, world: World) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        submission = hand_in(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0])
        public_id = submission.session.public_id
    owner = client_for(app, Role.OWNER)
    happened = body(owner.get("/api/admin/recent"))
    assert set(happened) == {"sessions", "submissions", "reviews", "payouts"}
    assert happened["sessions"][0]["public_id"] == public_id
    assert len(happened["sessions"]) == 2
    assert happened["submissions"][0]["public_id"] == public_id
    assert len(body(owner.get("/api/admin/recent?limit=1"))["sessions"]) == 1
    for limit in ("0", "-5", "no", "99999999999999999999"):
        assert len(body(owner.get(f"/api/admin/recent?limit={limit}"))["sessions"]) in (1, 2)


def test_the_owner_counts_the_rows_of_every_table(app: Flask, world: World) -> None:
    counts = body(client_for(app, Role.OWNER).get("/api/debug/counts"))["counts"]
    assert (counts["account"], counts["worker"], counts["recording_session"]) == (5, 2, 1)


@pytest.mark.parametrize("path", ["/api/admin/recent", "/api/debug/counts"])
def test_nobody_else_gets_them(app: Flask, world: World, path: str) -> None:
    assert refusal(app.test_client().get(path)) == (401, "not_signed_in")
    for role in (Role.WORKER, Role.REVIEWER, Role.PAYER):
        assert refusal(client_for(app, role).get(path)) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_anybody_may_ask_whether_it_is_well_even_while_somebody_writes(app: Flask, path: str) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        make_account(db, Role.OWNER)
        answer = app.test_client().get(path)
    assert (answer.status_code, body(answer)) == (200, {"status": "ok", "database": "ok"})


def test_it_says_so_when_the_database_is_away(app: Flask) -> None:
    gone = engine_for("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    app.extensions["codesight"] = replace(app.extensions["codesight"], engine=gone)
    answer = app.test_client().get("/health")
    assert (answer.status_code, body(answer)) == (503, {"status": "down", "database": "unreachable"})
