"""What the tests of the extension's socket share."""

import pytest
from simple_websocket import ConnectionError as Refusal
from werkzeug.serving import BaseWSGIServer

from codesight.config import UNPACKED_EXTENSION
from tests.web.extension_browser import Browser

PUBLIC_URL = "http://shop.test"


def refused(server: BaseWSGIServer, ticket: str, origin: str | None = UNPACKED_EXTENSION) -> int:
    with pytest.raises(Refusal) as raised:
        Browser(server, ticket, origin)
    return int(str(raised.value).rpartition(" ")[2])
