"""Reading threads, groups, and what was sent to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight import outbox
from codesight.accounts.models import Account, Role
from codesight.assignments.models import Assignment, PackageClaim
from codesight.assignments.rules import is_over
from codesight.errors import NotFound
from codesight.gigs import queries as gigs
from codesight.gigs.models import Level
from codesight.lifecycle import AssignmentState
from codesight.policy import Kind
from codesight.recordings.models import RecordingSession, Submission
from codesight.recordings.queries import session_for, submission_of_session
from codesight.reviews.messages.models import Message, News, Recipient, Seen
from codesight.reviews.messages.rules import STANDING_WORDS, Group, Standing
from codesight.reviews.models import Review
from codesight.workers.models import Worker


@dataclass(frozen=True)
class Thread:
    """What was written about a recording, over all its revisions."""

    session: RecordingSession
    messages: Sequence[Message]
    """The oldest first."""
    seen: int
    """The last message that the reader had seen before; larger ids are new to them."""


@dataclass(frozen=True)
class SentNews:
    """One message to a group, with how far it has come."""

    news: News
    recipients: int
    told: int
    read: int


def thread(db: Session, public_id: str, reader: Account) -> Thread:
    """The thread of a handed-in recording, for those who take part in it. Raises Malformed and NotFound.

    Those are its worker, owners, and reviewers who may rate it now or have rated it.
    """
    session = session_for(db, public_id, reader)
    known = submission_of_session(db, session.id) is not None
    if not known or (reader.role == Role.REVIEWER and not _reviews(db, session.assignment, reader.id)):
        raise NotFound("session_not_found", "There is no such recording session.")
    mine = sa.select(Message).where(Message.assignment_id == session.assignment_id).options(joinedload(Message.author))
    seen = sa.select(Seen.message_id).where(Seen.assignment_id == session.assignment_id, Seen.account_id == reader.id)
    return Thread(session, db.scalars(mine.order_by(Message.id)).all(), db.scalar(seen) or 0)


def _reviews(db: Session, assignment: Assignment, account_id: int) -> bool:
    return assignment.state == AssignmentState.IN_REVIEW or account_id in reviewers(db, assignment.id)


def reviewers(db: Session, assignment_id: int) -> set[int]:
    """Who has rated any revision of an assignment."""
    rated = sa.select(Review.reviewer_id).join(Submission, Submission.id == Review.submission_id)
    return set(db.scalars(rated.where(Submission.assignment_id == assignment_id)))


def takes_part(db: Session, assignment: Assignment) -> Sequence[Account]:
    """Who is told of a message: the worker, open or closed, owners, and the reviewers who rated it or wrote in it."""
    wrote = sa.select(Message.author_id).where(Message.assignment_id == assignment.id)
    staff = sa.and_(
        Account.active,
        sa.or_(
            Account.role == Role.OWNER,
            sa.and_(
                Account.role == Role.REVIEWER,
                sa.or_(Account.id.in_(reviewers(db, assignment.id)), Account.id.in_(wrote)),
            ),
        ),
    )
    people = sa.select(Account).where(sa.or_(Account.id == assignment.worker_id, staff))
    return db.scalars(people.order_by(Account.id)).all()


def group(db: Session, wanted: Group, *, now: datetime) -> Sequence[Worker]:
    """Exactly the workers that a message to the group would reach, by name; closed accounts are in none."""
    found = sa.select(Worker).join(Worker.account).where(Account.active)
    found = found.options(joinedload(Worker.account), joinedload(Worker.wave))
    where = {Worker.gig_id: wanted.gig_id, Worker.wave_id: wanted.wave_id, Worker.level: wanted.level}
    found = found.where(*(column == value for column, value in where.items() if value is not None))
    claimed = sa.select(PackageClaim.id).where(PackageClaim.worker_id == Worker.account_id)
    if wanted.standing == Standing.NEVER_CLAIMED:
        found = found.where(~claimed.exists())
    if wanted.idle_days is not None:
        found = found.where(*_idle_since(now - timedelta(days=wanted.idle_days)))
    workers = db.scalars(found.order_by(Account.name, Account.id)).all()
    if wanted.standing in (Standing.WITH_PACKAGE, Standing.WITHOUT_PACKAGE):
        having = _with_package(db, now)
        workers = [w for w in workers if (w.account_id in having) == (wanted.standing == Standing.WITH_PACKAGE)]
    return workers


def _with_package(db: Session, now: datetime) -> set[int]:
    # Whether a package is over is computed when it is read: its leases may have ended with nobody noting it.
    still = sa.select(PackageClaim).where(PackageClaim.closed_at.is_(None))
    claims = db.scalars(still.options(joinedload(PackageClaim.assignments))).unique()
    return {claim.worker_id for claim in claims if not is_over(claim, now)}


def _idle_since(moment: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    theirs = (
        sa.select(PackageClaim.id).where(PackageClaim.worker_id == Worker.account_id, PackageClaim.claimed_at > moment),
        sa.select(RecordingSession.id).where(
            RecordingSession.worker_id == Worker.account_id, RecordingSession.created_at > moment
        ),
        sa.select(Submission.id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Assignment.worker_id == Worker.account_id, Submission.submitted_at > moment),
    )
    return (Worker.created_at <= moment, *(~one.exists() for one in theirs))


def in_words(db: Session, wanted: Group) -> str:
    """A group as people say it. Raises NotFound for a gig or wave that does not exist."""
    parts = []
    if wanted.gig_id is not None:
        parts.append(f"“{gigs.gig(db, wanted.gig_id).title}”")
    if wanted.wave_id is not None:
        parts.append(f"“{gigs.wave(db, wanted.wave_id).name}”")
    if wanted.level is not None:
        parts.append(f"level {Level(wanted.level)}")
    if wanted.standing != Standing.ANY:
        parts.append(STANDING_WORDS[wanted.standing])
    if wanted.idle_days is not None:
        parts.append(f"idle for {wanted.idle_days} days")
    return "Workers: " + (", ".join(parts) or STANDING_WORDS[Standing.ANY])


def news_for(db: Session, news_id: int, reader: Account) -> News:
    """A message to a group, for owners and those it was sent to. Raises NotFound."""
    found = db.get(News, news_id, options=[joinedload(News.author)])
    if found is None or (reader.role != Role.OWNER and db.get(Recipient, (news_id, reader.id)) is None):
        raise NotFound("news_not_found", "There is no such message.")
    return found


def sent_news(db: Session, limit: int = 50) -> Sequence[SentNews]:
    """What was written to groups, the newest first."""
    newest = sa.select(News).options(joinedload(News.author)).order_by(News.id.desc()).limit(limit)
    return [_sent(db, one) for one in db.scalars(newest)]


def _sent(db: Session, news: News) -> SentNews:
    counted = sa.select(sa.func.count(), sa.func.count(Recipient.told_at)).where(Recipient.news_id == news.id)
    recipients, told = db.execute(counted).one()
    return SentNews(news, recipients, told, outbox.readers(db, f"{Kind.NEWS}:{news.id}")[1])


def undelivered(db: Session, *, before: datetime) -> Sequence[int]:
    """Messages to groups, from before the moment, that have not reached everybody."""
    waits = sa.select(Recipient.news_id).join(News, News.id == Recipient.news_id)
    return db.scalars(waits.where(Recipient.told_at.is_(None), News.at <= before).distinct()).all()
