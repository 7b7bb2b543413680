"""Searching everything that an installation has written."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.tables import metadata


def leaks(secrets: tuple[str, ...], *, var: Path, engine: Engine, said: list[str], exported: bytes) -> list[str]:
    """Where any of the secrets stands: files, tables, output, export. Empty when nothing leaked."""
    places = [*_files(var), *_tables(engine), ("output", "\n".join(said).encode()), *_archive(exported)]
    return [f"{secret!r} in {name}" for name, content in places for secret in secrets if secret.encode() in content]


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def _tables(engine: Engine) -> Iterator[tuple[str, bytes]]:
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            yield f"table {table.name}", repr(rows).encode()


def _archive(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield f"export {name}", archive.read(name)
