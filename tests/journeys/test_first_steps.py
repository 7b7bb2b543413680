"""From the invitation to the first package, through every step, on real parts: nobody can claim before, all can after.

The device check and the practice recording are made with the real extension, a real screen and a spoken microphone.
"""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import update

from codesight.clock import now
from codesight.db import engine_for, reading, transaction
from codesight.lifecycle import SessionState
from codesight.recordings.models import RecordingSession, Submission, TrainingSession
from codesight.reports import books
from codesight.reports.queries import overview
from codesight.workers.onboarding.models import DeviceCheck
from tests.journeys.accessible import offences
from tests.journeys.browser import own_page, worker_browser
from tests.journeys.installation import Installation
from tests.journeys.steps import begin, join
from tests.support.services import needs


@needs("Chromium", "espeak-ng")
def test_a_worker_checks_the_computer_practises_and_may_then_claim(tmp_path: Path) -> None:
    bad: list[str] = []
    with Installation(tmp_path / "var", None, MINIMUM_VIDEO_SECONDS="15") as installation:
        with sync_playwright() as playwright:
            with worker_browser(playwright, tmp_path, installation.url, "Quillmere") as browser:

                def prepare(page: Page) -> None:
                    shop = browser.new_page()
                    shop.goto(f"{installation.url}/practice-shop/c/jeans")
                    bad.extend(check_the_computer(browser, page, shop))
                    bad.extend(practise(page, shop))

                join(browser, installation, prepare)
                only_with_the_extension_that_was_checked(browser, installation)
        engine = engine_for(installation.settings.database_url)
        with reading(engine) as db:
            # The practice left no trace where work is counted, reviewed or paid.
            assert db.query(TrainingSession).count() >= 1
            assert {s.state for s in db.query(RecordingSession)} <= {SessionState.READY, SessionState.ABANDONED}
            assert db.query(Submission).count() == 0
            figures = {target.name: target.reached for target in overview(db, now=now()).targets}
            assert (figures["Sessions handed in"], figures["Recorded"], figures["Navigation steps"]) == (0, 0, 0)
            assert books.check(db) == []
        engine.dispose()
    assert bad == []


def only_with_the_extension_that_was_checked(browser: BrowserContext, installation: Installation) -> None:
    """The recorder of the first scenario offers Record, and no longer after the extension has changed."""
    recorder = next(page for page in browser.pages if "/scenarios/" in page.url)
    recorder.bring_to_front()
    expect(recorder.locator("#record")).to_be_enabled(timeout=15_000)
    engine = engine_for(installation.settings.database_url)
    with transaction(engine) as db:
        db.execute(update(DeviceCheck).values(extension_version="0.9.0"))
    engine.dispose()
    recorder.reload()
    expect(recorder.locator("#record-why")).to_contain_text("another version than the one that was checked")
    expect(recorder.get_by_role("link", name="Check my computer again")).to_be_visible()
    expect(recorder.locator("#record")).to_be_disabled()


def check_the_computer(browser: BrowserContext, page: Page, shop: Page) -> list[str]:
    """All five parts are fine; the extension is asked for once, here."""
    expect(page).to_have_url(re.compile("/onboarding/device"))
    page.bring_to_front()
    page.get_by_role("button", name="Start the check").click()
    expect(page.locator("#now")).to_contain_text("Say a sentence")
    for _ in range(8):
        shop.mouse.wheel(0, 300)
        shop.wait_for_timeout(300)
        shop.mouse.wheel(0, -200)
        shop.wait_for_timeout(200)
    own_page(browser, "approve").locator("#allow").click()
    expect(page.locator("#verdict")).to_have_text("This computer is ready.", timeout=30_000)
    for part in ("browser", "extension", "microphone", "screen", "space"):
        expect(page.locator(f"#part-{part}")).to_have_attribute("data-state", "ok")
    found = offences(page)
    page.get_by_role("button", name="Go on").click()
    return found


