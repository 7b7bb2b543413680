"""From a recording to what the checks look at."""

from collections.abc import Sequence

from codesight.capture.rules import Event, text_of
from codesight.checks.base import Box, EventFact
from codesight.recordings.models import Recording
from codesight.recordings.rules import VideoClock


def event_facts(session: Recording, events: Sequence[Event]) -> list[EventFact]:
    """The session's events as the checks look at them; times count from the video's first frame."""
    clock = session.video_clock or VideoClock(events[0].t_wall if events else 0.0)
    return [_fact(event, clock) for event in events]


def _fact(event: Event, clock: VideoClock) -> EventFact:
    target, pointer, viewport = event.target, event.pointer, event.viewport
    box = target.bbox if target else None
    return EventFact(
        seq=event.seq,
        type=event.type.value,
        t_ms=clock.place(event.t_wall),
        url=event.url,
        target_text=(target.text or target.name) if target else "",
        value_text=text_of(event),
        trusted=event.trusted,
        pointer=(pointer.x, pointer.y) if pointer else None,
        bbox=Box(box.x, box.y, box.w, box.h) if box else None,
        viewport=(viewport.w, viewport.h),
    )
