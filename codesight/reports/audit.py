"""Who changed what: one list out of the three tables that are only ever added to."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts import queries as accounts
from codesight.accounts.models import AuditEntry
from codesight.lifecycle import StateChange, words
from codesight.money import text as money
from codesight.payouts.models import LedgerEntry


class Kind(enum.StrEnum):
    """What a line is about."""

    ACCESS = "access"
    """People, roles, second factors, tokens, and decisions of those who own and pay."""
    STATES = "states"
    MONEY = "money"


@dataclass(frozen=True)
class Line:
    """One change. `by` is None for the machine."""

    at: datetime
    kind: Kind
    id: int
    by: int | None
    what: str
    subject: str
    details: str


@dataclass(frozen=True)
class Place:
    """Where a page ended: the next one goes on behind it."""

    at: datetime
    kind: Kind
    id: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """From its text; None for what is none."""
        try:
            at, kind, number = text.split("~")
            moment = datetime.fromisoformat(at)
            return cls(moment, Kind(kind), int(number)) if moment.tzinfo and 0 < int(number) < 2**31 else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.id}"


@dataclass(frozen=True)
class Trail:
    """A page of changes, the newest first; where the next page begins, and what people in it are called."""

    lines: Sequence[Line]
    next: Place | None
    names: dict[int, str]


@dataclass(frozen=True)
class Wanted:
    """What to look for. `subject` is such as `account:17`."""

    kind: Kind | None = None
    by: int | None = None
    subject: str = ""
    after: Place | None = None


def trail(db: Session, wanted: Wanted, limit: int = 50) -> Trail:
    """The changes that are looked for. Each table is asked for one page's lines, by its index."""
    kinds = [wanted.kind] if wanted.kind is not None else list(Kind)
    found = [line for kind in kinds for line in _READ[kind](db, wanted, limit + 1)]
    found.sort(key=lambda line: (line.at, line.kind, line.id), reverse=True)
    page, last = found[:limit], found[limit - 1] if len(found) > limit else None
    people = {line.by for line in page if line.by is not None}
    people |= {int(line.subject.removeprefix("account:")) for line in page if line.subject.startswith("account:")}
    return Trail(page, Place(last.at, last.kind, last.id) if last else None, accounts.names(db, people))


def _access(db: Session, wanted: Wanted, limit: int) -> list[Line]:
    e = AuditEntry
    lines = _page(sa.select(e), e.at, e.id, Kind.ACCESS, wanted, limit)
    if wanted.by is not None:
        lines = lines.where(e.by == wanted.by)
    if wanted.subject:
        lines = lines.where(e.subject == wanted.subject)
    return [
        Line(row.at, Kind.ACCESS, row.id, row.by, words(row.action), row.subject, _said(row.details))
        for row in db.scalars(lines)
    ]


def _states(db: Session, wanted: Wanted, limit: int) -> list[Line]:
    c = StateChange
    lines = _page(sa.select(c), c.at, c.id, Kind.STATES, wanted, limit)
    if wanted.by is not None:
        lines = lines.where(c.by == wanted.by)
    if wanted.subject:
        table, _, number = wanted.subject.partition(":")
        lines = lines.where(c.table == table, c.row_id == (int(number) if number.isdecimal() else 0))
    return [
        Line(
            row.at, Kind.STATES, row.id, row.by, f"{words(row.before)} → {words(row.after)}",
            f"{row.table}:{row.row_id}", row.reason,
        )
        for row in db.scalars(lines)
    ]  # fmt: skip


def _money(db: Session, wanted: Wanted, limit: int) -> list[Line]:
    if wanted.by is not None:
        return []  # money follows from a review or a payment, and that says who
    e = LedgerEntry
    lines = _page(sa.select(e), e.at, e.id, Kind.MONEY, wanted, limit)
    if wanted.subject:
        lines = lines.where(sa.or_(e.subject == wanted.subject, e.debit == wanted.subject, e.credit == wanted.subject))
    return [
        Line(
            row.at, Kind.MONEY, row.id, None, f"{words(row.kind)}: {money(row.cents, row.currency)}",
            row.subject, f"{row.debit} → {row.credit}. {row.reason}",
        )
        for row in db.scalars(lines)
    ]  # fmt: skip


_READ: dict[Kind, Callable[[Session, Wanted, int], list[Line]]] = {
    Kind.ACCESS: _access,
    Kind.STATES: _states,
    Kind.MONEY: _money,
}


def _page(
    lines: sa.Select[Any],
    at: sa.orm.InstrumentedAttribute[datetime],
    number: sa.orm.InstrumentedAttribute[int],
    kind: Kind,
    wanted: Wanted,
    limit: int,
) -> sa.Select[Any]:
    place = wanted.after
    if place is not None and kind == place.kind:
        lines = lines.where(sa.or_(at < place.at, sa.and_(at == place.at, number < place.id)))
    elif place is not None:
        lines = lines.where(at <= place.at if kind < place.kind else at < place.at)
    return lines.order_by(at.desc(), number.desc()).limit(limit)


def _said(details: dict[str, object]) -> str:
    return ", ".join(f"{words(name)}: {_short(value)}" for name, value in details.items())


def _short(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
