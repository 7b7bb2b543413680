"""One check run flags two accounts that hand in the same recording, whoever is checked last."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.capture import events
from codesight.capture.models import UploadKind
from codesight.checks.linking.models import Link, LinkKind
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.lifecycle import AssignmentState
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Worker
from jobs import pipeline
from tests.capture.support import row
from tests.checks.test_linking import copied, shopping
from tests.jobs.conftest import Installation
from tests.jobs.test_submissions import screen
from tests.support.people import claim, make_worker


def of_another(db: Session, installation: Installation) -> RecordingSession:
    """A running session of another account in the same wave."""
    wave = db.get_one(Worker, installation.people.worker_id).wave
    other = make_worker(db, wave, email="second@example.org")
    made = recordings.open_session(db, claim(db, other).assignments[0], now=now())
    recordings.begin(db, made, video_started_ms=now().timestamp() * 1000, now=now())
    return made


@pytest.mark.parametrize("first", [True, False], ids=["the copy is checked last", "the copy is checked first"])
def test_the_same_file_and_nearly_the_same_clicks_are_flagged_within_one_check_run(
    installation: Installation, first: bool
) -> None:
    stream = shopping(5)
    with transaction(installation.parts.engine) as db:
        sessions = [installation.session(db), of_another(db, installation)]
        for session, mine in zip(sessions, (stream, copied(stream, 2, clock=4e6, lost=0.05, jitter=35)), strict=True):
            events.store(db, [row(session.id, one) for one in mine])
    for session in sessions:
        installation.uploaded(session, UploadKind.SCREEN, screen())
    handed_in = [installation.submitted(session.id) for session in sessions]
    for submission_id in handed_in if first else reversed(handed_in):
        pipeline.submitted(installation.parts.settings.redis_url, submission_id)
        installation.run_jobs()
    with reading(installation.parts.engine) as db:
        links = db.scalars(sa.select(Link).order_by(Link.kind)).all()
        assert [link.kind for link in links] == [LinkKind.EVENTS, LinkKind.FILE]
        assert {link.submission_id for link in links} == {handed_in[1] if first else handed_in[0]}
        assert now() - links[0].found_at < timedelta(minutes=5)
    assert {installation.state(one) for one in handed_in} == {AssignmentState.IN_REVIEW}
