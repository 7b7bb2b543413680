"""Do the video and the events agree about time? A page that flashes on every click is recorded with a pause."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from codesight.capture import events
from codesight.capture.rules import EventType
from codesight.db import engine_for, reading
from codesight.recordings.models import RecordingSession
from tests.benchmarks.figures import PROMISED, Figure, Spread, percentile
from tests.journeys.browser import office_browser, worker_browser
from tests.journeys.installation import Installation
from tests.journeys.steps import allow, ask_for_less, begin, join
from tests.support.services import missing
from tests.support.serving import served

NEEDS = {"Chromium", "espeak-ng"}
CLICKS = 15
"""Before the pause, and once more after it."""
APART_MS, DARK_MS = 900, 400
PAGE = f"""<!doctype html><title>Flashing</title><style>body {{ margin: 0; height: 100vh }}</style><body><script>
addEventListener("click", () => {{
  document.body.style.background = "#000";
  setTimeout(() => {{ document.body.style.background = "#fff" }}, {DARK_MS});
}}, true);
</script>"""


def measure() -> Iterator[Figure]:
    """Milliseconds between the flash in the video and the place of its click in it, either way."""
    names = ("video_clock_p50_ms", "video_clock_p95_ms")
    if lacking := [part.skipped for part in missing() if part.name in NEEDS]:
        yield from (Figure(name, "ms", skipped="; ".join(lacking)) for name in names)
        return
    with TemporaryDirectory(prefix="codesight-bench-") as folder:
        clicks, flashes = recorded(Path(folder))
    note = f"{CLICKS} clicks, a pause, {CLICKS} clicks; {len(flashes)} flashes in the video"
    if len(clicks) != 2 * CLICKS or len(flashes) != len(clicks):
        raise RuntimeError(f"{len(clicks)} clicks and {len(flashes)} flashes; {2 * CLICKS} of each were made")
    apart = [abs(flash - click) for click, flash in zip(clicks, flashes, strict=True)]
    for name, percent, bound in zip(names, (50, 95), (100.0, 250.0), strict=True):
        found = percentile(apart, percent)
        yield Figure(name, "ms", Spread(found, min(apart), max(apart)), len(apart), bound, PROMISED, bound, note=note)


def recorded(folder: Path) -> tuple[list[float], list[float]]:
    """Places of the clicks by the events, and of the flashes by the video, in milliseconds."""
    with served(flashing_page()) as address, Installation(folder / "var", None) as installation:
        with sync_playwright() as playwright:
            with office_browser(playwright, installation.url) as browser:
                ask_for_less(browser, installation.person("owner"))
            with worker_browser(playwright, folder, installation.url, "Flashing") as browser:
                join(browser, installation)
                record(browser, address)
        engine = engine_for(installation.settings.database_url)
        with reading(engine) as db:
            session = db.query(RecordingSession).one()
            clock = session.video_clock
            assert clock is not None
            happened = events.read(db, session.id)
        engine.dispose()
    clicks = [clock.place(event.t_wall) for event in happened if event.type == EventType.CLICK]
    return clicks, flashes_in(next((folder / "var").rglob("screen.webm")))


def record(browser: BrowserContext, address: str) -> None:
    recorder = next(page for page in browser.pages if "/scenarios/" in page.url)
    allow(browser, recorder)
    flashing = browser.new_page()
    flashing.goto(address)
    begin(recorder)
    state = expect(recorder.locator("#recorder"))
    click(flashing, CLICKS)
    recorder.locator("#pause").click()
    state.to_have_attribute("data-state", "paused")
    click(flashing, 3)
    recorder.locator("#pause").click()
    state.to_have_attribute("data-state", "recording", timeout=30_000)
    click(flashing, CLICKS)
    recorder.bring_to_front()
    recorder.locator("#stop").click()
    expect(recorder.locator("#submit")).to_be_enabled(timeout=60_000)


def click(page: Page, times: int) -> None:
    page.bring_to_front()
    page.wait_for_timeout(APART_MS)
    for number in range(times):
        page.mouse.click(300 + number, 300)
        page.wait_for_timeout(APART_MS)


def flashes_in(video: Path) -> list[float]:
    """When the picture turned dark, in milliseconds from the video's begin."""
    found, dark = [], False
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            was, dark = dark, frame.to_ndarray(format="gray").mean() < 128
            if dark and not was:
                found.append(float(frame.time or 0) * 1000)
    return found


def flashing_page() -> Flask:
    app = Flask("flashing")
    app.add_url_rule("/", view_func=lambda: PAGE)
    return app
