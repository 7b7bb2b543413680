"""Running the checks and keeping what they found."""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from codesight.checks import CHECKS
from codesight.checks.base import CheckResult, Finding, Outcome, SubmissionFacts
from codesight.checks.models import CheckRun

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


def _answer(name: str, check: Callable[[SubmissionFacts], CheckResult], facts: SubmissionFacts) -> CheckResult:
    try:
        return check(facts)
    except Exception:
        log.exception("check_failed", check=name)
        words = "This check could not be made. A reviewer looks at it instead; you need not do anything."
        return CheckResult(Outcome.UNKNOWN, (Finding("check_failed", words),))
