"""The extension as people get it: from this server, and from a store."""

import io
import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints import extension_package
from blueprints.app import create_app
from codesight.config import Settings


def manifest(archive: bytes, folder: str = "") -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.testzip() is None
        return dict(json.loads(packed.read(f"{folder}manifest.json")))


def test_the_servers_zip_is_a_folder_whose_manifest_names_this_server_alone(settings: Settings) -> None:
    app = create_app(replace(settings, public_url="https://codesight.example:8443"))
    archive = app.test_client().get("/extension.zip").get_data()
    app.extensions["codesight"].engine.dispose()
    found = manifest(archive, "codesight-extension/")
    shipped = json.loads((extension_package.FOLDER / "manifest.json").read_text())
    assert found == shipped | {"host_permissions": ["*://codesight.example/*"]}


def test_the_stores_package_names_no_server_has_no_key_and_holds_nothing_of_the_developers(app: Flask) -> None:
    archive = extension_package.for_store()
    assert not {"key", "host_permissions", "content_scripts"} & set(manifest(archive))
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        names = packed.namelist()
    assert "background/main.js" in names and "vendor/idb.LICENSE" in names
    assert not {"package.json", "vendor/update.mjs"} & set(names)


def test_the_stores_package_has_the_same_bytes_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = extension_package.for_store()
    copy = tmp_path / "elsewhere"
    shutil.copytree(extension_package.FOLDER, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700)
    (copy / ".DS_Store").write_bytes(b"left by the system")
    monkeypatch.setattr(extension_package, "FOLDER", copy)
    assert extension_package.for_store() == before
