"""Reading sessions and submissions."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.accounts.models import Account, Role
from codesight.assignments.models import Assignment, PackageClaim
from codesight.errors import NotFound
from codesight.gigs.models import Package
from codesight.ids import checked_session_id
from codesight.lifecycle import AssignmentState, SessionState
from codesight.recordings.models import Recording, RecordingSession, Submission, TrainingSession
from codesight.workers.models import Worker
from codesight.workers.standing.models import Suspension
from codesight.workers.standing.queries import covers, in_force
from codesight.workers.standing.rules import suspended

_recording = Recording.__table__

BEING_MADE = (SessionState.READY, SessionState.RECORDING)
"""Recordings in which something new may still happen."""

LIVE = (SessionState.RECORDING, SessionState.STOPPED, SessionState.READY)
"""Recordings that are being made."""

# A recording that was handed in is where its assignment is; before that it has a state of its own.
_STATE = sa.case(
    (RecordingSession.state == SessionState.SUBMITTED, sa.cast(Assignment.state, sa.String)),
    else_=sa.cast(RecordingSession.state, sa.String),
)


def _whole() -> sa.Select[RecordingSession]:
    assignment = joinedload(RecordingSession.assignment)
    return sa.select(RecordingSession).options(
        assignment.joinedload(Assignment.scenario),
        assignment.joinedload(Assignment.claim).joinedload(PackageClaim.package),
    )


def session_for(db: Session, public_id: str, viewer: Account) -> RecordingSession:
    """A session as the viewer may see it: a worker only their own. Raises Malformed and NotFound."""
    found = db.scalar(_whole().where(RecordingSession.public_id == checked_session_id(public_id)))
    if found is None or (viewer.role == Role.WORKER and found.worker_id != viewer.id):
        raise NotFound("session_not_found", "There is no such recording session.")
    return found


def own_session(db: Session, public_id: str, worker_id: int) -> RecordingSession:
    """A worker's own session. Raises Malformed and NotFound."""
    mine = _whole().where(RecordingSession.public_id == checked_session_id(public_id))
    found = db.scalar(mine.where(RecordingSession.worker_id == worker_id))
    if found is None:
        raise NotFound("session_not_found", "There is no such recording session.")
    return found


def own_recording(db: Session, public_id: str, worker_id: int) -> RecordingSession | TrainingSession:
    """A worker's own recording, of a scenario or of the training task. Raises Malformed and NotFound."""
    of_training = sa.select(TrainingSession).where(TrainingSession.public_id == checked_session_id(public_id))
    found = db.scalar(of_training.where(TrainingSession.worker_id == worker_id))
    return found or own_session(db, public_id, worker_id)


def own_training(db: Session, public_id: str, worker_id: int) -> TrainingSession:
    """A worker's own attempt at the training task. Raises Malformed and NotFound."""
    found = own_recording(db, public_id, worker_id)
    if not isinstance(found, TrainingSession):
        raise NotFound("session_not_found", "There is no such recording session.")
    return found


def latest_training(db: Session, worker_id: int) -> TrainingSession | None:
    """The newest attempt of a worker at the training task."""
    mine = sa.select(TrainingSession).where(TrainingSession.worker_id == worker_id)
    return db.scalar(mine.order_by(TrainingSession.id.desc()).limit(1))


def suspended_recordings(db: Session, now: datetime) -> dict[int, Suspension]:
    """The recordings that must not go on just now, by their internal id, and what stands against each.

    A recording that has stopped may go on arriving, whatever it was suspended for: what was recorded is kept.
    """
    found = db.execute(_suspended(now)).all()
    return {row.id: row.Suspension for row in reversed(found)}  # of several, the oldest is told


def ensure_may_go_on(db: Session, session_id: int, now: datetime) -> None:
    """Raises NotAllowed `suspended` when the recording is one of `suspended_recordings`."""
    found = db.execute(_suspended(now).where(_recording.c.id == session_id)).first()
    if found is not None:
        raise suspended(found[1])


