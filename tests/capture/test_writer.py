"""The group writer: who is told what, and when."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from queue import Empty, Queue
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.assignments.models import Assignment
from codesight.capture import events
from codesight.capture.writer import GroupWriter, Lane, Outcome
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from tests.capture.samples import event
from tests.capture.support import make_sessions, row, session_row

TIMEOUT_S = 20


@pytest.fixture
def writer(engine: Engine) -> Iterator[GroupWriter]:
    made = GroupWriter(engine)
    yield made
    made.stop()


class Listener:
    """A connection's ear."""

    def __init__(self) -> None:
        self.heard: Queue[Outcome] = Queue()
        self.lane = Lane(self.heard.put)

    def send(self, writer: GroupWriter, session_id: int, *seqs: int, name: str = "event") -> bool:
        rows = [row(session_id, event(seq, client_event_id=f"{name}-{seq}")) for seq in seqs]
        return writer.submit(self.lane, rows, seq=max(seqs), events=len(seqs))

    def next(self) -> Outcome:
        return self.heard.get(timeout=TIMEOUT_S)


def seqs(engine: Engine, session_id: int) -> list[int]:
    with reading(engine) as db:
        return [found.seq for found in events.read(db, session_id)]


@contextmanager
def refusing(engine: Engine, seq: int, state: str) -> Iterator[None]:
    """The database itself refuses this number; on PostgreSQL with this error, on SQLite as a broken constraint."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(
                f"CREATE TRIGGER refuse BEFORE INSERT ON event WHEN NEW.seq = {seq} "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            connection.exec_driver_sql(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NEW.seq = {seq} THEN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
    yield
    with engine.begin() as connection:
        on = "" if engine.dialect.name == "sqlite" else " ON event"
        connection.exec_driver_sql(f"DROP TRIGGER refuse{on}")


def test_what_is_acknowledged_is_already_there_for_everybody(engine: Engine, writer: GroupWriter) -> None:
    mine, _ = make_sessions(engine)
    found: Queue[list[int]] = Queue()
    lane = Lane(lambda _: found.put(seqs(engine, mine)))
    writer.submit(lane, [row(mine, event(1)), row(mine, event(2))], seq=2, events=2)
    assert found.get(timeout=TIMEOUT_S) == [1, 2]


def test_each_connection_hears_of_its_own_batches_in_their_order(engine: Engine, writer: GroupWriter) -> None:
    mine, other = make_sessions(engine)
    me, them = Listener(), Listener()
    for seq in range(1, 11):
        assert me.send(writer, mine, seq)
        assert them.send(writer, other, seq)
    assert [me.next().seq for _ in range(10)] == list(range(1, 11))
    assert [them.next().seq for _ in range(10)] == list(range(1, 11))
    assert seqs(engine, mine) == seqs(engine, other) == list(range(1, 11))


def test_two_connections_with_the_same_events_store_them_once(engine: Engine, writer: GroupWriter) -> None:
    (mine,) = make_sessions(engine, 1)
    ears = [Listener() for _ in range(8)]
    start = Barrier(len(ears))

    def send(ear: Listener) -> None:
        start.wait()
        for seq in range(1, 21):
            ear.send(writer, mine, seq)

    threads = [Thread(target=send, args=(ear,)) for ear in ears]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ear in ears:
        told = [ear.next() for _ in range(20)]
        assert [outcome.seq for outcome in told] == list(range(1, 21))
        assert all(outcome.refused == () for outcome in told)
    assert session_row(engine, mine).event_count == 20


def test_a_number_that_another_event_has_is_refused_and_the_rest_acknowledged(
    engine: Engine, writer: GroupWriter
) -> None:
    (mine,) = make_sessions(engine, 1)
    me, intruder = Listener(), Listener()
    me.send(writer, mine, 1)
    me.next()
    intruder.send(writer, mine, 1, 2, name="intruder")
    told = intruder.next()
    assert told.seq == 2
    assert [(refused.seq, refused.code) for refused in told.refused] == [(1, "seq_conflict")]
    assert seqs(engine, mine) == [1, 2]


def test_an_event_that_the_database_refuses_does_not_take_others_along(engine: Engine, writer: GroupWriter) -> None:
    mine, other = make_sessions(engine)
    me, them = Listener(), Listener()
    with refusing(engine, 13, "23514"):
        me.send(writer, mine, 12, 13, 14)
        them.send(writer, other, 1, 2)
        mine_told, their_told = me.next(), them.next()
    assert their_told == Outcome(2, 2)
    assert mine_told.seq == 14
    assert [(refused.seq, refused.code) for refused in mine_told.refused] == [(13, "not_storable")]
    assert seqs(engine, mine) == [12, 14]
    assert seqs(engine, other) == [1, 2]


def test_a_batch_that_cannot_be_stored_is_not_acknowledged_and_nothing_behind_it_either(
    engine: Engine, writer: GroupWriter
) -> None:
    mine, other = make_sessions(engine)
    me, them = Listener(), Listener()
    # A full disk on PostgreSQL; on SQLite a missing table is the same kind of error.
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE event RENAME TO away")
        me.send(writer, mine, 1)
        me.send(writer, mine, 2)
        assert me.next().failure == "storage_failed"
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO event")
    else:
        with refusing(engine, 1, "53100"):
            me.send(writer, mine, 1)
            me.send(writer, mine, 2)
            assert me.next() == Outcome(None, 1, failure="storage_failed")
    me.send(writer, mine, 3)
    them.send(writer, other, 1)
    assert them.next().seq == 1
    with pytest.raises(Empty):
        me.heard.get(timeout=0.2)
    assert seqs(engine, mine) == []
    again = Listener()
    again.send(writer, mine, 1, 2, 3)
    assert again.next().seq == 3
    assert seqs(engine, mine) == [1, 2, 3]


def test_a_session_that_is_over_is_told_so(engine: Engine, writer: GroupWriter) -> None:
    over, running = make_sessions(engine)
    with transaction(engine) as db:
        session = db.get_one(RecordingSession, over)
        recordings.end(db, session, now=now())
        recordings.submit(db, session, note="", now=now())
    late, other = Listener(), Listener()
    late.send(writer, over, 1)
    other.send(writer, running, 1)
    assert late.next() == Outcome(None, 1, failure="session_closed")
    assert other.next().seq == 1
    assert seqs(engine, over) == []


def test_a_batch_of_refused_events_is_acknowledged_behind_the_ones_before_it(
    engine: Engine, writer: GroupWriter
) -> None:
    (mine,) = make_sessions(engine, 1)
    me = Listener()
    me.send(writer, mine, 1)
    writer.submit(me.lane, [], seq=2, events=1)
    assert [me.next().seq, me.next().seq] == [1, 2]


def test_too_much_is_not_taken_and_stopping_stores_what_was(engine: Engine) -> None:
    (mine,) = make_sessions(engine, 1)
    writer = GroupWriter(engine, gather_s=0.5, large_events=0, waiting_events=5)
    me = Listener()
    assert me.send(writer, mine, 1, 2, 3)
    assert me.send(writer, mine, 4, 5)
    assert not me.send(writer, mine, 6)
    writer.stop()
    assert not me.send(writer, mine, 7)
    assert seqs(engine, mine) == [1, 2, 3, 4, 5]
    assert [me.next().seq, me.next().seq] == [3, 5]


def test_a_connection_that_is_gone_does_not_stop_the_writer(engine: Engine, writer: GroupWriter) -> None:
    mine, other = make_sessions(engine)

    def gone(outcome: Outcome) -> None:
        raise OSError("gone")

    them = Listener()
    writer.submit(Lane(gone), [row(mine, event(1))], seq=1, events=1)
    them.send(writer, other, 1)
    assert them.next().seq == 1
    assert seqs(engine, mine) == [1]


def test_what_came_during_one_commit_goes_into_the_next(engine: Engine, writer: GroupWriter) -> None:
    mine, other = make_sessions(engine)
    commits: list[object] = []
    me, them = Listener(), Listener()
    # Somebody else holds the first session, so the first commit waits.
    with transaction(engine) as db:
        db.get_one(RecordingSession, mine, with_for_update=True).client = "busy"
        db.flush()
        me.send(writer, mine, 1)
        while writer._waiting:
            time.sleep(0.001)
        for seq in range(1, 101):
            them.send(writer, other, seq)
        sa.event.listen(engine, "commit", commits.append)
    assert me.next().seq == 1
    assert [them.next().seq for _ in range(100)] == list(range(1, 101))
    writer.stop()
    # The other's, the two groups', and for each group the sign of life that keeps a scenario reserved.
    assert len(commits) <= 5
    assert len(seqs(engine, other)) == 100


@pytest.mark.parametrize("again", [(1, 2, 3), (3, 4), (2,), (4, 5)])
def test_a_group_with_repeats_stores_what_is_new(engine: Engine, writer: GroupWriter, again: tuple[int, ...]) -> None:
    (mine,) = make_sessions(engine, 1)
    me = Listener()
    me.send(writer, mine, 1, 2, 3)
    me.next()
    me.send(writer, mine, *again, *again)
    assert me.next() == Outcome(max(again), len(again) * 2)
    assert seqs(engine, mine) == sorted({1, 2, 3, *again})
    assert session_row(engine, mine).event_count == len({1, 2, 3, *again})


# Recorder events extend the lease up to a hard cap.
def test_events_keep_their_scenario_reserved_and_are_looked_after_once_a_minute(
    engine: Engine, writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = make_sessions(engine)
    listener = Listener()

    def lease(session_id: int) -> datetime:
        with reading(engine) as db:
            return db.get_one(RecordingSession, session_id).assignment.lease_until

    def nearly_over() -> datetime:
        end = now() + timedelta(minutes=5)
        with transaction(engine) as db:
            db.execute(sa.update(Assignment).values(lease_until=end))
        return end

    def send(seq: int) -> None:
        listener.send(writer, mine, seq)
        assert listener.next().seq == seq
        listener.send(writer, mine, seq)  # the writer's thread has come back from looking after the first
        assert listener.next().seq == seq

    first = nearly_over()
    send(1)
    assert lease(mine) > first + timedelta(minutes=20)
    assert lease(other) == first
    second = nearly_over()
    send(2)
    assert lease(mine) == second
    monkeypatch.setattr("codesight.capture.writer.KEEP_ALIVE_EVERY_S", 0.0)
    send(3)
    assert lease(mine) > second + timedelta(minutes=20)
