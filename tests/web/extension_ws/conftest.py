"""The extension's socket, spoken to over a real server."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer

from blueprints.live import extension_ws
from codesight.config import Settings
from tests.support.serving import serving
from tests.web.extension_browser import Shop
from tests.web.extension_ws.support import PUBLIC_URL


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings.from_env(
        {
            "VAR": str(settings.var),
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "PUBLIC_URL": PUBLIC_URL,
        }
    )


@pytest.fixture
def server(app: Flask) -> Iterator[BaseWSGIServer]:
    with serving(app) as made:
        yield made
        extension_ws.ingest_of(app).stopping = lambda: True
        extension_ws.ingest_of(app).writer.stop()


@pytest.fixture
def shop(app: Flask, server: BaseWSGIServer) -> Shop:
    return Shop(app, server)
