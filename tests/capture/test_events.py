"""Events into the database and out of it again."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.capture import events
from codesight.capture.events import Row
from codesight.capture.models import Event as StoredEvent
from codesight.capture.protocol import Client, Refused
from codesight.capture.rules import Event
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.lifecycle import SessionState
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from tests.capture.samples import encoded, event, target, text
from tests.capture.support import make_sessions, row, session_row
from tests.support import people


def store(engine: Engine, *rows: Row) -> events.Stored:
    with transaction(engine) as db:
        return events.store(db, rows)


def read(engine: Engine, session_id: int) -> list[Event]:
    with reading(engine) as db:
        return events.read(db, session_id)


def test_events_come_back_in_their_order_and_as_they_were(engine: Engine) -> None:
    mine, other = make_sessions(engine)
    stored = store(engine, row(mine, event(2)), row(other, event(1)), row(mine, event(1, title="Jeans")))
    assert (stored.inserted, stored.conflicts, stored.closed) == (3, frozenset(), frozenset())
    assert [(found.seq, found.title) for found in read(engine, mine)] == [(1, "Jeans"), (2, "Shop")]
    assert [found.seq for found in read(engine, other)] == [1]


def test_the_session_knows_how_many_events_it_has_and_the_last_one(engine: Engine) -> None:
    mine, other = make_sessions(engine)
    store(engine, *(row(mine, event(seq)) for seq in (1, 2, 5)))
    store(engine, *(row(mine, event(seq)) for seq in (2, 4)))
    session = session_row(engine, mine)
    assert (session.last_seq, session.event_count) == (5, 4)
    assert session_row(engine, other).event_count == 0


def test_a_batch_sent_twice_is_stored_once(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    batch = [row(mine, event(seq)) for seq in range(1, 6)]
    assert store(engine, *batch).inserted == 5
    again = store(engine, *batch)
    assert (again.inserted, again.conflicts) == (0, frozenset())
    assert session_row(engine, mine).event_count == 5


def test_the_same_event_twice_in_one_call_is_stored_once(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    stored = store(engine, row(mine, event(1)), row(mine, event(1)))
    assert (stored.inserted, stored.conflicts) == (1, frozenset())
    assert session_row(engine, mine).event_count == 1


def test_a_number_that_is_taken_is_refused_and_nothing_is_overwritten(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    store(engine, row(mine, event(1, title="first")))
    intruder = row(mine, event(1, client_event_id="intruder", title="second"))
    stored = store(engine, intruder, row(mine, event(2)))
    assert stored.conflicts == {intruder}
    assert [(found.seq, found.title) for found in read(engine, mine)] == [(1, "first"), (2, "Shop")]


def test_two_events_with_one_number_in_the_same_call_are_a_conflict(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    first, second = row(mine, event(1, title="first")), row(mine, event(1, client_event_id="second"))
    assert store(engine, first, second).conflicts == {second}
    assert [found.title for found in read(engine, mine)] == ["first"]


def test_more_events_than_one_statement_holds_are_stored(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    assert store(engine, *(row(mine, event(seq)) for seq in range(1, 2_501))).inserted == 2_500
    assert [found.seq for found in read(engine, mine)] == list(range(1, 2_501))


def test_events_before_the_video_and_after_the_stop_are_kept(engine: Engine) -> None:
    with transaction(engine) as db:
        worker = people.make_worker(db, people.make_gig(db))
        session = recordings.open_session(db, people.claim(db, worker).assignments[0], now=people.NOW)
    assert session.state == SessionState.READY
    assert store(engine, row(session.id, event(1))).inserted == 1
    with transaction(engine) as db:
        running = db.get_one(RecordingSession, session.id)
        recordings.begin(db, running, video_started_ms=0.0, now=people.NOW)
        recordings.end(db, running, now=people.NOW)
    assert store(engine, row(session.id, event(2))).inserted == 1


@pytest.mark.parametrize("end", ["submitted", "abandoned"])
def test_a_session_that_is_over_takes_nothing_and_does_not_disturb_the_others(engine: Engine, end: str) -> None:
    over, running = make_sessions(engine)
    with transaction(engine) as db:
        session = db.get_one(RecordingSession, over)
        recordings.end(db, session, now=now())
        if end == "submitted":
            recordings.submit(db, session, note="", now=now())
        else:
            recordings.open_session(db, session.assignment, now=now())
    stored = store(engine, row(over, event(1)), row(running, event(1)))
    assert (stored.inserted, stored.closed) == (1, {over})
    assert read(engine, over) == []
    assert session_row(engine, over).event_count == 0


def test_a_session_that_does_not_exist_takes_nothing(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    stored = store(engine, row(999_999, event(1)), row(mine, event(1)))
    assert (stored.inserted, stored.closed) == (1, {999_999})


def test_what_the_browser_let_through_is_masked_and_counted(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    field = target("#p", "input", attributes={"type": "password"})
    store(
        engine,
        row(mine, event(1, "input", target=field, value=text("hunter2-secret"))),
        row(mine, event(2, title="Hello jane@example.com", url="https://shop.example/?card=4111111111111111")),
        row(mine, event(3)),
    )
    with reading(engine) as db:
        everything = " ".join(db.scalars(sa.select(StoredEvent.body)))
    for secret in ("hunter2", "jane", "4111"):
        assert secret not in everything
    assert "[password]" in everything
    assert "[email]" in everything
    assert session_row(engine, mine).masked_count == 3
    assert [found.seq for found in read(engine, mine)] == [1, 2, 3]


def test_an_event_that_grows_beyond_the_limits_by_masking_is_refused_not_stored_unreadable() -> None:
    refused = events.prepared(1, encoded(event(1, url="https://shop.example/" + "a@b.co/" * 2_200)))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.seq) == ("invalid_event", 1)


def test_an_event_with_every_odd_sign_is_stored_and_read(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    odd = "nul \x00, line\u2028, emoji 😀, quotes \"', back \\ slash, %s {} :x"
    store(engine, row(mine, event(1, title=odd)))
    assert read(engine, mine)[0].title == odd


def test_what_stands_twice_under_one_name_is_stored_once(engine: Engine) -> None:
    mine = make_sessions(engine, 1)[0]
    twice = encoded(event(1)).replace(b'"title": "Shop"', b'"title": "jane@example.org", "title": "Shop"')
    made = events.prepared(mine, twice)
    assert isinstance(made, Row)
    assert "jane" not in made.body
    with transaction(engine) as db:
        events.store(db, [made])
    with reading(engine) as db:
        assert [one.title for one in events.read(db, mine)] == ["Shop"]


def test_the_clock_of_the_shortest_round_trip_stays(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    for offset_ms, rtt_ms in ((30.0, 9.0), (26.5, 4.0), (99.0, 50.0)):
        with transaction(engine) as db:
            events.measured(db, mine, offset_ms, rtt_ms)
    session = session_row(engine, mine)
    assert (session.clock_offset_ms, session.clock_rtt_ms) == (26.5, 4.0)


def test_a_client_introduces_itself(engine: Engine) -> None:
    mine, _ = make_sessions(engine)
    with transaction(engine) as db:
        session = events.introduce(db, mine, Client("x" * 60, "1" * 40))
        assert events.introduce(db, 999_999, Client("x", "1")) is None
    assert session is not None
    assert session_row(engine, mine).client == f"{'x' * 60} {'1' * 40}"
