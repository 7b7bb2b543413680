"""`POST /api/sessions/{id}/rating`: the verdict and its money, in one transaction."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from codesight.accounts.models import Role
from codesight.db import reading, transaction
from codesight.gigs.models import Wave
from codesight.lifecycle import AssignmentState
from codesight.payouts import queries as payouts
from codesight.recordings.models import RecordingSession
from codesight.reports import books
from codesight.reviews.models import Review
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import World, claim, client_for, record, submit_for_review

pytestmark = on_sqlite

GOOD: dict[str, Any] = {
    "stars": 4, "usable": True, "plays": True, "narrated": True, "realistic": True, "worth_pay": True, "seconds": 61,
}  # fmt: skip


@pytest.fixture
def session_id(app: Flask, world: World) -> str:
    """The public id of a recording that waits for review."""
    with transaction(app.extensions["codesight"].engine) as db:
        assignment = claim(db, db.get_one(Worker, world.worker_id)).assignments[0]
        return submit_for_review(db, assignment).session.public_id


def reviews(app: Flask) -> int:
    with reading(app.extensions["codesight"].engine) as db:
        return db.scalar(sa.select(sa.func.count()).select_from(Review)) or 0


def test_a_rating_is_kept_moves_the_assignment_and_is_booked(app: Flask, world: World, session_id: str) -> None:
    answer = client_for(app, Role.REVIEWER).post(f"/api/sessions/{session_id}/rating", json=GOOD)
    assert answer.status_code == 201
    assert (answer.json["rating"], answer.json["usable"], answer.json["version"]) == (4, True, 1)
    with reading(app.extensions["codesight"].engine) as db:
        session = db.scalars(sa.select(RecordingSession).where(RecordingSession.public_id == session_id)).one()
        assert session.assignment.state == AssignmentState.ACCEPTED
        assert payouts.balance(db, world.worker_id, "USD") == 400
        assert books.check(db) == []


def test_one_star_needs_a_reason_and_a_note_and_pays_nothing(app: Flask, world: World, session_id: str) -> None:
    client, path = client_for(app, Role.REVIEWER), f"/api/sessions/{session_id}/rating"
    bad = {**GOOD, "stars": 1, "usable": False}
    answer = client.post(path, json=bad)
    assert answer.status_code == 422
    assert set(answer.json["error"]["details"]["fields"]) == {"reason_code", "note"}
    assert reviews(app) == 0
    answer = client.post(path, json={**bad, "reason_code": "goal_missed", "note": "Nothing was looked for."})
    assert answer.status_code == 201
    with reading(app.extensions["codesight"].engine) as db:
        assert payouts.balance(db, world.worker_id, "USD") == 0


def test_a_rating_that_cannot_be_paid_is_not_kept_either(app: Flask, world: World, session_id: str) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        # As work that came after its lease, when all money was promised to others: nothing is reserved for it.
        session = db.scalars(sa.select(RecordingSession).where(RecordingSession.public_id == session_id)).one()
        session.assignment.reserved_cents = 0
        wave = db.get_one(Wave, world.wave_id)
        wave.budget_cents = wave.reserved_cents + wave.spent_cents
    answer = client_for(app, Role.REVIEWER).post(f"/api/sessions/{session_id}/rating", json=GOOD)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "budget_spent")
    assert reviews(app) == 0


def test_a_second_rating_has_to_say_which_one_it_changes(app: Flask, session_id: str) -> None:
    client, path = client_for(app, Role.REVIEWER), f"/api/sessions/{session_id}/rating"
    assert client.post(path, json=GOOD).status_code == 201
    answer = client.post(path, json=GOOD)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "rated_meanwhile")
    assert client.post(path, json={**GOOD, "stars": 5, "replaces": 1}).json["version"] == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"{}", 422, "invalid_body"),
        (b'{"stars": "many"}', 422, "invalid_body"),
        (b'{"stars": 4, "price": 1}', 422, "invalid_body"),
    ],
)
def test_a_body_that_is_no_rating_is_refused(app: Flask, session_id: str, body: bytes, status: int, code: str) -> None:
    client = client_for(app, Role.REVIEWER)
    answer = client.post(f"/api/sessions/{session_id}/rating", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert reviews(app) == 0


@pytest.mark.parametrize("note", ["a\\u0000b", "a\\u001bb", "a\\u0085b", "x" * 1001])
def test_a_note_that_cannot_be_kept_is_refused_and_nothing_is_rated(app: Flask, session_id: str, note: str) -> None:
    client, path = client_for(app, Role.REVIEWER), f"/api/sessions/{session_id}/rating"
    data = json.dumps(GOOD).encode()[:-1] + b', "note": "' + note.encode() + b'"}'
    answer = client.post(path, data=data, content_type="application/json")
    assert answer.status_code == 422
    assert set(answer.json["error"]["details"]["fields"]) == {"note"}
    assert reviews(app) == 0
    assert client.post(path, json={**GOOD, "note": "Zwei\nZeilen, 👖"}).status_code == 201


def test_half_a_character_is_no_note(app: Flask, session_id: str) -> None:
    data = json.dumps({**GOOD, "note": "\ud83d"}).encode()
    answer = client_for(app, Role.REVIEWER).post(f"/api/sessions/{session_id}/rating", data=data)
    assert answer.status_code in (400, 422)
    assert reviews(app) == 0


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_only_one_to_five_stars_are_given(app: Flask, session_id: str, stars: int) -> None:
    answer = client_for(app, Role.REVIEWER).post(f"/api/sessions/{session_id}/rating", json={**GOOD, "stars": stars})
    assert answer.status_code == 422
    assert "stars" in answer.json["error"]["details"]["fields"]


def test_what_does_not_exist_or_was_not_handed_in_is_not_rated(app: Flask, world: World, session_id: str) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        worker = db.get_one(Worker, world.worker_id)
        live = record(db, claim(db, worker).assignments[1]).public_id
    client = client_for(app, Role.REVIEWER)
    assert client.post("/api/sessions/cs_none/rating", json=GOOD).status_code == 404
    assert client.post("/api/sessions/cs-'--/rating", json=GOOD).status_code == 400
    assert client.post(f"/api/sessions/{live}/rating", json=GOOD).json["error"]["code"] == "not_handed_in"


@pytest.mark.parametrize("role", [Role.WORKER, Role.PAYER])
def test_workers_and_payers_do_not_rate(app: Flask, session_id: str, role: Role) -> None:
    assert client_for(app, role).post(f"/api/sessions/{session_id}/rating", json=GOOD).status_code == 403
    assert reviews(app) == 0
