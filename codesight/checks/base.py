"""What a check is given and what it answers. Checks flag; only people reject."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from codesight.adapters.media import MediaInfo
from codesight.checks.speech_signal import AudioSummary

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

SPEECH = "speech"  # name of the check that measures it
VOICED_RATIO = "voiced_ratio"  # figure of the speech check: share of the time in which somebody speaks, 0 to 1
MINIMUM_SECONDS = 300.0  # the mission's five minutes, where a gig says nothing else

# What a person does on purpose; scrolls, hovers and what the browser does by itself are not among them.
POINTER_ACTIONS = frozenset({"click", "double_click", "right_click", "select", "check", "submit"})
ACTIONS = POINTER_ACTIONS | {"input", "key"}


class Outcome(StrEnum):
    """What a check came to. There is no `reject`: that is for a reviewer to say."""

    PASS = "pass"
    FLAG = "flag"  # a reviewer should look at the findings
    UNKNOWN = "unknown"  # what the check needs is not there


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed, in words for the worker: what it is and what to do about it."""

    code: str
    message: str
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check's answer."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was measured, for whoever counts on it; the names are the check's own."""


@dataclass(frozen=True, slots=True)
class Box:
    """An element's place in the viewport, in CSS pixels."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class EventFact:
    """One captured event, as far as checks look at it."""

    seq: int
    type: str  # as in the socket protocol: click, input, scroll, navigation, …
    t_ms: float  # since the recording started, on the server's clock
    url: str = ""
    target_text: str = ""  # visible text or accessible name of the element
    value_text: str = ""  # what was typed or chosen; placeholders where it was masked
    trusted: bool = True  # the browser's isTrusted
    pointer: tuple[float, float] | None = None  # x, y in the viewport, CSS pixels
    bbox: Box | None = None
    viewport: tuple[float, float] | None = None  # width, height, CSS pixels


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """All that the checks know of a submission. `video` and `audio` are None if there is no file or it
    cannot be read; `video_problem` and `audio_problem` then hold the MediaError's code, and None means: no
    file."""

    goal: str
    events: Sequence[EventFact] = ()
    minimum_seconds: float = MINIMUM_SECONDS
    video: MediaInfo | None = None
    video_problem: str | None = None
    audio: AudioSummary | None = None
    audio_problem: str | None = None
    narration_required: bool = True


class Check(Protocol):
    """A module of this package that is listed in CHECKS."""

    NAME: str  # in the database and the API
    TITLE: str  # for people

    def check(self, facts: SubmissionFacts) -> CheckResult:
        """Look at one submission. Pure: no database, no files, no clock."""


def concluded(findings: Iterable[Finding]) -> CheckResult:
    """Flagged if anything was found, passed otherwise."""
    found = tuple(findings)
    return CheckResult(Outcome.FLAG if found else Outcome.PASS, found)


def in_order(events: Sequence[EventFact]) -> list[EventFact]:
    """The events by their time; several tabs do not deliver them so."""
    return sorted(events, key=lambda event: (event.t_ms, event.seq))


def minutes(seconds: float) -> str:
    """A length for people: "4:05 minutes"."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d} minutes"
