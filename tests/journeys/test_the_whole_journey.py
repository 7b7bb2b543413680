"""From the invitation link to the paid ledger entry and the dataset, on real parts.

A real server, Valkey and RQ worker; a real Chromium with the real extension; MediaRecorder on a tab of the practice
shop, with a spoken microphone.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import sync_playwright

from codesight.db import engine_for, reading
from codesight.reports import books
from tests.journeys.browser import office_browser, worker_browser
from tests.journeys.installation import Installation
from tests.journeys.leaks import leaks
from tests.journeys.shopping import SECRETS, Done, missing
from tests.journeys.steps import api_token, ask_for_less, export, join, pay, record, review, wait_for_review
from tests.support.services import needs

SHOP_TITLE = "Quillmere"


@needs("Chromium", "espeak-ng")
def test_a_demonstration_goes_from_the_invitation_to_the_paid_ledger_entry_and_the_export(
    request: pytest.FixtureRequest, journey_database: str | None, tmp_path: Path
) -> None:
    with Installation(tmp_path / "var", journey_database, MINIMUM_VIDEO_SECONDS="20") as installation:
        with sync_playwright() as playwright:
            with office_browser(playwright, installation.url) as browser:
                ask_for_less(browser, installation.person("owner"))
            with worker_browser(playwright, tmp_path, installation.url, SHOP_TITLE) as browser:
                worker = join(browser, installation)
                session_id, done = record(browser, installation)
                submitted = wait_for_review(browser, session_id)
            assert "No speech model is set" in submitted
            with office_browser(playwright, installation.url) as browser:
                review(browser, installation.person("reviewer"), session_id)
                token = api_token(browser)
            with office_browser(playwright, installation.url) as browser:
                pay(browser, installation.person("payer"), worker)
            with office_browser(playwright, installation.url) as browser:
                exported = export(browser, installation.person("owner"))
        check_documents(installation, session_id, done, token)
        check_dataset(exported, session_id, done)
        engine = engine_for(installation.settings.database_url)
        with reading(engine) as db:
            assert books.check(db) == []
    everything = {"var": tmp_path / "var", "engine": engine, "said": installation.said, "exported": exported}
    assert leaks(SECRETS, **everything) == []
    # The search would find something: what was typed into the shop's own search is kept on purpose.
    kept = " ".join(leaks(("blue jeans",), **everything))
    assert "table event" in kept and "table step" in kept and "export demonstrations" in kept
    engine.dispose()


def check_documents(installation: Installation, session_id: str, done: list[Done], token: str) -> None:
    """The two documents of the mission, by the API, hold what was really done."""
    header = {"Authorization": f"Bearer {token}"}
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
