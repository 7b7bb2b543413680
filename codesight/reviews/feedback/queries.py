"""Reading feedback: one's own, the owner's list, and the trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.recordings.models import Submission
from codesight.reviews.feedback.models import Feedback, Kind


@dataclass(frozen=True)
class Wanted:
    """What to look for; what is None or False is not asked for."""

    gig_id: int | None = None
    scenario_id: int | None = None
    kind: Kind | None = None
    unanswered: bool = False
    """Only what has words in it and no answer yet."""


@dataclass(frozen=True)
class Mean:
    """What the answers to one question come to."""

    count: int
    value: float | None
    """Between the lowest and the highest answer; None without any."""


@dataclass(frozen=True)
class Week:
    """One week's feedback, from the Monday on."""

    monday: date
    entries: int
    ease: Mean
    goal_clear: Mean
    pay_fair: Mean


def of_submission(db: Session, submission_id: int) -> Feedback | None:
    """What the worker said about a recording."""
    return db.scalar(sa.select(Feedback).where(Feedback.submission_id == submission_id))


def of_product_by(db: Session, account_id: int, limit: int = 20) -> Sequence[Feedback]:
    """What somebody said about the product, newest first."""
    mine = sa.select(Feedback).where(Feedback.account_id == account_id, Feedback.kind == Kind.PRODUCT)
    return db.scalars(mine.order_by(Feedback.id.desc()).limit(limit)).all()


def entries(db: Session, wanted: Wanted, before: int | None = None, limit: int = 50) -> Sequence[Feedback]:
    """Newest first; `before` is the id to go on behind."""
    submission = joinedload(Feedback.submission).joinedload(Submission.session)
    found = sa.select(Feedback).options(
        joinedload(Feedback.account), joinedload(Feedback.scenario), joinedload(Feedback.gig), submission
    )
    if before is not None:
        found = found.where(Feedback.id < before)
    return db.scalars(found.where(*_conditions(wanted)).order_by(Feedback.id.desc()).limit(limit)).all()


def unanswered(db: Session) -> int:
    """How many entries with words in them have no answer."""
    return db.scalar(sa.select(sa.func.count()).select_from(Feedback).where(*_conditions(Wanted(unanswered=True)))) or 0


def trend(db: Session, wanted: Wanted, weeks: int = 12) -> list[Week]:
    """The newest weeks that have any, newest first. Counts and means are worked out by the database."""
    f = Feedback
    questions = (f.ease, f.goal_clear, f.pay_fair)
    figures = [figure for question in questions for figure in (sa.func.count(question), sa.func.avg(question))]
    rows = sa.select(f.week, sa.func.count(), *figures).where(*_conditions(wanted))
    return [
        Week(row[0], row[1], *(Mean(row[n], float(row[n + 1]) if row[n] else None) for n in (2, 4, 6)))
        for row in db.execute(rows.group_by(f.week).order_by(f.week.desc()).limit(weeks))
    ]


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    asked = {Feedback.gig_id: wanted.gig_id, Feedback.scenario_id: wanted.scenario_id, Feedback.kind: wanted.kind}
    conditions = [column == value for column, value in asked.items() if value is not None]
    if wanted.unanswered:
        conditions += [Feedback.answered_at.is_(None), Feedback.text != ""]
    return conditions
