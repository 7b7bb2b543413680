"""What is said over the extension's socket is stored once and acknowledged."""

import json
import time
from threading import Thread

from blueprints.live import extension_ws
from codesight.db import transaction
from codesight.recordings.models import RecordingSession
from tests.capture.samples import event, target, text
from tests.web.extension_browser import TIMEOUT_S, Browser, Shop


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


def test_a_batch_sent_twice_is_stored_once_and_acknowledged_the_same(shop: Shop) -> None:
    for _ in range(2):
        browser = shop.connect()
        browser.send_events(event(1), event(2))
        assert browser.hear() == {"type": "ack", "seq": 2}
        browser.send_events(event(1), event(2))
        assert browser.hear() == {"type": "ack", "seq": 2}
    assert shop.row().event_count == 2


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
