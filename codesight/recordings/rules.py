"""What may stand in a note that people write, and where a moment stands in the video. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from codesight.errors import Invalid
from codesight.lifecycle import SessionState

UNFINISHED = (SessionState.READY, SessionState.RECORDING, SessionState.STOPPED)
"""Recordings that are being made, or were made and not handed in."""

NOTE_LENGTH = 500
"""Of the worker's note to the reviewer."""

MOST_PAUSES = 500
"""Of one recording."""

# Tabs and line breaks are text. Of the rest PostgreSQL keeps no NUL, and half a surrogate pair is no character.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def wrong_with_note(note: str, longest: int) -> list[str]:
    """What is wrong with a note of at most `longest` characters, in sentences; empty when it can be kept."""
    wrong = []
    if len(note) > longest:
        wrong.append(f"Use at most {longest} characters.")
    if _NOT_TEXT.search(note):
        wrong.append("This holds a character that cannot be kept. Write it in letters and signs that can be seen.")
    return wrong


def ensure_valid_note(note: str) -> None:
    """Whether a worker's note can be kept. Raises Invalid `invalid_note`."""
    if wrong := wrong_with_note(note, NOTE_LENGTH):
        raise Invalid("invalid_note", "The note cannot be kept as it is: " + " ".join(wrong), fields={"note": wrong})


@dataclass(frozen=True, slots=True)
class VideoClock:
    """Where a moment stands in the video, which leaves out what was paused. All by the browser's clock."""

    started_ms: float
    """Unix milliseconds of the first frame."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Begin and end of each in Unix milliseconds, one after the other."""

    def place(self, wall_ms: float) -> float:
        """Milliseconds from the first frame, negative before it; what happened in a pause stands where that begins."""
        left_out = sum(min(wall_ms, end) - begin for begin, end in self.pauses if begin < wall_ms)
        return wall_ms - self.started_ms - left_out


def ensure_valid_pauses(pauses: Sequence[tuple[float, float]], started_ms: float) -> None:
    """Whether these can be the pauses of a video that began then. Raises Invalid `invalid_pauses`."""
    moments = [started_ms, *chain.from_iterable(pauses)]
    if len(pauses) > MOST_PAUSES or any(after < before for before, after in pairwise(moments)):
        raise Invalid(
            "invalid_pauses",
            f"Send at most {MOST_PAUSES} pauses, each with its begin and its end, one after the other and all after "
            "the video's first frame.",
        )
