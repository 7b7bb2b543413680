"""The steps of the journey, as people take them."""

import csv
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

from codesight.workers.onboarding.quiz import QUIZZES
from tests.journeys.browser import own_page
from tests.journeys.installation import Installation, Person
from tests.journeys.shopping import Done, shop


def join(
    browser: BrowserContext, installation: Installation, prepare: Callable[[Page], None] = lambda _: None
) -> Person:
    """Follow the printed link, become a worker, claim the basic package, open the recorder; `prepare` as in `start`."""
    worker = Person("wanda.worker@example.org", "a long enough password")
    page = browser.new_page()
    page.goto(installation.url + installation.invitation)
    ask_for_account(page, "Wanda Worker", worker, {"How you are paid": "paypal"})
    confirm(page, installation, worker)
    start(page, installation.url, prepare)
    claim(page, installation.url, "basic")
    open_recorder(page, installation.url)
    return worker


def ask_for_account(page: Page, name: str, person: Person, more: dict[str, str]) -> None:
    """Fill in the form of an invitation, and send it; `more` are values by label."""
    said = {"E-mail address": person.email, "Password": person.password, "Your name or address there": person.email}
    page.get_by_label("Your name", exact=True).fill(name)
    for label, value in {**said, **more}.items():
        field = page.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")


def confirm(page: Page, installation: Installation, person: Person) -> None:
    """Follow the link in the mail, and sign in."""
    page.goto(installation.mailed_link(person.email))
    enter(page, person)


def start(page: Page, url: str, prepare: Callable[[Page], None] = lambda _: None) -> None:
    """Go through the first steps.

    `prepare` gets the page after the profile, for the steps that the gig asks for between that and the quiz.
    """
    consent(page, url)
    introduce(page)
    prepare(page)
    answer(page)


def consent(page: Page, url: str) -> None:
    """Agree to the consent's text."""
    page.goto(f"{url}/home")
    page.get_by_role("link", name="Read the consent").click()
    page.get_by_label(re.compile("agree")).check()
    page.get_by_role("button", name=re.compile("agree|continue", re.IGNORECASE)).click()
    expect(page).not_to_have_url(re.compile("/consent"))


def claim(page: Page, url: str, tier: str) -> None:
    """Take a package."""
    page.goto(f"{url}/packages")
    page.get_by_role("article", name=tier.title()).get_by_role("button", name="Take this package").click()
    expect(page).to_have_url(f"{url}/home")


def open_recorder(page: Page, url: str) -> None:
    """From the home page to the next scenario."""
    page.goto(f"{url}/home")
    page.get_by_role("link", name="Open the recorder").click()
    expect(page.locator("#recorder")).to_be_visible()


def introduce(page: Page) -> None:
    """Fill in the profile, without what may be left out."""
    page.get_by_label("Country you live in").select_option("DE")
    page.get_by_label("English").check()
    page.get_by_label("I know my way around").check()
    page.get_by_role("button", name="Save and go on").click()


def answer(page: Page) -> None:
    """Pass the quiz."""
    page.get_by_role("button", name="Begin").click()
    for question in QUIZZES["1"].question:
        page.get_by_label(question.options[question.right], exact=True).check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name=re.compile("^Passed"))).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile("/home"))


def ask_for_less(browser: BrowserContext, owner: Person) -> None:
    """The owner no longer asks for the two steps that take as long as a recording; they have a journey of their own."""
    page = sign_in(browser, owner)
    page.goto("/owner/gigs/1/edit")
    page.get_by_label("Check of browser").uncheck()
    page.get_by_label("Practice recording").uncheck()
    page.get_by_role("button", name="Ask for these").click()
    expect(page.get_by_label("Practice recording")).not_to_be_checked()


def record(
    browser: BrowserContext, installation: Installation, while_recording: Callable[[Page], None] = lambda _: None
) -> tuple[str, list[Done]]:
    """Allow the extension to talk to this server, record the shop, stop, submit.

    `while_recording` gets the recorder's page just before it is stopped.
    """
    recorder = next(page for page in browser.pages if "/scenarios/" in page.url)
    allow(browser, recorder)
    shop_tab = browser.new_page()
    shop_tab.goto(f"{installation.url}/practice-shop/")
    begin(recorder)
    shop_tab.bring_to_front()
    done = shop(shop_tab)
    recorder.bring_to_front()
    while_recording(recorder)
    recorder.locator("#stop").click()
    root = recorder.locator("#recorder")
    expect(root).to_have_attribute("data-state", "stopped", timeout=60_000)
    session_id = root.get_attribute("data-session")
    assert session_id is not None and re.fullmatch(r"cs_[a-z0-9]+_[a-z0-9]+", session_id)
    recorder.locator("#note").fill("The second pair was the better one.")
    recorder.locator("#submit").click()
    expect(recorder).to_have_url(re.compile(f"/submissions/{session_id}"), timeout=60_000)
    return session_id, done


def allow(browser: BrowserContext, recorder: Page) -> None:
    """Let the extension talk to this server."""
    own_page(browser, "approve").locator("#allow").click()
    expect(recorder.locator("#check-extension")).to_have_attribute("data-state", "ok", timeout=15_000)


