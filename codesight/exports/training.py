"""The training document of the mission: a recording's files and what was done, step by step."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from codesight.analysis.models import Step
from codesight.exports.base import Demonstration
from codesight.recordings.models import RecordingSession

NAME = "training"
TITLE = "Training document"


def files(demonstration: Demonstration) -> Iterator[tuple[str, bytes]]:
    """`training.json`; the paths are those of the files beside it."""
    video = "screen.webm" if demonstration.video else None
    audio = "microphone.webm" if demonstration.audio else None
    document = training_document(demonstration.session, demonstration.steps, video, audio)
    yield "training.json", msgspec.json.format(msgspec.json.encode(document), indent=1)


def training_document(
    session: RecordingSession, steps: Sequence[Step], video_path: str | None, audio_path: str | None
) -> dict[str, Any]:
    """The mission's keys, and more.

    `timestamp` is the place in the video in milliseconds; coordinates are CSS pixels of the viewport, null without
    a pointer.
    """
    scenario = session.assignment.scenario
    return {
        "session_id": session.public_id,
        "goal": scenario.goal,
        "constraints": scenario.constraints,
        "tier": scenario.tier.value,
        "category": scenario.category,
        "video_path": video_path,
        "audio_path": audio_path,
        "annotations": [_annotation(step) for step in steps],
    }


def _annotation(step: Step) -> dict[str, Any]:
    return {
        "timestamp": step.t_ms,
        "action_type": step.action_type,
        "target_selector": step.target_selector,
        "coordinates": None if step.x is None or step.y is None else [step.x, step.y],
        "element_text": step.element_text,
        "page_url": step.page_url,
        "value": step.value,
        "step": step.number,
        "events": [step.first_seq, step.last_seq],
    }
