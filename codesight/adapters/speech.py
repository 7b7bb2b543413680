"""Speech to text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class NotConfigured(Exception):
    """No service is set up for this; the message says what to set."""


class SpeechFailed(Exception):
    """The service could not read this recording; the message is fit for people."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said."""

    text: str
    model: str
    """Name of the model that wrote it down."""


class Speech(Protocol):
    """Turns narration into text."""

    def transcribe(self, path: Path) -> Spoken:
        """The words of a sound file. Raises NotConfigured and SpeechFailed."""


class NoSpeech:
    """The twin for installations without a speech model. It never pretends to have heard something."""

    def transcribe(self, path: Path) -> Spoken:
        """Raises NotConfigured."""
        raise NotConfigured("No speech model is set, so there is no transcript.")
