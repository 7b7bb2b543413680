"""Every state, every legal move, and the one way to make one: the whole life of a demonstration on one screen."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.db import Base, UtcDateTime
from codesight.errors import Conflict


class AssignmentState(enum.StrEnum):
    """One worker, one scenario, from the claim to the verdict."""

    RESERVED = "reserved"
    ACTIVE = "active"
    SUBMITTED = "submitted"
    LATE = "late"
    OVERFLOW = "overflow"
    CHECKING = "checking"
    IN_REVIEW = "in_review"
    REVISION_REQUESTED = "revision_requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETURNED = "returned"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class SessionState(enum.StrEnum):
    """One attempt in a browser."""

    READY = "ready"
    RECORDING = "recording"
    STOPPED = "stopped"
    SUBMITTED = "submitted"
    ABANDONED = "abandoned"


class PayoutState(enum.StrEnum):
    """One payment to one worker."""

    DUE = "due"
    APPROVED = "approved"
    SENDING = "sending"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class WaveState(enum.StrEnum):
    """A round of workers."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


_A, _S, _P, _W = AssignmentState, SessionState, PayoutState, WaveState

MOVES: dict[type[enum.StrEnum], dict[enum.StrEnum, frozenset[enum.StrEnum]]] = {
    AssignmentState: {
        _A.RESERVED: frozenset({_A.ACTIVE, _A.RETURNED, _A.EXPIRED, _A.CANCELLED}),
        _A.ACTIVE: frozenset({_A.SUBMITTED, _A.RETURNED, _A.EXPIRED, _A.CANCELLED}),
        _A.SUBMITTED: frozenset({_A.CHECKING}),
        _A.LATE: frozenset({_A.CHECKING}),
        _A.OVERFLOW: frozenset({_A.LATE, _A.CANCELLED}),  # the owner pays for it or not
        _A.CHECKING: frozenset({_A.IN_REVIEW, _A.SUBMITTED}),
        _A.IN_REVIEW: frozenset({_A.ACCEPTED, _A.REVISION_REQUESTED, _A.REJECTED}),
        _A.REVISION_REQUESTED: frozenset({_A.SUBMITTED, _A.EXPIRED, _A.RETURNED, _A.CANCELLED}),
        _A.EXPIRED: frozenset({_A.LATE, _A.OVERFLOW}),
        _A.ACCEPTED: frozenset({_A.REJECTED}),
        _A.REJECTED: frozenset({_A.ACCEPTED}),
        _A.RETURNED: frozenset(),
        _A.CANCELLED: frozenset(),
    },
    SessionState: {
        _S.READY: frozenset({_S.RECORDING, _S.ABANDONED}),
        _S.RECORDING: frozenset({_S.STOPPED, _S.ABANDONED}),
        _S.STOPPED: frozenset({_S.SUBMITTED, _S.ABANDONED}),
        _S.SUBMITTED: frozenset(),
        _S.ABANDONED: frozenset(),
    },
    PayoutState: {
        _P.DUE: frozenset({_P.APPROVED}),
        _P.APPROVED: frozenset({_P.DUE, _P.SENDING, _P.PAID}),
        _P.SENDING: frozenset({_P.PAID, _P.FAILED, _P.UNKNOWN}),
        _P.UNKNOWN: frozenset({_P.PAID, _P.FAILED}),
        _P.FAILED: frozenset({_P.DUE}),
        _P.PAID: frozenset(),
    },
    WaveState: {
        _W.DRAFT: frozenset({_W.OPEN}),
        _W.OPEN: frozenset({_W.CLOSED}),
        _W.CLOSED: frozenset({_W.OPEN}),
    },
}
"""For each kind of state: from each, the ones that may follow.

The kinds are kept apart because words such as `submitted` occur in two, and equal words are equal keys.
"""

WITH_THE_WORKER = frozenset({_A.RESERVED, _A.ACTIVE, _A.REVISION_REQUESTED})
"""States in which the next step is the worker's."""

UNDER_WAY = WITH_THE_WORKER | {_A.SUBMITTED, _A.LATE, _A.OVERFLOW, _A.CHECKING, _A.IN_REVIEW}
"""States without a verdict yet."""


class StateChange(Base):
    """One move of one thing; never changed afterwards."""

    __tablename__ = "state_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    table: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
    before: Mapped[str] = mapped_column(sa.String(32))
    after: Mapped[str] = mapped_column(sa.String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    """The account that moved it; None for the machine."""
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (sa.Index(None, "table", "row_id"),)


def move(
    db: Session, row: Any, to: enum.StrEnum, *, now: datetime, by: int | None = None, reason: str = "", **facts: Any
) -> None:
    """Move a row to a state, with the facts that the state brings, and write the line of history.

    Exactly one of several callers at the same time succeeds. Raises Conflict `illegal_move` when the present
    state does not allow it, `moved_meanwhile` when somebody else was faster.
    """
    before = row.state
    if to not in MOVES[type(before)][before]:
        raise Conflict("illegal_move", f"This is {words(before)} and cannot become {words(to)} now.", state=before)
    table = type(row)
    mine = (
        sa.update(table)
        .where(table.id == row.id, table.state == before)
        .values(state=to, state_since=now, **facts)
        .returning(table.id)
    )
    if db.scalar(mine.execution_options(synchronize_session=False)) is None:
        raise Conflict("moved_meanwhile", "Somebody else changed this at the same moment. Load the page again.")
    db.refresh(row)
    db.add(
        StateChange(
            table=table.__tablename__, row_id=row.id, before=before, after=to, at=now, by=by, reason=reason[:200]
        )
    )


def words(state: str) -> str:
    """A state as people read it."""
    return state.replace("_", " ")
