"""What an analyser is given and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codesight.adapters.speech import Speech, Spoken
from codesight.analysis.models import AnalysisState
from codesight.capture.rules import Event
from codesight.recordings.rules import VideoClock


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """All that the analysers know of a submission."""

    events: Sequence[Event]
    """In the order of `seq`."""
    clock: VideoClock | None
    """None if there was no video."""
    microphone: Path | None
    """The narration as a file on this machine; None if there is none."""
    speech: Speech


@dataclass(frozen=True, slots=True)
class Action:
    """One step of the demonstration, as it goes into the table `step` (see there for the fields)."""

    action_type: str
    t_ms: int
    target_selector: str
    x: float | None
    y: float | None
    element_text: str
    value: str
    page_url: str
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Result:
    """An analyser's answer; `note` is for people."""

    state: AnalysisState
    note: str = ""
    steps: tuple[Action, ...] = ()
    transcript: Spoken | None = None


class Analyser(Protocol):
    """A module of this package that is listed in ANALYSERS."""

    NAME: str  # in the database and the API
    TITLE: str  # for people

    def run(self, facts: RecordingFacts) -> Result:
        """Read one submission. No database; files and the outside world only through the facts."""
