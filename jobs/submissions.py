"""From a submission to the review queue: playable files, checks, analysis. Nothing that fails here stops the rest."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from codesight.adapters import media
from codesight.analysis import actions as analysis
from codesight.analysis.base import RecordingFacts
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment
from codesight.assignments.rules import site_of
from codesight.capture import events, uploads
from codesight.capture.models import UploadKind
from codesight.checks import actions as checks
from codesight.checks import speech_signal
from codesight.checks.base import SubmissionFacts
from codesight.checks.linking import actions as links
from codesight.checks.linking.queries import look as look_for_links
from codesight.checks.rules import event_facts
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.errors import Conflict, NotFound
from codesight.lifecycle import AssignmentState, move
from codesight.recordings import queries as recordings
from jobs.queue import job, platform

log = structlog.get_logger()

WAITING = (AssignmentState.SUBMITTED, AssignmentState.LATE)
"""States in which a submission waits for this job; what came when its slot was taken waits for the owner first."""


@dataclass(frozen=True)
class Looked:
    """A file of the recording after it was looked at: where it lies here, and what it holds or what is wrong."""

    path: Path | None = None
    info: media.MediaInfo | None = None
    problem: str | None = None


@job
def prepare(submission_id: int) -> None:
    """Check and read a submission, then put it into the review queue. Only one of several calls does the work."""
    if not _claim(submission_id):
        return
    with TemporaryDirectory(prefix="submission") as name:
        folder = Path(name)
        screen = _make_playable(submission_id, UploadKind.SCREEN, folder)
        microphone = _make_playable(submission_id, UploadKind.MICROPHONE, folder)
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


def _make_playable(submission_id: int, kind: UploadKind, folder: Path) -> Looked:
    here = platform()
    with reading(here.engine) as db:
        upload = uploads.find(db, recordings.submission(db, submission_id).session_id, kind)
    if upload is None or upload.completed_at is None:
        return Looked()
    source, playable = folder / f"{kind}.recorded", folder / f"{kind}.webm"
    try:
        here.storage.fetch(upload.key, source)
        _remember(upload.id, source)
        info = media.remux(source, playable)
    except (media.MediaError, NotFound) as problem:
        with transaction(here.engine) as db:
            uploads.record_problem(db, upload.id, problem.code, problem.message)
        return Looked(problem=problem.code)
    key = upload.key.removesuffix(".webm") + ".playable.webm"
    here.storage.put(key, playable, "video/webm" if kind == UploadKind.SCREEN else "audio/webm")
    with transaction(here.engine) as db:
        uploads.record_playable(db, upload.id, key=key, duration_ms=round(info.duration_s * 1000))
        if info.problem is not None:
            uploads.record_problem(
                db, upload.id, info.problem.value, "The file is damaged; what could be saved of it is kept."
            )
    return Looked(playable, info)


def _check(submission_id: int, screen: Looked, microphone: Looked) -> None:
    here = platform()
    voice = microphone if microphone.path or microphone.problem else screen
    with reading(here.engine) as db:
        submission = recordings.submission(db, submission_id)
        session = submission.session
        happened = event_facts(session, events.read(db, session.id))
        scenario = submission.assignment.scenario
    facts = SubmissionFacts(
        goal=scenario.goal,
        events=happened,
        minimum_seconds=here.settings.minimum_video_seconds,
        video=screen.info,
        video_problem=screen.problem,
    )
    try:
        if voice.path is not None:
            facts = replace(facts, audio=speech_signal.summarise(media.audio_chunks(voice.path)))
        else:
            facts = replace(facts, audio_problem=voice.problem)
    except media.MediaError as problem:
        facts = replace(facts, audio_problem=problem.code)
    results = checks.run(facts)
    with transaction(here.engine) as db:
        checks.save(db, submission_id, results, now=now())


def _remember(upload_id: int, source: Path) -> None:
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    with transaction(platform().engine) as db:
        uploads.record_sha256(db, upload_id, digest)


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
        video_started_ms=session.video_started_ms,
        microphone=microphone.path,
        speech=here.speech,
    )
    results = analysis.run(facts)
    with transaction(here.engine) as db:
        analysis.save(db, submission_id, results, now=now())
        sites = {site for event in happened if (site := site_of(event.url))}
        assignments.note_sites(db, submission.assignment.scenario_id, sites)
