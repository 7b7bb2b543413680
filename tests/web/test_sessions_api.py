"""Recording sessions over HTTP: the way through, and everything that is refused on it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints import present
from blueprints.app import MAX_JSON_BYTES
from codesight.accounts.models import Role
from codesight.capture import tickets
from codesight.config import Settings
from codesight.db import reading
from codesight.recordings.models import RecordingSession
from tests.capture.samples import T0, decoded, event
from tests.support.database import on_sqlite
from tests.support.people import World, client_for, sign_in
from tests.web.answers import body, refusal, rows

pytestmark = on_sqlite


@pytest.fixture
def worker(app: Flask, world: World) -> FlaskClient:
    """A signed-in worker with a claimed package."""
    client = client_for(app, Role.WORKER)
    assert client.post("/api/packages/basic/claim").status_code == 200
    return client


@pytest.fixture
def assignment(worker: FlaskClient) -> int:
    return int(body(worker.get("/api/claim"))["claim"]["assignments"][0]["id"])


@pytest.fixture
def session(worker: FlaskClient, assignment: int) -> str:
    """The id of a session that is ready."""
    return str(body(worker.post("/api/sessions", json={"assignment_id": assignment}))["id"])


def foreign(app: Flask) -> str:
    """The id of the other worker's session."""
    return str(body(sign_in(app, "other@example.org").get("/api/sessions"))["sessions"][0]["id"])


def test_a_session_is_begun_recorded_stopped_and_handed_in(
    app: Flask, worker: FlaskClient, assignment: int, settings: Settings
) -> None:
    answer = worker.post("/api/sessions", json={"assignment_id": assignment})
    made = body(answer)
    assert (answer.status_code, made["state"], made["assignment_state"]) == (201, "ready", "active")
    assert (made["tier"], made["events"], made["started_at"]) == ("basic", 0, None)
    assert made["socket"] == "ws://localhost/extension-ws"
    at = f"/api/sessions/{made['id']}"
    ticket = tickets.read(settings.secret_key, made["ticket"])
    assert (ticket.session, ticket.worker_id) == (made["id"], made["worker_id"])
    assert tickets.read(settings.secret_key, body(worker.get(f"{at}/ticket"))["ticket"]).session == made["id"]
    assert body(worker.post(f"{at}/start", json={"video_started_ms": T0}))["state"] == "recording"
    assert [body(worker.post(f"{at}/stop"))["state"] for _ in range(2)] == ["stopped", "stopped"]
    handed_in = worker.post(f"{at}/submit", json={"note": "x" * 500})
    assert handed_in.status_code == 201
    assert (body(handed_in)["state"], body(handed_in)["revision"]) == ("submitted", 1)
    assert body(worker.get(at))["assignment_state"] == "submitted"
    with reading(app.extensions["codesight"].engine) as db:
        row = db.query(RecordingSession).filter_by(public_id=made["id"]).one()
        assert row.video_started_ms == T0


def test_workers_see_their_own_sessions_and_the_people_who_run_it_see_all(
    app: Flask, worker: FlaskClient, session: str
) -> None:
    others = foreign(app)
    assert [s["id"] for s in body(worker.get("/api/sessions"))["sessions"]] == [session]
    for role in (Role.OWNER, Role.REVIEWER, Role.PAYER):
        client = client_for(app, role)
        assert [s["id"] for s in body(client.get("/api/sessions"))["sessions"]] == [session, others]
        assert [s["id"] for s in body(client.get("/api/sessions?limit=1"))["sessions"]] == [session]
        assert [s["id"] for s in body(client.get(f"/api/sessions?before={session}"))["sessions"]] == [others]
        assert body(client.get(f"/api/sessions/{others}"))["id"] == others
    assert len(body(worker.get("/api/sessions?limit=0"))["sessions"]) == 1
    assert len(body(worker.get("/api/sessions?limit=many"))["sessions"]) == 1
    assert refusal(worker.get("/api/sessions?before=cs-1")) == (400, "invalid_session_id")
    assert refusal(worker.get(f"/api/sessions?before={others}")) == (404, "session_not_found")


PATHS = [("GET", ""), ("GET", "/ticket"), ("POST", "/start"), ("POST", "/stop"), ("POST", "/submit")]


