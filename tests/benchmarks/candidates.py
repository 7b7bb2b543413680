"""How well a target is found again after a page changed, beside Playwright's own selector and @medv/finder.

Every interactive element of the pages in `candidate_pages` is described in a real Chromium. Then each page is loaded
again, changed in one of three ways (generated class names, inserted siblings, other digits), and every description is
looked up by Playwright: it is right if it finds that element and no other.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from playwright.sync_api import Page, sync_playwright

from codesight.capture.rules import Candidate, Target, for_playwright
from tests.architecture.source import ROOT
from tests.benchmarks.figures import Figure, Lacking, Spread
from tests.support.services import chromium

EXTENSION = ROOT / "extension"
PAGES = {path.stem: path.read_text() for path in sorted((ROOT / "tests/benchmarks/candidate_pages").glob("*.html"))}
"""Realistic pages of our own: generated class names and ids, buttons that say the same, components, other languages."""
SCRIPTS = ("vendor/", "stable", "selectors", "names", "around", "candidates", "passwords", "fields", "roots")
BOUNDS = {"classes": 99.0, "siblings": 99.5, "digits": 99.0}
SOME_RIGHT, UNIQUE, THREE_KINDS = 99.9, 99.0, 99.0
OURS, PLAYWRIGHT, FINDER = "ours", "playwright", "finder"


@dataclass(frozen=True)
class Described:
    """One element's descriptions, as selectors for Playwright, best first."""

    page: str
    what: str
    ours: list[str]
    counts: list[int]
    kinds: int
    """How many strategies describe it."""
    playwright: str
    finder: str


def measure() -> Iterator[Figure]:
    """Percent of all interactive elements."""
    if chromium() is None:
        raise Lacking("there is no Chromium")
    with browser_page() as page:
        described, right = look(page, PAGES)
    total = len(described)

    def percent(hits: int) -> Spread:
        return Spread.of([100 * hits / total])

    def figure(name: str, hits: int, at_least: float | None, compare: int | None = None, by: str = "") -> Figure:
        reference = None if compare is None else 100 * compare / total
        note = f"candidates: {total} elements of {len(PAGES)} pages"
        return Figure(name, "%", percent(hits), 1, reference, by, at_least=at_least, note=note)

    yield figure("candidates.first_unique", sum(one.counts[0] == 1 for one in described), UNIQUE)
    yield figure("candidates.three_kinds", sum(one.kinds >= 3 for one in described), THREE_KINDS)
    for change, bound in (("none", 99.0), *BOUNDS.items()):
        found = right[change]
        first = sum(one[OURS][0] for one in found)
        for by in (PLAYWRIGHT, FINDER):
            theirs = sum(one[by][0] for one in found)
            yield figure(f"candidates.first_right.{change}.than_{by}", first, bound, theirs, f"{by} in the same run")
        yield figure(f"candidates.some_right.{change}", sum(any(one[OURS]) for one in found), SOME_RIGHT)


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page in which Playwright shows its selector generator to scripts."""
    # Playwright's driver reads it when it starts; "console" is its documented way to the generator.
    before = os.environ.get("PWDEBUG")
    os.environ["PWDEBUG"] = "console"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=["--no-sandbox"])
            try:
                yield browser.new_page(viewport={"width": 1280, "height": 900})
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["PWDEBUG"]
        else:
            os.environ["PWDEBUG"] = before


def look(page: Page, pages: Mapping[str, str]) -> tuple[list[Described], dict[str, list[dict[str, list[bool]]]]]:
    """What describes each element, and by change which of the descriptions are still right."""
    described: list[Described] = []
    right: dict[str, list[dict[str, list[bool]]]] = {change: [] for change in ("none", *BOUNDS)}
    for name, html in pages.items():
        mine: list[Described] = []
        for change in right:
            open_page(page, html)
            if not mine:
                mine = [_described(name, one) for one in page.evaluate("measure.describe()")]
                described += mine
            if change != "none":
                page.evaluate("name => measure.mutate(name)", change)
            right[change] += _right(page, mine)
    return described, right


def open_page(page: Page, html: str) -> None:
    """Show a document with the content scripts that describe elements in it."""
    page.goto("about:blank")  # a window of its own: components are declared once in each
    page.set_content(html)
    listed = re.findall(r"'((?:vendor|content)/\w[\w-]*\.js)'", (EXTENSION / "background" / "scripts.js").read_text())
    for path in listed:
        if any(word in path for word in SCRIPTS) and not path.endswith("mask_field.js"):
            page.evaluate((EXTENSION / path).read_text())
    page.evaluate((ROOT / "tests/benchmarks/candidates.js").read_text())


def _described(page: str, one: dict[str, Any]) -> Described:
    candidates = msgspec.convert(one["candidates"], list[Candidate])
    target = Target(one["tag"], None, "", "", one["attributes"], candidates, None)
    chains = [" >> ".join([*one["shadow_path"], for_playwright(candidate, target)]) for candidate in candidates]
    kinds = len({candidate.strategy for candidate in candidates})
    counts = [candidate.match_count for candidate in candidates]
    what = f"{one['tag']} {one['attributes']}"
    return Described(page, what, chains, counts, kinds, one[PLAYWRIGHT], one[FINDER])


def _right(page: Page, described: Sequence[Described]) -> list[dict[str, list[bool]]]:
    asked = [[*one.ours, one.playwright, one.finder] for one in described]
    answers: list[list[bool]] = page.evaluate("selectors => measure.right(selectors)", asked)
    return [{OURS: one[:-2], PLAYWRIGHT: one[-2:-1], FINDER: one[-1:]} for one in answers]
