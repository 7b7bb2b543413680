"""The extension's socket, spoken to over a real server."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from blueprints.live import extension_ws
from codesight.config import Settings
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
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    extension_ws.ingest_of(app).stopping = lambda: True
    extension_ws.ingest_of(app).writer.stop()
    made.shutdown()
    thread.join()


@pytest.fixture
def shop(app: Flask, server: BaseWSGIServer) -> Shop:
    return Shop(app, server)
