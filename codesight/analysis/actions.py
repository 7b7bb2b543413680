"""Running the analysers and keeping what they found."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from codesight.analysis import ANALYSERS, steps, transcript
from codesight.analysis.base import Analyser, RecordingFacts, Result
from codesight.analysis.models import AnalysisRun, AnalysisState, Step, Transcript

log = structlog.get_logger()

_NOTE_LENGTH = 300


def run(facts: RecordingFacts) -> dict[str, Result]:
    """The answer of every analyser, by its name. One that fails says so and does not stop the others."""
    return {analyser.NAME: _answer(analyser, facts) for analyser in ANALYSERS}


def save(db: Session, submission_id: int, results: Mapping[str, Result], *, now: datetime) -> None:
    """Store the results by analyser's name, in place of earlier ones.

    A run that came to nothing leaves an earlier result as it was: a transcript is not lost with the key that
    paid for it.
    """
    for name, result in results.items():
        run = db.get(AnalysisRun, (submission_id, name))
        if run is not None and run.state == AnalysisState.DONE != result.state:
            continue
        note = result.note[:_NOTE_LENGTH]
        db.merge(AnalysisRun(submission_id=submission_id, name=name, state=result.state, note=note, at=now))
        if name == steps.NAME:
            _replace_steps(db, submission_id, result)
        if name == transcript.NAME:
            _replace_transcript(db, submission_id, result)
    db.flush()


def _answer(analyser: Analyser, facts: RecordingFacts) -> Result:
    try:
        return analyser.run(facts)
    except Exception:
        log.exception("analysis_failed", analyser=analyser.NAME)
        return Result(AnalysisState.FAILED, "This analysis could not be made.")


def _replace_steps(db: Session, submission_id: int, result: Result) -> None:
    db.execute(sa.delete(Step).where(Step.submission_id == submission_id))
    rows = [
        {"submission_id": submission_id, "number": number, **asdict(action)}
        for number, action in enumerate(result.steps, start=1)
    ]
    if rows:
        db.execute(sa.insert(Step), rows)


def _replace_transcript(db: Session, submission_id: int, result: Result) -> None:
    db.execute(sa.delete(Transcript).where(Transcript.submission_id == submission_id))
    if result.transcript is not None:
        spoken = result.transcript
        db.execute(sa.insert(Transcript).values(submission_id=submission_id, text=spoken.text, model=spoken.model))
