"""From handed in to the review queue, in a real worker, with real files."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.adapters import media as player
from codesight.analysis import queries as analysis
from codesight.analysis.models import AnalysisState
from codesight.capture import events
from codesight.capture.models import UploadKind
from codesight.checks import actions as check_actions
from codesight.checks import queries as checks
from codesight.checks.base import Outcome, SubmissionFacts
from codesight.checks.models import CheckRun
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.lifecycle import AssignmentState, StateChange, move
from codesight.recordings.models import RecordingSession, Submission
from jobs import pipeline, submissions
from tests.capture.samples import event, pointer, target, text
from tests.capture.support import row
from tests.jobs.conftest import Installation
from tests.support import media

SCREEN, MICROPHONE = UploadKind.SCREEN, UploadKind.MICROPHONE


def screen() -> bytes:
    def make(path: Path) -> Path:
        return media.webm_like_mediarecorder(path, 8, size=(160, 90))

    return media.recordings().get("job-screen.webm", make).read_bytes()


def narration() -> bytes:
    def make(path: Path) -> Path:
        return media.webm_audio_only(path, media.speech(8))

    return media.recordings().get("job-narration.webm", make).read_bytes()


def shopped(db: Session, session: RecordingSession) -> None:
    """A search on a shop, as the extension sends it."""
    start = session.video_started_ms or 0.0
    field = target("#q", "input", name="Search")
    happened: list[dict[str, Any]] = [
        event(1, "navigation", cause="load", t_wall=start + 100),
        event(2, "click", target=field, pointer=pointer(), t_wall=start + 1500),
        event(3, "input", target=field, value=text("blue jeans size 32"), t_wall=start + 3000),
        event(4, "click", target=target("#go", text="Search"), pointer=pointer(), t_wall=start + 4500),
    ]
    events.store(db, [row(session.id, sample) for sample in happened])


def hand_in(here: Installation, files: dict[UploadKind, bytes], *, with_events: bool = True) -> int:
    """The id of a submission with these files."""
    with transaction(here.parts.engine) as db:
        session = here.session(db)
        if with_events:
            shopped(db, session)
    for kind, content in files.items():
        here.uploaded(session, kind, content)
    return here.submitted(session.id)


def findings(here: Installation, submission_id: int) -> dict[str, set[str]]:
    with reading(here.parts.engine) as db:
        return {run.name: {f["code"] for f in run.findings} for run in checks.runs(db, submission_id)}


def prepared(here: Installation, files: dict[UploadKind, bytes]) -> int:
    submission_id = hand_in(here, files)
    pipeline.submitted(here.parts.settings.redis_url, submission_id)
    here.run_jobs()
    assert here.state(submission_id) == AssignmentState.IN_REVIEW
    return submission_id


@media.needs_espeak
def test_a_submission_becomes_playable_checked_read_and_waits_for_review(
    installation: Installation, tmp_path: Path
) -> None:
    submission_id = prepared(installation, {SCREEN: screen(), MICROPHONE: narration()})
    for kind, endless in ((SCREEN, screen()), (MICROPHONE, narration())):
        upload = installation.upload(submission_id, kind)
        assert upload.problem_code is None
        assert upload.playable_key == upload.key.replace(".webm", ".playable.webm")
        assert upload.duration_ms == pytest.approx(8000, abs=200)
        installation.parts.storage.fetch(upload.playable_key, tmp_path / kind)
        assert player.probe(tmp_path / kind).seekable
        installation.parts.storage.fetch(upload.key, tmp_path / f"{kind}.raw")
        assert (tmp_path / f"{kind}.raw").read_bytes() == endless  # what was recorded stays as it was
    with reading(installation.parts.engine) as db:
        runs = checks.runs(db, submission_id)
        assert [run.name for run in runs] == ["video_length", "speech", "goal_attempt", "natural_behaviour"]
        assert {run.name: run.outcome for run in runs}["video_length"] == Outcome.PASS
        assert {run.name: run.outcome for run in runs}["speech"] == Outcome.PASS
        assert checks.title("speech") != "speech"
        assert checks.title("gone") == "gone"
        steps = analysis.steps(db, submission_id)
        assert [(s.number, s.action_type, s.target_selector, s.value) for s in steps[1:]] == [
            (2, "TYPE", "#q", "blue jeans size 32"), (3, "CLICK", "#go", ""),
        ]  # fmt: skip
        assert [s.t_ms for s in steps] == sorted(s.t_ms for s in steps)
        assert (steps[0].t_ms, steps[-1].t_ms) == (100, 4500)
        states = {run.name: run.state for run in analysis.runs(db, submission_id)}
        assert states == {"steps": AnalysisState.DONE, "transcript": AnalysisState.NOT_CONFIGURED}


# Upload of zero bytes, of text called .webm, of a truncated WebM: kept, and the submission says what is wrong.
@pytest.mark.parametrize(
    ("content", "problem", "finding"),
    [
        (b"", "empty_file", "video_empty"),
        (b"This is no video at all. " * 40, "not_media", "video_unreadable"),
        (None, "truncated", "video_truncated"),
    ],
    ids=["zero bytes", "text", "truncated"],
)
def test_a_bad_file_is_kept_and_the_submission_says_what_is_wrong(
    installation: Installation, tmp_path: Path, content: bytes | None, problem: str, finding: str
) -> None:
    content = screen()[: len(screen()) * 3 // 4] if content is None else content
    submission_id = prepared(installation, {SCREEN: content})
    upload = installation.upload(submission_id)
    assert (upload.problem_code, upload.size) == (problem, len(content))
    assert upload.problem
    assert (upload.playable_key is not None) == (problem == "truncated")
    assert finding in findings(installation, submission_id)["video_length"]
    installation.parts.storage.fetch(upload.key, tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == content


def test_without_any_file_the_checks_say_so_and_a_person_decides(installation: Installation) -> None:
    found = findings(installation, prepared(installation, {}))
    assert found["video_length"] == {"video_missing"}
    assert found["speech"] == {"speech_missing"}


def test_a_bad_microphone_does_not_spoil_the_screen(installation: Installation) -> None:
    submission_id = prepared(installation, {SCREEN: screen(), MICROPHONE: b""})
    assert installation.upload(submission_id).playable_key
    assert installation.upload(submission_id, MICROPHONE).problem_code == "empty_file"
    assert findings(installation, submission_id)["speech"] == {"speech_empty"}


def test_a_microphone_file_without_sound_is_said_so(installation: Installation, tmp_path: Path) -> None:
    whole, silent = tmp_path / "whole.webm", tmp_path / "picture.webm"
    whole.write_bytes(screen())
    with av.open(str(whole)) as source, av.open(str(silent), "w") as out:
        copy = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copy
                out.mux(packet)
    found = findings(installation, prepared(installation, {SCREEN: screen(), MICROPHONE: silent.read_bytes()}))
    assert found["speech"] == {"speech_missing"}


def test_a_file_that_the_storage_has_lost_does_not_hold_the_submission_up(installation: Installation) -> None:
    submission_id = hand_in(installation, {SCREEN: screen()})
    installation.parts.storage.delete(installation.upload(submission_id).key)
    submissions.prepare(submission_id)
    assert installation.state(submission_id) == AssignmentState.IN_REVIEW
    assert installation.upload(submission_id).problem_code == "file_missing"
    assert findings(installation, submission_id)["video_length"] == {"video_unreadable"}


def test_an_upload_that_was_never_finished_counts_as_missing(installation: Installation) -> None:
    submission_id = hand_in(installation, {SCREEN: screen()})
    with transaction(installation.parts.engine) as db:
        table = sa.table("upload", *(sa.column(name) for name in ("state", "completed_at", "size")))
        db.execute(sa.update(table).values(state="open", completed_at=None, size=None))
    submissions.prepare(submission_id)
    assert findings(installation, submission_id)["video_length"] == {"video_missing"}


def moves(here: Installation, submission_id: int) -> list[str]:
    with reading(here.parts.engine) as db:
        assignment_id = db.get_one(Submission, submission_id).assignment_id
        mine = sa.select(StateChange.after).where(
            StateChange.table == "assignment", StateChange.row_id == assignment_id
        )
        return list(db.scalars(mine.order_by(StateChange.id)))


def test_two_messages_for_one_submission_do_its_work_once(installation: Installation) -> None:
    submission_id = hand_in(installation, {})
    for _ in range(2):
        pipeline.submitted(installation.parts.settings.redis_url, submission_id)
    assert installation.waiting("submissions") == 2
    installation.run_jobs()
    assert installation.waiting("submissions") == 0
    assert moves(installation, submission_id) == ["active", "submitted", "checking", "in_review"]


def test_two_workers_at_the_same_moment_do_its_work_once(installation: Installation) -> None:
    submission_id = hand_in(installation, {})
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(submissions.prepare, [submission_id] * 4))
    assert moves(installation, submission_id) == ["active", "submitted", "checking", "in_review"]


def test_what_does_not_wait_for_checks_is_left_alone(installation: Installation) -> None:
    submission_id = hand_in(installation, {})
    submissions.prepare(submission_id)
    with transaction(installation.parts.engine) as db:
        move(db, db.get_one(Submission, submission_id).assignment, AssignmentState.REJECTED, now=now())
    submissions.prepare(submission_id)
    assert installation.state(submission_id) == AssignmentState.REJECTED


def test_a_second_run_of_the_checks_replaces_the_first(installation: Installation) -> None:
    submission_id = hand_in(installation, {})
    submissions.prepare(submission_id)
    with transaction(installation.parts.engine) as db:
        runs = checks.runs(db, submission_id)
        check_actions.save(db, submission_id, {}, now=now())
        assert len(runs) == 4
        assert db.scalars(sa.select(CheckRun)).all() == []


def test_a_check_that_breaks_is_left_to_a_person_and_stops_no_other() -> None:
    unreadable: Any = [object()]
    results = check_actions.run(SubmissionFacts(goal="blue jeans", events=unreadable))
    assert results["goal_attempt"].outcome == Outcome.UNKNOWN
    assert [finding.code for finding in results["goal_attempt"].findings] == ["check_failed"]
    assert [finding.code for finding in results["speech"].findings] == ["speech_missing"]
