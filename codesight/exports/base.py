"""What an exporter is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from codesight.analysis.models import Step
from codesight.capture.rules import Event
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews.models import Review


@dataclass(frozen=True)
class Demonstration:
    """One accepted and usable recording, with all that is known of it."""

    session: RecordingSession
    submission: Submission
    review: Review
    steps: Sequence[Step]
    events: Sequence[Event]
    duration_ms: int | None
    video: str | None
    """Name of the playable video in storage; None when there is none."""
    audio: str | None


class Exporter(Protocol):
    """A module of this package that is listed in EXPORTERS: turns a demonstration into files of the dataset."""

    NAME: str
    TITLE: str

    def files(self, demonstration: Demonstration) -> Iterator[tuple[str, bytes]]:
        """File names, relative to the demonstration's folder, and their content."""
