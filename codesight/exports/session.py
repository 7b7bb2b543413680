"""The session document of the mission, and the raw events behind it."""

from collections.abc import Iterator

import msgspec

from codesight.capture.documents import session_document
from codesight.exports.base import Demonstration

NAME = "session"
TITLE = "Session document and raw events"


def files(demonstration: Demonstration) -> Iterator[tuple[str, bytes]]:
    """`session.json` in the short form, and `events.jsonl` with the whole envelope, a line an event."""
    document = session_document(demonstration.session, demonstration.events)
    yield "session.json", msgspec.json.format(msgspec.json.encode(document), indent=1)
    yield "events.jsonl", b"".join(msgspec.json.encode(event) + b"\n" for event in demonstration.events)
