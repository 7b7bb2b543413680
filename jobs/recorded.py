"""A recording's files, made playable and looked at: what every recording goes through, whatever it was made for."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from codesight.adapters import media
from codesight.capture import events, uploads
from codesight.capture.models import UploadKind
from codesight.checks import speech_signal
from codesight.checks.base import SubmissionFacts
from codesight.checks.rules import event_facts
from codesight.db import reading, transaction
from codesight.errors import NotFound
from codesight.recordings.models import Recording
from jobs.queue import platform


@dataclass(frozen=True)
class Looked:
    """A file of the recording after it was looked at: where it lies here, and what it holds or what is wrong."""

    path: Path | None = None
    info: media.MediaInfo | None = None
    problem: str | None = None


def make_playable(session_id: int, kind: UploadKind, folder: Path) -> Looked:
    """Make a file that has a duration and can be sought, and store it beside the one that was recorded."""
    here = platform()
    with reading(here.engine) as db:
        upload = uploads.find(db, session_id, kind)
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


def _remember(upload_id: int, source: Path) -> None:
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    with transaction(platform().engine) as db:
        uploads.record_sha256(db, upload_id, digest)


def facts_of(
    session: Recording, screen: Looked, microphone: Looked, goal: str, minimum_seconds: float
) -> SubmissionFacts:
    """What the checks are given of a recording with this goal."""
    here = platform()
    voice = microphone if microphone.path or microphone.problem else screen
    with reading(here.engine) as db:
        happened = event_facts(session, events.read(db, session.id))
    facts = SubmissionFacts(
        goal=goal,
        events=happened,
        minimum_seconds=minimum_seconds,
        video=screen.info,
        video_problem=screen.problem,
    )
    try:
        if voice.path is None:
            return replace(facts, audio_problem=voice.problem)
        return replace(facts, audio=speech_signal.summarise(media.audio_chunks(voice.path)))
    except media.MediaError as problem:
        return replace(facts, audio_problem=problem.code)
