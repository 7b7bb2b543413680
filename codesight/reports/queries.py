"""Figures for the owner's dashboard, the newest rows, and the rows per table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import clock
from codesight.analysis.models import Step
from codesight.assignments.models import Assignment
from codesight.assignments.rules import site_of
from codesight.capture.models import Upload, UploadKind
from codesight.db import Base
from codesight.gigs.models import Gig, Wave
from codesight.lifecycle import AssignmentState
from codesight.payouts import queries as payouts
from codesight.payouts.models import Payout
from codesight.payouts.queries import DueGroup
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews.feedback import queries as feedback
from codesight.reviews.models import Review
from codesight.workers.models import Worker

STUCK_AFTER = timedelta(minutes=15)
"""Checks take a minute or two; who waits longer needs a look."""

HOURLY_CENTS = 100_00
OWN_HOURS = 200
OWN_EXAMPLES = 500
"""Doing it oneself: $100 an hour, 200 hours, 500 examples."""

_BEFORE_REVIEW = (
    AssignmentState.SUBMITTED,
    AssignmentState.LATE,
    AssignmentState.CHECKING,
)


@dataclass(frozen=True)
class Target:
    """One of the first month's targets against what was reached."""

    name: str
    unit: str
    """Empty for a plain number; else `%`, `days`, `cents`, `hours` or `×`."""
    target: float
    reached: float | None
    """None as long as it is not measured."""
    less_is_better: bool = False

    @property
    def met(self) -> bool:
        if self.reached is None:
            return False
        return self.reached <= self.target if self.less_is_better else self.reached >= self.target


@dataclass(frozen=True)
class WaveMoney:
    """Where a wave's budget is."""

    wave_id: int
    name: str
    gig: str
    currency: str
    budget_cents: int
    spent_cents: int
    reserved_cents: int

    @property
    def free_cents(self) -> int:
        return self.budget_cents - self.spent_cents - self.reserved_cents


@dataclass(frozen=True)
class Money:
    """Cost, and what the same would cost if one did it oneself. All in cents."""

    waves: list[WaveMoney]
    spent_cents: int
    accepted: int
    own_total_cents: int = HOURLY_CENTS * OWN_HOURS
    own_example_cents: int = HOURLY_CENTS * OWN_HOURS // OWN_EXAMPLES

    @property
    def cost_per_accepted_cents(self) -> int | None:
        """None before anything was accepted."""
        return round(self.spent_cents / self.accepted) if self.accepted else None

    @property
    def saved_cents(self) -> int:
        """What the accepted sessions would have cost oneself, less what was spent on them."""
        return self.own_example_cents * self.accepted - self.spent_cents


@dataclass(frozen=True)
class Waits:
    """What needs somebody."""

    in_review: int
    oldest_in_review: datetime | None
    checking: int
    stuck: int
    """Of those that are being checked, how many have sat there for more than 15 minutes."""
    overflow: int
    """What came when its slot was taken: the owner pays for it or not."""
    feedback: int
    """What somebody has written and nobody has answered."""
    due: list[DueGroup]


@dataclass(frozen=True)
class Overview:
    """The owner's first page."""

    targets: list[Target]
    money: Money
    waits: Waits


def overview(db: Session, *, now: datetime) -> Overview:
    """All figures of the dashboard, in a dozen statements however much there is."""
    states = {
        state: int(count)
        for state, count in db.execute(sa.select(Assignment.state, sa.func.count()).group_by(Assignment.state))
    }
    accepted, rejected = states.get(AssignmentState.ACCEPTED, 0), states.get(AssignmentState.REJECTED, 0)
    money = Money(_waves(db), _count(db, sa.func.coalesce(sa.func.sum(Wave.spent_cents), 0)), accepted)
    return Overview(_targets(db, money, accepted, rejected), money, _waits(db, states, now))


def recent(db: Session, limit: int = 20) -> dict[str, list[dict[str, object]]]:
    """The newest sessions, submissions, reviews and payouts, ready for JSON; times are ISO 8601 in UTC."""
    session, submission, review, payout = RecordingSession, Submission, Review, Payout
    of_submission = sa.select(
        submission.id,
        session.public_id,
        submission.assignment_id,
        submission.revision_no,
        submission.submitted_at,
    ).join(submission.session)
    of_review = (
        sa.select(
            review.id,
            session.public_id,
            review.version,
            review.rating,
            review.usable,
            review.reviewer_id,
            review.created_at,
        )
        .join(review.submission)
        .join(submission.session)
    )
    return {
        "sessions": _newest(
            db,
            sa.select(
                session.id,
                session.public_id,
                session.worker_id,
                session.state,
                session.event_count,
                session.created_at,
            ),
            session.id,
            limit,
        ),
        "submissions": _newest(db, of_submission, submission.id, limit),
        "reviews": _newest(db, of_review, review.id, limit),
        "payouts": _newest(
            db,
            sa.select(
                payout.id,
                payout.worker_id,
                payout.channel,
                payout.cents,
                payout.currency,
                payout.state,
                payout.created_at,
            ),
            payout.id,
            limit,
        ),
    }


