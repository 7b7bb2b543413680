"""Sites are the person's to give, for a recording; popup and pages say what stands where, and need no mouse."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer

from blueprints.extension_package import FOLDER
from tests.extension.recording import PATIENCE_S, Recording
from tests.journeys.accessible import offences
from tests.journeys.browser import EXTENSION_ID, extension_browser, own_page
from tests.support.services import needs

pytestmark = [needs("Chromium")]

JEANS, SHOES = "jeans.localhost", "shoes.localhost"
SHOP = """<!doctype html><title>{0}</title><button>{0}</button><label>Note <input id="note"></label>
<iframe srcdoc="<button>{0} in a frame</button>"></iframe>"""


def test_every_site_is_granted_by_a_click_reaches_open_pages_and_is_given_back(recording: Recording) -> None:
    page = recording.open("jeans", SHOP.format("Jeans"), JEANS)
    page.locator("#note").fill("Zebra-Quartz")
    assert granted(recording) == ["*://127.0.0.1/*"]
    recording.start()
    assert {"http://*/*", "https://*/*"} < set(granted(recording))
    badge = "Promise.all([chrome.action.getBadgeText({}), chrome.action.getTitle({})])"
    assert recording.worker.evaluate(badge) == ["REC", "CodeSight Recorder: recording"]
    # The page was open before: nobody knows what its field held, so that is nobody's business.
    page.locator("#note").press("End")
    page.locator("#note").type("-9417")
    page.get_by_role("button").click()
    page.frame_locator("iframe").get_by_role("button").click()
    recording.open("shoes", SHOP.format("Shoes"), SHOES).get_by_role("button").click()
    assert clicked(recording) == ["Jeans", "Jeans in a frame", "Shoes"]
    assert [one["value"]["text"] for one in recording.told() if one["type"] == "input"] == ["[private]"]
    popup = open_popup(recording)
    expect(popup.locator("#sites")).to_have_text("every site")
    popup.locator("#stop").press("Enter")
    expect(popup.locator("#sites")).to_have_text("none; asked when you start")
    assert granted(recording) == ["*://127.0.0.1/*"]
    assert recording.worker.evaluate(badge) == ["", "CodeSight Recorder"]
    scripts = recording.worker.evaluate("chrome.scripting.getRegisteredContentScripts()")
    assert {site for script in scripts for site in script["matches"]} == {"*://127.0.0.1/*", server_of(recording)}
    # The shoes' page is still open, with the scripts of the first recording in it; the second may not look there.
    popup.locator("#start").press("Enter")
    name(own_page(recording.context, "sites"), JEANS)
    expect(popup.locator("#sites")).to_have_text(JEANS)
    recording.page.get_by_role("button").click()
    recording.open("jeans", SHOP.format("Jeans"), JEANS).get_by_role("button").click()
    assert clicked(recording) == ["Jeans", "Jeans in a frame", "Shoes", "Jeans"]


def test_by_keyboard_a_recording_of_named_sites_starts_pauses_goes_on_and_stops(recording: Recording) -> None:
    recording.pair()
    popup = open_popup(recording)
    expect(popup.locator("#state")).to_have_text("Ready")
    press(popup, "Start")
    declined = own_page(recording.context, "sites")
    press(declined, "Not now")
    until(popup, declined.is_closed)
    expect(popup.locator("#state")).to_have_text("Ready")
    press(popup, "Start")
    asked = own_page(recording.context, "sites")
    expect(asked.get_by_label("Take it back")).to_be_checked()
    asked.get_by_label("Take it back").press("Space")
    name(asked, f"http://{JEANS}/\n")
    expect(popup.locator("#state")).to_have_text("Recording")
    expect(popup.locator("#sites")).to_have_text(JEANS)
    popup.bring_to_front()
    press(popup, "Pause")
    expect(popup.locator("#state")).to_have_text("Paused")
    recording.page.bring_to_front()
    recording.open("pause", SHOP.format("Not noted"), JEANS).get_by_role("button").click()
    popup.bring_to_front()
    press(popup, "Resume")
    expect(popup.locator("#state")).to_have_text("Recording")
    recording.page.bring_to_front()
    recording.open("shoes", SHOP.format("Shoes"), SHOES).get_by_role("button").click()
    recording.open("jeans", SHOP.format("Jeans"), JEANS).get_by_role("button").click()
    assert clicked(recording) == ["Jeans"]
    assert SHOES not in json.dumps(recording.told())
    popup.bring_to_front()
    expect(popup.locator("#log")).to_contain_text("Jeans")
    assert popup.locator("#log").get_by_text("waits").count() == 0
    with popup.expect_download() as downloading:
        press(popup, "Download JSON")
    assert json.loads(Path(downloading.value.path()).read_text())["summary"]["clicks"] == 1
    press(popup, "Stop")
    expect(popup.locator("#state")).to_have_text("Ready")
    expect(popup.locator("#sites")).to_have_text(JEANS)
    press(popup, "Give back")
    expect(popup.locator("#sites")).to_have_text("none; asked when you start")
    assert granted(recording) == ["*://127.0.0.1/*"]


def test_the_stores_package_meets_a_server_by_its_popup_and_every_own_page_is_accessible(
    app: Flask, server: BaseWSGIServer, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{server.port}"
    with sync_playwright() as playwright, extension_browser(playwright, tmp_path / "profile", FOLDER) as context:
        bad = []
        page = context.pages[0]
        page.goto(f"{url}/login")
        popup = context.new_page()
        popup.goto(f"chrome-extension://{EXTENSION_ID}/popup/popup.html")
        popup.locator("#server").fill(url)
        bad += offences(popup)
        popup.locator("#connect").press("Enter")
        asked = own_page(context, "approve")
        bad += offences(asked)
        asked.get_by_role("button", name="Allow").click()
        # It is entered while it is open: nobody has to load it again.
        page.evaluate("""() => {
            const show = ({ data }) => data.source === 'codesight-extension' && (document.title = data.state);
            addEventListener('message', show);
            setInterval(() => postMessage({ source: 'codesight-page', type: 'status' }, location.origin), 200);
        }""")
        expect(page).to_have_title("unpaired", timeout=PATIENCE_S * 1000)
        for name in ("sites", "welcome"):
            page.goto(f"chrome-extension://{EXTENSION_ID}/pages/{name}.html")
            bad += offences(page)
        assert bad == []


def open_popup(recording: Recording) -> Page:
    """The popup, as a page of its own."""
    popup = recording.context.new_page()
    popup.goto(f"chrome-extension://{EXTENSION_ID}/popup/popup.html")
    return popup


def name(asked: Page, site: str) -> None:
    """Answer that only this site may be looked into."""
    press(asked, "Only the sites I name")
    asked.keyboard.press("Tab")
    asked.keyboard.type(site)
    press(asked, "Only these sites")


def press(page: Page, name: str) -> None:
    """Go to a button or summary of this name by the Tab key alone, and press it."""
    target = page.get_by_role("button", name=name).or_(page.locator("summary", has_text=name)).first
    expect(target).to_be_enabled()
    for _ in range(30):
        if target.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
    try:
        page.keyboard.press("Enter")
    except PlaywrightError:
        # A page that asks is closed when it is answered, be the key up or not.
        until(page.context.pages[0], page.is_closed)


def until(page: Page, come: Callable[[], bool]) -> None:
    """Let the browser go on until it is so."""
    end = time.monotonic() + PATIENCE_S
    while not come():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def granted(recording: Recording) -> list[str]:
    """The sites that the browser lets the extension into, once that has settled."""
    seen: list[str] = []
    for _ in range(int(PATIENCE_S * 5)):
        now = sorted(recording.worker.evaluate("chrome.permissions.getAll().then(({ origins }) => origins)"))
        if now == seen:
            return now
        seen = now
        recording.page.wait_for_timeout(200)
    raise AssertionError(seen)


def server_of(recording: Recording) -> str:
    return f"{recording.server}/*"


def clicked(recording: Recording) -> list[Any]:
    return [one["target"]["text"] for one in recording.told() if one["type"] == "click"]
