"""Signed addresses are checked, by the folder storage and by a real S3: what was not signed is refused."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from codesight.adapters.storage import SignedPut, Storage
from codesight.adapters.storage_folder import FolderStorage
from codesight.adapters.storage_s3 import S3Storage
from codesight.config import Settings
from codesight.db import migrate
from tests.support.proxy import proxy
from tests.support.rgw import Rgw, on_s3
from tests.support.services import free_port
from tests.support.serving import served

KEY = "recordings/cs_md0ap0gn_thwyx2k9qe/screen.webm"
TYPE = "video/webm;codecs=vp8,opus"
BODY = b"0123456789"
VALID_SECONDS = 600
PATIENCE_SECONDS = 60
REFUSED = {403, 405, 411, 422}
FOREIGN = "https://evil.example"


@dataclass
class Site:
    """A storage with pages that may use it, and ways to make others of it."""

    origin: str
    make: Callable[..., Storage]
    """A storage over the same files whose addresses last so many seconds, and which has a CDN at an address."""

    @property
    def storage(self) -> Storage:
        return self.make(VALID_SECONDS)

    def part(self, valid_seconds: int = VALID_SECONDS) -> tuple[str, SignedPut]:
        """A new upload, and the address of its first part."""
        upload = self.storage.start(KEY, TYPE)
        return upload, self.make(valid_seconds).part_url(KEY, upload, 1, len(BODY), TYPE)

    def send(self, url: str, body: bytes | Iterator[bytes] = BODY, **headers: str | None) -> requests.Response:
        """Send a part from a page of ours, if the headers do not say otherwise."""
        said = {"Content-Type": TYPE, "Origin": self.origin} | headers
        return requests.put(url, data=body, headers=said, timeout=PATIENCE_SECONDS)

    def keep(self, tmp_path: Path) -> None:
        """Put a file there."""
        (tmp_path / "local").write_bytes(BODY)
        self.storage.put(KEY, tmp_path / "local", "video/webm")


@pytest.fixture
def database_url(sqlite_template: Callable[[Callable[[str], None]], Path]) -> str:
    """The web's own database, in which nothing is written."""
    return f"sqlite:///{sqlite_template(migrate)}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def folder(app: Flask, settings: Settings) -> Iterator[Site]:
    """The folder behind the real server."""
    own = settings.var / "files", settings.public_url, settings.secret_key
    with served(app, urlsplit(settings.public_url).port or 0):
        yield Site(settings.public_url, lambda seconds, cdn=None: FolderStorage(*own, seconds, cdn))


