"""The life of a recording session, up to its submission."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment
from codesight.errors import Conflict
from codesight.ids import new_session_id
from codesight.lifecycle import SessionState, move
from codesight.recordings.models import Recording, RecordingSession, SessionDevice, Submission, TrainingSession
from codesight.recordings.queries import ensure_may_go_on, latest_training, submissions_of
from codesight.recordings.rules import UNFINISHED, ensure_valid_note, ensure_valid_pauses
from codesight.workers.standing.queries import ensure_may_practise, ensure_not_suspended


def open_session(db: Session, assignment: Assignment, *, now: datetime) -> RecordingSession:
    """A new attempt at a scenario; earlier attempts that were not handed in are put aside.

    Raises NotAllowed `suspended`; Conflict when the scenario does not wait for a recording or its time has run out.
    """
    package = assignment.claim.package
    ensure_not_suspended(db, assignment.worker_id, package.gig_id, package.tier, now)
    assignments.start(db, assignment, now=now)
    unfinished = sa.select(RecordingSession).where(
        RecordingSession.assignment_id == assignment.id,
        RecordingSession.state.in_(UNFINISHED),
    )
    for earlier in db.scalars(unfinished):
        move(db, earlier, SessionState.ABANDONED, now=now, by=assignment.worker_id, reason="a new attempt was begun")
    session = RecordingSession(
        public_id=new_session_id(),
        assignment_id=assignment.id,
        worker_id=assignment.worker_id,
        state=SessionState.READY,
        state_since=now,
        created_at=now,
    )
    db.add(session)
    db.flush()
    return session


def open_training(db: Session, worker_id: int, *, now: datetime) -> TrainingSession:
    """A new attempt at the training task; earlier ones that were not handed in are put aside.

    Raises NotAllowed `suspended`.
    """
    ensure_may_practise(db, worker_id, now)
    unfinished = sa.select(TrainingSession).where(
        TrainingSession.worker_id == worker_id, TrainingSession.state.in_(UNFINISHED)
    )
    for earlier in db.scalars(unfinished):
        move(db, earlier, SessionState.ABANDONED, now=now, by=worker_id, reason="a new attempt was begun")
    session = TrainingSession(
        public_id=new_session_id(), worker_id=worker_id, state=SessionState.READY, state_since=now, created_at=now
    )
    db.add(session)
    db.flush()
    return session


def training_to_pair(db: Session, worker_id: int, *, now: datetime) -> TrainingSession:
    """The unfinished attempt at the training task, or a new one: something for the extension to connect with."""
    latest = latest_training(db, worker_id)
    return latest if latest is not None and latest.state in UNFINISHED else open_training(db, worker_id, now=now)


def note_device(db: Session, session_id: int, device: str) -> None:
    """Write down, hashed, by which random number a session's browser is known again; nothing for an empty one."""
    if device:
        db.merge(SessionDevice(session_id=session_id, device_key=sha256(device.encode()).hexdigest()))
        db.flush()


def begin(db: Session, session: Recording, *, video_started_ms: float, now: datetime) -> None:
    """The video has begun, at `video_started_ms` by the browser's clock. Raises NotAllowed `suspended`."""
    ensure_may_go_on(db, session.id, now)
    _keep_reserved(db, session, now=now)
    move(
        db,
        session,
        SessionState.RECORDING,
        now=now,
        by=session.worker_id,
        started_at=now,
        video_started_ms=video_started_ms,
    )


def note_pauses(db: Session, session: Recording, pauses: Sequence[tuple[float, float]]) -> None:
    """All pauses so far, in place of those that were known: what the video leaves out.

    Raises Invalid `invalid_pauses`; Conflict `not_recording` before the video has begun and once it was handed in.
    """
    if session.video_started_ms is None or session.state not in (SessionState.RECORDING, SessionState.STOPPED):
        raise Conflict("not_recording", "A recording is paused while it runs, not before or after.")
    ensure_valid_pauses(pauses, session.video_started_ms)
    session.pauses = [list(pause) for pause in pauses]
    db.flush()


def end(db: Session, session: Recording, *, now: datetime) -> None:
    """The worker has stopped; ending twice changes nothing."""
    if session.state != SessionState.STOPPED:
        _keep_reserved(db, session, now=now)
        move(db, session, SessionState.STOPPED, now=now, by=session.worker_id, ended_at=now)


def still_alive(db: Session, session_ids: Collection[int], *, now: datetime) -> None:
    """Recordings have shown a sign of life: the scenarios that they are made for stay reserved."""
    live = sa.select(RecordingSession.assignment_id).where(
        RecordingSession.id.in_(session_ids), RecordingSession.state.in_(UNFINISHED)
    )
    if assignment_ids := db.scalars(live).all():
        assignments.extend(db, assignment_ids, now=now)


def submit(db: Session, session: RecordingSession, *, note: str, now: datetime) -> Submission:
    """Hand the recording in.

    Raises Invalid `invalid_note`, Conflict when it is still running, was handed in before, or the scenario is
    closed.
    """
    ensure_valid_note(note)
    _ensure_stopped(session)
    # The assignment is held first, as in `open_session`: two windows that lock crosswise would wait for each other.
    assignments.hold(db, session.assignment)
    move(db, session, SessionState.SUBMITTED, now=now, by=session.worker_id)
    assignments.submit(db, session.assignment, now=now)
    submission = Submission(
        session_id=session.id,
        assignment_id=session.assignment_id,
        revision_no=len(submissions_of(db, session.assignment_id)) + 1,
        note=note,
        submitted_at=now,
    )
    db.add(submission)
    db.flush()
    return submission


def hand_in_training(db: Session, session: TrainingSession, *, now: datetime) -> None:
    """Close a training recording, to be judged. Raises Conflict when it still runs or was handed in before."""
    _ensure_stopped(session)
    move(db, session, SessionState.SUBMITTED, now=now, by=session.worker_id)


def _ensure_stopped(session: Recording) -> None:
    if session.state == SessionState.RECORDING:
        raise Conflict("still_recording", "Stop the recording first.")


def _keep_reserved(db: Session, session: Recording, *, now: datetime) -> None:
    if isinstance(session, RecordingSession):
        assignments.extend(db, [session.assignment_id], now=now)
