"""Reading what can be exported, and the versions that were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.adapters.storage import Storage
from codesight.analysis import queries as analysis
from codesight.assignments.models import Assignment
from codesight.capture import events, uploads
from codesight.capture.models import Upload, UploadKind
from codesight.errors import NotFound
from codesight.exports.base import Demonstration
from codesight.exports.models import Dataset
from codesight.exports.training import training_document as document
from codesight.lifecycle import AssignmentState
from codesight.recordings.models import RecordingSession, Submission
from codesight.recordings.queries import submission_of_session
from codesight.reviews.models import Review


def exportable(db: Session) -> Sequence[int]:
    """The ids of the submissions that a dataset takes: accepted, and usable by the latest review."""
    latest = (
        sa.select(Review.submission_id, sa.func.max(Review.version).label("version"))
        .group_by(Review.submission_id)
        .subquery()
    )
    good = (
        sa.select(Submission.id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Review, Review.submission_id == Submission.id)
        .join(latest, sa.and_(latest.c.submission_id == Review.submission_id, latest.c.version == Review.version))
        .where(Assignment.state == AssignmentState.ACCEPTED, Review.usable.is_(True), Review.rating >= 3)
    )
    return db.scalars(good.order_by(Submission.id)).all()


def demonstration(db: Session, submission_id: int) -> Demonstration:
    """Everything that the exporters need of one submission. Raises NotFound."""
    submission = db.scalar(
        sa.select(Submission)
        .where(Submission.id == submission_id)
        .options(joinedload(Submission.session).joinedload(RecordingSession.assignment).joinedload(Assignment.scenario))
    )
    review = db.scalar(
        sa.select(Review).where(Review.submission_id == submission_id).order_by(Review.version.desc()).limit(1)
    )
    if submission is None or review is None:
        raise NotFound("submission_not_found", "There is no such reviewed submission.")
    screen = uploads.find(db, submission.session_id, UploadKind.SCREEN)
    microphone = uploads.find(db, submission.session_id, UploadKind.MICROPHONE)
    return Demonstration(
        session=submission.session,
        submission=submission,
        review=review,
        steps=analysis.steps(db, submission_id),
        events=events.read(db, submission.session_id),
        duration_ms=screen.duration_ms if screen else None,
        video=_playable(screen),
        audio=_playable(microphone),
    )


def training_document(db: Session, storage: Storage, session: RecordingSession) -> dict[str, Any]:
    """The training document of one session, with the addresses of its files in storage.

    Steps are those of its submission; until they are stored, those that its events have come to so far.
    """
    submission = submission_of_session(db, session.id)
    steps = analysis.steps(db, submission.id) if submission else []
    steps = steps or analysis.provisional_steps(events.read(db, session.id), session.video_clock)
    paths = []
    for kind in (UploadKind.SCREEN, UploadKind.MICROPHONE):
        upload = uploads.find(db, session.id, kind)
        key = (_playable(upload) or upload.key) if upload and upload.completed_at else None
        paths.append(storage.uri(key) if key else None)
    return document(session, steps, *paths)


def datasets(db: Session) -> Sequence[Dataset]:
    """All versions, newest first."""
    return db.scalars(sa.select(Dataset).order_by(Dataset.id.desc())).all()


def dataset(db: Session, version: int) -> Dataset:
    """Raises NotFound."""
    found = db.get(Dataset, version)
    if found is None:
        raise NotFound("dataset_not_found", "There is no such version of the dataset.")
    return found


def unbuilt(db: Session, *, before: datetime) -> Sequence[int]:
    """Versions that were asked for before the moment and are neither built nor failed."""
    open_ones = sa.select(Dataset.id).where(Dataset.key.is_(None), Dataset.problem.is_(None))
    return db.scalars(open_ones.where(Dataset.created_at <= before)).all()


def _playable(upload: Upload | None) -> str | None:
    return upload.playable_key if upload else None