def practise(page: Page, shop: Page) -> list[str]:
    """First too little, and the page says what is missing; then all that was asked for."""
    expect(page).to_have_url(re.compile("/onboarding/training"))
    found = offences(page)
    expect(page.locator("#check-extension")).to_have_attribute("data-state", "ok", timeout=15_000)
    begin(page)
    shop.bring_to_front()
    shop.locator(".tile_name__c").first.click()
    shop.wait_for_timeout(2500)
    hand_in(page, page.locator("#stop"))
    expect(page.get_by_role("heading", name=re.compile("^Not yet"))).to_be_visible(timeout=60_000)
    expect(page.locator(".checks .flag")).to_contain_text(
        ["long enough", "clicks arrived", "filtered", "more than one product", "in the cart"]
    )
    found += offences(page)
    page.get_by_role("link", name="Practice once more").click()
    expect(page.locator("#check-extension")).to_have_attribute("data-state", "ok", timeout=15_000)
    begin(page)
    small = goal_window(page)
    pause(page, small, shop)
    shop.bring_to_front()
    find_jeans(shop)
    hand_in(page, small.locator("#stop"))
    assert small.is_closed()
    passed = page.get_by_role("heading", name=re.compile("^Passed"))
    expect(passed.or_(page.get_by_role("heading", name=re.compile("^Not yet")))).to_be_visible(timeout=60_000)
    assert passed.is_visible(), page.locator("main").inner_text()
    assert page.locator("#playback").evaluate("video => video.play().then(() => video.duration)") > 10
    found += offences(page)
    page.get_by_role("button", name="Go on").click()
    return found


def goal_window(page: Page) -> Page:
    """The small window that says what the page says."""
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Keep the goal in sight").click()
    small = opened.value
    expect(small.locator("h1")).to_have_text(page.locator("h1").inner_text())
    expect(small.locator("li").first).to_have_text(page.locator(".wanted li").nth(1).inner_text())
    expect(small.locator("#timer")).to_have_text(re.compile(r"^0:(?!00)\d\d$"))
    return small


def pause(page: Page, small: Page, shop: Page) -> None:
    """In a pause no events come; the small window says the same as the page."""
    small.get_by_role("button", name="Pause").click()
    expect(page.locator("#recorder")).to_have_attribute("data-state", "paused")
    expect(small.locator("#running-title")).to_have_text("Paused")
    shop.bring_to_front()
    before = page.locator("#event-count").inner_text()
    shop.mouse.wheel(0, 300)
    shop.wait_for_timeout(1500)
    assert page.locator("#event-count").inner_text() == before
    page.bring_to_front()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#recorder")).to_have_attribute("data-state", "recording", timeout=30_000)


def hand_in(page: Page, stop: Locator) -> None:
    page.bring_to_front()
    stop.click()
    expect(page.locator("#recorder")).to_have_attribute("data-state", "stopped", timeout=30_000)
    page.locator("#submit").click()
    expect(page).to_have_url(re.compile(r"/onboarding/training/cs_"), timeout=30_000)


def find_jeans(shop: Page) -> None:
    """Sort, open two, choose blue and a size, put it into the cart, look into the cart."""
    base = shop.url.partition("/practice-shop")[0]
    shop.goto(f"{base}/practice-shop/c/jeans")
    shop.get_by_label("Sort by").press("ArrowDown")
    expect(shop).to_have_url(re.compile("sort="))
    shop.wait_for_timeout(2500)
    shop.get_by_role("link", name="Mesa Boyfriend Jean").first.click()
    shop.wait_for_timeout(2500)
    shop.go_back()
    shop.wait_for_timeout(1500)
    shop.get_by_role("link", name="Dockside Slim Jean").first.click()
    shop.wait_for_timeout(2500)
    shop.locator("label.swatch_q4").first.click()
    shop.wait_for_timeout(1500)
    shop.locator("label.chip:not(.gone)").nth(1).click()
    shop.wait_for_timeout(1500)
    shop.get_by_test_id("add-to-cart").click()
    shop.get_by_role("link", name="View cart").click()
    expect(shop.get_by_role("heading", level=1)).to_be_visible()
    shop.wait_for_timeout(1500)