def begin(recorder: Page, look: Callable[[Page], None] = lambda _: None) -> None:
    """Press Record, and let the extension look into every site, until it records; `look` gets the page that asks."""
    recorder.bring_to_front()
    recorder.locator("#record").click()
    asked = own_page(recorder.context, "sites")
    look(asked)
    asked.locator("#every").click()
    expect(recorder.locator("#recorder")).to_have_attribute("data-state", "recording", timeout=30_000)
    expect(recorder.locator("link[rel=icon]")).to_have_attribute("href", re.compile("recording"))
    expect(recorder).to_have_title(re.compile("^(●|Can’t hear you) "))


def wait_for_review(browser: BrowserContext, session_id: str) -> str:
    """Until the machine has done its part. Returns what the worker's page then says."""
    page = next(page for page in browser.pages if f"/submissions/{session_id}" in page.url)
    until = time.monotonic() + 120
    while "waits for review" not in page.locator("main").inner_text():
        assert time.monotonic() < until, page.locator("main").inner_text()
        page.wait_for_timeout(1000)
        page.reload()
    return page.locator("main").inner_text()


def sign_in(browser: BrowserContext, person: Person) -> Page:
    """The person's home page."""
    page = browser.new_page()
    page.goto("/login")
    enter(page, person)
    return page


def enter(page: Page, person: Person) -> None:
    """Fill in the sign-in page."""
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("/login"))


def api_token(browser: BrowserContext) -> str:
    """A token of whoever is signed in, to fetch documents with."""
    page = browser.new_page()
    page.goto("/account/tokens")
    page.get_by_label("What is it for?").fill("documents")
    page.get_by_label(re.compile("^export")).check()
    page.get_by_role("button", name="Make the token").click()
    return page.get_by_label("The token").input_value()


def wait_for_the_picture(player: Locator) -> None:
    """Until the video shows the place it was sent to.

    Asked from here again and again: `wait_for_function` asks within the page, where the product's
    Content-Security-Policy refuses every question after the first.
    """
    until = time.monotonic() + 15
    while not player.evaluate("video => !video.seeking && video.readyState >= 2"):
        assert time.monotonic() < until, "the video shows nothing after 15 s"
        player.page.wait_for_timeout(50)


def review(browser: BrowserContext, reviewer: Person, session_id: str) -> None:
    """The video plays and seeks, an event leads to its place, and the work is worth five stars."""
    page = sign_in(browser, reviewer)
    page.get_by_role("link", name=re.compile("start reviewing", re.IGNORECASE)).click()
    expect(page).to_have_url(re.compile(session_id))
    player = page.locator("#player")
    wait_for_the_picture(player)
    length = player.evaluate("video => video.duration")
    assert 15 < length < 600, f"the video says it is {length} s long"
    player.evaluate("video => { video.currentTime = video.duration / 2 }")
    wait_for_the_picture(player)
    assert abs(player.evaluate("video => video.currentTime") - length / 2) < 1
    last = page.locator("#timeline .event").last
    place = float(last.get_attribute("data-t") or "nan")
    assert 0 < place < length + 2
    last.click()
    wait_for_the_picture(player)
    assert abs(player.evaluate("video => video.currentTime") - min(place, length)) < 1.5
    for question in ("plays", "narrated", "realistic", "worth_pay"):
        page.locator(f"input[name={question}]").check()
    page.locator("input[name=stars][value='5']").check(force=True)
    page.locator("#note").fill("Clear voice, well chosen.")
    page.locator("#save").click()
    expect(page).not_to_have_url(re.compile(session_id))


def pay(browser: BrowserContext, payer: Person, worker: Person) -> None:
    """A batch, its file, and the mark that it was paid."""
    page = sign_in(browser, payer)
    expect(page.locator("main")).to_contain_text("$5.00")  # a fifth of $20, and the bonus of $1
    page.get_by_role("button", name=re.compile("batch", re.IGNORECASE)).first.click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("CSV")).first.click()
    rows = list(csv.DictReader(io.StringIO(Path(downloading.value.path()).read_text("utf-8-sig"))))
    assert [(row["amount"], row["currency"], row["address"]) for row in rows] == [("5.00", "USD", worker.email)]
    page.get_by_label(re.compile("reference", re.IGNORECASE)).first.fill("PP-2026-1")
    page.get_by_role("button", name=re.compile("paid", re.IGNORECASE)).first.click()
    expect(page.locator("main")).to_contain_text("PP-2026-1")
    page.goto("/payments/books")
    expect(page.locator("main")).to_contain_text("The books balance")


def export(browser: BrowserContext, owner: Person) -> bytes:
    """Build a version of the dataset and download it."""
    page = sign_in(browser, owner)
    page.goto("/owner/dataset")
    page.get_by_role("button", name=re.compile("build", re.IGNORECASE)).click()
    link = page.get_by_role("link", name=re.compile("download", re.IGNORECASE)).first
    until = time.monotonic() + 60
    while not link.is_visible():
        assert time.monotonic() < until
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download() as downloading:
        link.click()
    return Path(downloading.value.path()).read_bytes()
