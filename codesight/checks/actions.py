"""Running the checks and keeping what they found; and what became of training recordings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from codesight.checks import CHECKS
from codesight.checks.base import CheckResult, Finding, Outcome, SubmissionFacts
from codesight.checks.models import CheckRun, TrainingAttempt
from codesight.checks.training import TASK, Judged
from codesight.recordings.models import TrainingSession

log = structlog.get_logger()


def run(facts: SubmissionFacts) -> dict[str, CheckResult]:
    """The answer of every check, by its name. One that fails says so and does not stop the others."""
    return {check.NAME: _answer(check.NAME, check.check, facts) for check in CHECKS}


def save(db: Session, submission_id: int, results: Mapping[str, CheckResult], *, now: datetime) -> None:
    """Keep the answers; a second run replaces the first."""
    db.execute(sa.delete(CheckRun).where(CheckRun.submission_id == submission_id))
    for name, result in results.items():
        findings = [{"code": f.code, "message": f.message, "details": dict(f.details)} for f in result.findings]
        db.add(
            CheckRun(
                submission_id=submission_id,
                name=name,
                outcome=Outcome(result.outcome),
                findings=findings,
                figures=dict(result.figures),
                at=now,
            )
        )
    db.flush()


def training_handed_in(db: Session, session: TrainingSession, *, now: datetime) -> None:
    """Write down that a training recording waits to be judged; a job takes it up."""
    db.add(TrainingAttempt(session_id=session.id, task=TASK.version, handed_in_at=now))
    db.flush()


def claim_training(db: Session, session_id: int, *, now: datetime) -> bool:
    """True for exactly one caller, as long as it is not judged."""
    mine = sa.update(TrainingAttempt).where(
        TrainingAttempt.session_id == session_id,
        TrainingAttempt.claimed_at.is_(None),
        TrainingAttempt.judged_at.is_(None),
    )
    claimed = mine.values(claimed_at=now).returning(TrainingAttempt.session_id)
    return db.scalar(claimed.execution_options(synchronize_session=False)) is not None


def let_go_of_training(db: Session, *, before: datetime) -> None:
    """Training recordings whose job was killed with them in hand can be claimed again."""
    stuck = sa.update(TrainingAttempt).where(TrainingAttempt.judged_at.is_(None), TrainingAttempt.claimed_at < before)
    db.execute(stuck.values(claimed_at=None))


def judged(db: Session, session_id: int, results: Sequence[Judged], *, now: datetime) -> bool:
    """Keep what a training recording came to. Returns whether it passed."""
    attempt = db.get_one(TrainingAttempt, session_id)
    passed = all(result.ok for result in results)
    attempt.judged_at, attempt.passed, attempt.results = now, passed, [asdict(result) for result in results]
    db.flush()
    return passed


def _answer(name: str, check: Callable[[SubmissionFacts], CheckResult], facts: SubmissionFacts) -> CheckResult:
    try:
        return check(facts)
    except Exception:
        log.exception("check_failed", check=name)
        words = "This check could not be made. A reviewer looks at it instead; you need not do anything."
        return CheckResult(Outcome.UNKNOWN, (Finding("check_failed", words),))
