"""A real Chromium with the real extension, a microphone that speaks, and a tab that may be recorded."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests.architecture.source import ROOT
from tests.support.services import chromium

NARRATION = (
    "I am looking for blue jeans. I type what I want into the search and sort the results by price. "
    "This pair looks good, so I open it, choose a colour and a size, and put it into the cart. "
    "Before I order I check which store has it, and I have a look at the size guide. Now I go to the checkout."
)
EXTENSION_ID = "maklebhmklhfdnjfbnidnebdappnebac"


def spoken(folder: Path) -> Path:
    """The narration as a sound file, by espeak-ng."""
    path = folder / "voice.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", str(path), NARRATION], check=True)
    return path


@contextmanager
def extension_browser(playwright: Playwright, profile: Path, *flags: str) -> Iterator[BrowserContext]:
    """A browser with the extension as it stands in the repository."""
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium(),
        headless=True,
        viewport={"width": 1280, "height": 800},
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            f"--disable-extensions-except={ROOT / 'extension'}",
            f"--load-extension={ROOT / 'extension'}",
            *flags,
        ],
    )
    try:
        yield context
    finally:
        context.close()


@contextmanager
def worker_browser(playwright: Playwright, folder: Path, url: str, title: str) -> Iterator[BrowserContext]:
    """The worker's browser: when a page asks for a tab to record it gets the one with `title` in its title."""
    with extension_browser(
        playwright,
        folder / "profile",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken(folder)}",
        f"--auto-select-tab-capture-source-by-title={title}",
    ) as context:
        context.grant_permissions(["microphone"], origin=url)
        yield context


@contextmanager
def office_browser(playwright: Playwright, url: str) -> Iterator[BrowserContext]:
    """A browser without extension, for reviewer, payer and owner."""
    browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=["--no-sandbox"])
    try:
        yield browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    finally:
        browser.close()
