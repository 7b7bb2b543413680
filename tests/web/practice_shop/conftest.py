"""The practice shop, alone in a bare application: it needs nothing of the rest."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.pages.practice_shop import bp
from tests.web.practice_shop.support import SECRET


@pytest.fixture
def shop() -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.secret_key = SECRET
    app.config["MAX_CONTENT_LENGTH"] = 500_000
    app.register_blueprint(bp)
    with app.test_client() as client:
        yield client
