"""What a browser has recorded arrives whole, over a bad line and although the page is loaded anew in the middle.

The recorder's own code in a real Chromium; the folder behind the real server, or a real S3; faults only on the line.
"""

import base64
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from blueprints.extension_package import for_workers
from codesight.adapters import storage_for
from codesight.capture import uploads
from codesight.capture.models import UploadKind, UploadState
from codesight.config import Settings
from codesight.db import reading, transaction
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Worker
from tests.journeys.browser import extension_browser, unpacked
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, claim, record
from tests.support.proxy import Answer, Heard, Lost, proxy
from tests.support.rgw import SMALLEST_PART, Rgw, on_s3
from tests.support.services import free_port, needs
from tests.support.serving import served

pytestmark = [needs("Chromium"), on_sqlite]

VALID_SECONDS = 3
PATIENCE_MS = 180_000
SIZES = {"screen": 12 * SMALLEST_PART + 5000, "microphone": 2 * SMALLEST_PART + 700}
"""Bytes."""
HELD = (("screen", 5), ("screen", 9))
"""Parts that are on their way when the page is left."""
LATE = {("screen", 3), ("microphone", 2)}
"""Parts whose first address expires before they arrive."""

Piece = tuple[str, int]
"""A file's kind and the number of a part."""

RECORD = """async ({ session, partSize, files }) => {
  const { openStore } = await import("/static/js/recorder/store.js");
  const { makeSession } = await import("/static/js/recorder/session.js");
  const store = await openStore();
  const ignore = () => {};
  const onUnkept = (problem) => { throw problem; };
  const told = { store, partSize, onChange: ignore, onTrouble: ignore, onUnkept };
  const recording = makeSession({ id: session, ticket: "" }, null, told);
  const opened = recording.openFiles();
  recording.send();
  for (const [kind, chunks] of Object.entries(files)) {
    for (const chunk of chunks) opened[kind].add(new Blob([Uint8Array.from(atob(chunk), (c) => c.charCodeAt(0))]));
    await store.chunks(session, kind);  // answered when all that was added before is kept
  }
}"""

DIGEST = """async ({ session, kind }) => {
  const { openStore } = await import("/static/js/recorder/store.js");
  const chunks = await (await openStore()).chunks(session, kind);
  const bytes = await new Blob(chunks.map(({ blob }) => blob)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""


SEND = """({ url, body }) => fetch(url, { method: "PUT", headers: { "Content-Type": "video/webm" }, body })
  .then(({ status }) => status, String)"""


class Hold:
    """A part that stays on its way until the test lets go."""

    def __init__(self) -> None:
        self.began, self.lets_go, self.over = Event(), Event(), Event()

    def end(self) -> None:
        self.lets_go.set()
        assert self.over.wait(PATIENCE_MS / 1000)


class BadLine:
    """Of ten parts three fail on their way; some come too late; no answer shows an ETag."""

    def __init__(self, pieces: dict[bytes, Piece]) -> None:
        self.sent: list[Piece] = []
        self.stored: set[Piece] = set()
        self.failed: list[str] = []
        self.late: list[int] = []
        """What the storage answered to parts whose address had expired."""
        self.holds = {piece: Hold() for piece in HELD}
        self._pieces, self._still_on_time = pieces, set(LATE)
        self._chance, self._ways = random.Random(9), cycle(["refused", "lost before", "lost after"])
        self._lock = Lock()

    def __call__(self, heard: Heard, pass_on: Callable[[], Answer]) -> Answer:
        piece = self._pieces.get(heard.body) if heard.method == "PUT" else None
        if piece is None:
            return pass_on()
        with self._lock:
            self.sent.append(piece)
            hold = self.holds.get(piece)
            hold = hold if hold and not hold.began.is_set() else None
            late = piece in self._still_on_time
            self._still_on_time.discard(piece)
            way = next(self._ways) if not hold and not late and self._chance.random() < 0.3 else None
            self.failed += [way] if way else []
        if hold:
            hold.began.set()
            hold.lets_go.wait(PATIENCE_MS / 1000)
        if late:
            time.sleep(VALID_SECONDS + 1.5)
        if way == "lost before":
            raise Lost
        if way == "refused":
            return Answer(503, [])
        answer = pass_on()
        with self._lock:
            self.stored |= {piece} if answer.status == 200 else set()
            self.late += [answer.status] if late else []
        if hold:
            hold.over.set()
        if way == "lost after":
            raise Lost
        shown = [pair for pair in answer.headers if pair[0].lower() not in ("etag", "access-control-expose-headers")]
        return Answer(answer.status, shown, answer.body)


@pytest.fixture
def recorded() -> dict[str, bytes]:
    """What was recorded, by the file's kind."""
    return {kind: random.Random(kind).randbytes(size) for kind, size in SIZES.items()}


