"""Reading what the analysers found."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.analysis import steps as reduction
from codesight.analysis.models import AnalysisRun, Step, Transcript
from codesight.capture.rules import Event
from codesight.recordings.rules import VideoClock


def steps(db: Session, submission_id: int) -> Sequence[Step]:
    """The steps of a submission in their order."""
    mine = sa.select(Step).where(Step.submission_id == submission_id)
    return db.scalars(mine.order_by(Step.number)).all()


def provisional_steps(events: Sequence[Event], clock: VideoClock | None) -> Sequence[Step]:
    """The steps that a recording would have if it ended now; not stored."""
    actions = reduction.reduce(events, clock)
    return [Step(number=number, **asdict(action)) for number, action in enumerate(actions, start=1)]


def runs(db: Session, submission_id: int) -> Sequence[AnalysisRun]:
    """How each analysis of a submission ended, by name."""
    mine = sa.select(AnalysisRun).where(AnalysisRun.submission_id == submission_id)
    return db.scalars(mine.order_by(AnalysisRun.name)).all()


def transcript(db: Session, submission_id: int) -> Transcript | None:
    """The narration as text, if a speech model has read it."""
    return db.get(Transcript, submission_id)
