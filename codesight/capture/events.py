"""Events on their way into the database and out of it again."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

import msgspec
import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from codesight.capture.harmless import is_harmless
from codesight.capture.masking import mask_event
from codesight.capture.models import Event as StoredEvent
from codesight.capture.protocol import Client, Refused, decode_event, refused
from codesight.capture.rules import Event
from codesight.lifecycle import SessionState
from codesight.recordings.models import Recording

log = structlog.get_logger()

TAKES_EVENTS = frozenset({SessionState.READY, SessionState.RECORDING, SessionState.STOPPED})
"""States in which a session's events are stored: from before the video until it is handed in."""

_table = cast(sa.Table, StoredEvent.__table__)
_recording = cast(sa.Table, Recording.__table__)
_inserts: dict[str, type[postgresql.Insert] | type[sqlite.Insert]] = {
    "postgresql": postgresql.Insert,
    "sqlite": sqlite.Insert,
}
# For hundreds of sessions in one statement where the database can; one by one that took longer than all else.
_COUNT_ALL = """
    UPDATE recording_session SET last_seq = greatest(last_seq, new.seq),
        event_count = event_count + new.events, masked_count = masked_count + new.masked
    FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[]) AS new (session_id, seq, events, masked)
    WHERE recording_session.id = new.session_id
"""
_COUNT = """
    UPDATE recording_session SET last_seq = max(last_seq, ?2), event_count = event_count + ?3,
        masked_count = masked_count + ?4
    WHERE id = ?1
"""
_COLUMNS = "(session_id, seq, type, t_wall, body)"
_COPY = f"COPY event {_COLUMNS} FROM STDIN"
_BACKSLASH = "\\"
_place = attrgetter("session_id", "seq")
_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


class Row(msgspec.Struct, frozen=True, gc=False):
    """An event ready to be stored. Only `prepared` makes one: nothing gets into the database unmasked."""

    session_id: int
    seq: int
    client_event_id: str
    type: str
    t_wall: float
    body: str
    masked: int
    """How many texts the server had to mask."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of rows: those in neither list are in the database, now or from an earlier time."""

    inserted: int
    conflicts: frozenset[Row]
    """Refused with `seq_conflict`: another event has their number."""
    closed: frozenset[int]
    """Sessions that take no events; none of theirs were stored."""


def prepared(session_id: int, raw: bytes | msgspec.Raw) -> Row | Refused:
    """An event from the socket, checked and masked."""
    event = decode_event(raw)
    if isinstance(event, Refused):
        return event
    if is_harmless(event):
        # Not the bytes as they came: where a name stands twice, the event has the last, and they have both.
        body = _encoder.encode(event).decode()
        return Row(session_id, event.seq, event.client_event_id, event.type.value, event.t_wall, body, 0)
    return _masked(session_id, event)


def _masked(session_id: int, event: Event) -> Row | Refused:
    try:
        masked, kinds = mask_event(msgspec.to_builtins(event))
        body = _encoder.encode(masked)
        # Placeholders can be longer than what they stand for; what is stored must be readable again.
        _decoder.decode(body)
    except msgspec.ValidationError as problem:
        return refused(
            event.seq,
            event.client_event_id,
            "",
            "invalid_event",
            f"Masked, the event is too long: {problem}.",
        )
    except Exception:
        # What cannot be masked cannot be stored, and must not hold up what comes behind it.
        log.exception("masking_failed", session=session_id, seq=event.seq, type=event.type)
        return refused(
            event.seq,
            event.client_event_id,
            "",
            "masking_failed",
            "The event could not be masked and was not stored.",
        )
    count = sum(kinds.values())
    return Row(session_id, event.seq, masked["client_event_id"], event.type.value, event.t_wall, body.decode(), count)


def store(db: Session, rows: Iterable[Row]) -> Stored:
    """Store events of any number of sessions, each once, and count them on their sessions.

    A number that is taken is never overwritten: the same event again is no news, another event is a conflict.
    """
    # In one order everywhere, or two processes that store the same sessions wait for each other.
    wanted = sorted(rows, key=_place)
    ids = {row.session_id for row in wanted}
    # The lock keeps a session from being handed in between this look and the commit.
    found = db.execute(
        sa.select(_recording.c.id, _recording.c.last_seq)
        .where(_among(ids, db.get_bind().dialect.name), _recording.c.state.in_(TAKES_EVENTS))
        .order_by(_recording.c.id)
        .with_for_update(key_share=True)
    )
    last_seqs: dict[int, int] = {row.id: row.last_seq for row in found}
    closed = frozenset(ids.difference(last_seqs))
    if closed:
        wanted = [row for row in wanted if row.session_id not in closed]
    if _are_new(wanted, last_seqs):
        _append(db.connection(), wanted)
        _count(db, wanted)
        return Stored(len(wanted), frozenset(), closed)
    inserted = _insert_new(db, wanted)
    _count(db, inserted)
    return Stored(len(inserted), _conflicts(db, wanted, inserted), closed)


