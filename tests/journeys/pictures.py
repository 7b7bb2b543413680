"""The pictures of the README, taken of the real product in use: `make pictures`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.architecture.source import ROOT
from tests.journeys.browser import EXTENSION_ID, office_browser, worker_browser
from tests.journeys.installation import Installation
from tests.journeys.steps import ask_for_less, join, record, sign_in, wait_for_review, wait_for_the_picture

FOLDER = ROOT / "docs" / "images"


def main() -> None:
    """Go through the journey up to the review, and take a picture at each stage."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        with Installation(Path(name) / "var", None, MINIMUM_VIDEO_SECONDS="20") as installation:
            with office_browser(playwright, installation.url) as browser:
                ask_for_less(browser, installation.person("owner"))
            with worker_browser(playwright, Path(name), installation.url, "Quillmere") as browser:
                join(browser, installation)
                session_id, _ = record(browser, installation, while_recording=show_recording)
                wait_for_review(browser, session_id)
                page = browser.new_page()
                page.goto(f"{installation.url}/home")
                take(page, "worker")
            with office_browser(playwright, installation.url) as browser:
                page = sign_in(browser, installation.person("reviewer"))
                page.goto(f"/review/{session_id}")
                wait_for_the_picture(page.locator("#player"))
                page.locator("#timeline .event").nth(8).click()
                page.wait_for_timeout(1000)
                take(page, "review")
            with office_browser(playwright, installation.url) as browser:
                page = sign_in(browser, installation.person("owner"))
                take(page, "owner")


def show_recording(recorder: Page) -> None:
    """The recorder, and the popup beside it, as large as its content."""
    take(recorder, "recorder")
    popup = recorder.context.new_page()
    popup.set_viewport_size({"width": 360, "height": 560})
    popup.goto(f"chrome-extension://{EXTENSION_ID}/popup/popup.html")
    popup.locator("#log li").first.wait_for()
    take(popup, "popup")
    popup.close()
    recorder.bring_to_front()


def take(page: Page, name: str) -> None:
    """Keep a picture of what is visible."""
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
