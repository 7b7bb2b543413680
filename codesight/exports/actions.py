"""Versions of the dataset: asked for, packed, kept."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from codesight.adapters.storage import Storage
from codesight.clock import iso
from codesight.exports import EXPORTERS
from codesight.exports.base import Demonstration
from codesight.exports.models import Dataset

README = """# CodeSight dataset, version {version}

{sessions} demonstrations of people shopping on the web, {steps} steps.

- `demonstrations/<session>/training.json`: goal, and the steps as annotations; `timestamp` is the place in the
  video in milliseconds.
- `demonstrations/<session>/session.json`: every event in the short form; `events.jsonl`: every event whole.
- `demonstrations/<session>/metadata.json`: category, tier, length, rating.
- `demonstrations/<session>/screen.webm`, `microphone.webm`: screen and narration.
- `SHA256SUMS`: check with `sha256sum -c SHA256SUMS`.

What people typed into private fields was replaced by placeholders such as `[password]` before it left their browser.
"""


def request_dataset(db: Session, *, by: int, now: datetime) -> Dataset:
    """Ask for a new version of the dataset; it is built in the background."""
    dataset = Dataset(created_at=now, created_by=by)
    db.add(dataset)
    db.flush()
    return dataset


def built(dataset: Dataset, *, key: str, path: Path, sessions: int, steps: int) -> None:
    """The ZIP at `path` was stored under `key`."""
    dataset.key, dataset.sha256, dataset.size = key, _sha256(path), path.stat().st_size
    dataset.sessions, dataset.steps = sessions, steps


def failed(dataset: Dataset, problem: str) -> None:
    """The version could not be built; the owner sees why and can ask for another."""
    dataset.problem = problem[:300]


def pack(
    path: Path, version: int, made_at: datetime, demonstrations: Iterable[Demonstration], storage: Storage
) -> tuple[int, int]:
    """Write the dataset as a ZIP. Returns the number of demonstrations and of steps."""
    sessions = steps = 0
    sums: list[str] = []
    listed: list[str] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")

        for demonstration in demonstrations:
            folder = f"demonstrations/{demonstration.session.public_id}"
            for exporter in EXPORTERS:
                for name, content in exporter.files(demonstration):
                    add(f"{folder}/{name}", content)
            for name, source in _media(demonstration, storage, path.parent):
                # Video is compressed already.
                archive.write(source, f"{folder}/{name}", zipfile.ZIP_STORED)
                sums.append(f"{_sha256(source)}  {folder}/{name}\n")
                source.unlink()
            listed.append(demonstration.session.public_id)
            sessions, steps = sessions + 1, steps + len(demonstration.steps)
        about = {"version": version, "created_at": iso(made_at), "sessions": listed, "steps": steps}
        add("dataset.json", msgspec.json.format(msgspec.json.encode(about), indent=1))
        add("README.md", README.format(version=version, sessions=sessions, steps=steps).encode())
        archive.writestr("SHA256SUMS", "".join(sums))
    return sessions, steps


def _media(demonstration: Demonstration, storage: Storage, folder: Path) -> Iterator[tuple[str, Path]]:
    for name, key in (("screen.webm", demonstration.video), ("microphone.webm", demonstration.audio)):
        if key is not None:
            target = folder / name
            storage.fetch(key, target)
            yield name, target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
