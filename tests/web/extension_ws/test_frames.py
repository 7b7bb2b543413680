"""What a socket says beneath the conversation: fragments, pings, and what is no WebSocket."""

import json
import socket

from wsproto.events import Ping, TextMessage

from tests.capture.samples import event
from tests.support.database import on_sqlite
from tests.web.extension_browser import Browser, Shop

pytestmark = on_sqlite

SWITCHING = "GET /extension-ws?ticket={} HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


def send(browser: Browser, *events: Ping | TextMessage) -> None:
    browser.socket.sock.sendall(b"".join(browser.socket.ws.send(one) for one in events))


def test_a_message_in_fragments_is_one_message(shop: Shop) -> None:
    browser = shop.connect()
    frame = json.dumps({"type": "events", "events": [event(1, title="Größe")]}, ensure_ascii=False)
    send(
        browser,
        TextMessage(frame[:50], message_finished=False),
        Ping(b"still there?"),
        TextMessage(frame[50:-9], message_finished=False),
        TextMessage(frame[-9:]),
    )
    assert browser.hear() == {"type": "ack", "seq": 1}
    assert shop.stored() == [1]


def test_a_frame_that_arrives_byte_by_byte_is_read(shop: Shop) -> None:
    browser = shop.connect()
    for byte in browser.socket.ws.send(TextMessage('{"type":"ping","t_wall":1}')):
        browser.socket.sock.sendall(bytes([byte]))
    assert browser.hear()["type"] == "pong"


def test_what_is_not_text_ends_the_connection_only(shop: Shop) -> None:
    browser = shop.connect()
    # An event in a text frame that is not UTF-8, with a mask of zeros.
    browser.socket.sock.sendall(b"\x81\x82\x00\x00\x00\x00\xff\xfe")
    assert browser.closed_with() == 1007
    assert shop.still_serves()


def test_a_frame_without_a_mask_ends_the_connection_only(shop: Shop) -> None:
    browser = shop.connect()
    browser.socket.sock.sendall(b"\x81\x02{}")
    assert browser.closed_with() == 1002
    assert shop.still_serves()


def test_what_does_not_shake_hands_is_refused(shop: Shop) -> None:
    for rest in ("", "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " + "A" * 24):
        with socket.create_connection(("127.0.0.1", shop.server.port), timeout=20) as raw:
            raw.sendall((SWITCHING.format(shop.ticket()) + rest.rstrip() + "\r\n\r\n").encode())
            assert b" 400 " in raw.recv(200), rest
    assert shop.still_serves()


def test_compression_is_not_agreed_to(shop: Shop) -> None:
    with socket.create_connection(("127.0.0.1", shop.server.port), timeout=20) as raw:
        asked = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        wish = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        raw.sendall((SWITCHING.format(shop.ticket()) + asked + wish).encode())
        answer = raw.recv(2000)
        assert b" 101 " in answer and b"deflate" not in answer
