"""Where files are kept: what every storage can do. The real one is S3, its local twin is a folder of ours.

Browsers send and fetch files by signed addresses, in the same calls for both. Nothing here may be called
inside a database transaction.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from codesight.errors import Conflict, Malformed, NotFound

# Letters, digits, `.`, `_` and `-`, in segments that do not begin with a dot: no way out of the folder.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class UploadClosed(Conflict):
    """The upload is complete or was given up."""

    def __init__(self) -> None:
        super().__init__("upload_closed", "This upload is complete or was given up; it takes no more parts.")


@dataclass(frozen=True, slots=True)
class SignedPut:
    """A request that a browser may make until it expires, exactly as it stands here."""

    url: str = field(repr=False)
    headers: dict[str, str]
    expires_at: datetime
    method: str = "PUT"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload that has arrived; `size` in bytes."""

    number: int
    size: int
    etag: str


class Outcome(enum.StrEnum):
    """What came of looking at one of a storage's own settings."""

    RIGHT = "right"
    BUILT_IN = "built in"
    """There is nothing to set."""
    DIFFERS = "differs"
    CHANGED = "changed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of a storage's own settings, in words: what was found, and what it is now, or should be if it is not."""

    name: str
    outcome: Outcome
    was: str
    wanted: str
    why: str = ""
    """Why it could not be looked at or set."""
    advice: str = ""
    """What somebody can do about that."""


class Storage(Protocol):
    """Files by key, such as `recordings/cs_x/screen.webm`; what is no key is refused as Malformed."""

    @property
    def origin(self) -> str:
        """Origin to which browsers send files, such as `https://bucket.s3.eu-west-1.amazonaws.com`."""

    @property
    def delivery_origin(self) -> str:
        """Origin from which browsers fetch files: the CDN's if there is one, otherwise the same."""

    def prepare(self, origins: Sequence[str], change: bool) -> list[Condition]:
        """Look at what the storage must be told once, and with `change` tell it what differs.

        That is: pages of these origins, and no others, may send files to it (CORS); what becomes of uploads that
        nobody finishes (lifecycle); what becomes of files that are overwritten (versioning). What the storage
        refuses is a Condition like the others, and raises nothing.
        """

    def start(self, key: str, content_type: str) -> str:
        """Begin an upload in parts; the answer is its id in this storage."""

    def part_url(self, key: str, upload_id: str, number: int, size: int, content_type: str) -> SignedPut:
        """Permission to send one part: this number, this many bytes, this type and nothing else.

        A part that is sent again replaces the earlier one.
        """

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """What has arrived, by number. Raises UploadClosed once it is complete or abandoned."""

    def complete(self, key: str, upload_id: str) -> int:
        """Make the file out of the parts that have arrived, an empty one of none; its size in bytes.

        Completing again gives the same answer. Raises UploadClosed when it was abandoned, Conflict
        `parts_refused` when the storage does not take the parts as they are.
        """

    def abandon(self, key: str, upload_id: str) -> None:
        """Throw an unfinished upload and its parts away; nothing happens if there is none."""

    def get_url(self, key: str, filename: str | None = None, content_type: str | None = None) -> str:
        """A signed address of the file, good for ranges too. A `filename` makes a download.

        It expires, and with it what caches on the way, the CDN's and the browser's, have kept of the file.
        """

    def fetch(self, key: str, to: Path) -> None:
        """Copy a file to `to`, which appears only when it is whole. Raises NotFound `file_missing`."""

    def put(self, key: str, path: Path, content_type: str) -> None:
        """Keep a copy of a local file, in place of what was there."""

    def delete(self, key: str) -> None:
        """Remove a file for good, and every version of it; nothing happens if there is none."""

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""

    def uri(self, key: str) -> str:
        """The file's name in documents: `s3://bucket/key`; the folder's own bucket is called `local`."""


def checked_key(key: str) -> str:
    """The key itself. Raises Malformed for one that could leave the folder or is too long for its column."""
    if len(key) > 200 or not _KEY.fullmatch(key):
        raise Malformed(
            "invalid_key", "A file's key has only letters, digits and ._-/, and no hidden or empty segment."
        )
    return key


def as_download(filename: str) -> str:
    """The Content-Disposition that saves a file under this name (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def file_missing(key: str) -> NotFound:
    """What every storage says of a file that it does not have."""
    return NotFound("file_missing", "There is no such file in the storage.", key=key)
