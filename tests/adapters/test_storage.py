"""The folder storage and S3 do the same.

There are two S3: moto's, which runs everywhere and checks no signature, and a real one where it is installed.
What the real one refuses is in tests/web/test_signed_addresses.py.
"""

import io
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from codesight.adapters import storage_for
from codesight.adapters.storage import SignedPut, Storage, UploadClosed
from codesight.adapters.storage_folder import FolderStorage
from codesight.adapters.storage_s3 import S3Storage
from codesight.config import Settings
from codesight.errors import Conflict, Malformed, NotFound
from tests.support.rgw import on_s3, use_keys

KEY = "recordings/cs_md0ap0gn_thwyx2k9qe/screen.webm"
TYPE = "video/webm;codecs=vp8,opus"
FULL = os.urandom(5 * 1024 * 1024)  # S3's smallest part but for the last
SECRET = "s" * 40


@dataclass
class Kept:
    """A storage and how a browser reaches it."""

    storage: Storage

    def send(self, put: SignedPut, body: bytes) -> None:
        """Do what the signed address permits."""
        if isinstance(self.storage, FolderStorage):
            token = put.url.rpartition("/")[2]
            self.storage.accept(token, io.BytesIO(body), len(body), put.headers["Content-Type"])
        else:
            urllib.request.urlopen(urllib.request.Request(put.url, body, put.headers, method=put.method)).close()

    def send_part(self, upload_id: str, number: int, body: bytes) -> None:
        self.send(self.storage.part_url(KEY, upload_id, number, len(body), TYPE), body)

    def content(self, key: str, tmp_path: Path) -> bytes:
        self.storage.fetch(key, tmp_path / "fetched")
        return (tmp_path / "fetched").read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", "http://localhost", SECRET, 600)


