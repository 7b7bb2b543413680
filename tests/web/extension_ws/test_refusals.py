"""Who may not speak over the extension's socket, and what is not taken."""

import json

import pytest

from codesight.capture import events, tickets
from codesight.capture.protocol import FRAME_LIMIT
from codesight.config import UNPACKED_EXTENSION
from codesight.db import reading
from tests.capture.samples import event
from tests.support.database import on_sqlite
from tests.web.extension_browser import Browser, Shop
from tests.web.extension_ws.support import PUBLIC_URL, refused

pytestmark = on_sqlite

WRONG_FRAMES: list[tuple[str | bytes, str]] = [
    ("{", "invalid_json"),
    ("", "invalid_json"),
    ('{"type":"dance"}', "unknown_frame"),
    ("[1,2]", "unknown_frame"),
    ('{"type":"ping"}', "invalid_frame"),
    ('{"type":"events","events":[]}', "invalid_frame"),
    (b"\x00\xff binary", "binary_frame"),
    ('{"type":"ping","t_wall":1}' + " " * FRAME_LIMIT, "frame_too_large"),
    ('{"type":"events","events":[' + "[" * 50_000, "invalid_json"),
]


def test_our_own_origins_may_connect(shop: Shop) -> None:
    for origin in (None, PUBLIC_URL, UNPACKED_EXTENSION):
        assert shop.connect(origin=origin)


def test_another_origin_is_refused_before_the_handshake(shop: Shop) -> None:
    for origin in ("https://evil.example", "null", PUBLIC_URL + ".evil.example", "chrome-extension://x"):
        assert refused(shop.server, shop.ticket(), origin) == 403, origin
    assert shop.still_serves()


def test_a_bad_ticket_is_refused_before_the_handshake(shop: Shop) -> None:
    foreign = tickets.issue("t" * 40, shop.session, shop.worker_id)
    for ticket in ("", "forged", "a.b.c", foreign):
        assert refused(shop.server, ticket) == 401, ticket
    assert shop.still_serves()


def test_an_unknown_session_and_somebody_elses_are_refused_before_the_handshake(shop: Shop) -> None:
    assert refused(shop.server, shop.ticket("cs_no_such")) == 404
    assert refused(shop.server, shop.ticket(shop.others)) == 404
    assert refused(shop.server, shop.ticket("cs-' OR 1=1")) == 400
    assert shop.still_serves()


def test_the_hello_must_name_the_tickets_session(shop: Shop) -> None:
    for other in (shop.others, shop.mine[1], "cs_no_such"):
        browser = Browser(shop.server, shop.ticket())
        answer = browser.greet(other)
        assert (answer["type"], answer["code"]) == ("error", "other_session")
        assert browser.closed_with() == 4403
    assert shop.still_serves()


def test_a_wrong_first_frame_ends_the_conversation(shop: Shop) -> None:
    for first in (
        '{"type":"events","events":[{}]}',
        json.dumps({"type": "hello", "v": 2, "session": shop.session, "client": {"name": "x", "version": "1"}}),
        json.dumps({"type": "hello", "v": 1, "session": shop.session}),
        "no json",
        b"\x00\x01",
    ):
        browser = Browser(shop.server, shop.ticket())
        browser.socket.send(first)
        assert browser.hear()["type"] == "error", first
        assert browser.closed_with() == 4400
    assert shop.stored() == []
    assert shop.still_serves()


def test_who_says_nothing_is_not_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.live.conversation.HELLO_WITHIN_S", 0.3)
    browser = Browser(shop.server, shop.ticket())
    assert browser.hear_error()[0] == "no_hello"
    assert browser.closed_with() == 4400


def test_wrong_frames_are_answered_and_the_connection_goes_on(shop: Shop) -> None:
    browser = shop.connect()
    for seq, (frame, code) in enumerate(WRONG_FRAMES, start=1):
        browser.socket.send(frame)
        assert browser.hear_error()[0] == code, frame[:80]
        browser.send_events(event(seq))
        assert browser.hear() == {"type": "ack", "seq": seq}
    assert len(shop.stored()) == len(WRONG_FRAMES)


def test_a_frame_beyond_four_megabytes_ends_the_connection_only(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(event(1))
    browser.hear()
    browser.socket.send("x" * (4 * 1024 * 1024 + 1))
    assert browser.closed_with() == 1009
    assert shop.stored() == [1]
    assert shop.still_serves()


def test_one_bad_event_never_blocks_the_ones_behind_it(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(
        event(1), event(2, "teleport"), event(3, secret="x"), event(4, t_wall="now"), {"seq": 5}, event(6)
    )
    told = [browser.hear_error() for _ in range(4)]
    assert [(code, details["seq"], details["path"]) for code, details in told] == [
        ("unknown_event_type", 2, "type"),
        ("unknown_field", 3, "secret"),
        ("invalid_event", 4, "t_wall"),
        ("invalid_event", 5, ""),
    ]
    assert told[0][1]["client_event_id"] == "event-2"
    assert browser.hear() == {"type": "ack", "seq": 6}
    assert shop.stored() == [1, 6]


def test_a_batch_of_bad_events_only_is_acknowledged_too(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(event(1, "teleport"))
    assert browser.hear_error()[0] == "unknown_event_type"
    assert browser.hear() == {"type": "ack", "seq": 1}
    assert shop.stored() == []


def test_a_number_that_another_event_has_is_refused(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(event(1, title="first"))
    browser.hear()
    browser.send_events(event(1, client_event_id="intruder", title="second"), event(2))
    code, details = browser.hear_error()
    assert (code, details["seq"], details["client_event_id"]) == ("seq_conflict", 1, "intruder")
    assert browser.hear() == {"type": "ack", "seq": 2}
    with reading(shop.engine) as db:
        assert [one.title for one in events.read(db, shop.row().id)] == ["first", "Shop"]


def test_events_after_the_submission_are_refused_and_nothing_is_written(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(event(1))
    browser.hear()
    shop.hand_in()
    browser.send_events(event(2))
    assert browser.hear_error()[0] == "session_closed"
    assert browser.closed_with() == 4409
    assert shop.stored() == [1]
    assert shop.still_serves()
