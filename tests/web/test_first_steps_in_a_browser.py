"""The first steps' pages in a real Chromium, with nothing there that recording needs: each page says what to do."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import delete

from codesight.db import transaction
from codesight.workers.onboarding.models import DeviceCheck, Profile, QuizAttempt, TrainingPass
from tests.journeys.accessible import offences
from tests.support import media
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World
from tests.support.services import chromium, needs
from tests.support.serving import served

pytestmark = [needs("Chromium"), on_sqlite]


@pytest.fixture
def url(app: Flask, world: World) -> Iterator[str]:
    """The site; the worker has consented and done nothing else."""
    with transaction(app.extensions["codesight"].engine) as db:
        for table in (Profile, DeviceCheck, TrainingPass, QuizAttempt):
            db.execute(delete(table).where(table.account_id == world.worker_id))
    with served(app, host="localhost") as address:
        yield address


@pytest.fixture
def page(url: str, tmp_path: Path) -> Iterator[Page]:
    """A signed-in worker with a microphone that is silent, without the extension, and a still tab to share."""
    silence = media.wav(tmp_path / "silence.wav", np.zeros(2 * media.RATE, np.int16))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            headless=True,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={silence}",
                "--auto-select-tab-capture-source-by-title=Quillmere",
            ],
        )
        context = browser.new_context(base_url=url, permissions=["microphone"])
        opened = context.new_page()
        opened.goto("/login")
        opened.get_by_label("Email").fill("worker@example.org")
        opened.get_by_label("Password").fill(PASSWORD)
        opened.get_by_role("button", name="Sign in", exact=True).click()
        expect(opened.get_by_role("heading", name="Tell us a little about you")).to_be_visible()
        yield opened
        browser.close()


def test_a_check_that_fails_says_for_each_part_what_to_do(page: Page) -> None:
    shop = page.context.new_page()
    shop.goto("/practice-shop/size-guide/jeans")
    page.bring_to_front()
    page.goto("/onboarding/device")
    page.get_by_role("button", name="Start the check").click()
    expect(page.locator("#verdict")).to_contain_text("Something is still missing", timeout=30_000)
    for part, said in (
        ("extension", "It was not found in this browser"),
        ("microphone", "Nothing was heard"),
        ("screen", "The picture did not move"),
    ):
        expect(page.locator(f"#part-{part}")).to_have_attribute("data-state", "missing")
        expect(page.locator(f"#part-{part} .say")).to_contain_text(said)
    for part in ("browser", "space"):
        expect(page.locator(f"#part-{part}")).to_have_attribute("data-state", "ok")
    expect(page.get_by_role("link", name="How to install it")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()
    assert offences(page) == []
    page.reload()  # left, and taken up again
    expect(page.locator("#part-microphone .say")).to_contain_text("Nothing was heard")


def test_an_extension_that_is_too_old_is_told_apart_and_what_to_do(page: Page) -> None:
    page.goto("/onboarding/training")
    found = page.locator("#check-extension")
    expect(found.locator(".say")).to_contain_text("Not found on this page")
    page.evaluate("""() => setInterval(() => postMessage({
        source: 'codesight-extension', type: 'status', version: '0.0.9',
        state: 'unpaired', session: null, pending: 0, sent: 0, error: null,
    }, location.origin), 100)""")
    expect(found.locator(".say")).to_have_text("Yours is version 0.0.9; 0.1.0 or newer is needed.")
    expect(found.get_by_role("link", name="How to install it")).to_be_visible()
    expect(page.locator("#record-why")).to_contain_text("Put it in the old one’s place")
    expect(page.locator("#record")).to_be_disabled()


def test_axe_finds_nothing_on_any_page_of_the_first_steps(page: Page) -> None:
    bad = []
    for path in ("/home", "/onboarding", "/onboarding/profile", "/onboarding/training", "/onboarding/quiz"):
        page.goto(path)
        bad += offences(page)
    page.get_by_role("button", name="Begin").click()
    bad += offences(page)
    for question in page.locator("fieldset").all():
        question.get_by_role("radio").first.check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Your answers")).to_be_visible()
    bad += offences(page)
    assert bad == []
