"""A real Chromium with the extension, recording for a real server; on SQLite only: what is tested is the browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import BaseWSGIServer

from blueprints.extension_package import for_workers
from codesight.db import migrate
from tests.extension.recording import Recording, Site
from tests.journeys.browser import extension_browser, unpacked
from tests.support.serving import serving
from tests.web.extension_browser import Shop


@pytest.fixture
def database_url(sqlite_template: Callable[[Callable[[str], None]], Path], tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "test.sqlite"
    shutil.copy(sqlite_template(migrate), path)
    return f"sqlite:///{path}"


@pytest.fixture
def server(app: Flask) -> Iterator[BaseWSGIServer]:
    """CodeSight's server."""
    with serving(app) as made:
        yield made


@pytest.fixture
def site() -> Iterator[Site]:
    """Pages to be recorded; under the name `localhost` the same pages are another site."""
    made = Site()
    with serving(made.app) as server:
        made.port = server.port
        yield made


@pytest.fixture
def recording(app: Flask, server: BaseWSGIServer, site: Site, tmp_path: Path) -> Iterator[Recording]:
    """A browser that is paired and records."""
    extension = unpacked(for_workers(f"http://127.0.0.1:{server.port}"), tmp_path)
    with sync_playwright() as playwright, extension_browser(playwright, tmp_path / "profile", extension) as context:
        yield Recording(context, Shop(app, server), site, tmp_path / "profile")