@pytest.fixture
def real_s3(rgw: Rgw, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A bucket that was set up for a site."""
    bucket, origin = rgw.create_bucket(monkeypatch), "https://codesight.example"
    site = Site(origin, lambda seconds, cdn=None: S3Storage(bucket, rgw.address, "us-east-1", seconds, cdn))
    site.storage.prepare([origin], change=True)
    return site


@pytest.fixture(params=["folder", pytest.param("real_s3", marks=on_s3)])
def site(request: pytest.FixtureRequest) -> Site:
    made: Site = request.getfixturevalue(request.param)
    return made


def changed(url: str) -> str:
    """The address with another letter in its signature, which is at its end."""
    return url[:-9] + ("a" if url[-9] != "a" else "b") + url[-8:]


def test_a_part_that_was_not_signed_for_is_refused_and_the_signed_one_taken(site: Site) -> None:
    upload, put = site.part()
    other = site.storage.part_url(KEY, upload, 2, len(BODY), "audio/webm")
    refused = {
        "tampered": site.send(changed(put.url)),
        "another signature": site.send(put.url[:-40] + other.url[-40:]),
        "wrong type": site.send(put.url, **{"Content-Type": "text/html"}),
        "no type": site.send(put.url, **{"Content-Type": None}),
        "too long": site.send(put.url, BODY + b"x"),
        "too short": site.send(put.url, BODY[1:]),
        "of no length": site.send(put.url, iter([BODY])),
        "fetched": requests.get(put.url, timeout=PATIENCE_SECONDS),
        "deleted": requests.delete(put.url, timeout=PATIENCE_SECONDS),
        "sent to be fetched": site.send(site.storage.get_url(KEY)),
    }
    assert {name: answer.status_code for name, answer in refused.items() if answer.status_code not in REFUSED} == {}
    assert site.storage.parts(KEY, upload) == []
    assert not site.storage.exists(KEY)
    assert site.send(put.url).status_code == 200
    assert [part.size for part in site.storage.parts(KEY, upload)] == [len(BODY)]


def test_an_address_that_has_expired_is_refused(site: Site, tmp_path: Path) -> None:
    upload, put = site.part(valid_seconds=1)
    until = time.monotonic() + PATIENCE_SECONDS
    while site.send(put.url).status_code == 200:  # it was good to begin with, unless this machine is very slow
        assert time.monotonic() < until, "it never expired"
        time.sleep(0.2)
    assert site.send(put.url).status_code == 403
    site.keep(tmp_path)
    late = site.make(1).get_url(KEY)
    while requests.get(late, timeout=PATIENCE_SECONDS).status_code == 200:
        assert time.monotonic() < until, "it never expired"
        time.sleep(0.2)
    assert requests.get(late, timeout=PATIENCE_SECONDS).status_code == 403
    assert site.storage.abandon(KEY, upload) is None


def test_browsers_are_told_to_refuse_pages_of_a_foreign_origin(site: Site) -> None:
    _, put = site.part()
    asking = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    foreign = requests.options(put.url, headers={"Origin": FOREIGN, **asking}, timeout=PATIENCE_SECONDS)
    assert "Access-Control-Allow-Origin" not in foreign.headers
    answer = site.send(put.url, Origin=FOREIGN)
    assert "Access-Control-Allow-Origin" not in answer.headers
    if isinstance(site.storage, S3Storage):  # a folder's pages are of the files' own origin: their browser asks nobody
        ours = requests.options(put.url, headers={"Origin": site.origin, **asking}, timeout=PATIENCE_SECONDS)
        assert (foreign.status_code, ours.status_code) == (403, 200)
        assert ours.headers["Access-Control-Allow-Origin"] == site.origin
        assert ours.headers["Access-Control-Expose-Headers"] == "ETag"
    else:
        assert answer.status_code == 403


def test_a_cdn_passes_ranges_on_and_whatever_was_not_signed_is_refused_there_too(site: Site, tmp_path: Path) -> None:
    site.keep(tmp_path)
    with proxy(0, site.storage.origin, host=urlsplit(site.storage.origin).netloc) as cdn:
        storage = site.make(VALID_SECONDS, cdn)
        assert (storage.delivery_origin, storage.origin) == (cdn, site.storage.origin)
        assert site.part()[1].url.startswith(storage.origin)
        url = storage.get_url(KEY, content_type="video/webm")
        assert url.startswith(f"{cdn}/")
        piece = requests.get(url, headers={"Range": "bytes=2-4"}, timeout=PATIENCE_SECONDS)
        assert (piece.status_code, piece.content) == (206, BODY[2:5])
        assert (piece.headers["Content-Range"], piece.headers["Content-Type"]) == ("bytes 2-4/10", "video/webm")
        assert requests.get(changed(url), timeout=PATIENCE_SECONDS).status_code == 403
        assert requests.get(url.replace("screen.webm", "other.webm") + "x", timeout=PATIENCE_SECONDS).status_code == 403
        named = requests.get(storage.get_url(KEY, filename="a b.webm"), timeout=PATIENCE_SECONDS)
        assert named.headers["Content-Disposition"].startswith("attachment; ")
        expired = site.make(1, cdn).get_url(KEY)
        until = time.monotonic() + PATIENCE_SECONDS
        while requests.get(expired, timeout=PATIENCE_SECONDS).status_code != 403:
            assert time.monotonic() < until, "it never expired"
            time.sleep(0.2)


def test_what_a_cache_keeps_expires_with_the_address(site: Site, tmp_path: Path) -> None:
    site.keep(tmp_path)
    before = datetime.now(UTC)
    url = site.storage.get_url(KEY)
    answer = requests.get(url, timeout=PATIENCE_SECONDS)
    expires = parsedate_to_datetime(answer.headers["Expires"])
    if isinstance(site.storage, S3Storage):
        signed = datetime.strptime(parse_qs(urlsplit(url).query)["X-Amz-Date"][0], "%Y%m%dT%H%M%S%z")
        assert expires <= signed + timedelta(seconds=VALID_SECONDS)
    assert expires >= before + timedelta(seconds=VALID_SECONDS - 1)
    # Nothing else that would keep a CDN from caching, or let it cache for longer.
    assert not {"Cache-Control", "Set-Cookie"} & set(answer.headers)


def test_pages_may_play_from_the_cdn_and_send_to_the_storage_only(app: Flask, settings: Settings) -> None:
    from blueprints.app import create_app

    made = create_app(replace(settings, cdn_url="https://cdn.example"))
    policy = made.test_client().get("/health").headers["Content-Security-Policy"]
    assert "media-src 'self' blob: https://cdn.example;" in policy
    assert f"connect-src 'self' {settings.public_url};" in policy
    made.extensions["codesight"].engine.dispose()
