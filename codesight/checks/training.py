"""The training task: what it asks for, and whether a recording did it. Rules over the events, declared in one file.

No rule weighs or guesses: each looks for one thing that was asked for, and says in words what it did not find.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from codesight.checks import speech, video_length
from codesight.checks.base import ACTIONS, CheckResult, EventFact, Outcome, SubmissionFacts, in_order, minutes

SHOP = "/practice-shop/"


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the worker is asked to do, and the figures that it is judged by."""

    version: str
    goal: str
    constraints: list[str]
    minimum_seconds: float
    maximum_seconds: float
    fewest_events: int
    least_products: int
    narrowed_by: list[str]
    """Any of these in the address of a list is a filter or an order that the worker chose."""
    right_colors: list[str]
    right_products: list[str]
    """Those within the price limit, by their names in addresses."""


TASK = msgspec.toml.decode((Path(__file__).parent / "training_task.toml").read_bytes(), type=Task)


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing that the task asks for."""

    name: str
    title: str
    ok: bool
    message: str
    """What to do better; empty when it is fine."""


def judge(task: Task, facts: SubmissionFacts, checked: Mapping[str, CheckResult]) -> list[Judged]:
    """All that passing takes, in the order in which the worker reads it.

    `checked` is what every recording goes through. A check that could not be made counts for the worker, whose fault
    it is not.
    """
    visits = [visit for event in in_order(facts.events) if (visit := _visit(event))]
    results = [_of_check(name, title, checked[name]) for name, title in _CHECKED]
    results.append(_not_too_long(task, facts))
    for name, title, rule in _ASKED:
        found = next(rule(task, facts, visits), "")
        results.append(Judged(name, title, not found, found))
    return results


@dataclass(frozen=True, slots=True)
class _Visit:
    """An event in the practice shop: where it was, and what was clicked."""

    event: EventFact
    path: str
    query: Mapping[str, Sequence[str]]

    @property
    def product(self) -> str | None:
        found = re.fullmatch(r"p/([a-z0-9-]+)", self.path)
        return found[1] if found else None


def _visit(event: EventFact) -> _Visit | None:
    try:
        parts = urlsplit(event.url)
    except ValueError:
        return None
    if not parts.path.startswith(SHOP):
        return None
    return _Visit(event, parts.path.removeprefix(SHOP), parse_qs(parts.query))


def _of_check(name: str, title: str, result: CheckResult) -> Judged:
    words = " ".join(finding.message for finding in result.findings)
    ok = result.outcome is not Outcome.FLAG
    return Judged(name, title, ok, "" if ok else words)


def _not_too_long(task: Task, facts: SubmissionFacts) -> Judged:
    long = facts.video is not None and facts.video.duration_s > task.maximum_seconds
    why = f"It is longer than {minutes(task.maximum_seconds)}. Do only what is asked for, then stop."
    return Judged("not_too_long", "It is not too long", not long, why if long else "")


def _events(task: Task, facts: SubmissionFacts, visits: Sequence[_Visit]) -> Iterator[str]:
    actions = sum(event.type in ACTIONS for event in facts.events)
    if actions < task.fewest_events:
        yield (
            f"Only {actions} clicks and inputs arrived. Look whether the extension is connected, and record in the "
            "browser in which you shop."
        )


def _narrowed(task: Task, facts: SubmissionFacts, visits: Sequence[_Visit]) -> Iterator[str]:
    lists = (visit for visit in visits if visit.path == "search" or visit.path.startswith("c/"))
    if not any(key in visit.query for visit in lists for key in task.narrowed_by):
        yield "You neither filtered nor sorted. Choose a filter beside the list, or another order above it."


def _products(task: Task, facts: SubmissionFacts, visits: Sequence[_Visit]) -> Iterator[str]:
    opened = {visit.product for visit in visits if visit.product}
    if len(opened) < task.least_products:
        count = {0: "no product", 1: "one product only"}.get(len(opened), f"{len(opened)} products only")
        yield f"You opened {count}. Open at least {task.least_products}, and say how they differ."


def _cart(task: Task, facts: SubmissionFacts, visits: Sequence[_Visit]) -> Iterator[str]:
    added = [visit for visit in visits if visit.product and visit.event.target_text.strip() == "Add to cart"]
    if not added:
        yield "Nothing was put into the cart. On a product’s page choose a color and a size, then press Add to cart."
        return
    last = added[-1]
    if last.product not in task.right_products:
        yield "What you put into the cart is not a pair of blue jeans under $70. Look at the price before you choose."
    elif not set(last.query.get("color", ())) & set(task.right_colors) or "size" not in last.query:
        yield "The last pair had no size, or was not blue. Choose both before you press Add to cart."
    elif not any(visit.path == "cart" and visit.event.t_ms >= last.event.t_ms for visit in visits):
        yield "You did not open the cart at the end. Press Cart at the top of the shop, and see that the pair is in it."


_CHECKED = (
    (video_length.NAME, "The video plays and is long enough"),
    (speech.NAME, "Your voice is there and clear"),
)
_Rule = Callable[[Task, SubmissionFacts, Sequence[_Visit]], Iterator[str]]
_ASKED: tuple[tuple[str, str, _Rule], ...] = (
    ("events", "Your clicks arrived", _events),
    ("narrowed", "You filtered or sorted", _narrowed),
    ("products", "You looked at more than one product", _products),
    ("cart", "The right pair is in the cart", _cart),
)