def counts(db: Session) -> dict[str, int]:
    """Rows in every table, in one statement."""
    each = [
        sa.select(sa.literal(table.name).label("name"), sa.func.count().label("rows")).select_from(table)
        for table in Base.metadata.sorted_tables
    ]
    return dict(sorted((row.name, int(row.rows)) for row in db.execute(sa.union_all(*each))))


def _targets(db: Session, money: Money, accepted: int, rejected: int) -> list[Target]:
    decided = accepted + rejected
    milliseconds = _count(
        db,
        sa.select(sa.func.sum(Upload.duration_ms))
        .join(Submission, Submission.session_id == Upload.session_id)
        .where(Upload.kind == UploadKind.SCREEN)
        .scalar_subquery(),
    )
    return [
        Target("Workers", "", 50, _count(db, sa.func.count(Worker.account_id))),
        Target("Sessions handed in", "", 1500, _count(db, sa.func.count(Submission.id))),
        Target("Accepted", "%", 95, 100 * accepted / decided if decided else None),
        Target("Average turnaround", "days", 14, _turnaround_days(db), less_is_better=True),
        Target("Spent", "cents", 2000_00, money.spent_cents, less_is_better=True),
        Target("Navigation steps", "", 15_000, _count(db, sa.func.count(Step.number))),
        Target("Recorded", "hours", 300, milliseconds / 3_600_000),
        Target("Shopping patterns", "", 50, None),
        Target("Sites", "", 25, _sites(db)),
        Target("Diversity against one person", "×", 3, None),
    ]


def _turnaround_days(db: Session) -> float | None:
    """From the claim to the acceptance."""
    done = sa.select(Assignment.created_at, Assignment.state_since).where(Assignment.state == AssignmentState.ACCEPTED)
    days = [(accepted - claimed) / timedelta(days=1) for claimed, accepted in db.execute(done)]
    return sum(days) / len(days) if days else None


def _sites(db: Session) -> int:
    sites = {site_of(url) for url in db.scalars(sa.select(Step.page_url).distinct())}
    return len(sites - {None})


def _waves(db: Session) -> list[WaveMoney]:
    w = Wave
    columns = (w.id, w.name, Gig.title, Gig.currency, w.budget_cents, w.spent_cents, w.reserved_cents)
    rows = db.execute(sa.select(*columns).join(Gig, Gig.id == w.gig_id).order_by(w.id))
    return [WaveMoney(*row) for row in rows]


def _waits(db: Session, states: dict[AssignmentState, int], now: datetime) -> Waits:
    oldest = sa.select(sa.func.min(Assignment.state_since)).where(Assignment.state == AssignmentState.IN_REVIEW)
    stuck = (
        sa.select(sa.func.count())
        .select_from(Assignment)
        .where(Assignment.state.in_(_BEFORE_REVIEW), Assignment.state_since < now - STUCK_AFTER)
    )
    return Waits(
        in_review=states.get(AssignmentState.IN_REVIEW, 0),
        oldest_in_review=db.scalar(oldest),
        checking=sum(states.get(state, 0) for state in _BEFORE_REVIEW),
        stuck=_count(db, stuck.scalar_subquery()),
        overflow=states.get(AssignmentState.OVERFLOW, 0),
        feedback=feedback.unanswered(db),
        due=payouts.due_groups(db),
    )


def _count(db: Session, expression: sa.ColumnElement[int] | sa.ScalarSelect[int]) -> int:
    return int(db.scalar(sa.select(expression)) or 0)


def _newest(
    db: Session, select: sa.Select[*tuple[object, ...]], key: sa.orm.InstrumentedAttribute[int], limit: int
) -> list[dict[str, object]]:
    rows = db.execute(select.order_by(key.desc()).limit(limit)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: object) -> object:
    return clock.iso(value) if isinstance(value, datetime) else value
