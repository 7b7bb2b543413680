"""The session document of the mission: a recording's events in the short form. Pure."""

from collections.abc import Sequence
from typing import Any

from codesight.capture.rules import Event, EventType, selector, text_of
from codesight.clock import from_ms, iso, to_ms
from codesight.recordings.models import RecordingSession

_SUMMARY = {
    "clicks": {EventType.CLICK, EventType.DOUBLE_CLICK, EventType.RIGHT_CLICK},
    "inputs": {EventType.INPUT, EventType.SELECT, EventType.CHECK},
    "scrolls": {EventType.SCROLL},
    "navigations": {EventType.NAVIGATION},
}


def session_document(session: RecordingSession, events: Sequence[Event]) -> dict[str, Any]:
    """The document as JSON types.

    Start and end are by the server's clock; a session that still runs ends with its last event. An event's
    `timestamp` is in Unix milliseconds by the browser's clock; `clockOffset` is the server's minus it.
    `selector` is one that Playwright takes; `text` is what was typed or chosen, else what the element says.
    """
    started = session.started_at or session.created_at
    last = from_ms(events[-1].t_wall + session.clock_offset_ms) if events else started
    ended = max(session.ended_at or last, started)
    summary: dict[str, Any] = {name: sum(event.type in types for event in events) for name, types in _SUMMARY.items()}
    pages = dict.fromkeys(event.url for event in events if event.url and not event.frame_path)
    return {
        "sessionId": session.public_id,
        "startTime": iso(started),
        "endTime": iso(ended),
        "duration": round(to_ms(ended) - to_ms(started)),
        "clockOffset": round(session.clock_offset_ms),
        "totalEvents": len(events),
        "events": [_entry(event) for event in events],
        "summary": {**summary, "pagesVisited": list(pages)},
    }


def _entry(event: Event) -> dict[str, Any]:
    target, pointer = event.target, event.pointer
    return {
        "type": event.type.value,
        "data": {
            "selector": selector(event),
            "element": target.tag if target else "",
            "text": text_of(event) or (target.text or target.name if target else ""),
            "coordinates": {"x": pointer.x, "y": pointer.y} if pointer else None,
            "url": event.url,
            "timestamp": round(event.t_wall),
        },
    }