@pytest.fixture
def line(recorded: dict[str, bytes]) -> BadLine:
    return BadLine(
        {
            content[at : at + SMALLEST_PART]: (kind, at // SMALLEST_PART + 1)
            for kind, content in recorded.items()
            for at in range(0, len(content), SMALLEST_PART)
        }
    )


@pytest.fixture(params=["folder", pytest.param("real_s3", marks=on_s3)])
def kept_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(
    settings: Settings, kept_in: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The bad line is in front of the folder's server, or in front of the bucket's."""
    site = replace(
        settings,
        public_url=f"http://127.0.0.1:{free_port()}",
        part_size=SMALLEST_PART,
        file_url_seconds=VALID_SECONDS,
    )
    if kept_in == "folder":
        return site
    rgw: Rgw = request.getfixturevalue("rgw")
    bucket = rgw.create_bucket(monkeypatch)
    return replace(site, s3_bucket=bucket, s3_endpoint=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def url(app: Flask, settings: Settings, line: BadLine, request: pytest.FixtureRequest) -> Iterator[str]:
    """The site, with the bad line in front of its storage."""
    in_folder = settings.s3_endpoint is None
    with served(app, 0 if in_folder else port_of(settings.public_url)) as web:
        behind = web if in_folder else request.getfixturevalue("rgw").address
        with proxy(port_of(settings.s3_endpoint or settings.public_url), behind, line):
            app.extensions["codesight"].storage.prepare([settings.public_url], change=True)
            yield settings.public_url


@pytest.fixture
def session(app: Flask, world: World) -> RecordingSession:
    """A recording of the worker's that has begun."""
    with transaction(app.extensions["codesight"].engine) as db:
        return record(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0])


@pytest.fixture
def page(url: str, tmp_path: Path) -> Iterator[Page]:
    """The worker's browser, signed in."""
    extension = unpacked(for_workers(url), tmp_path)
    with sync_playwright() as playwright, extension_browser(playwright, tmp_path / "profile", extension) as browser:
        browser.set_default_timeout(PATIENCE_MS)
        opened = browser.new_page()
        opened.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
        opened.goto(f"{url}/login")
        opened.get_by_label("Email").fill("worker@example.org")
        opened.get_by_label("Password").fill(PASSWORD)
        opened.get_by_role("button", name="Sign in", exact=True).click()
        expect(opened.get_by_role("heading", level=1)).not_to_have_text("Sign in", timeout=PATIENCE_MS)
        yield opened


def port_of(address: str) -> int:
    return urlsplit(address).port or 0


def chunks(content: bytes, size: int = 7001) -> list[str]:
    """A file as MediaRecorder gives it out, piece by piece, as text."""
    return [base64.b64encode(content[at : at + size]).decode() for at in range(0, len(content), size)]


def go_on(page: Page) -> None:
    """Press the button of somebody who comes back to what they have recorded."""
    page.bring_to_front()
    page.get_by_role("button", name="Finish sending the recording you made").click()


def test_a_recording_arrives_whole_over_a_bad_line_and_what_has_arrived_is_not_sent_again(
    app: Flask,
    page: Page,
    url: str,
    session: RecordingSession,
    line: BadLine,
    recorded: dict[str, bytes],
    tmp_path: Path,
) -> None:
    files = {kind: chunks(content) for kind, content in recorded.items()}
    page.evaluate(RECORD, {"session": session.public_id, "partSize": SMALLEST_PART, "files": files})
    before = []
    for piece, leave in (
        (HELD[0], lambda: page.goto(f"{url}/scenarios/{session.assignment_id}")),
        (HELD[1], page.reload),
    ):
        hold = line.holds[piece]
        assert hold.began.wait(PATIENCE_MS / 1000)
        leave()
        hold.end()
        there, so_far = set(line.stored), len(line.sent)
        assert there < {(kind, n) for kind, size in SIZES.items() for n in range(1, size // SMALLEST_PART + 2)}
        before.append((there, so_far))
        go_on(page)
    expect(page.get_by_role("button", name="Submit", exact=True)).to_be_enabled(timeout=PATIENCE_MS)

    # Even the part that was on its way has arrived, and is not sent again.
    assert [piece for there, so_far in before for piece in line.sent[so_far:] if piece in there] == []
    assert {"refused", "lost before", "lost after"} <= set(line.failed)
    assert line.late == [403] * len(LATE)
    storage = app.extensions["codesight"].storage
    with reading(app.extensions["codesight"].engine) as db:
        for kind, content in recorded.items():
            client = page.evaluate(DIGEST, {"session": session.public_id, "kind": kind})
            assert client == hashlib.sha256(content).hexdigest()
            upload = uploads.find(db, session.id, UploadKind(kind))
            assert upload is not None
            assert (upload.state, upload.size) == (UploadState.COMPLETE, len(content))
            storage.fetch(upload.key, tmp_path / kind)
            assert hashlib.sha256((tmp_path / kind).read_bytes()).hexdigest() == client


def test_a_page_of_another_origin_cannot_send_although_it_has_the_address(
    page: Page, url: str, session: RecordingSession, settings: Settings
) -> None:
    storage, key = storage_for(replace(settings, file_url_seconds=600)), uploads.key_of(session, UploadKind.SCREEN)
    upload = storage.start(key, "video/webm")
    foreign = page.context.new_page()
    foreign.goto(f"http://localhost:{port_of(url)}/login")  # the same server; to a browser it is somebody else
    put = {"url": storage.part_url(key, upload, 1, 3, "video/webm").url, "body": "abc"}
    assert foreign.evaluate(SEND, put) == "TypeError: Failed to fetch"
    assert storage.parts(key, upload) == []
    assert page.evaluate(SEND, put) == 200
