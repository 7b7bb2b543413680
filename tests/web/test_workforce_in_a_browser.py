"""All pages about levels, suspensions and links in a real Chromium: nothing that axe finds, at both widths."""

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from codesight.accounts.models import Role
from codesight.assignments.models import Assignment
from codesight.checks.linking.models import Link, LinkKind
from codesight.db import transaction
from codesight.workers.models import Worker
from tests.journeys.accessible import offences
from tests.support.database import on_sqlite
from tests.support.people import NOW, PASSWORD, World, claim, submit_for_review, suspend
from tests.support.services import needs
from tests.web.extension_browser import engine_of
from tests.web.test_accounts_in_a_browser import page as page  # a browser that complains of nothing
from tests.web.test_accounts_in_a_browser import url as url

pytestmark = [needs("Chromium"), on_sqlite]


def visit(page: Page, role: Role, *addresses: str) -> list[str]:
    """What is wrong with pages, as somebody of the role sees them."""
    page.context.clear_cookies()
    page.request.post("/login", data={"email": f"{role}@example.org", "password": PASSWORD})
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        found += offences(page)
    return found


def test_axe_finds_nothing_on_any_of_these_pages(app: Flask, world: World, page: Page) -> None:
    with transaction(engine_of(app)) as db:
        first, second, *_ = claim(db, db.get_one(Worker, world.worker_id)).assignments
        submission = submit_for_review(db, first)
        low, high = sorted((world.worker_id, world.other_worker_id))
        details = {"percent": 93, "sessions": [submission.session.public_id]}
        db.add(
            Link(
                kind=LinkKind.EVENTS, low_id=low, high_id=high, evidence="e", details=details, found_at=NOW,
                submission_id=submission.id,
            )
        )  # fmt: skip
        waiting = second.id
    suspend(engine_of(app), world.worker_id)
    assert visit(page, Role.WORKER, "/home", "/packages", f"/scenarios/{waiting}", "/standing") == []
    page.get_by_label("Why do you see it otherwise?").fill("It was my sister.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("The owner answers here")).to_be_visible()
    theirs = f"/owner/workers/{world.worker_id}"
    assert visit(page, Role.OWNER, "/owner", "/owner/workers", theirs, "/owner/levels") == []
    page.get_by_role("button", name="Show who would move").click()
    assert offences(page) == []
    with transaction(engine_of(app)) as db:
        assert db.scalars(sa.select(Assignment.state).where(Assignment.id == waiting)).one() == "reserved"
