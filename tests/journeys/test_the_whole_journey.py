"""From the invitation link to the paid ledger entry and the dataset, on real parts.

A real server, Valkey and RQ worker; a real Chromium with the real extension; MediaRecorder on a tab of the practice
shop, with a spoken microphone.
"""

import csv
import hashlib
import io
import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from codesight.db import engine_for, reading
from codesight.reports import books
from tests.journeys.browser import EXTENSION_ID, office_browser, worker_browser
from tests.journeys.installation import Installation, Person
from tests.journeys.leaks import leaks
from tests.journeys.shopping import SECRETS, Done, missing, shop
from tests.support.services import needs

SHOP_TITLE = "Quillmere"


@needs("Chromium", "espeak-ng")
@pytest.mark.xdist_group("journeys")
def test_a_demonstration_goes_from_the_invitation_to_the_paid_ledger_entry_and_the_export(
    request: pytest.FixtureRequest, journey_database: str | None, tmp_path: Path
) -> None:
    with Installation(tmp_path / "var", journey_database, MINIMUM_VIDEO_SECONDS="20") as installation:
        with sync_playwright() as playwright:
            with worker_browser(playwright, tmp_path, installation.url, SHOP_TITLE) as browser:
                worker = join(browser, installation)
                session_id, done = record(browser, installation)
                submitted = wait_for_review(browser, session_id)
            assert "No speech model is set" in submitted
            with office_browser(playwright, installation.url) as browser:
                review(browser, installation.person("reviewer"), session_id)
            with office_browser(playwright, installation.url) as browser:
                pay(browser, installation.person("payer"), worker)
            with office_browser(playwright, installation.url) as browser:
                exported = export(browser, installation.person("owner"))
        check_documents(installation, session_id, done)
        check_dataset(exported, session_id, done)
        engine = engine_for(installation.settings.database_url)
        with reading(engine) as db:
            assert books.check(db) == []
    assert leaks(SECRETS, var=tmp_path / "var", engine=engine, said=installation.said, exported=exported) == []
    engine.dispose()


def join(browser: BrowserContext, installation: Installation) -> Person:
    """Follow the link, make an account, consent, claim the basic package."""
    worker = Person("wanda.worker@example.org", "a long enough password")
    page = browser.new_page()
    page.goto(installation.url + installation.invitation)
    page.get_by_label("Your name", exact=True).fill("Wanda Worker")
    page.get_by_label("E-mail address").fill(worker.email)
    page.get_by_label("Password").fill(worker.password)
    page.get_by_label("How you are paid").select_option("paypal")
    page.get_by_label("Your name or address there").fill(worker.email)
    page.get_by_role("button", name=re.compile("account", re.IGNORECASE)).click()
    page.get_by_label(re.compile("agree")).check()
    page.get_by_role("button", name=re.compile("agree|continue", re.IGNORECASE)).click()
    page.goto(f"{installation.url}/packages")
    page.get_by_role("button", name=re.compile("basic|take|claim", re.IGNORECASE)).first.click()
    page.goto(f"{installation.url}/home")
    page.get_by_role("link", name=re.compile("record", re.IGNORECASE)).first.click()
    expect(page.locator("#recorder")).to_be_visible()
    return worker


def record(browser: BrowserContext, installation: Installation) -> tuple[str, list[Done]]:
    """Allow the extension to talk to this server, record the shop, stop, submit."""
    recorder = next(page for page in browser.pages if "/scenarios/" in page.url)
    question(browser).locator("#allow").click()
    expect(recorder.locator("#check-extension")).to_have_attribute("data-state", "ok", timeout=15_000)
    shop_tab = browser.new_page()
    shop_tab.goto(f"{installation.url}/practice-shop/")
    recorder.bring_to_front()
    recorder.locator("#record").click()
    root = recorder.locator("#recorder")
    expect(root).to_have_attribute("data-state", "recording", timeout=30_000)
    shop_tab.bring_to_front()
    done = shop(shop_tab)
    recorder.bring_to_front()
    recorder.locator("#stop").click()
    expect(root).to_have_attribute("data-state", "stopped", timeout=60_000)
    session_id = root.get_attribute("data-session")
    assert session_id is not None and re.fullmatch(r"cs_[a-z0-9]+_[a-z0-9]+", session_id)
    recorder.locator("#note").fill("The second pair was the better one.")
    recorder.locator("#submit").click()
    expect(recorder).to_have_url(re.compile(f"/submissions/{session_id}"), timeout=60_000)
    return session_id, done


