"""From a submission to the review queue: playable files, checks, analysis. Nothing that fails here stops the rest."""

from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from codesight.analysis import actions as analysis
from codesight.analysis.base import RecordingFacts
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment
from codesight.assignments.rules import site_of
from codesight.capture import events
from codesight.capture.models import UploadKind
from codesight.checks import actions as checks
from codesight.checks.linking import actions as links
from codesight.checks.linking.queries import look as look_for_links
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.errors import Conflict
from codesight.lifecycle import AssignmentState, move
from codesight.recordings import queries as recordings
from jobs.queue import job, platform
from jobs.recorded import Looked, facts_of, make_playable

log = structlog.get_logger()

WAITING = (AssignmentState.SUBMITTED, AssignmentState.LATE)
"""States in which a submission waits for this job; what came when its slot was taken waits for the owner first."""


@job
def prepare(submission_id: int) -> None:
    """Check and read a submission, then put it into the review queue. Only one of several calls does the work."""
    if not _claim(submission_id):
        return
    with TemporaryDirectory(prefix="submission") as name:
        folder = Path(name)
        session_id = _session_of(submission_id)
        screen = make_playable(session_id, UploadKind.SCREEN, folder)
        microphone = make_playable(session_id, UploadKind.MICROPHONE, folder)
        _check(submission_id, screen, microphone)
        _look_for_links(submission_id)
        _analyse(submission_id, microphone)
    with transaction(platform().engine) as db:
        assignment = recordings.submission(db, submission_id).assignment
        move(db, assignment, AssignmentState.IN_REVIEW, now=now(), reason="checked")


def _claim(submission_id: int) -> bool:
    with transaction(platform().engine) as db:
        assignment: Assignment = recordings.submission(db, submission_id).assignment
        try:
            move(db, assignment, AssignmentState.CHECKING, now=now(), reason="claimed by a worker process")
        except Conflict:
            return False
    return True


def _session_of(submission_id: int) -> int:
    with reading(platform().engine) as db:
        return recordings.submission(db, submission_id).session_id


def _check(submission_id: int, screen: Looked, microphone: Looked) -> None:
    here = platform()
    with reading(here.engine) as db:
        submission = recordings.submission(db, submission_id)
        session, goal = submission.session, submission.assignment.scenario.goal
    results = checks.run(facts_of(session, screen, microphone, goal, here.settings.minimum_video_seconds))
    with transaction(here.engine) as db:
        checks.save(db, submission_id, results, now=now())


def _look_for_links(submission_id: int) -> None:
    engine = platform().engine
    try:
        with reading(engine) as db:
            happened = events.read(db, recordings.submission(db, submission_id).session_id)
        with transaction(engine) as db:
            links.leave_trace(db, submission_id, happened)
        with reading(engine) as db:
            found = look_for_links(db, recordings.submission(db, submission_id))
        with transaction(engine) as db:
            links.keep(db, submission_id, found, now=now())
    except Exception:
        log.exception("linking_failed", submission=submission_id)


def _analyse(submission_id: int, microphone: Looked) -> None:
    here = platform()
    with reading(here.engine) as db:
        submission = recordings.submission(db, submission_id)
        session = submission.session
        happened = events.read(db, session.id)
    facts = RecordingFacts(
        events=happened,
        clock=session.video_clock,
        microphone=microphone.path,
        speech=here.speech,
    )
    results = analysis.run(facts)
    with transaction(here.engine) as db:
        analysis.save(db, submission_id, results, now=now())
        sites = {site for event in happened if (site := site_of(event.url))}
        assignments.note_sites(db, submission.assignment.scenario_id, sites)
