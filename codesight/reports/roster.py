"""The owner's list of workers: filtered, sorted and paged by the place where a page ended."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from codesight.accounts.models import Account
from codesight.checks.linking.models import Link
from codesight.checks.linking.queries import flagged, of_worker
from codesight.gigs.models import Level
from codesight.reports.people import Standing, standings
from codesight.workers.models import Consent, Worker
from codesight.workers.rules import CONSENT_SHA256
from codesight.workers.standing.models import Suspension, WorkerNumbers
from codesight.workers.standing.queries import in_force, numbers_of
from codesight.workers.standing.rules import NOTHING_YET, Numbers


class State(enum.StrEnum):
    """What a worker can be filtered by."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    NO_CONSENT = "no_consent"


class Sort(enum.StrEnum):
    """The order of the list; ties are broken by the newest."""

    NEWEST = "newest"
    NAME = "name"
    ACCEPTED = "accepted"
    STARS = "stars"


@dataclass(frozen=True)
class Wanted:
    """What to look for; `after` is the place where the last page ended."""

    level: Level | None = None
    wave_id: int | None = None
    state: State | None = None
    flagged: bool = False
    text: str = ""
    sort: Sort = Sort.NEWEST
    after: str = ""


@dataclass(frozen=True)
class Row:
    """One worker of the list."""

    worker: Worker
    standing: Standing
    numbers: Numbers
    suspended: bool
    links: int


@dataclass(frozen=True)
class Page:
    """One page, where the next one begins, and how many there are in all."""

    rows: Sequence[Row]
    next: str | None
    total: int


def page(db: Session, wanted: Wanted, *, now: datetime, limit: int = 50) -> Page:
    """The workers that are looked for. A fixed number of statements, however many there are."""
    which = _which(wanted, now)
    joined = sa.select(sa.func.count()).select_from(Worker).join(Account, Account.id == Worker.account_id)
    total = db.scalar(joined.where(*which)) or 0
    key = _key(wanted.sort)
    chosen = (
        sa.select(Worker, key.label("place"))
        .join(Worker.account)
        .outerjoin(WorkerNumbers, WorkerNumbers.worker_id == Worker.account_id)
        .where(*which)
        .options(contains_eager(Worker.account), joinedload(Worker.wave))
    )
    place = _place(wanted)
    up = wanted.sort == Sort.NAME
    if place is not None:
        value, account_id = place
        further = key > value if up else key < value
        chosen = chosen.where(sa.or_(further, sa.and_(key == value, Worker.account_id < account_id)))
    order = key.asc() if up else key.desc()
    found = db.execute(chosen.order_by(order, Worker.account_id.desc()).limit(limit + 1)).all()
    workers = [row[0] for row in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return Page(_rows(db, workers, now), f"{last[0].account_id}~{last[1]}" if last else None, total)


def _rows(db: Session, workers: Sequence[Worker], now: datetime) -> list[Row]:
    ids = [worker.account_id for worker in workers]
    stand, shown, links = standings(db, ids), numbers_of(db, ids), flagged(db, ids)
    barred = set(db.scalars(sa.select(Suspension.worker_id).where(Suspension.worker_id.in_(ids), in_force(now))))
    return [
        Row(worker, stand[n], shown.get(n, NOTHING_YET), n in barred, links.get(n, 0))
        for n, worker in zip(ids, workers, strict=True)
    ]


def _which(wanted: Wanted, now: datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.level is not None:
        found.append(Worker.level == wanted.level)
    if wanted.wave_id is not None:
        found.append(Worker.wave_id == wanted.wave_id)
    if wanted.state is not None:
        found.append(_in_state(wanted.state, now))
    if wanted.flagged:
        found.append(sa.exists().where(of_worker(Worker.account_id), Link.dismissed_at.is_(None)))
    if wanted.text:
        text = wanted.text
        found.append(
            sa.or_(Account.name.icontains(text, autoescape=True), Account.email.icontains(text, autoescape=True))
        )
    return found


def _in_state(state: State, now: datetime) -> sa.ColumnElement[bool]:
    barred = Worker.account_id.in_(sa.select(Suspension.worker_id).where(in_force(now)))
    agreed = Worker.account_id.in_(sa.select(Consent.account_id).where(Consent.text_sha256 == CONSENT_SHA256))
    match state:
        case State.ACTIVE:
            return sa.and_(Account.active, agreed, ~barred)
        case State.SUSPENDED:
            return sa.and_(Account.active, barred)
        case State.CLOSED:
            return sa.not_(Account.active)
        case State.NO_CONSENT:
            return sa.and_(Account.active, ~agreed)
        case _:
            assert_never(state)


def _key(sort: Sort) -> sa.ColumnElement[Any]:
    match sort:
        case Sort.NEWEST:
            return sa.type_coerce(Worker.account_id, sa.Integer)
        case Sort.NAME:
            return sa.func.lower(Account.name)
        case Sort.ACCEPTED:
            return sa.func.coalesce(WorkerNumbers.accepted, 0)
        case Sort.STARS:
            return sa.func.coalesce(WorkerNumbers.stars, 0)
        case _:
            assert_never(sort)


def _place(wanted: Wanted) -> tuple[str | int, int] | None:
    """Where to go on; None for the first page, and for what is no place."""
    number, tilde, value = wanted.after.partition("~")
    if not tilde or not number.isdecimal() or not 0 < int(number) < 2**31:
        return None
    if wanted.sort == Sort.NAME:
        return value, int(number)
    return (int(value), int(number)) if value.isdecimal() and int(value) < 2**31 else None
