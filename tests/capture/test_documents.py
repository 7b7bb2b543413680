"""The session document of the mission."""

from datetime import timedelta

from codesight.capture.documents import session_document
from codesight.clock import from_ms
from codesight.lifecycle import SessionState
from codesight.recordings.models import RecordingSession
from tests.capture.samples import SHOP, T0, decoded, event, pointer, target, text

STARTED = from_ms(T0)


def session(**changes: object) -> RecordingSession:
    facts = {
        "public_id": "cs_md0ap0gn_thwyx",
        "state": SessionState.STOPPED,
        "created_at": STARTED - timedelta(minutes=1),
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=10),
        "clock_offset_ms": 0.0,
    }
    return RecordingSession(**{**facts, **changes})


def test_the_document_has_exactly_the_missions_form() -> None:
    button = target("#add", text="Add to cart", name="Add to cart")
    field = target("#q", "input", name="Search")
    happened = decoded(
        event(1, "navigation", cause="load"),
        event(2, "click", target=button, pointer=pointer(70.0, 36.0)),
        event(3, "input", target=field, value=text("jeans")),
        event(4, "scroll", value={"kind": "scroll", "dx": 0.0, "dy": 640.0}),
        event(5, "navigation", cause="load", url=SHOP + "cart"),
        event(6, "hover", url=SHOP + "cart"),
        event(7, "click", url="https://pay.example/form", frame_path=["#pay"]),
    )
    document = session_document(session(), happened)
    events = document.pop("events")
    assert document == {
        "sessionId": "cs_md0ap0gn_thwyx",
        "startTime": "2025-11-21T08:50:00.000Z",
        "endTime": "2025-11-21T08:50:10.000Z",
        "duration": 10_000,
        "clockOffset": 0,
        "totalEvents": 7,
        "summary": {
            "clicks": 2,
            "inputs": 1,
            "scrolls": 1,
            "navigations": 2,
            "pagesVisited": [SHOP, SHOP + "cart"],
        },
    }
    assert events[1] == {
        "type": "click",
        "data": {
            "selector": "#add",
            "element": "button",
            "text": "Add to cart",
            "coordinates": {"x": 70.0, "y": 36.0},
            "url": SHOP,
            "timestamp": int(T0) + 200,
        },
    }
    assert events[2]["data"]["text"] == "jeans"
    assert events[0]["data"]["coordinates"] is None
    assert [entry["type"] for entry in events][-1] == "click"


def test_a_running_session_ends_with_its_last_event_by_the_servers_clock() -> None:
    running = session(state=SessionState.RECORDING, ended_at=None, clock_offset_ms=500.0)
    document = session_document(running, decoded(event(1), event(2, at=4_000.0)))
    assert document["duration"] == 4_500
    assert document["endTime"] == "2025-11-21T08:50:04.500Z"


def test_a_session_without_anything_is_an_empty_document() -> None:
    empty = session_document(session(state=SessionState.READY, started_at=None, ended_at=None), [])
    assert (empty["duration"], empty["totalEvents"], empty["events"]) == (0, 0, [])
    assert empty["startTime"] == empty["endTime"] == "2025-11-21T08:49:00.000Z"


def test_events_before_the_start_do_not_make_time_run_backwards() -> None:
    early = session_document(session(ended_at=None), decoded(event(1, at=-60_000.0)))
    assert early["duration"] == 0
