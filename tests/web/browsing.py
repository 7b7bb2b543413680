"""Doing what a browser does with a page."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(client: FlaskClient, page: str, to: str | None = None, **fields: str | list[str]) -> TestResponse:
    """Fill in the form of a page and send it, as the browser does: with the page's own token."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert token is not None, f"{page} has no form"
    return client.post(to or page, data={"csrf_token": token[1], **fields})