def _suspended(now: datetime) -> sa.Select[int, Suspension]:
    return (
        sa.select(_recording.c.id, Suspension)
        .join(_recording, _recording.c.worker_id == Suspension.worker_id)
        # Practice belongs to no package: only a suspension from all work stands against it.
        .outerjoin(Assignment, Assignment.id == _recording.c.assignment_id)
        .outerjoin(PackageClaim, PackageClaim.id == Assignment.claim_id)
        .outerjoin(Package, Package.id == PackageClaim.package_id)
        .where(_recording.c.state.in_(BEING_MADE))
        .where(in_force(now), covers(Package.gig_id, Package.tier))
        .order_by(Suspension.id)
    )


def sessions_for(
    db: Session, viewer: Account, limit: int = 100, before: int | None = None
) -> Sequence[RecordingSession]:
    """Sessions that the viewer may see, newest first; `before` is the internal id to go on behind."""
    seen = _whole().order_by(RecordingSession.id.desc()).limit(limit)
    if viewer.role == Role.WORKER:
        seen = seen.where(RecordingSession.worker_id == viewer.id)
    if before is not None:
        seen = seen.where(RecordingSession.id < before)
    return db.scalars(seen).all()


def in_states(
    db: Session, states: Collection[str] | None, before: int | None = None, limit: int = 50
) -> Sequence[RecordingSession]:
    """Everybody's recordings in any of the states, or all that are not live; newest first, with their workers.

    What was handed in is in its assignment's state. `before` is the internal id to go on behind.
    """
    worker = joinedload(RecordingSession.assignment).joinedload(Assignment.worker).joinedload(Worker.account)
    rows = _whole().options(worker).join(RecordingSession.assignment).order_by(RecordingSession.id.desc())
    rows = rows.where(_STATE.in_(states) if states else _STATE.not_in(LIVE))
    if before is not None:
        rows = rows.where(RecordingSession.id < before)
    return db.scalars(rows.limit(limit)).all()


def state_counts(db: Session) -> dict[str, int]:
    """How many recordings there are in each state, as `in_states` sees them."""
    counted = sa.select(_STATE, sa.func.count()).select_from(RecordingSession).join(RecordingSession.assignment)
    return {row[0]: row[1] for row in db.execute(counted.group_by(_STATE))}


def latest_session(db: Session, assignment_id: int) -> RecordingSession | None:
    """The newest attempt at an assignment."""
    attempts = _whole().where(RecordingSession.assignment_id == assignment_id)
    return db.scalar(attempts.order_by(RecordingSession.id.desc()).limit(1))


def submission(db: Session, submission_id: int) -> Submission:
    """Raises NotFound."""
    found = db.scalar(
        sa.select(Submission)
        .where(Submission.id == submission_id)
        .options(joinedload(Submission.session), joinedload(Submission.assignment).joinedload(Assignment.scenario))
    )
    if found is None:
        raise NotFound("submission_not_found", "There is no such submission.")
    return found


def submission_of_session(db: Session, session_id: int) -> Submission | None:
    """What a session was handed in as, if it was."""
    return db.scalar(sa.select(Submission).where(Submission.session_id == session_id))


def submissions_of(db: Session, assignment_id: int) -> Sequence[Submission]:
    """The submissions of an assignment, oldest first."""
    mine = sa.select(Submission).where(Submission.assignment_id == assignment_id)
    return db.scalars(mine.order_by(Submission.revision_no)).all()


def submissions_in_state(db: Session, states: Collection[AssignmentState], *, before: datetime) -> Sequence[Submission]:
    """The newest submission of each assignment that has been in one of the states since before the moment."""
    newest = sa.select(sa.func.max(Submission.id)).group_by(Submission.assignment_id)
    sat = sa.select(Submission).join(Submission.assignment).options(joinedload(Submission.assignment))
    sat = sat.where(Assignment.state.in_(states), Assignment.state_since <= before, Submission.id.in_(newest))
    return db.scalars(sat.order_by(Submission.id)).all()
