"""What kind of demonstration this is: never who made it."""

from collections.abc import Iterator

import msgspec

from codesight.clock import iso
from codesight.exports.base import Demonstration

NAME = "metadata"
TITLE = "Metadata"


def files(demonstration: Demonstration) -> Iterator[tuple[str, bytes]]:
    """`metadata.json`. Notes of workers and reviewers stay here, they are about people."""
    session, review = demonstration.session, demonstration.review
    scenario = session.assignment.scenario
    about = {
        "session_id": session.public_id,
        "goal": scenario.goal,
        "constraints": scenario.constraints,
        "category": scenario.category,
        "tier": scenario.tier.value,
        "revision": demonstration.submission.revision_no,
        "recorded_at": iso(session.started_at) if session.started_at else None,
        "duration_ms": demonstration.duration_ms,
        "events": len(demonstration.events),
        "steps": len(demonstration.steps),
        "rating": review.rating,
        "client": session.client,
    }
    yield "metadata.json", msgspec.json.format(msgspec.json.encode(about), indent=1)
