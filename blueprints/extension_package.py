"""The browser extension as a ZIP: for the workers of this server, and for a store (`make extension`)."""

import json
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "extension"
NOT_PACKED = {"package.json", "vendor/update.mjs"}
"""What only developers use."""


@cache
def for_workers(public_url: str) -> bytes:
    """A folder to unpack and load.

    Its manifest names the server, so that the server's pages find the extension without a visit to its popup.
    """
    # Both schemes and no port: see extension/background/patterns.js.
    return _zipped(
        "codesight-extension/", _manifest() | {"host_permissions": [f"*://{urlsplit(public_url).hostname}/*"]}
    )


def for_store() -> bytes:
    """What a store takes. It gives the extension an id of its own, and refuses a `key`."""
    return _zipped("", {name: value for name, value in _manifest().items() if name != "key"})


def main() -> None:
    """Write the store's package into build/."""
    path = ROOT / "build" / f"codesight-extension-{_manifest()['version']}.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(for_store())
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def _manifest() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "manifest.json").read_text("utf-8")))


def _files() -> Iterator[tuple[str, bytes]]:
    for path in FOLDER.rglob("*"):
        name = path.relative_to(FOLDER).as_posix()
        # Systems leave hidden files of their own in folders.
        if path.is_file() and name not in NOT_PACKED and not path.name.startswith("."):
            yield name, path.read_bytes()


def _zipped(prefix: str, manifest: dict[str, Any]) -> bytes:
    """The same bytes for the same content, on every machine: no times, no compression, names in order."""
    files = dict(_files()) | {"manifest.json": json.dumps(manifest, indent=2).encode() + b"\n"}
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            info = ZipInfo(prefix + name)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


if __name__ == "__main__":
    main()
