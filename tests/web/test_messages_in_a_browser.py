"""All pages of messages in a real Chromium: nothing for axe to find, no script that the policy refuses."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from codesight import letters, outbox
from codesight.accounts.models import Account, Role
from codesight.db import transaction
from codesight.policy import Kind
from codesight.reviews.messages import actions, queries
from codesight.reviews.messages.rules import Group, fingerprint
from codesight.workers.models import Worker
from tests.journeys.accessible import offences
from tests.support.database import on_sqlite
from tests.support.people import NOW, PASSWORD, World, claim, submit_for_review
from tests.support.services import chromium, needs
from tests.support.serving import served

pytestmark = [needs("Chromium"), on_sqlite]


@pytest.fixture
def public_id(app: Flask, world: World) -> str:
    """A recording with a thread, news for everybody, and messages of several kinds."""
    with transaction(app.extensions["codesight"].engine) as db:
        submission = submit_for_review(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0])
        session = submission.session
        for number, (author, text) in enumerate((
            (world.worker_id, "The shop showed an error in the middle. Is that all right?"),
            (world.owner_id, "Yes.\n\nThat happens to real people, too."),
            (world.reviewer_id, "averylongwordthatdoesnotend" * 6),
        )):  # fmt: skip
            by = db.get_one(Account, author)
            actions.write(db, session, by=by, text=text, key=f"k{number}", now=NOW)
        people = [worker.account_id for worker in queries.group(db, Group(), now=NOW)]
        owner = db.get_one(Account, world.owner_id)
        said = {"title": "A new wave", "text": "It opens tomorrow.\n\nSee you!"}
        news = actions.send_news(db, Group(), key="k", seen=fingerprint(Group(), people), by=owner, now=NOW, **said)
        actions.tell_some(db, news.id, now=NOW)
        outbox.tell(db, world.worker_id, "payout:1", "$20.00 is on its way to you by PayPal.", "/earnings", now=NOW)
        return session.public_id


@pytest.fixture
def page(app: Flask, world: World) -> Iterator[Page]:
    """A browser; whatever it complains of on its console fails the test."""
    complaints: list[str] = []
    with served(app, host="localhost") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=["--no-sandbox"])
        zone = {"base_url": address, "timezone_id": "Asia/Tokyo"}
        opened = browser.new_context(**zone).new_page()
        opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert complaints == []


def sign_in(page: Page, role: Role) -> None:
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_label("Email").fill(f"{role}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_pages_of_messages_are_accessible_and_a_thread_can_be_used(
    app: Flask, world: World, page: Page, public_id: str
) -> None:
    settings = app.extensions["codesight"].settings
    out = letters.sign(letters.WayOut(Kind.REVIEW, world.worker_id, ""), settings)
    own = ["/messages", "/news/1", "/account/notifications", f"/unsubscribe/{out}"]
    visits = {
        Role.WORKER: [*own, f"/submissions/{public_id}"],
        Role.REVIEWER: [f"/review/{public_id}", f"/threads/{public_id}"],
        Role.OWNER: [f"/owner/work/{public_id}", "/owner/news", "/owner/news/new?standing=any", "/owner/gigs/1"],
    }
    bad = []
    for role, addresses in visits.items():
        sign_in(page, role)
        for address in addresses:
            page.goto(address)
            bad += offences(page)
    assert bad == []
    sign_in(page, Role.WORKER)
    page.goto("/account/notifications")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")  # the browser's own, as nothing was chosen
    page.goto(f"/threads/{public_id}")
    page.get_by_label("Your message").fill("Thank you!")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#last")).to_contain_text("Thank you!")
    sign_in(page, Role.REVIEWER)
    page.goto(f"/review/{public_id}")
    page.get_by_label("Your message").press_sequentially("5 qwer")  # those are keys of the verdict bar elsewhere
    expect(page.get_by_label("Your message")).to_have_value("5 qwer")
    expect(page.locator("#stars input:checked")).to_have_count(0)