def question(browser: BrowserContext) -> Page:
    """The page on which the extension asks whether this server may be told anything."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for page in browser.pages:
            if page.url.startswith(f"chrome-extension://{EXTENSION_ID}"):
                return page
        browser.pages[0].wait_for_timeout(200)
    raise AssertionError([page.url for page in browser.pages])


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
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name=re.compile("sign in|log ?in", re.IGNORECASE)).click()
    expect(page).not_to_have_url(re.compile("/login"))
    return page


def review(browser: BrowserContext, reviewer: Person, session_id: str) -> None:
    """The video plays and seeks, an event leads to its place, and the work is worth five stars."""
    page = sign_in(browser, reviewer)
    page.get_by_role("link", name=re.compile("start reviewing", re.IGNORECASE)).click()
    expect(page).to_have_url(re.compile(session_id))
    player = page.locator("#player")
    page.wait_for_function("document.querySelector('#player').readyState >= 2")
    length = player.evaluate("video => video.duration")
    assert 15 < length < 600, f"the video says it is {length} s long"
    player.evaluate("video => { video.currentTime = video.duration / 2 }")
    page.wait_for_function("() => { const v = document.querySelector('#player'); return !v.seeking && v.readyState >= 2 }")
    assert abs(player.evaluate("video => video.currentTime") - length / 2) < 1
    last = page.locator("#timeline .event").last
    place = float(last.get_attribute("data-t") or "nan")
    assert 0 < place < length + 2
    last.click()
    page.wait_for_function("() => !document.querySelector('#player').seeking")
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


def check_documents(installation: Installation, session_id: str, done: list[Done]) -> None:
    """The two documents of the mission, by the API, hold what was really done."""
    reviewer = installation.person("reviewer")
    credentials = {"email": reviewer.email, "password": reviewer.password}
    token = requests.post(f"{installation.url}/login?include_auth_token", json=credentials, timeout=10).json()
    header = {"Authentication-Token": token["response"]["user"]["authentication_token"]}
    base = f"{installation.url}/api/extension/sessions/{session_id}"
    training: dict[str, Any] = requests.get(f"{base}/training-data", headers=header, timeout=10).json()
    assert training["video_path"].startswith("s3://") and training["audio_path"].startswith("s3://")
    assert missing(done, training["annotations"]) == []
    session = requests.get(f"{base}/data", headers=header, timeout=10).json()
    assert session["sessionId"] == session_id
    assert session["totalEvents"] == len(session["events"])
    assert session["summary"]["clicks"] >= 12 and session["summary"]["inputs"] >= 9
    assert any("/practice-shop/checkout" in address for address in session["summary"]["pagesVisited"])


def check_dataset(exported: bytes, session_id: str, done: list[Done]) -> None:
    """The ZIP is whole, and holds the demonstration with its steps in the video's time."""
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
        assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums} == sums
        folder = f"demonstrations/{session_id}"
        training = json.loads(archive.read(f"{folder}/training.json"))
        metadata = json.loads(archive.read(f"{folder}/metadata.json"))
        assert archive.getinfo(f"{folder}/screen.webm").file_size > 50_000
        assert archive.getinfo(f"{folder}/microphone.webm").file_size > 10_000
    assert missing(done, training["annotations"]) == []
    times = [annotation["timestamp"] for annotation in training["annotations"]]
    assert times == sorted(times)
    assert times[0] >= 0 and times[-1] <= metadata["duration_ms"]
    assert metadata["rating"] == 5
