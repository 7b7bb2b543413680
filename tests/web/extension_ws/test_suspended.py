"""A suspension reaches browsers that are connected already: over a real server that hears of it by the database."""

from hashlib import sha256

import pytest

from blueprints.live import conversation, lookout
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession, SessionDevice
from tests.capture.samples import event
from tests.support.people import suspend
from tests.web.extension_browser import Browser, Shop


def test_an_open_socket_is_told_and_closed_and_a_stopped_recording_still_delivers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lookout.LOOK_EVERY_S + conversation.POLL_S < 60  # what was promised
    monkeypatch.setattr(lookout, "LOOK_EVERY_S", 0.5)
    browser = shop.connect()
    browser.send_events(event(1))
    assert browser.hear() == {"type": "ack", "seq": 1}
    suspend(shop.engine, shop.worker_id)
    code, details = browser.hear_error()
    assert (code, details["reason"]) == ("suspended", "Copies.")
    assert browser.closed_with() == 4423
    assert shop.stored() == [1]
    again = Browser(shop.server, shop.ticket())  # an old ticket opens nothing
    assert again.greet(shop.session)["type"] == "welcome"
    assert again.hear_error()[0] == "suspended"
    with transaction(shop.engine) as db:
        recordings.end(db, db.get_one(RecordingSession, shop.row().id), now=now())
    rest = shop.connect()
    rest.send_events(event(2))
    assert rest.hear() == {"type": "ack", "seq": 2}
    assert Browser(shop.server, shop.ticket(shop.mine[1])).greet(shop.mine[1])["state"] == "recording"


def test_a_browsers_random_number_is_kept_hashed(shop: Shop) -> None:
    browser = Browser(shop.server, shop.ticket())
    client = {"name": "test", "version": "1.0", "device": "4b1d9f6e-2f0c-4b6e-9a55-0123456789ab"}
    browser.say(type="hello", v=1, session=shop.session, client=client)
    assert browser.hear()["type"] == "welcome"
    with reading(shop.engine) as db:
        (kept,) = db.query(SessionDevice).all()
        assert kept.device_key == sha256(client["device"].encode()).hexdigest()
