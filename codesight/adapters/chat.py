"""Chat alerts to the owner's team: one Protocol, and the twin that leaves each alert as a file in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Alert:
    """What is said in a chat. `number` is the same on every try: a repeated one can be told from a second one."""

    number: int
    title: str
    text: str

    @property
    def body(self) -> str:
        """The text with its number."""
        return f"{self.text}\n(alert {self.number})"


class NotSaid(Exception):
    """An alert that a chat did not take; trying again may help."""


class Chat(Protocol):
    """Whatever brings alerts to the team."""

    @property
    def names(self) -> Sequence[str]:
        """A name for each of the team's chats: always the same for one address, and no secret."""

    def say(self, name: str, alert: Alert) -> None:
        """Bring an alert to one of the chats. Raises NotSaid."""


class FolderChat:
    """The twin of an installation without a chat: each alert is a text file."""

    names = ("folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def say(self, name: str, alert: Alert) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / f"{alert.number:08}.txt").write_text(f"{alert.title}\n\n{alert.body}\n")
