"""A reviewer's browser plays and seeks a video that comes through a CDN, out of the folder and out of a real S3."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, sync_playwright

from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.config import Settings
from codesight.db import transaction
from codesight.workers.models import Worker
from tests.journeys.browser import office_browser
from tests.journeys.installation import Person
from tests.journeys.steps import sign_in, wait_for_the_picture
from tests.support import media
from tests.support.database import on_sqlite
from tests.support.people import NOW, PASSWORD, World, claim, submit_for_review
from tests.support.proxy import Answer, Heard, proxy
from tests.support.rgw import Rgw, on_s3
from tests.support.services import free_port, needs
from tests.support.serving import served

pytestmark = [needs("Chromium"), on_sqlite]

SECONDS = 30


@pytest.fixture(params=["folder", pytest.param("real_s3", marks=on_s3)])
def settings(settings: Settings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A site with a CDN, and with its files in each kind of storage."""
    address, cdn = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    site = replace(settings, public_url=address, cdn_url=cdn)
    if request.param == "folder":
        return site
    rgw: Rgw = request.getfixturevalue("rgw")
    return replace(site, s3_bucket=rgw.create_bucket(monkeypatch), s3_endpoint=rgw.address)


@pytest.fixture
def video(app: Flask, world: World, tmp_path: Path) -> str:
    """The public id of a recording that waits for review, with a video."""
    parts = app.extensions["codesight"]
    key = "recordings/cs_x/screen.playable.webm"
    film = media.webm_like_mediarecorder(tmp_path / "film.webm", SECONDS, live=False)
    parts.storage.put(key, film, "video/webm")
    with transaction(parts.engine) as db:
        session = submit_for_review(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0]).session
        made = Upload(
            session_id=session.id, kind=UploadKind.SCREEN, key="recordings/cs_x/screen.webm", storage_upload_id="u",
            content_type="video/webm", state=UploadState.COMPLETE, size=film.stat().st_size, created_at=NOW,
            completed_at=NOW, playable_key=key, duration_ms=SECONDS * 1000,
        )  # fmt: skip
        db.add(made)
        return session.public_id


@pytest.fixture
def passed_on() -> list[tuple[str | None, int]]:
    """What the CDN passed on: the range that was asked for, and the answer's status."""
    return []


@pytest.fixture
def page(app: Flask, settings: Settings, passed_on: list[tuple[str | None, int]]) -> Iterator[Page]:
    """The reviewer's browser."""

    def note(heard: Heard, pass_on: Callable[[], Answer]) -> Answer:
        answer = pass_on()
        passed_on.append((heard.headers.get("Range"), answer.status))
        return answer

    origin = app.extensions["codesight"].storage.origin
    with served(app, urlsplit(settings.public_url).port or 0) as url:
        with proxy(urlsplit(settings.cdn_url or "").port or 0, origin, note, host=urlsplit(origin).netloc):
            with sync_playwright() as playwright, office_browser(playwright, url) as browser:
                yield sign_in(browser, Person("reviewer@example.org", PASSWORD))


def test_a_video_plays_and_seeks_and_nothing_of_it_comes_from_elsewhere(
    video: str, page: Page, settings: Settings, passed_on: list[tuple[str | None, int]]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/review/{video}")
    player = page.locator("#player")
    wait_for_the_picture(player)
    assert abs(player.evaluate("video => video.duration") - SECONDS) < 1
    player.evaluate("video => { video.currentTime = video.duration - 2 }")
    wait_for_the_picture(player)
    assert player.evaluate("video => video.currentTime") > SECONDS - 4
    films = [url for url in asked if ".webm" in url or "/files/" in url]
    assert films
    assert all(url.startswith(f"{settings.cdn_url}/") for url in films)
    assert passed_on
    assert all(wanted is not None and status == 206 for wanted, status in passed_on)
