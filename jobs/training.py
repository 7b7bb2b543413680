"""Judging a training recording, at once: the worker waits for it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from codesight.capture.models import UploadKind
from codesight.checks import actions as checks
from codesight.checks import queries
from codesight.checks.training import TASK, judge
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.workers.onboarding import steps
from jobs.queue import job_ahead, platform
from jobs.recorded import facts_of, make_playable


@job_ahead
def look(session_id: int) -> None:
    """Judge a training recording; only one of several calls does the work."""
    here = platform()
    with transaction(here.engine) as db:
        if not checks.claim_training(db, session_id, now=now()):
            return
    with reading(here.engine) as db:
        session = queries.training_attempt(db, session_id).session
    # Where recordings may be shorter than the task asks for, practice may be too.
    minimum = min(TASK.minimum_seconds, here.settings.minimum_video_seconds)
    with TemporaryDirectory(prefix="training") as name:
        screen = make_playable(session_id, UploadKind.SCREEN, Path(name))
        microphone = make_playable(session_id, UploadKind.MICROPHONE, Path(name))
        facts = facts_of(session, screen, microphone, TASK.goal, minimum)
        results = judge(TASK, facts, checks.run(facts))
    with transaction(here.engine) as db:
        if checks.judged(db, session_id, results, now=now()):
            steps.training_passed(db, session.worker_id, TASK.version, now=now())
