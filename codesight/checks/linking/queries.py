"""Looking for what accounts have in common, and reading what was found."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from codesight.accounts import queries as accounts
from codesight.capture import events
from codesight.capture.models import Upload
from codesight.checks.linking import rules
from codesight.checks.linking.models import Link, LinkKind, StreamBand
from codesight.errors import NotFound
from codesight.recordings.models import RecordingSession, SessionDevice, Submission
from codesight.workers.models import Worker

MOST = 20
"""So many others are looked at for each kind: those who share most, or came last."""


@dataclass(frozen=True)
class Found:
    """Something that two accounts have in common."""

    kind: LinkKind
    worker_id: int
    other_id: int
    evidence: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Flag:
    """A link as the owner reads it on the page of one of the two."""

    link: Link
    other_id: int
    other_name: str


def look(db: Session, submission: Submission) -> list[Found]:
    """What the worker of a submission has in common with others, as far as this submission shows it."""
    session = submission.session
    me = db.get_one(Worker, session.worker_id)
    found = [*_same_payout(db, me), *_same_device(db, session), *_same_file(db, session)]
    return found + list(_same_events(db, submission))


def _same_payout(db: Session, me: Worker) -> Iterator[Found]:
    same = sa.select(Worker.account_id).where(Worker.channel_key == me.channel_key, Worker.account_id != me.account_id)
    for other_id in db.scalars(same.order_by(Worker.account_id.desc()).limit(MOST)):
        yield Found(LinkKind.PAYOUT, me.account_id, other_id, me.channel_key, {})


def _same_device(db: Session, session: RecordingSession) -> Iterator[Found]:
    mine = sa.select(SessionDevice.device_key).where(SessionDevice.session_id == session.id)
    same = sa.select(SessionDevice.device_key, RecordingSession.worker_id, sa.func.max(RecordingSession.public_id))
    same = same.join(RecordingSession, RecordingSession.id == SessionDevice.session_id)
    same = same.where(SessionDevice.device_key.in_(mine), RecordingSession.worker_id != session.worker_id)
    for key, other_id, public_id in db.execute(
        same.group_by(SessionDevice.device_key, RecordingSession.worker_id).limit(MOST)
    ):
        yield Found(LinkKind.DEVICE, session.worker_id, other_id, key, {"sessions": [session.public_id, public_id]})


def _same_file(db: Session, session: RecordingSession) -> Iterator[Found]:
    mine = sa.select(Upload.sha256).where(Upload.session_id == session.id, Upload.size > 0)
    same = sa.select(Upload.sha256, RecordingSession.worker_id, RecordingSession.public_id)
    same = same.join(RecordingSession, RecordingSession.id == Upload.session_id)
    same = same.where(Upload.sha256.in_(mine), RecordingSession.worker_id != session.worker_id)
    for key, other_id, public_id in db.execute(same.order_by(Upload.id.desc()).limit(MOST)):
        yield Found(LinkKind.FILE, session.worker_id, other_id, str(key), {"sessions": [session.public_id, public_id]})


def _same_events(db: Session, submission: Submission) -> Iterator[Found]:
    session = submission.session
    mine = sa.select(StreamBand.key).where(StreamBand.submission_id == submission.id)
    meets = (
        sa.select(Submission.id, RecordingSession.id, RecordingSession.worker_id, RecordingSession.public_id)
        .join(StreamBand, StreamBand.submission_id == Submission.id)
        .join(RecordingSession, RecordingSession.id == Submission.session_id)
        .where(StreamBand.key.in_(mine), RecordingSession.worker_id != session.worker_id)
        .group_by(Submission.id, RecordingSession.id, RecordingSession.worker_id, RecordingSession.public_id)
        .order_by(sa.func.count().desc(), Submission.id.desc())
    )
    done = None
    for other, other_session, other_id, public_id in db.execute(meets.limit(MOST)).all():
        done = done if done is not None else rules.acts(events.read(db, session.id))
        alike = rules.likeness(done, rules.acts(events.read(db, other_session)))
        if alike >= rules.ALIKE:
            pair = sha256("-".join(str(n) for n in sorted((submission.id, other))).encode()).hexdigest()
            details = {"sessions": [session.public_id, public_id], "percent": round(alike * 100)}
            yield Found(LinkKind.EVENTS, session.worker_id, other_id, pair, details)


def link_of(db: Session, link_id: int, worker_id: int) -> Link:
    """One of a worker's links. Raises NotFound."""
    found = db.scalar(sa.select(Link).where(Link.id == link_id, of_worker(worker_id)))
    if found is None:
        raise NotFound("link_not_found", "There is no such flag at this worker.")
    return found


def of_worker(worker_id: int | InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Links of a worker, whichever of the two they are."""
    return sa.or_(Link.low_id == worker_id, Link.high_id == worker_id)


def flags(db: Session, worker_id: int, limit: int = 50) -> Sequence[Flag]:
    """A worker's links with the others' names: those that nobody has dismissed first, each newest first."""
    mine = sa.select(Link).where(of_worker(worker_id))
    newest = mine.order_by(Link.dismissed_at.is_not(None), Link.id.desc()).limit(limit)
    found = [(one, one.high_id if one.low_id == worker_id else one.low_id) for one in db.scalars(newest)]
    names = accounts.names(db, {other for _, other in found})
    return [Flag(one, other, names[other]) for one, other in found]


def flagged(db: Session, worker_ids: Collection[int]) -> dict[int, int]:
    """How many links that nobody has dismissed each of the workers has; who has none is not in it."""
    counts: dict[int, int] = {}
    for side in (Link.low_id, Link.high_id):
        counted = sa.select(side, sa.func.count()).where(side.in_(worker_ids), Link.dismissed_at.is_(None))
        for worker_id, count in db.execute(counted.group_by(side)):
            counts[worker_id] = counts.get(worker_id, 0) + count
    return counts


def undismissed(db: Session) -> int:
    """How many links wait for the owner's look."""
    return db.scalar(sa.select(sa.func.count()).select_from(Link).where(Link.dismissed_at.is_(None))) or 0
