"""From a marketplace's text to a worker whose assignment is active, through the real pages in a real Chromium."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.journeys import steps
from tests.journeys.accessible import offences
from tests.journeys.browser import office_browser, own_page, worker_browser
from tests.journeys.installation import Installation, Person
from tests.support.services import needs

SHOP_TITLE = "Quillmere"


@dataclass(frozen=True)
class Kind:
    """A kind of worker, and the way they come."""

    name: str
    template: str
    """The marketplace's text, as its tab is called."""
    link_in: str
    """Which of its texts holds the link."""
    order_label: str
    order: str
    level: str
    """What the owner makes of them."""
    tier: str
    pays: str

    @property
    def person(self) -> Person:
        return Person(f"{self.name.split()[0].lower()}@example.org", "a long password for me")


KINDS = (
    Kind("Bea Beginner", "Fiverr gig", "Message on the order page", "Fiverr order number", "FO61F",
         "entry", "basic", "$4.00"),
    Kind("Ed Experienced", "Upwork job", "Message with the offer", "Upwork contract number", "77021",
         "experienced", "standard", "$3.50"),
    Kind("Exa Expert", "Prolific study", "Study link", "Prolific ID", "5f3c0ffee",
         "expert", "premium", "$3.33"),
)  # fmt: skip


@dataclass
class Looks:
    """What axe finds on the pages that it is shown, at both widths and with every fold open."""

    bad: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def at(self, page: Page, name: str) -> None:
        """Look at a page, once for each name."""
        if name not in self.seen:
            self.seen.add(name)
            page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
            self.bad += offences(page)


@needs("Chromium", "espeak-ng")
def test_three_kinds_of_worker_come_from_a_marketplaces_text_to_an_active_assignment(tmp_path: Path) -> None:
    looks = Looks()
    with Installation(tmp_path / "var", None) as installation, sync_playwright() as playwright:
        with office_browser(playwright, installation.url) as office:
            office.grant_permissions(["clipboard-read", "clipboard-write"], origin=installation.url)
            steps.ask_for_less(office, installation.person("owner"))
            owner = office.pages[-1]
            open_a_wave(owner)
            links = {kind: posted(owner, kind, looks) for kind in KINDS}
            refused_when_too_long(owner)
            for address in ("/owner/gigs", "/owner/gigs/1", "/owner/gigs/1/edit", "/owner/gigs/1/scenarios",
                            "/owner/scenarios/1", "/owner/gigs/new", "/owner/workers", "/owner/feedback"):  # fmt: skip
                owner.goto(address)
                looks.at(owner, address)
            for kind in KINDS:
                folder = tmp_path / kind.tier
                folder.mkdir()
                with worker_browser(playwright, folder, installation.url, SHOP_TITLE) as browser:
                    page = joined(browser, installation, links[kind], kind, looks)
                    raise_level(owner, kind, looks)
                    recording(browser, page, installation.url, kind, looks)
                    listed(owner, kind)
    assert "\n".join(looks.bad) == ""


def open_a_wave(page: Page) -> None:
    page.get_by_role("link", name="Gigs", exact=True).click()
    page.get_by_role("link", name=re.compile("^Waves and links")).click()
    page.get_by_text("New wave").click()
    page.get_by_label("Budget", exact=True).last.fill("900")
    page.get_by_role("button", name="Make the wave").click()
    page.get_by_role("button", name="Open Wave 2").click()
    expect(page.get_by_role("button", name="Close Wave 2")).to_be_visible()
    page.get_by_role("link", name="Post it").click()


def posted(page: Page, kind: Kind, looks: Looks) -> str:
    """The link that stands in a marketplace's text, as it lies in the clipboard after all its texts were copied."""
    page.get_by_role("link", name=kind.template).click()
    expect(page.get_by_text(f"cannot be posted yet: {kind.link_in}.")).to_be_visible()
    page.get_by_label("Into").select_option("Wave 2")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text(re.compile(r"^All \d+ texts fit\."))).to_be_visible()
    looks.at(page, kind.template)
    copied = {}
    for button in page.get_by_role("button", name=re.compile("^Copy: ")).all():
        name = (button.get_attribute("aria-label") or "").removeprefix("Copy: ")
        button.click()
        expect(button).to_have_text("Copied")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    assert any("electronics and clothing" in text for text in copied.values())
    link = re.search(r"http\S+", copied[kind.link_in])
    assert link
    # As Prolific does, which knows its people.
    return link[0].replace("{{%PROLIFIC_PID%}}", kind.order)


