"""The extension's socket, spoken to over a real server."""

import json
import time
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from simple_websocket import ConnectionError as Refusal
from werkzeug.serving import BaseWSGIServer, make_server

from blueprints.app import create_app
from blueprints.live import extension_ws
from codesight.capture import events, tickets
from codesight.capture.protocol import FRAME_LIMIT
from codesight.config import UNPACKED_EXTENSION, Settings
from codesight.db import reading, transaction
from codesight.recordings.models import RecordingSession
from tests.capture.samples import event, target, text
from tests.web.extension_browser import TIMEOUT_S, Browser, Shop, engine_of

PUBLIC_URL = "http://shop.test"

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
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    engine_of(made).dispose()


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


def refused(server: BaseWSGIServer, ticket: str, origin: str | None = UNPACKED_EXTENSION) -> int:
    with pytest.raises(Refusal) as raised:
        Browser(server, ticket, origin)
    return int(str(raised.value).rpartition(" ")[2])


def test_a_demonstration_is_stored_and_acknowledged(shop: Shop) -> None:
    browser = Browser(shop.server, shop.ticket())
    welcome = browser.greet(shop.session)
    assert abs(welcome.pop("server_time") - time.time() * 1000) < 60_000
    assert welcome == {"type": "welcome", "v": 1, "session": shop.session, "state": "recording", "last_seq": 0}
    browser.send_events(event(1), event(2))
    assert browser.hear() == {"type": "ack", "seq": 2}
    assert shop.stored() == [1, 2]
    browser.send_events(event(3))
    assert browser.hear() == {"type": "ack", "seq": 3}
    row = shop.row()
    assert (row.last_seq, row.event_count, row.client) == (3, 3, "test 1.0")
    browser.say(type="bye")
    assert browser.closed_with() == 1000
    assert shop.connect().greet(shop.session)["code"] == "repeated_hello"


def test_a_browser_that_returns_hears_how_far_it_got(shop: Shop) -> None:
    first = shop.connect()
    first.send_events(event(1), event(2), event(3))
    first.hear()
    first.socket.close()
    assert Browser(shop.server, shop.ticket()).greet(shop.session)["last_seq"] == 3


def test_a_ping_is_answered_and_the_best_clock_kept(shop: Shop) -> None:
    browser = shop.connect()
    browser.say(type="ping", t_wall=1763715000123.25)
    pong = browser.hear()
    assert (pong["type"], pong["t_wall"]) == ("pong", 1763715000123.25)
    browser.say(type="clock", offset_ms=26.5, rtt_ms=4.0)
    browser.say(type="clock", offset_ms=99.0, rtt_ms=80.0)
    browser.say(type="ping", t_wall=1.0)
    assert browser.hear()["type"] == "pong"
    row = shop.row()
    assert (row.clock_offset_ms, row.clock_rtt_ms) == (26.5, 4.0)


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


def test_a_batch_sent_twice_is_stored_once_and_acknowledged_the_same(shop: Shop) -> None:
    for _ in range(2):
        browser = shop.connect()
        browser.send_events(event(1), event(2))
        assert browser.hear() == {"type": "ack", "seq": 2}
        browser.send_events(event(1), event(2))
        assert browser.hear() == {"type": "ack", "seq": 2}
    assert shop.row().event_count == 2


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


def test_who_connects_after_the_submission_hears_what_arrived(shop: Shop) -> None:
    browser = shop.connect()
    browser.send_events(event(1), event(2))
    browser.hear()
    shop.hand_in()
    late = Browser(shop.server, shop.ticket())
    welcome = late.greet(shop.session)
    assert (welcome["state"], welcome["last_seq"]) == ("submitted", 2)
    assert late.hear_error()[0] == "session_closed"
    assert late.closed_with() == 4409


