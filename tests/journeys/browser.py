"""A real Chromium with the real extension, a microphone that speaks, and a tab that may be recorded."""

import io
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.support.services import chromium

NARRATION = (
    "I am looking for blue jeans. I type what I want into the search and sort the results by price. "
    "This pair looks good, so I open it, choose a colour and a size, and put it into the cart. "
    "Before I order I check which store has it, and I have a look at the size guide. Now I go to the checkout."
)
PATIENCE_S = 30.0
EXTENSION_ID = "maklebhmklhfdnjfbnidnebdappnebac"


def spoken(folder: Path) -> Path:
    """The narration as a sound file, by espeak-ng."""
    path = folder / "voice.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", str(path), NARRATION], check=True)
    return path


def unpacked(archive: bytes, folder: Path) -> Path:
    """The folder that a worker gets out of the ZIP that a server offers."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    return folder / "codesight-extension"


@contextmanager
def extension_browser(playwright: Playwright, profile: Path, extension: Path, *flags: str) -> Iterator[BrowserContext]:
    """A browser with the extension in this folder.

    The browser's own question after a click on "Every site" is no page, and nothing can press its buttons. The person
    has answered it before, on the browser's page of extensions: what the extension asks for by a click is then granted
    without that question, and only by that click.
    """
    fresh = not profile.exists()
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium(),
        headless=True,
        viewport={"width": 1280, "height": 800},
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            f"--disable-extensions-except={extension}",
            f"--load-extension={extension}",
            *flags,
        ],
    )
    try:
        if fresh:
            welcome = own_page(context, "welcome")
            welcome.goto("chrome://extensions")
            welcome.evaluate(
                "([id, site]) => chrome.developerPrivate.addHostPermission(id, site)", [EXTENSION_ID, "*://*/*"]
            )
            welcome.close()
        yield context
    finally:
        context.close()


def own_page(context: BrowserContext, name: str) -> Page:
    """The page of the extension's that is open or about to open."""
    address = f"chrome-extension://{EXTENSION_ID}/pages/{name}.html"
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for page in context.pages:
            if page.url.startswith(address):
                return page
        context.pages[0].wait_for_timeout(50)
    raise AssertionError([page.url for page in context.pages])


@contextmanager
def worker_browser(playwright: Playwright, folder: Path, url: str, title: str) -> Iterator[BrowserContext]:
    """The worker's browser: when a page asks for a tab to record it gets the one with `title` in its title."""
    with extension_browser(
        playwright,
        folder / "profile",
        unpacked(requests.get(f"{url}/extension.zip", timeout=PATIENCE_S).content, folder),
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
