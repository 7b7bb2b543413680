"""The pictures and the film of the help pages, made of the real product in use: `make tutorial`."""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from blueprints.pages.help.content import CAPTIONS
from tests.architecture.source import ROOT
from tests.journeys.browser import EXTENSION_ID, office_browser, own_page, worker_browser
from tests.journeys.film import Film
from tests.journeys.installation import Installation, Person
from tests.journeys.shopping import choose
from tests.journeys.steps import ask_for_account, ask_for_less, begin, claim, confirm, start, wait_for_review

FOLDER = ROOT / "blueprints" / "static" / "tutorial"
SIZE: ViewportSize = {"width": 1120, "height": 700}
NARROW: ViewportSize = {"width": 960, "height": 600}
_KEEP_CARD = """id => {
  const manager = document.querySelector("extensions-manager").shadowRoot;
  for (const menu of manager.querySelectorAll("extensions-sidebar")) menu.style.display = "none";
  const list = manager.querySelector("extensions-item-list");
  for (const card of list.shadowRoot.querySelectorAll("extensions-item")) card.hidden = card.id !== id;
}"""


def main() -> None:
    """Go through a first recording; take a picture at each step of it, and film it from the home page on."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        with Installation(Path(name) / "var", None) as installation:
            with office_browser(playwright, installation.url) as browser:
                ask_for_less(browser, installation.person("owner"))
            with worker_browser(playwright, Path(name), installation.url, "Quillmere") as browser:
                take_pictures_of_installing(browser.new_page())
                page = browser.new_page()
                become_worker(page, installation)
                film = Film(CAPTIONS)
                record_on_film(browser, page, installation.url, film)
                film.write(FOLDER / "film.webm", FOLDER / "film.vtt")


def take_pictures_of_installing(page: Page) -> None:
    """The browser's own page of extensions, with ours loaded."""
    page.goto("chrome://extensions")
    page.locator("#devMode").click()
    expect(page.locator(f"#{EXTENSION_ID}")).to_be_visible()
    # In this mode a bare Chromium lists its own PDF viewer too, which Chrome does not.
    page.evaluate(_KEEP_CARD, EXTENSION_ID)
    take(page, "installed", NARROW)
    page.evaluate(_KEEP_CARD, "")
    take(page, "extensions", NARROW)
    page.close()


def become_worker(page: Page, installation: Installation) -> None:
    """From the invitation to a package."""
    wanda = Person("wanda.worker@example.org", "a long enough password")
    page.goto(installation.url + installation.invitation)
    ask_for_account(page, "Wanda Worker", wanda, {"How you are paid": "paypal"})
    confirm(page, installation, wanda)
    start(page, installation.url)
    page.goto(f"{installation.url}/packages")
    take(page, "packages")
    claim(page, installation.url, "basic")


def record_on_film(browser: BrowserContext, recorder: Page, url: str, film: Film) -> None:
    """From the home page to the page of what was handed in."""
    shop = browser.new_page()
    shop.set_viewport_size(SIZE)
    shop.goto(f"{url}/practice-shop/")
    recorder.set_viewport_size(SIZE)
    film.roll(recorder)
    film.say()
    film.hold(3)
    take(recorder, "home")
    film.say()
    film.hold(2)
    recorder.get_by_role("link", name="Open the recorder").click()
    asked = own_page(browser, "approve")
    asked.set_viewport_size(SIZE)
    film.roll(asked)
    film.say()
    film.hold(2)
    asked.locator("#allow").scroll_into_view_if_needed()
    film.hold(2)
    take(asked, "allow")
    film.roll(recorder)
    asked.locator("#allow").click()
    expect(recorder.locator("#check-extension")).to_have_attribute("data-state", "ok", timeout=15_000)
    film.say()
    film.hold(5)
    take(recorder, "ready")
    begin(recorder, lambda asked: show_sites(asked, recorder, film))
    film.hold(1)
    film.roll(shop)
    film.say()
    look_for_shoes(shop)
    take(shop, "shop")
    film.say()
    choose(shop)
    film.roll(recorder)
    film.say()
    film.hold(3)
    take(recorder, "recording")
    recorder.locator("#stop").click()
    expect(recorder.locator("#recorder")).to_have_attribute("data-state", "stopped", timeout=60_000)
    film.say()
    recorder.locator("#playback").scroll_into_view_if_needed()
    film.hold(4)
    take(recorder, "submit")
    recorder.locator("#submit").click()
    expect(recorder).to_have_url(re.compile("/submissions/"), timeout=60_000)
    film.say()
    film.hold(4)
    film.cut()
    wait_for_review(browser, recorder.url.rpartition("/")[2])
    take(recorder, "after")


def show_sites(asked: Page, recorder: Page, film: Film) -> None:
    """The extension's question when a recording starts; it closes when it is answered."""
    asked.set_viewport_size(SIZE)
    film.roll(asked)
    film.say()
    film.hold(4)
    take(asked, "sites")
    film.roll(recorder)


def look_for_shoes(page: Page) -> None:
    """What the goal of the first scenario asks for."""
    box = page.get_by_label("Search the shop")
    box.click()
    box.press_sequentially("black dress shoes", delay=70)
    box.press("Enter")
    expect(page).to_have_url(re.compile("q=black"))
    page.wait_for_timeout(800)
    for _ in range(4):
        page.mouse.wheel(0, 90)
        page.wait_for_timeout(250)
    page.get_by_label("Sort by").press("ArrowDown")
    expect(page).to_have_url(re.compile("sort="))
    page.wait_for_timeout(1500)


def take(page: Page, name: str, size: ViewportSize = SIZE) -> None:
    """Keep a picture of what is visible."""
    page.set_viewport_size(size)
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"{(FOLDER / name).relative_to(ROOT)}.png\n")


if __name__ == "__main__":
    main()