@pytest.fixture(params=["folder", "s3", pytest.param("real_s3", marks=on_s3)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Each kind of storage, with somebody else's file in it."""
    storage: Storage = request.getfixturevalue(request.param)
    (tmp_path / "noise").write_bytes(b"somebody else's")
    storage.put("recordings/cs_other/screen.webm", tmp_path / "noise", "video/webm")
    return Kept(storage)


def test_a_file_is_made_of_its_parts_in_the_order_of_their_numbers(kept: Kept, tmp_path: Path) -> None:
    upload = kept.storage.start(KEY, TYPE)
    kept.send_part(upload, 2, b"tail")
    kept.send_part(upload, 1, FULL)
    assert not kept.storage.exists(KEY)
    assert [(p.number, p.size) for p in kept.storage.parts(KEY, upload)] == [(1, len(FULL)), (2, 4)]
    assert kept.storage.complete(KEY, upload) == len(FULL) + 4
    assert kept.content(KEY, tmp_path) == FULL + b"tail"


def test_parts_beyond_the_ninth_stay_in_numeric_order(kept: Kept) -> None:
    upload = kept.storage.start(KEY, TYPE)
    for number in (10, 9, 1):
        kept.send_part(upload, number, b"x")
    assert [p.number for p in kept.storage.parts(KEY, upload)] == [1, 9, 10]


def test_a_part_that_is_sent_again_replaces_the_first(kept: Kept, tmp_path: Path) -> None:
    upload = kept.storage.start(KEY, TYPE)
    kept.send_part(upload, 1, b"torn")
    before = kept.storage.parts(KEY, upload)[0].etag
    kept.send_part(upload, 1, b"whole!")
    assert kept.storage.parts(KEY, upload)[0].etag != before
    assert kept.storage.complete(KEY, upload) == 6
    assert kept.content(KEY, tmp_path) == b"whole!"


def test_completing_twice_gives_the_same_answer(kept: Kept, tmp_path: Path) -> None:
    upload = kept.storage.start(KEY, TYPE)
    kept.send_part(upload, 1, b"once")
    assert [kept.storage.complete(KEY, upload) for _ in range(2)] == [4, 4]
    assert kept.content(KEY, tmp_path) == b"once"
    with pytest.raises(UploadClosed):
        kept.storage.parts(KEY, upload)


def test_an_upload_without_parts_becomes_an_empty_file(kept: Kept, tmp_path: Path) -> None:
    upload = kept.storage.start(KEY, TYPE)
    assert [kept.storage.complete(KEY, upload) for _ in range(2)] == [0, 0]
    assert kept.content(KEY, tmp_path) == b""


def test_an_abandoned_upload_leaves_no_file_and_cannot_be_completed(kept: Kept) -> None:
    upload = kept.storage.start(KEY, TYPE)
    kept.send_part(upload, 1, b"gone")
    kept.storage.abandon(KEY, upload)
    kept.storage.abandon(KEY, upload)
    with pytest.raises(UploadClosed):
        kept.storage.complete(KEY, upload)
    assert not kept.storage.exists(KEY)


def test_a_file_is_put_fetched_and_deleted(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"first")
    kept.storage.put("exports/v1/data.zip", tmp_path / "mine", "application/zip")
    (tmp_path / "mine").write_bytes(b"second")
    kept.storage.put("exports/v1/data.zip", tmp_path / "mine", "application/zip")
    assert kept.content("exports/v1/data.zip", tmp_path) == b"second"
    for _ in range(2):
        kept.storage.delete("exports/v1/data.zip")
    assert not kept.storage.exists("exports/v1/data.zip")
    assert kept.storage.exists("recordings/cs_other/screen.webm")


def test_fetching_what_is_not_there_says_so_and_leaves_no_file(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        kept.storage.fetch("recordings/cs_none/screen.webm", tmp_path / "fetched")
    assert refused.value.code == "file_missing"
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize(
    "key",
    [
        "", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", ".parts/up_x/1", "a/.b", "a\\b", "a\x00b",
        "ü", "a\n", "x" * 201,
    ],
)  # fmt: skip
def test_a_key_cannot_leave_its_place(kept: Kept, key: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"x")
    storage = kept.storage
    upload = storage.start(KEY, TYPE)
    for attempt in (
        lambda: storage.start(key, TYPE),
        lambda: storage.part_url(key, upload, 1, 1, TYPE),
        lambda: storage.parts(key, upload),
        lambda: storage.complete(key, upload),
        lambda: storage.abandon(key, upload),
        lambda: storage.get_url(key),
        lambda: storage.fetch(key, tmp_path / "fetched"),
        lambda: storage.put(key, tmp_path / "mine", "video/webm"),
        lambda: storage.delete(key),
        lambda: storage.exists(key),
        lambda: storage.uri(key),
    ):
        with pytest.raises(Malformed):
            attempt()


def test_an_address_names_when_it_expires(kept: Kept) -> None:
    put = kept.storage.part_url(KEY, kept.storage.start(KEY, TYPE), 1, 3, TYPE)
    assert put.method == "PUT"
    assert put.expires_at.tzinfo is not None
    assert put.headers == {"Content-Type": TYPE}
    assert put.url.startswith(kept.storage.origin + "/")
    assert kept.storage.get_url(KEY).startswith(kept.storage.origin + "/")


def test_a_signed_address_is_not_written_where_the_request_is_printed(kept: Kept) -> None:
    put = kept.storage.part_url(KEY, kept.storage.start(KEY, TYPE), 1, 3, TYPE)
    assert put.url not in repr(put)


def test_s3_signs_number_type_and_length_of_a_part(s3: S3Storage) -> None:
    put = s3.part_url(KEY, s3.start(KEY, TYPE), 7, 3, TYPE)
    query = parse_qs(urlsplit(put.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert (query["partNumber"], query["X-Amz-Expires"]) == (["7"], ["600"])


def test_s3_serves_ranges_under_the_wished_name_and_type(s3: S3Storage, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"0123456789")
    s3.put(KEY, tmp_path / "mine", "video/webm")
    address = s3.get_url(KEY, filename='my "file" ü.webm', content_type="application/octet-stream")
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Range": "bytes=2-4"})) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"my _file_ _.webm\"; filename*=UTF-8''my%20%22file%22%20%C3%BC.webm"
        )
    with urllib.request.urlopen(s3.get_url(KEY)) as answer:
        assert answer.headers["Content-Type"] == "video/webm"


def test_s3_says_when_parts_are_too_small_to_be_joined(s3: S3Storage) -> None:
    kept, upload = Kept(s3), s3.start(KEY, TYPE)
    for number in (1, 2):
        kept.send_part(upload, number, b"small")
    with pytest.raises(Conflict) as refused:
        s3.complete(KEY, upload)
    assert refused.value.code == "parts_refused"


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_amazons_own_addresses_name_bucket_and_region(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch, "test", "test")
    amazon = S3Storage("shop-files", None, region, 600)
    assert amazon.origin == f"https://shop-files.s3.{region}.amazonaws.com"
    assert amazon.get_url(KEY).startswith(f"{amazon.origin}/{KEY}?")
    assert amazon.uri(KEY) == f"s3://shop-files/{KEY}"
    assert S3Storage("shop-files", "https://minio.example", region, 600).origin == "https://minio.example"


def test_the_settings_choose_the_storage(tmp_path: Path) -> None:
    common = {"VAR": str(tmp_path), "SECRET_KEY": SECRET, "PUBLIC_URL": "https://codesight.example"}
    in_folder = storage_for(Settings.from_env(common))
    assert in_folder.uri(KEY) == f"s3://local/{KEY}"
    assert in_folder.origin == "https://codesight.example"
    assert storage_for(Settings.from_env({**common, "S3_BUCKET": "shop-files"})).uri(KEY) == f"s3://shop-files/{KEY}"
    for more in ({}, {"S3_BUCKET": "shop-files"}):
        behind_a_cdn = storage_for(Settings.from_env({**common, **more, "CDN_URL": "https://cdn.example/"}))
        assert behind_a_cdn.delivery_origin == "https://cdn.example" != behind_a_cdn.origin
