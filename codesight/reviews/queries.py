"""Reading the queue and the verdicts."""

import statistics
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from codesight.accounts.models import Account
from codesight.assignments.models import Assignment, PackageClaim
from codesight.checks.models import CheckRun
from codesight.gigs.models import Gig, Package, Scenario, Tier
from codesight.lifecycle import AssignmentState
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews.models import Review

Columns = TypeVarTuple("Columns")

_RECENT = 200


@dataclass(frozen=True)
class Waiting:
    """A submission that waits for its verdict."""

    submission_id: int
    public_id: str
    """Of the recording session."""
    goal: str
    gig: str
    tier: Tier
    revision_no: int
    submitted_at: datetime
    age: timedelta
    findings: int
    """How many things the automatic checks found."""


@dataclass(frozen=True)
class ReviewerStats:
    """How a reviewer is doing."""

    today: int
    total: int
    median_seconds: float | None
    """Over the latest 200 reviews; None before the first one that was timed."""
    agreement: float | None
    """Share of verdicts that another reviewer shared; None as long as nothing is reviewed twice."""


def queue(db: Session, reviewer: Account, *, now: datetime, limit: int = 100) -> list[Waiting]:
    """What waits for a verdict, oldest first, without the reviewer's own recordings."""
    columns = (
        Submission.id,
        RecordingSession.public_id,
        Scenario.goal,
        Gig.title,
        Package.tier,
        Submission.revision_no,
        Submission.submitted_at,
    )
    rows = db.execute(_waiting(sa.select(*columns), reviewer).limit(limit)).all()
    found = _findings(db, [row.id for row in rows])
    return [
        Waiting(
            submission_id=row.id,
            public_id=row.public_id,
            goal=row.goal,
            gig=row.title,
            tier=row.tier,
            revision_no=row.revision_no,
            submitted_at=row.submitted_at,
            age=now - row.submitted_at,
            findings=found[row.id],
        )
        for row in rows
    ]


def waiting_count(db: Session, reviewer: Account) -> int:
    """How many submissions the queue holds for this reviewer."""
    waiting = _waiting(sa.select(Submission.id), reviewer).order_by(None).subquery()
    return db.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def next_in_queue(db: Session, reviewer: Account, skip: Collection[int] = ()) -> Submission | None:
    """The submission that has waited longest, but for those whose ids are in `skip`."""
    oldest = _waiting(sa.select(Submission), reviewer).where(Submission.id.not_in(skip)).limit(1)
    return db.scalar(oldest.options(joinedload(Submission.session), joinedload(Submission.assignment)))


def stats(db: Session, reviewer: Account, *, now: datetime) -> ReviewerStats:
    """The reviewer's own figures; the day begins at midnight UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = sa.func.count(sa.case((Review.created_at >= midnight, 1)))
    mine = sa.select(today, sa.func.count()).where(Review.reviewer_id == reviewer.id)
    counted = db.execute(mine).one()
    timed = sa.select(Review.seconds).where(Review.reviewer_id == reviewer.id, Review.seconds.is_not(None))
    seconds = [s for s in db.scalars(timed.order_by(Review.id.desc()).limit(_RECENT)) if s is not None]
    return ReviewerStats(counted[0], counted[1], statistics.median(seconds) if seconds else None, None)


def reviews_of(db: Session, submission_id: int) -> Sequence[Review]:
    """All versions of the verdict about a submission, newest first, with who gave them."""
    mine = sa.select(Review).where(Review.submission_id == submission_id).options(joinedload(Review.reviewer))
    return db.scalars(mine.order_by(Review.version.desc())).all()


def latest_review(db: Session, submission_id: int) -> Review | None:
    """The verdict that counts."""
    mine = sa.select(Review).where(Review.submission_id == submission_id)
    return db.scalar(mine.order_by(Review.version.desc()).limit(1))


def latest_reviews(db: Session, submission_ids: Collection[int]) -> dict[int, Review]:
    """The verdict that counts for each of the submissions that has one."""
    mine = sa.select(Review).where(Review.submission_id.in_(submission_ids)).order_by(Review.version)
    return {review.submission_id: review for review in db.scalars(mine)}


def _waiting(select: sa.Select[*Columns], reviewer: Account) -> sa.Select[*Columns]:
    newer = aliased(Submission)
    superseded = sa.exists().where(
        newer.assignment_id == Submission.assignment_id, newer.revision_no > Submission.revision_no
    )
    return (
        select.join(Submission.session)
        .join(Submission.assignment)
        .join(Assignment.scenario)
        .join(Assignment.claim)
        .join(PackageClaim.package)
        .join(Gig, Gig.id == Package.gig_id)
        .where(Assignment.state == AssignmentState.IN_REVIEW, Assignment.worker_id != reviewer.id, ~superseded)
        .order_by(Submission.submitted_at, Submission.id)
    )


def _findings(db: Session, submission_ids: Collection[int]) -> Counter[int]:
    count: Counter[int] = Counter()
    runs = sa.select(CheckRun.submission_id, CheckRun.findings).where(CheckRun.submission_id.in_(submission_ids))
    for submission_id, findings in db.execute(runs):
        count[submission_id] += len(findings)
    return count