def _among(ids: Collection[int], dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "postgresql":  # one parameter, however many there are
        return _recording.c.id == sa.any_(sa.literal(list(ids), postgresql.ARRAY(sa.Integer)))
    return _recording.c.id.in_(ids)


def _are_new(rows: Sequence[Row], last_seqs: Mapping[int, int]) -> bool:
    """Whether none of the rows, in order, is stored already or comes twice. What is above a session's `last_seq` is
    not stored: nobody else writes while we hold its lock."""
    highest = dict(last_seqs)
    for row in rows:
        if row.seq <= highest[row.session_id]:
            return False
        highest[row.session_id] = row.seq
    return True


def read(db: Session, session_id: int) -> list[Event]:
    """All events of a session in the order of `seq`."""
    bodies = sa.select(StoredEvent.body).where(StoredEvent.session_id == session_id).order_by(StoredEvent.seq)
    return [_decoder.decode(body) for body in db.scalars(bodies)]


def introduce(db: Session, session_id: int, client: Client) -> Recording | None:
    """Note who sends the events of a session, and return it as it is now; None if it is gone."""
    named = sa.update(Recording).where(Recording.id == session_id)
    return db.scalar(named.values(client=f"{client.name} {client.version}").returning(Recording))


def measured(db: Session, session_id: int, offset_ms: float, rtt_ms: float) -> None:
    """Note the clock's offset (server minus browser) if no shorter round trip gave a better one."""
    better = sa.or_(Recording.clock_rtt_ms.is_(None), Recording.clock_rtt_ms > rtt_ms)
    mine = sa.update(Recording).where(Recording.id == session_id, better)
    db.execute(mine.values(clock_offset_ms=offset_ms, clock_rtt_ms=rtt_ms))


def _append(connection: sa.Connection, rows: Sequence[Row]) -> None:
    """Write rows that are certainly new, the fastest way that the database has."""
    if connection.dialect.name == "postgresql":
        # Of what COPY's text format would need escaped, JSON has nothing but backslashes, and the types nothing at all.
        lines = [
            f"{row.session_id}\t{row.seq}\t{row.type}\t{row.t_wall!r}\t{row.body.replace(_BACKSLASH, _BACKSLASH * 2)}\n"
            for row in rows
        ]
        try:
            with connection.connection.cursor().copy(_COPY) as copy:
                copy.write("".join(lines))
        except psycopg.Error as problem:
            # SQLAlchemy has no COPY, and whoever stores knows only its errors.
            raise sa.exc.DBAPIError.instance(_COPY, None, problem, psycopg.Error) from problem
    elif rows:
        values = [(row.session_id, row.seq, row.type, row.t_wall, row.body) for row in rows]
        connection.exec_driver_sql(f"INSERT INTO event {_COLUMNS} VALUES (?, ?, ?, ?, ?)", values)


def _insert_new(db: Session, rows: Sequence[Row]) -> list[Row]:
    if not rows:
        return []
    insert = _inserts[db.get_bind().dialect.name](_table)
    values = [
        {"session_id": row.session_id, "seq": row.seq, "type": row.type, "t_wall": row.t_wall, "body": row.body}
        for row in rows
    ]
    new = insert.on_conflict_do_nothing(index_elements=["session_id", "seq"]).returning(
        _table.c.session_id, _table.c.seq
    )
    keys = {(session_id, seq) for session_id, seq in db.connection().execute(new, values)}
    # Of several rows with one number in the same call the first went in.
    first: dict[tuple[int, int], Row] = {}
    for row in rows:
        first.setdefault((row.session_id, row.seq), row)
    return [row for key, row in first.items() if key in keys]


def _count(db: Session, inserted: Sequence[Row]) -> None:
    events, masked = Counter[int](), Counter[int]()
    last: dict[int, int] = {}
    for row in inserted:
        events[row.session_id] += 1
        masked[row.session_id] += row.masked
        last[row.session_id] = row.seq  # sorted: the last one is the highest
    numbers = [(session_id, seq, events[session_id], masked[session_id]) for session_id, seq in last.items()]
    connection = db.connection()
    if numbers and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_COUNT_ALL, tuple(map(list, zip(*numbers, strict=True))))
    elif numbers:
        connection.exec_driver_sql(_COUNT, numbers)


def _conflicts(db: Session, rows: Sequence[Row], inserted: Sequence[Row]) -> frozenset[Row]:
    new = set(inserted)
    repeated = [row for row in rows if row not in new]
    found: set[Row] = set()
    for session_id in {row.session_id for row in repeated}:
        mine = [row for row in repeated if row.session_id == session_id]
        there = sa.select(StoredEvent.seq, StoredEvent.body).where(
            StoredEvent.session_id == session_id, StoredEvent.seq.in_({row.seq for row in mine})
        )
        owner = {seq: _decoder.decode(body).client_event_id for seq, body in db.execute(there)}
        found.update(row for row in mine if owner[row.seq] != row.client_event_id)
    return frozenset(found)
