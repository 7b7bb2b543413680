"""Events on their way into the database and out of it again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

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
_inserts: dict[str, type[postgresql.Insert] | type[sqlite.Insert]] = {
    "postgresql": postgresql.Insert,
    "sqlite": sqlite.Insert,
}
_decoder = msgspec.json.Decoder(Event)


@dataclass(frozen=True, slots=True)
class Row:
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
    try:
        masked, kinds = mask_event(msgspec.to_builtins(event))
        body = msgspec.json.encode(masked)
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
    wanted = sorted(rows, key=lambda row: (row.session_id, row.seq))
    ids = {row.session_id for row in wanted}
    # The lock keeps a session from being handed in between this look and the commit.
    open_ids = db.scalars(
        sa.select(Recording.id)
        .where(Recording.id.in_(ids), Recording.state.in_(TAKES_EVENTS))
        .order_by(Recording.id)
        .with_for_update(key_share=True)
    ).all()
    closed = frozenset(ids.difference(open_ids))
    wanted = [row for row in wanted if row.session_id not in closed]
    inserted = _insert_new(db, wanted)
    _count(db, inserted)
    return Stored(len(inserted), _conflicts(db, wanted, inserted), closed)


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


def _insert_new(db: Session, rows: Sequence[Row]) -> list[Row]:
    if not rows:
        return []
    insert = _inserts[db.get_bind().dialect.name](_table)
    values = [
        {
            "session_id": row.session_id,
            "seq": row.seq,
            "type": row.type,
            "t_wall": row.t_wall,
            "body": row.body,
        }
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
    for session_id, seq in last.items():
        db.execute(
            sa.update(Recording)
            .where(Recording.id == session_id)
            .values(
                last_seq=sa.case((Recording.last_seq < seq, seq), else_=Recording.last_seq),
                event_count=Recording.event_count + events[session_id],
                masked_count=Recording.masked_count + masked[session_id],
            )
            .execution_options(synchronize_session=False)
        )


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
