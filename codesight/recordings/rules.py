"""What may stand in a note that people write. Pure."""

import re

from codesight.errors import Invalid
from codesight.lifecycle import SessionState

UNFINISHED = (SessionState.READY, SessionState.RECORDING, SessionState.STOPPED)
"""Recordings that are being made, or were made and not handed in."""

NOTE_LENGTH = 500
"""Of the worker's note to the reviewer."""

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
