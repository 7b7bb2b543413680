"""From the owner's texts to a worker with an order, through the real pages in a real Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.journeys.accessible import offences
from tests.journeys.browser import office_browser
from tests.journeys.installation import Installation
from tests.journeys.steps import sign_in
from tests.support.services import needs

PASSWORD = "a long password for Moss"


@needs("Chromium")
@pytest.mark.xdist_group("journeys")
def test_the_link_in_a_copied_text_makes_a_worker_of_an_order(
    request: pytest.FixtureRequest, journey_database: str | None, tmp_path: Path
) -> None:
    with Installation(tmp_path / "var", journey_database) as installation, sync_playwright() as playwright:
        with office_browser(playwright, installation.url) as browser:
            browser.grant_permissions(["clipboard-read", "clipboard-write"], origin=installation.url)
            page = sign_in(browser, installation.person("owner"))
            open_a_wave(page)
            copied = copy_the_texts(page)
            assert copied["Gig title"] == "I will pay you to record how you shop online for electronics and clothing"
            assert "- Basic: $20 for 5 goals" in copied["Description"]
            refused_when_too_long(page)
            bad = [problem for address in gig_pages(page) for problem in go(page, address)]
        with office_browser(playwright, installation.url) as browser:
            follow(browser, copied["Message on the order page"])
        with office_browser(playwright, installation.url) as browser:
            page = sign_in(browser, installation.person("owner"))
            page.goto("/owner/workers")
            expect(page.get_by_role("row", name="Moss")).to_contain_text("Fiverr FO61F")
            expect(page.get_by_role("row", name="Moss")).to_contain_text("Wave 2")
    assert bad == []


def open_a_wave(page: Page) -> None:
    page.get_by_role("link", name="Gigs", exact=True).click()
    page.get_by_role("link", name=re.compile("^Waves and links")).click()
    page.get_by_text("New wave").click()
    page.get_by_label("Budget", exact=True).last.fill("900")
    page.get_by_role("button", name="Make the wave").click()
    page.get_by_role("button", name="Open Wave 2").click()
    expect(page.get_by_role("button", name="Close Wave 2")).to_be_visible()


def copy_the_texts(page: Page) -> dict[str, str]:
    """What lies in the clipboard after each Copy button, by the name of its text; with a new link into wave 2."""
    page.get_by_role("link", name="Post it").click()
    expect(page.get_by_text("1 of 22 texts cannot be posted yet: Message on the order page.")).to_be_visible()
    page.get_by_label("Into").select_option("Wave 2")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text("All 22 texts fit.")).to_be_visible()
    copied = {}
    for button in page.get_by_role("button", name=re.compile("^Copy: ")).all():
        name = (button.get_attribute("aria-label") or "").removeprefix("Copy: ")
        button.click()
        expect(button).to_have_text("Copied")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    return copied


def refused_when_too_long(page: Page) -> None:
    page.get_by_label("What the goals are about").fill("tools for gardens, terraces, balconies and window sills")
    page.get_by_role("button", name="Update the texts").click()
    expect(page.get_by_text("cannot be posted yet: Gig title. Nothing was cut.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy: Gig title")).to_have_count(0)
    assert offences(page) == []


def gig_pages(page: Page) -> list[str]:
    gig = page.url.partition("/post")[0]
    scenario = "/owner/scenarios/1"
    return ["/owner/gigs", gig, f"{gig}/edit", f"{gig}/scenarios", scenario, f"{gig}/post", "/owner/gigs/new"]


def go(page: Page, address: str) -> list[str]:
    """What axe finds there with every fold open."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    return offences(page)


def follow(browser: BrowserContext, message: str) -> None:
    """A worker opens the link that stands in the order page's message, and joins."""
    link = re.search(r"http\S+", message)
    assert link
    page = browser.new_page()
    page.goto(link[0])
    assert offences(page) == []
    page.get_by_label("Your name", exact=True).fill("Moss")
    page.get_by_label("E-mail address").fill("moss@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Fiverr order number").fill("FO61F")
    page.get_by_label("Your name or address there").fill("moss_records")
    page.get_by_role("button", name="Make my account").click()
    expect(page).to_have_url(re.compile("/check-mail"))
