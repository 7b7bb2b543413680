"""The two documents of the mission, over HTTP and as files of the dataset."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Role
from codesight.capture import events, uploads
from codesight.capture.models import UploadKind
from codesight.clock import from_ms
from codesight.db import transaction
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Worker
from tests.capture.samples import SHOP, T0, event, pointer, target, text
from tests.capture.support import row
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, sign_in
from tests.web.answers import body, refusal

pytestmark = on_sqlite


@pytest.fixture
def session(app: Flask, world: World) -> str:
    """The id of a session of eight minutes with events of every kind that a summary counts."""
    field = target("#q", "input", name="Search")
    happened = [
        event(1, "navigation", cause="load"),
        event(2, "click", target=field, pointer=pointer()),
        event(3, "input", target=field, value=text("blue jeans")),
        event(4, "scroll", value={"kind": "scroll", "dx": 0.0, "dy": 640.0}),
        event(5, "click", target=target("#go", text="Search"), pointer=pointer(12.5, 8.0)),
        event(6, "navigation", cause="load", url=SHOP + "search?q=jeans"),
    ]
    with transaction(app.extensions["codesight"].engine) as db:
        assignment = claim(db, db.get_one(Worker, world.worker_id)).assignments[0]
        made = recordings.open_session(db, assignment, now=from_ms(T0))
        recordings.begin(db, made, video_started_ms=T0, now=from_ms(T0))
        events.store(db, [row(made.id, sample) for sample in happened])
        db.refresh(made)
        recordings.end(db, made, now=from_ms(T0 + 480_000))
        return made.public_id


@pytest.fixture
def worker(app: Flask, session: str) -> FlaskClient:
    return client_for(app, Role.WORKER)


def test_the_session_document_has_the_missions_keys(worker: FlaskClient, session: str) -> None:
    document = body(worker.get(f"/api/extension/sessions/{session}/data"))
    promised = {"sessionId", "startTime", "endTime", "duration", "totalEvents", "events", "summary"}
    assert set(document) - promised == {"clockOffset"}
    assert promised <= set(document)
    assert (document["sessionId"], document["totalEvents"], document["duration"]) == (session, 6, 480_000)
    assert (document["startTime"], document["endTime"]) == ("2025-11-21T08:50:00.000Z", "2025-11-21T08:58:00.000Z")
    assert document["summary"] == {
        "clicks": 2, "inputs": 1, "scrolls": 1, "navigations": 2,
        "pagesVisited": [SHOP, SHOP + "search?q=jeans"],
    }  # fmt: skip
    assert [e["type"] for e in document["events"]] == ["navigation", "click", "input", "scroll", "click", "navigation"]
    for entry in document["events"]:
        assert set(entry) == {"type", "data"}
        assert set(entry["data"]) == {"selector", "element", "text", "coordinates", "url", "timestamp"}
    assert document["events"][4]["data"] == {
        "selector": "#go", "element": "button", "text": "Search", "coordinates": {"x": 12.5, "y": 8.0},
        "url": SHOP, "timestamp": T0 + 500,
    }  # fmt: skip


def test_the_training_document_has_the_missions_keys(app: Flask, worker: FlaskClient, session: str) -> None:
    address = f"/api/extension/sessions/{session}/training-data"
    document = body(worker.get(address))
    promised = {"video_path", "audio_path", "annotations"}
    assert set(document) == promised | {"session_id", "goal", "constraints", "tier", "category"}
    assert (document["video_path"], document["audio_path"]) == (None, None)
    for annotation in document["annotations"]:
        wanted = {"timestamp", "action_type", "target_selector", "coordinates", "element_text", "page_url"}
        assert set(annotation) == wanted | {"value", "step", "events"}
    (click,) = [step for step in document["annotations"] if step["target_selector"] == "#go"]
    assert (click["timestamp"], click["target_selector"], click["coordinates"]) == (500, "#go", [12.5, 8.0])
    assert (click["element_text"], click["page_url"], click["events"]) == ("Search", SHOP, [5, 5])
    with transaction(app.extensions["codesight"].engine) as db:
        mine = db.query(RecordingSession).filter_by(public_id=session).one()
        for kind in UploadKind:
            upload = uploads.record_started(db, mine, kind, f"up_{kind}", uploads.CONTENT_TYPES[kind], now=NOW)
            if kind == UploadKind.SCREEN:
                uploads.record_completed(db, upload, 7, now=NOW)
    document = body(worker.get(address))
    assert document["video_path"] == f"s3://local/recordings/{session}/screen.webm"
    assert document["audio_path"] is None  # it has not arrived


def test_only_sessions_with_events_are_listed_and_only_ones_own(app: Flask, worker: FlaskClient, session: str) -> None:
    assert [s["id"] for s in body(worker.get("/api/extension/sessions"))["sessions"]] == [session]
    assert body(worker.get("/api/extension/sessions"))["sessions"][0]["events"] == 6
    assert body(sign_in(app, "other@example.org").get("/api/extension/sessions")) == {"sessions": []}
    for role in (Role.OWNER, Role.REVIEWER, Role.PAYER):
        assert len(body(client_for(app, role).get("/api/extension/sessions"))["sessions"]) == 1


@pytest.mark.parametrize("document", ["data", "training-data"])
def test_documents_are_for_whoever_may_see_the_session(
    app: Flask, worker: FlaskClient, session: str, document: str
) -> None:
    address = f"/api/extension/sessions/{session}/{document}"
    assert refusal(app.test_client().get(address)) == (401, "not_signed_in")
    assert refusal(sign_in(app, "other@example.org").get(address)) == (404, "session_not_found")
    for role in (Role.OWNER, Role.REVIEWER):
        assert client_for(app, role).get(address).status_code == 200
    for public_id, expected in (("cs_none", (404, "session_not_found")), ("cs-1", (400, "invalid_session_id"))):
        assert refusal(worker.get(f"/api/extension/sessions/{public_id}/{document}")) == expected


def test_a_session_without_events_has_documents_too(app: Flask, world: World) -> None:
    other = sign_in(app, "other@example.org")
    (mine,) = body(other.get("/api/sessions"))["sessions"]
    data = body(other.get(f"/api/extension/sessions/{mine['id']}/data"))
    assert (data["totalEvents"], data["events"], data["duration"]) == (0, [], 0)
    assert body(other.get(f"/api/extension/sessions/{mine['id']}/training-data"))["annotations"] == []
