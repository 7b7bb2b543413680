"""A version of the dataset, from the owner's wish to the ZIP in storage."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from codesight.accounts.models import Account
from codesight.assignments.models import Assignment
from codesight.capture.models import UploadKind
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.exports import actions as exports
from codesight.exports import queries
from codesight.exports.models import Dataset
from codesight.lifecycle import AssignmentState
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews.actions import rate
from codesight.reviews.rules import Answers
from codesight.workers.models import Worker
from jobs import datasets, pipeline, submissions
from tests.jobs.conftest import Installation
from tests.jobs.test_submissions import hand_in, screen, shopped
from tests.reviews.support import rate_and_post
from tests.support.people import claim, submit_for_review


def wanted(here: Installation) -> int:
    with transaction(here.parts.engine) as db:
        return exports.request_dataset(db, by=here.people.owner_id, now=now()).id


def built(here: Installation, tmp_path: Path) -> tuple[Dataset, zipfile.ZipFile]:
    dataset_id = wanted(here)
    pipeline.dataset_wanted(here.parts.settings.redis_url, dataset_id)
    here.run_jobs()
    with reading(here.parts.engine) as db:
        dataset = queries.dataset(db, dataset_id)
        assert queries.datasets(db)[0].id == dataset_id
    assert dataset.problem is None
    assert dataset.key is not None
    target = tmp_path / f"{dataset_id}.zip"
    here.parts.storage.fetch(dataset.key, target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == dataset.sha256
    assert target.stat().st_size == dataset.size
    return dataset, zipfile.ZipFile(target)


def accepted(here: Installation) -> str:
    """The public id of a session with a video and events that was rated with four stars."""
    submission_id = hand_in(here, {UploadKind.SCREEN: screen()})
    submissions.prepare(submission_id)
    with transaction(here.parts.engine) as db:
        submission = db.get_one(Submission, submission_id)
        rate_and_post(db, submission, 4, db.get_one(Account, here.people.reviewer_id))
        return submission.session.public_id


def test_the_zip_holds_each_demonstration_whole_with_right_checksums(
    installation: Installation, tmp_path: Path
) -> None:
    public_id = accepted(installation)
    dataset, archive = built(installation, tmp_path)
    folder = f"demonstrations/{public_id}/"
    assert {name.removeprefix(folder) for name in archive.namelist() if name.startswith(folder)} == {
        "training.json", "session.json", "events.jsonl", "metadata.json", "screen.webm",
    }  # fmt: skip
    assert (dataset.sessions, dataset.steps) == (1, 3)
    sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(archive.namelist()) - {"SHA256SUMS"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    about = json.loads(archive.read("dataset.json"))
    assert (about["version"], about["sessions"], about["steps"]) == (dataset.id, [public_id], 3)
    assert f"version {dataset.id}" in archive.read("README.md").decode()
    training = json.loads(archive.read(folder + "training.json"))
    assert (training["video_path"], training["audio_path"]) == ("screen.webm", None)
    assert [step["action_type"] for step in training["annotations"]][1:] == ["TYPE", "CLICK"]
    metadata = json.loads(archive.read(folder + "metadata.json"))
    assert (metadata["session_id"], metadata["rating"], metadata["events"]) == (public_id, 4, 4)
    assert metadata["duration_ms"] == pytest.approx(8000, abs=200)
    lines = archive.read(folder + "events.jsonl").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4]
    assert json.loads(archive.read(folder + "session.json"))["totalEvents"] == 4


def test_nothing_in_the_zip_says_who_made_it(installation: Installation, tmp_path: Path) -> None:
    accepted(installation)
    _, archive = built(installation, tmp_path)
    for name in archive.namelist():
        content = archive.read(name)
        assert b"worker@example.org" not in content
        assert b"A worker" not in content
        assert b'"worker_id"' not in content


def test_only_accepted_and_usable_work_gets_in(installation: Installation, tmp_path: Path) -> None:
    with transaction(installation.parts.engine) as db:
        reviewer = db.get_one(Account, installation.people.reviewer_id)
        package = claim(db, db.get_one(Worker, installation.people.worker_id))
        rated = {stars: submit_for_review(db, a) for stars, a in zip((5, 2, 1, 3, 4), package.assignments, strict=True)}
        for stars, submission in rated.items():
            if stars == 3:
                continue
            if stars == 4:  # well paid, but not for the dataset
                answers = Answers(plays=True, narrated=True, realistic=True, worth_pay=True)
                rate(
                    db, submission, by=reviewer, stars=4, usable=False, answers=answers, reason_code=None, note="",
                    seconds=60, now=now(), lease_hours=72,
                )  # fmt: skip
            else:
                rate_and_post(db, submission, stars, reviewer)
        best = rated[5].session.public_id
        assert queries.exportable(db) == [rated[5].id]
    _, archive = built(installation, tmp_path)
    assert json.loads(archive.read("dataset.json"))["sessions"] == [best]
    with transaction(installation.parts.engine) as db:  # a later verdict counts, not the first
        owner = db.get_one(Account, installation.people.owner_id)
        rate_and_post(db, db.get_one(Submission, rated[5].id), 1, owner, replaces=1)
        assert queries.exportable(db) == []
    dataset, archive = built(installation, tmp_path)
    assert (dataset.sessions, dataset.steps) == (0, 0)
    assert set(archive.namelist()) == {"dataset.json", "README.md", "SHA256SUMS"}


def test_a_version_is_built_once(installation: Installation, tmp_path: Path) -> None:
    first, _ = built(installation, tmp_path)
    accepted(installation)
    datasets.build(first.id)
    with reading(installation.parts.engine) as db:
        again = queries.dataset(db, first.id)
        assert (again.sha256, again.sessions) == (first.sha256, 0)


def test_a_file_that_the_storage_has_lost_is_the_versions_problem(installation: Installation) -> None:
    accepted(installation)
    with reading(installation.parts.engine) as db:
        (submission_id,) = queries.exportable(db)
    playable = installation.upload(submission_id).playable_key
    assert playable is not None
    installation.parts.storage.delete(playable)
    dataset_id = wanted(installation)
    datasets.build(dataset_id)
    with reading(installation.parts.engine) as db:
        dataset = queries.dataset(db, dataset_id)
        assert dataset.problem == "Could not be packed: There is no such file in the storage."
        assert (dataset.key, dataset.sha256) == (None, None)
        assert queries.unbuilt(db, before=now()) == []  # nobody tries it over and over


def test_a_storage_that_takes_nothing_is_the_versions_problem(installation: Installation) -> None:
    (installation.parts.settings.var / "files").mkdir(parents=True, exist_ok=True)
    (installation.parts.settings.var / "files" / "datasets").write_text("in the way")
    dataset_id = wanted(installation)
    pipeline.dataset_wanted(installation.parts.settings.redis_url, dataset_id)
    installation.run_jobs()
    with reading(installation.parts.engine) as db:
        assert (queries.dataset(db, dataset_id).problem or "").startswith("Could not be packed: ")


def test_work_under_way_is_not_touched_by_an_export(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        session = installation.session(db)
        shopped(db, session)
    datasets.build(wanted(installation))
    with reading(installation.parts.engine) as db:
        mine = db.get_one(RecordingSession, session.id)
        assert db.get_one(Assignment, mine.assignment_id).state == AssignmentState.ACTIVE
        assert len(db.scalars(sa.select(Dataset)).all()) == 1