def refused_when_too_long(page: Page) -> None:
    page.get_by_role("link", name=KINDS[0].template).click()
    page.get_by_label("What the goals are about").fill("tools for gardens, terraces, balconies and window sills")
    page.get_by_role("button", name="Update the texts").click()
    expect(page.get_by_text("cannot be posted yet: Gig title. Nothing was cut.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy: Gig title")).to_have_count(0)
    assert offences(page) == []


def joined(browser: BrowserContext, installation: Installation, link: str, kind: Kind, looks: Looks) -> Page:
    """The worker's packages, with an account that the order brought."""
    page = browser.new_page()
    page.goto(link)
    looks.at(page, f"joining by {kind.template}")
    if kind.order in link:
        expect(page.get_by_label(kind.order_label)).to_have_value(kind.order)
    steps.ask_for_account(page, kind.name, kind.person, {kind.order_label: kind.order})
    looks.at(page, "look into your mail")
    page.goto(installation.mailed_link(kind.person.email))
    looks.at(page, "signing in")
    steps.enter(page, kind.person)
    looks.at(page, "home before the consent")
    page.goto(f"{installation.url}/consent")
    looks.at(page, "consent")
    steps.start(page, installation.url)
    return page


def raise_level(owner: Page, kind: Kind, looks: Looks) -> None:
    """The owner finds the order, and says what the worker may take."""
    owner.goto("/owner/workers")
    row = owner.get_by_role("row", name=kind.name)
    expect(row).to_contain_text(f"{kind.template.split()[0]} {kind.order}")
    expect(row).to_contain_text("Wave 2")
    if kind.level != "entry":
        row.get_by_role("link", name=kind.name).click()
        owner.get_by_label("Level", exact=True).select_option(kind.level)
        owner.get_by_label("May take work that asks to speak").select_option(label="in detail")
        owner.get_by_role("button", name="Set by hand").click()
        expect(owner.get_by_text(f"{kind.name} is {kind.level} now")).to_be_visible()
        looks.at(owner, "the owner's page of a worker")


def recording(browser: BrowserContext, page: Page, url: str, kind: Kind, looks: Looks) -> None:
    """From the packages to a recording that runs."""
    page.goto(f"{url}/packages")
    looks.at(page, f"packages of {kind.level}")
    closed = {"entry": 2, "experienced": 1, "expert": 0}[kind.level]
    expect(page.get_by_text("Not open to you now.")).to_have_count(closed)
    steps.claim(page, url, kind.tier)
    expect(page.locator(".next-step")).to_contain_text(kind.pays)
    looks.at(page, "home with a package")
    steps.open_recorder(page, url)
    looks.at(own_page(browser, "approve"), "the extension's question about the server")
    steps.allow(browser, page)
    looks.at(page, "the recorder")
    shop = browser.new_page()
    shop.goto(f"{url}/practice-shop/")
    steps.begin(page, lambda asked: looks.at(asked, "the extension's question about sites"))
    looks.at(page, "the recorder while it records")
    shop.goto(f"{url}/home")
    expect(shop.get_by_role("heading", name="Go on with this scenario")).to_be_visible()
    expect(shop.locator(".state", has_text="begun")).to_be_visible()
    for address in ("help", "help/first-recording", "help/extension", "help/questions", "help/feedback"):
        if kind is KINDS[0]:
            shop.goto(f"{url}/{address}")
            looks.at(shop, address)


def listed(owner: Page, kind: Kind) -> None:
    """The owner sees the recording that runs."""
    owner.goto("/owner/work")
    live = owner.get_by_role("row", name=kind.name)
    expect(live).to_contain_text("recording")
    expect(live).to_contain_text(kind.tier)
