"""An authenticator app."""

import base64
import hashlib
import hmac
import re
import struct
import time

from flask import Flask
from flask.testing import FlaskClient

from tests.web.browsing import send

STEP_SECONDS = 30


def code(key: str, steps_ahead: int = 0) -> str:
    """The code that the app shows for a key (RFC 6238), now or some steps of half a minute later."""
    secret = base64.b32decode(re.sub(r"[\s-]", "", key).upper() + "=" * (-len(re.sub(r"[\s-]", "", key)) % 8))
    step = int(time.time()) // STEP_SECONDS + steps_ahead
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def set_up(app: Flask, client: FlaskClient) -> str:
    """Set the app up for a signed-in person. Returns the key."""
    page = send(client, "/account/authenticator", setup="authenticator").get_data(as_text=True)
    key = re.search(r'class="key">([^<]+)<', page)
    action = re.search(r'action="(/account/authenticator/[^"]+)"', page)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert key and action and token
    answer = client.post(action[1], data={"csrf_token": token[1], "code": code(key[1])})
    assert answer.location == "/account", answer.get_data(as_text=True)
    return key[1]
