"""What help says: read from `content/`, with this installation's own figures in it."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup, escape

from codesight.assignments.rules import ALIVE_FOR, LONGEST_PAUSE, MOST_EXTENSION
from codesight.config import Settings

FOLDER = Path(__file__).parent / "content"

_MARK = re.compile(r"\*\*(?P<name>[^*]+)\*\*|`(?P<code>[^`]+)`|_(?P<foreign>[^_]+)_")


class Step(msgspec.Struct, frozen=True):
    """One step of a tutorial.

    In every text of help `**Name**` is a button, link or heading of the product, `_Name_` one of the browser's
    own, and `` `text` `` is typed.
    """

    title: str
    text: str
    on: str
    """The page on which the names are found, as the tests call it."""
    picture: str = ""
    """The picture's name, without its ending."""
    alt: str = ""
    """What the picture shows, for who does not see it."""


class Browser(msgspec.Struct, frozen=True):
    """How to install the extension in one browser."""

    name: str
    steps: list[Step]


class Question(msgspec.Struct, frozen=True):
    """A question and its answer, found by its anchor."""

    id: str
    topic: str
    ask: str
    answer: str
    on: str = ""
    """Where the names in the answer are found; see `Step`."""
    link: str = ""
    """A view that helps further, and how its link is called."""
    link_text: str = ""


TOPICS = {
    "start": "Before you start",
    "record": "Recording",
    "extension": "The extension",
    "time": "Time, pausing and returning",
    "review": "Review and revisions",
    "pay": "Pay and levels",
    "privacy": "Privacy and your data",
}
"""The topics of questions, in their order, with their headings."""


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


BROWSERS = msgspec.convert(_read("extension")["browser"], list[Browser])
CAPTIONS: list[str] = _read("tutorial")["spoken"]
"""What the film's captions say, in order: its text for who cannot play it."""


def tutorial(settings: Settings) -> list[Step]:
    """The steps of the first recording."""
    steps = msgspec.convert(_read("tutorial")["step"], list[Step])
    return [msgspec.structs.replace(step, text=_filled(step.text, settings)) for step in steps]


def questions(settings: Settings) -> list[Question]:
    """All questions, topic by topic."""
    asked = msgspec.convert(_read("questions")["question"], list[Question])
    places = list(TOPICS)
    filled = [msgspec.structs.replace(one, answer=_filled(one.answer, settings)) for one in asked]
    return sorted(filled, key=lambda one: places.index(one.topic))


def search(asked: Iterable[Question], sought: str) -> Sequence[Question]:
    """Those in which each of the words stands, at the beginning of a word; all when nothing is sought."""
    words = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in re.findall(r"\w+", sought)]
    return [
        one
        for one in asked
        if all(word.search(f"{one.ask} {one.answer} {TOPICS[one.topic]} {one.id}") for word in words)
    ]


def names_in(text: str) -> list[str]:
    """The buttons, links and headings of the product that a text names."""
    return [found["name"] for found in _MARK.finditer(text) if found["name"]]


def marked(text: str) -> Markup:
    """The text with its names and what is typed set off, and safe to show."""
    out, done = Markup(""), 0
    for found in _MARK.finditer(text):
        tag = "strong" if found["name"] else "code" if found["code"] else "em"
        words = found["name"] or found["code"] or found["foreign"]
        out += escape(text[done : found.start()]) + Markup(f"<{tag}>") + escape(words) + Markup(f"</{tag}>")
        done = found.end()
    return out + escape(text[done:])


def _filled(text: str, settings: Settings) -> str:
    return text.format(
        minutes=f"{settings.minimum_video_seconds / 60:g}",
        lease=settings.lease_hours,
        pause=int(LONGEST_PAUSE.total_seconds() // 3600),
        alive=int(ALIVE_FOR.total_seconds() // 60),
        extension=int(MOST_EXTENSION.total_seconds() // 3600),
    )
