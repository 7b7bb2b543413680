"""What the addresses that the folder storage signs refuse, and that what it shows is whole."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codesight.adapters.storage import UploadClosed
from codesight.adapters.storage_folder import FolderStorage
from codesight.errors import Invalid, Malformed, NotAllowed

KEY = "recordings/cs_md0ap0gn_thwyx2k9qe/screen.webm"
TYPE = "video/webm;codecs=vp8,opus"
SECRET = "s" * 40


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", "http://localhost", SECRET, 600)


def accept(folder: FolderStorage, url: str, body: bytes, length: int | None, content_type: str | None) -> None:
    folder.accept(url.rpartition("/")[2], io.BytesIO(body), length, content_type)


@pytest.mark.parametrize(
    ("body", "length", "content_type", "code", "status"),
    [
        (b"abc", 3, "text/html", "wrong_type", 403),
        (b"abc", 3, None, "wrong_type", 403),
        (b"abcd", 4, TYPE, "wrong_size", 422),
        (b"ab", 2, TYPE, "wrong_size", 422),
        (b"abc", None, TYPE, "wrong_size", 422),  # chunked, of no declared length
        (b"ab", 3, TYPE, "wrong_size", 422),  # broken off
        (b"abcd", 3, TYPE, "wrong_size", 422),  # more than was declared
    ],
)
def test_a_folder_address_takes_only_what_was_signed(
    folder: FolderStorage, body: bytes, length: int | None, content_type: str | None, code: str, status: int
) -> None:
    upload = folder.start(KEY, TYPE)
    put = folder.part_url(KEY, upload, 1, 3, TYPE)
    with pytest.raises((Invalid, NotAllowed)) as refused:
        accept(folder, put.url, body, length, content_type)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert folder.parts(KEY, upload) == []
    accept(folder, put.url, b"abc", 3, "Video/WebM; codecs=vp9")  # the parameters are the browser's affair
    assert [p.size for p in folder.parts(KEY, upload)] == [3]


def test_a_part_that_breaks_off_leaves_the_earlier_one_and_no_rest(folder: FolderStorage, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(1)

    upload = folder.start(KEY, TYPE)
    put = folder.part_url(KEY, upload, 1, 3, TYPE)
    accept(folder, put.url, b"abc", 3, TYPE)
    with pytest.raises(ConnectionResetError):
        folder.accept(put.url.rpartition("/")[2], Broken(b"xyz"), 3, TYPE)
    assert sorted(p.name for p in (tmp_path / "files/.parts" / upload).iterdir()) == ["1", "key"]
    assert folder.complete(KEY, upload) == 3
    assert (tmp_path / "files" / KEY).read_bytes() == b"abc"


def test_a_folder_keeps_no_parts_of_a_finished_upload(folder: FolderStorage, tmp_path: Path) -> None:
    upload = folder.start(KEY, TYPE)
    put = folder.part_url(KEY, upload, 1, 3, TYPE)
    accept(folder, put.url, b"abc", 3, TYPE)
    folder.complete(KEY, upload)
    assert list((tmp_path / "files/.parts").iterdir()) == []
    with pytest.raises(UploadClosed):
        accept(folder, put.url, b"xyz", 3, TYPE)
    assert (tmp_path / "files" / KEY).read_bytes() == b"abc"


def test_every_changed_letter_breaks_a_folder_address(folder: FolderStorage) -> None:
    url = folder.part_url(KEY, folder.start(KEY, TYPE), 1, 3, TYPE).url
    head, _, token = url.rpartition("/")
    for at in range(0, len(token) - 1, 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(NotAllowed) as refused:
            accept(folder, f"{head}/{changed}", b"abc", 3, TYPE)
        assert refused.value.code == "bad_signature"


def test_an_address_of_another_installation_or_another_purpose_is_refused(
    folder: FolderStorage, tmp_path: Path
) -> None:
    upload = folder.start(KEY, TYPE)
    stranger = FolderStorage(tmp_path / "files", "http://localhost", "t" * 40, 600)
    for url in (
        stranger.part_url(KEY, upload, 1, 3, TYPE).url,
        folder.get_url(KEY),
        "http://localhost/files/put/x",
    ):
        with pytest.raises(NotAllowed) as refused:
            accept(folder, url, b"abc", 3, TYPE)
        assert refused.value.code == "bad_signature"
    with pytest.raises(NotAllowed):
        folder.served(folder.part_url(KEY, upload, 1, 3, TYPE).url.rpartition("/")[2])


def test_an_expired_address_is_refused(folder: FolderStorage, tmp_path: Path) -> None:
    late = FolderStorage(tmp_path / "files", "http://localhost", SECRET, 0)
    with pytest.raises(NotAllowed) as refused:
        accept(folder, late.part_url(KEY, folder.start(KEY, TYPE), 1, 3, TYPE).url, b"abc", 3, TYPE)
    assert refused.value.code == "link_expired"
    with pytest.raises(NotAllowed) as refused:
        folder.served(late.get_url(KEY).rpartition("/")[2])
    assert refused.value.code == "link_expired"


def test_parts_belong_to_the_key_they_were_started_for(folder: FolderStorage) -> None:
    upload = folder.start(KEY, TYPE)
    with pytest.raises(UploadClosed):
        folder.complete("recordings/cs_other/screen.webm", upload)
    for forged in ("../cs", "up_../..", ""):
        with pytest.raises(Malformed):
            folder.parts(KEY, forged)


def test_completing_at_the_same_moment_never_shortens_the_file(folder: FolderStorage, tmp_path: Path) -> None:
    for attempt in range(10):
        key = f"recordings/cs_{attempt}/screen.webm"
        upload = folder.start(key, TYPE)
        for number in range(1, 9):
            body = bytes([number]) * 50_000
            accept(folder, folder.part_url(key, upload, number, len(body), TYPE).url, body, len(body), TYPE)
        with ThreadPoolExecutor(4) as people:
            sizes = list(people.map(folder.complete, [key] * 4, [upload] * 4))
        assert sizes == [400_000] * 4
        assert re.sub(rb"(.)\1*", rb"\1", (tmp_path / "files" / key).read_bytes(), flags=re.S) == bytes(range(1, 9))