@pytest.mark.parametrize("method_path", PATHS, ids=lambda mp: mp[1] or "/")
def test_unknown_foreign_and_impossible_ids_are_refused_on_every_path(
    app: Flask, worker: FlaskClient, session: str, method_path: tuple[str, str]
) -> None:
    method, path = method_path
    before = rows(app)
    for public_id, expected in (
        ("cs_unknown", (404, "session_not_found")),
        (foreign(app), (404, "session_not_found")),
        ("cs-unknown", (400, "invalid_session_id")),
        ("cs_%00", (400, "invalid_session_id")),
        ("cs_%C3%A9", (400, "invalid_session_id")),
        ("cs_1'%20OR%201=1", (400, "invalid_session_id")),
        ("a" * 65, (400, "invalid_session_id")),
    ):
        answer = worker.open(
            f"/api/sessions/{public_id}{path}", method=method, json={"video_started_ms": T0} if path == "/start" else {}
        )
        assert refusal(answer) == expected, public_id
    assert rows(app) == before
    assert body(worker.get(f"/api/sessions/{session}"))["state"] == "ready"


@pytest.mark.parametrize(
    ("body_sent", "expected"),
    [
        (b"{", (400, "invalid_json")),
        (b"\xff\xfe", (400, "invalid_json")),
        (b'{"video_started_ms": 1} x', (400, "invalid_json")),
        (b'{"video_started_ms": NaN}', (400, "invalid_json")),  # no JSON at all
        (b'{"video_started_ms": Infinity}', (400, "invalid_json")),
        (b'{"video_started_ms": "\\ud800"}', (400, "invalid_json")),  # half of a surrogate pair
        (b"", (422, "invalid_body")),
        (b"[]", (422, "invalid_body")),
        (b"null", (422, "invalid_body")),
        (b"{}", (422, "invalid_body")),
        (b'{"video_started_ms": "1"}', (422, "invalid_body")),
        (b'{"video_started_ms": true}', (422, "invalid_body")),
        (b'{"video_started_ms": null}', (422, "invalid_body")),
        (b'{"video_started_ms": 1e999}', (422, "invalid_body")),
        (b'{"video_started_ms": -1}', (422, "invalid_body")),
        (b'{"video_started_ms": 1e300}', (422, "invalid_body")),
        (b'{"video_started_ms": 4102444800001}', (422, "invalid_body")),
        (b'{"video_started_ms": 1, "extra": 1}', (422, "invalid_body")),
        (b'{"video_started_ms": ' + b" " * MAX_JSON_BYTES + b"1}", (413, "request_entity_too_large")),
    ],
)  # fmt: skip
def test_a_start_that_is_no_start_is_refused_and_changes_nothing(
    app: Flask, worker: FlaskClient, session: str, body_sent: bytes, expected: tuple[int, str]
) -> None:
    before = rows(app)
    assert refusal(worker.post(f"/api/sessions/{session}/start", data=body_sent)) == expected
    assert rows(app) == before
    assert body(worker.get(f"/api/sessions/{session}"))["started_at"] is None
    assert worker.post(f"/api/sessions/{session}/start", json={"video_started_ms": 0}).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, (422, "invalid_body")),
        ({"assignment_id": "1"}, (422, "invalid_body")),
        ({"assignment_id": 1.5}, (422, "invalid_body")),
        ({"assignment_id": 0}, (422, "invalid_body")),
        ({"assignment_id": -1}, (422, "invalid_body")),
        ({"assignment_id": 2**31}, (422, "invalid_body")),
        ({"assignment_id": 2**80}, (422, "invalid_body")),
        ({"assignment_id": 2**31 - 1}, (404, "assignment_not_found")),
        ({"assignment_id": 1, "state": "submitted"}, (422, "invalid_body")),
    ],
)
def test_a_session_is_opened_for_an_assignment_of_ones_own_only(
    app: Flask, worker: FlaskClient, wanted: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = rows(app)
    assert refusal(worker.post("/api/sessions", json=wanted)) == expected
    theirs = body(sign_in(app, "other@example.org").get("/api/claim"))["claim"]["assignments"][0]["id"]
    assert refusal(worker.post("/api/sessions", json={"assignment_id": theirs})) == (404, "assignment_not_found")
    assert rows(app) == before


def test_what_does_not_fit_the_state_is_a_conflict_with_its_code(
    app: Flask, worker: FlaskClient, assignment: int, session: str
) -> None:
    at, start = f"/api/sessions/{session}", {"video_started_ms": T0}
    before = rows(app)
    assert refusal(worker.post(f"{at}/stop")) == (409, "illegal_move")
    assert refusal(worker.post(f"{at}/submit")) == (409, "illegal_move")
    assert rows(app) == before
    worker.post(f"{at}/start", json=start)
    before = rows(app)
    assert refusal(worker.post(f"{at}/start", json=start)) == (409, "illegal_move")
    assert refusal(worker.post(f"{at}/submit")) == (409, "still_recording")
    worker.post(f"{at}/stop")
    assert worker.post(f"{at}/submit").status_code == 201
    before = rows(app)
    for path in ("/submit", "/stop"):
        answer = worker.post(at + path)
        assert refusal(answer) == (409, "illegal_move")
        assert body(answer)["error"]["details"] == {"state": "submitted"}
    assert refusal(worker.post("/api/sessions", json={"assignment_id": assignment})) == (409, "not_open")
    assert refusal(worker.post(f"/api/assignments/{assignment}/return")) == (409, "already_submitted")
    assert rows(app) == before


def test_pauses_are_told_as_a_whole_and_place_events_in_the_video(
    app: Flask, worker: FlaskClient, session: str
) -> None:
    at = f"/api/sessions/{session}"
    assert refusal(worker.post(f"{at}/pauses", json={"pauses": []})) == (409, "not_recording")
    worker.post(f"{at}/start", json={"video_started_ms": T0})
    for pauses in ([], [[T0 + 1000, T0 + 3000]]):
        assert worker.post(f"{at}/pauses", json={"pauses": pauses}).status_code == 200
    assert refusal(worker.post(f"{at}/pauses", json={"pauses": [[T0 + 3000, T0]]})) == (422, "invalid_pauses")
    assert refusal(worker.post(f"{at}/pauses", json={"pauses": [[T0]]})) == (422, "invalid_body")
    with reading(app.extensions["codesight"].engine) as db:
        row = db.query(RecordingSession).filter_by(public_id=session).one()
        assert [moment.t for moment in present.timeline(row, decoded(event(1, at=4000.0)))] == [2.0]


@pytest.mark.parametrize("wrong", [{"note": 1}, {"note": "a\x00b"}, {"comment": "x"}, {"note": None}])
def test_a_note_that_cannot_be_kept_hands_nothing_in(
    app: Flask, worker: FlaskClient, session: str, wrong: dict[str, Any]
) -> None:
    at = f"/api/sessions/{session}"
    worker.post(f"{at}/start", json={"video_started_ms": T0})
    worker.post(f"{at}/stop")
    before = rows(app)
    assert refusal(worker.post(f"{at}/submit", json=wrong)) == (422, "invalid_body")
    assert rows(app) == before
    assert worker.post(f"{at}/submit", json={"note": "Ünïcödé 👖 it's; fine"}).status_code == 201


@pytest.mark.parametrize("note", ["x" * 501, "a\x1bb", "a\x85b"])
def test_a_note_is_refused_by_name_rather_than_cut(app: Flask, worker: FlaskClient, session: str, note: str) -> None:
    at = f"/api/sessions/{session}"
    worker.post(f"{at}/start", json={"video_started_ms": T0})
    worker.post(f"{at}/stop")
    before = rows(app)
    answer = worker.post(f"{at}/submit", json={"note": note})
    assert refusal(answer) == (422, "invalid_note")
    assert list(body(answer)["error"]["details"]["fields"]) == ["note"]
    assert rows(app) == before
    assert worker.post(f"{at}/submit", json={"note": "Two\nlines"}).status_code == 201


def test_a_new_attempt_leaves_the_first_one_abandoned(worker: FlaskClient, assignment: int, session: str) -> None:
    again = body(worker.post("/api/sessions", json={"assignment_id": assignment}))["id"]
    assert again != session
    assert body(worker.get(f"/api/sessions/{session}"))["state"] == "abandoned"
    answer = worker.post(f"/api/sessions/{session}/start", json={"video_started_ms": T0})
    assert refusal(answer) == (409, "illegal_move")


def test_an_unreachable_queue_does_not_cost_the_worker_the_submission(worker: FlaskClient, session: str) -> None:
    # Nothing listens at the settings' address; the sweep takes the row up later.
    at = f"/api/sessions/{session}"
    worker.post(f"{at}/start", json={"video_started_ms": T0})
    worker.post(f"{at}/stop")
    assert worker.post(f"{at}/submit").status_code == 201
    assert body(worker.get(at))["assignment_state"] == "submitted"
