"""Files in a folder of this machine, behind signed addresses of our own server: S3's local twin.

`<root>/<key>` are the files; `<root>/.parts/<upload id>/<number>` the parts of uploads that are under way.
Everything is written beside its place and moved there: what can be seen is whole.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from itsdangerous import BadSignature, URLSafeSerializer

from codesight.adapters.storage import Condition, Outcome, Part, SignedPut, UploadClosed, checked_key, file_missing
from codesight.clock import now
from codesight.errors import Invalid, Malformed, NotAllowed
from codesight.ids import random_text

_BLOCK = 1024 * 1024
_KEY_FILE = "key"  # in an upload's folder: the name of the file that it becomes


@dataclass(frozen=True, slots=True)
class Served:
    """A file that somebody may have, and how."""

    path: Path
    content_type: str | None
    filename: str | None
    expires_at: datetime


class FolderStorage:
    """A `Storage` in a folder; `accept` and `served` honour the addresses that it signs."""

    def __init__(
        self, root: Path, public_url: str, secret_key: str, url_seconds: int, cdn_url: str | None = None
    ) -> None:
        self.origin = public_url
        self.delivery_origin = cdn_url or public_url
        self._root = root
        self._valid = timedelta(seconds=url_seconds)
        self._signer = URLSafeSerializer(secret_key, salt="files", signer_kwargs={"digest_method": hashlib.sha256})

    def prepare(self, origins: Sequence[str], change: bool) -> list[Condition]:
        """See Storage. A folder has nothing to set; what it does by itself is said."""
        cors = f"files are sent to {self.origin} itself, and pages of other origins are refused"
        stale = "the worker throws unfinished uploads away a day after their recording was closed"
        versions = f"none: what is overwritten or deleted is gone; keep copies of {self._root} yourself"
        said = {"CORS": cors, "lifecycle": stale, "versioning": versions}
        return [Condition(name, Outcome.BUILT_IN, words, words) for name, words in said.items()]

    def start(self, key: str, content_type: str) -> str:
        """See Storage. The type is told when the file is asked for: a folder has no place for it."""
        checked_key(key)
        upload_id = f"up_{random_text(24)}"
        folder = self._parts_folder(upload_id)
        folder.mkdir(parents=True)
        (folder / _KEY_FILE).write_text(key, encoding="utf-8")
        return upload_id

    def part_url(self, key: str, upload_id: str, number: int, size: int, content_type: str) -> SignedPut:
        expires_at = now() + self._valid
        token = self._sign("PUT", key, upload=upload_id, number=number, size=size, type=content_type)
        return SignedPut(f"{self.origin}/files/put/{token}", {"Content-Type": content_type}, expires_at)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        return [
            Part(int(path.name), stat.st_size, f"{stat.st_mtime_ns:x}-{stat.st_size:x}")
            for path in self._part_paths(key, upload_id)
            for stat in [path.stat()]
        ]

    def complete(self, key: str, upload_id: str) -> int:
        place = self._place(key)
        try:
            paths = self._part_paths(key, upload_id)
            with _whole(place) as file:
                for path in paths:
                    with path.open("rb") as part:
                        shutil.copyfileobj(part, file, _BLOCK)
        except (FileNotFoundError, UploadClosed):
            # Somebody else completed it, perhaps this very moment and under our hands.
            if not place.is_file():
                raise UploadClosed from None
            return place.stat().st_size
        self.abandon(key, upload_id)
        return place.stat().st_size

    def abandon(self, key: str, upload_id: str) -> None:
        checked_key(key)
        folder = self._parts_folder(upload_id)
        gone = folder.with_name(f"gone_{random_text(24)}")
        # Moved away at one stroke: whoever is reading the parts finds none of them rather than some.
        with suppress(FileNotFoundError):
            folder.rename(gone)
            shutil.rmtree(gone)

    def get_url(self, key: str, filename: str | None = None, content_type: str | None = None) -> str:
        return f"{self.delivery_origin}/files/get/{self._sign('GET', key, name=filename, type=content_type)}"

    def fetch(self, key: str, to: Path) -> None:
        try:
            with self._place(key).open("rb") as source, _whole(to) as file:
                shutil.copyfileobj(source, file, _BLOCK)
        except (FileNotFoundError, IsADirectoryError):
            raise file_missing(key) from None

    def put(self, key: str, path: Path, content_type: str) -> None:
        with path.open("rb") as source, _whole(self._place(key)) as file:
            shutil.copyfileobj(source, file, _BLOCK)

    def delete(self, key: str) -> None:
        self._place(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return self._place(key).is_file()

    def uri(self, key: str) -> str:
        return f"s3://local/{checked_key(key)}"

    def accept(self, token: str, stream: IO[bytes], content_length: int | None, content_type: str | None) -> None:
        """Keep the part that `token` permits.

        Raises NotAllowed `bad_signature`, `link_expired`, `wrong_type`; Invalid `wrong_size`, also when the
        connection breaks off before the end; UploadClosed. A refused part leaves nothing behind.
        """
        claims = self._claims("PUT", token)
        if _bare(content_type or "") != _bare(claims["type"]):
            raise NotAllowed("wrong_type", "This address takes another type of file.", expected=claims["type"])
        size: int = claims["size"]
        if content_length != size:
            raise _wrong_size(size, content_length)
        folder = self._parts_folder(claims["upload"])
        if not folder.is_dir():
            raise UploadClosed
        try:
            with _whole(folder / str(claims["number"]), parents=False) as file:
                received = _copy(stream, file, size)
                if received != size:
                    raise _wrong_size(size, received)
        except FileNotFoundError:
            raise UploadClosed from None

    def served(self, token: str) -> Served:
        """The file that `token` permits.

        Raises NotAllowed `bad_signature`, `link_expired`; NotFound `file_missing`.
        """
        claims = self._claims("GET", token)
        path = self._place(claims["key"])
        if not path.is_file():
            raise file_missing(claims["key"])
        return Served(path, claims["type"], claims["name"], datetime.fromtimestamp(claims["expires"], UTC))

    def _sign(self, method: str, key: str, **claims: Any) -> str:
        expires = (now() + self._valid).timestamp()
        signed = self._signer.dumps({"method": method, "key": checked_key(key), "expires": expires, **claims})
        return signed if isinstance(signed, str) else signed.decode("ascii")

    def _claims(self, method: str, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = self._signer.loads(token)
        except BadSignature:
            raise NotAllowed("bad_signature", "This address was not given out by us, or it was changed.") from None
        if claims["method"] != method:
            raise NotAllowed("bad_signature", "This address was given out for something else.")
        if claims["expires"] <= now().timestamp():
            raise NotAllowed("link_expired", "This address has expired. Ask for a fresh one.")
        return claims

    def _place(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _parts_folder(self, upload_id: str) -> Path:
        if not upload_id.removeprefix("up_").isalnum():
            raise Malformed("invalid_upload_id", "This is no upload of the folder storage.")
        return self._root / ".parts" / upload_id

    def _part_paths(self, key: str, upload_id: str) -> list[Path]:
        """The parts by number. Raises UploadClosed."""
        folder = self._parts_folder(upload_id)
        try:
            if (folder / _KEY_FILE).read_text(encoding="utf-8") != checked_key(key):
                raise UploadClosed
            found = [path for path in folder.iterdir() if path.name.isdigit()]
        except FileNotFoundError:
            raise UploadClosed from None
        if not folder.is_dir():  # moved away while we looked: what we found may be a rest
            raise UploadClosed
        return sorted(found, key=lambda path: int(path.name))


@contextmanager
def _whole(place: Path, parents: bool = True) -> Iterator[BinaryIO]:
    """A file to write: in its place and safe on the disk once the block ends well, otherwise nowhere."""
    if parents:
        place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
        _sync_folder(place.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _copy(stream: IO[bytes], file: BinaryIO, size: int) -> int:
    """Copy at most one byte more than `size`, so that too much is noticed; how many bytes came."""
    received = 0
    while received <= size and (block := stream.read(min(_BLOCK, size + 1 - received))):
        file.write(block)
        received += len(block)
    return received


def _wrong_size(expected: int, received: int | None) -> Invalid:
    return Invalid("wrong_size", "This address takes a part of another size.", expected=expected, received=received)


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