def test_what_is_private_never_reaches_the_database(shop: Shop) -> None:
    browser = shop.connect()
    password = target("#p", "input", attributes={"type": "password"})
    browser.send_events(
        event(1, "input", target=password, value=text("hunter2-secret")),
        event(2, url="https://shop.example/?mail=jane%40example.com", title="Card 4111 1111 1111 1111"),
    )
    assert browser.hear() == {"type": "ack", "seq": 2}
    with shop.engine.connect() as connection:
        everything = " ".join(connection.exec_driver_sql("SELECT body FROM event").scalars())
    assert not any(secret in everything for secret in ("hunter2", "jane", "4111"))
    assert shop.row().masked_count >= 3


def test_two_connections_of_one_session_store_everything_once(shop: Shop) -> None:
    browsers = [shop.connect(), shop.connect()]

    def send(browser: Browser) -> None:
        for first in range(1, 400, 20):
            browser.send_events(*(event(seq) for seq in range(first, first + 20)))

    threads = [Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for browser in browsers:
        while browser.hear() != {"type": "ack", "seq": 400}:
            continue
    assert shop.stored() == list(range(1, 401))
    assert shop.row().event_count == 400


def test_every_acknowledged_event_is_in_the_database_however_the_connection_ends(shop: Shop) -> None:
    acknowledged = 0
    for attempt in range(5):
        browser = shop.connect()
        for first in range(attempt * 100 + 1, attempt * 100 + 100, 10):
            browser.send_events(*(event(seq) for seq in range(first, first + 10)))
        acknowledged = browser.hear()["seq"]
        browser.socket.sock.close()
        assert set(range(attempt * 100 + 1, acknowledged + 1)) <= set(shop.stored())
    assert acknowledged > 400


def test_a_browser_that_sends_faster_than_is_stored_is_asked_to_wait_and_loses_nothing(shop: Shop) -> None:
    browser = shop.connect()
    # The database is busy with somebody else's work.
    with transaction(shop.engine) as db:
        held = db.get_one(RecordingSession, shop.row().id, with_for_update=True)
        held.client = "busy"
        db.flush()
        for first in range(1, 3_000, 200):
            browser.send_events(*(event(seq) for seq in range(first, first + 200)))
        assert browser.hear() == {"type": "slow_down", "retry_ms": 500}
    while browser.hear() != {"type": "ack", "seq": 3_000}:
        continue
    assert shop.row().event_count == 3_000


def test_a_server_that_stops_says_come_back(shop: Shop) -> None:
    browser = shop.connect()
    extension_ws.ingest_of(shop.app).stopping = lambda: True
    assert browser.closed_with() == 1012


def test_an_error_of_ours_is_told_without_its_trace(shop: Shop) -> None:
    browser = shop.connect()
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE recording_session RENAME TO away")
    browser.say(type="clock", offset_ms=1.0, rtt_ms=1.0)
    frame = browser.hear()
    assert (frame["code"], frame["details"]) == ("internal_error", {})
    assert "recording_session" not in json.dumps(frame)
    assert browser.closed_with() == 1011
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO recording_session")
    assert shop.still_serves()


def test_what_could_not_be_stored_is_not_acknowledged_and_comes_with_the_next_connection(shop: Shop) -> None:
    browser = shop.connect()
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO away")
    browser.send_events(event(1))
    assert browser.hear_error()[0] == "storage_failed"
    assert browser.closed_with() == 1013
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO event")
    again = shop.connect()
    again.send_events(event(1), event(2))
    assert again.hear() == {"type": "ack", "seq": 2}
    assert shop.stored() == [1, 2]


def test_connections_are_counted(shop: Shop) -> None:
    def count() -> int:
        with shop.app.app_context():
            return extension_ws.open_connections()

    browsers = [shop.connect(), shop.connect(shop.mine[1])]
    assert count() == 2
    for browser in browsers:
        browser.say(type="bye")
        assert browser.closed_with() == 1000
    until = time.monotonic() + TIMEOUT_S
    while count() and time.monotonic() < until:
        time.sleep(0.01)
    assert count() == 0
