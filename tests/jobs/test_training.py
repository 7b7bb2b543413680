"""A practice recording: judged by the job, once, and seen by nothing that counts, reviews, pays or exports."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.capture import events, uploads
from codesight.capture.models import UploadKind
from codesight.checks import actions as checks
from codesight.checks import queries as attempts
from codesight.checks.models import TrainingAttempt
from codesight.clock import now
from codesight.db import Base, reading, transaction
from codesight.errors import NotFound
from codesight.exports.queries import exportable
from codesight.outbox import Notice
from codesight.recordings import actions as recordings
from codesight.recordings import queries
from codesight.recordings.models import RecordingSession, Submission, TrainingSession
from codesight.reports import books
from codesight.reports.queries import overview, recent
from codesight.reviews import queries as reviews
from codesight.workers.onboarding.models import TrainingPass
from jobs import pipeline, sweep
from tests.capture.samples import event, target
from tests.capture.support import row
from tests.checks.test_training import GOOD
from tests.jobs.conftest import Installation
from tests.jobs.test_submissions import narration, screen
from tests.support import media

COUNTED: Sequence[type[Base]] = (RecordingSession, Submission, Notice)


def practised(here: Installation, steps: Sequence[tuple[str, str]]) -> int:
    """The session of a practice recording in which these things were clicked, handed in without ringing."""
    with transaction(here.parts.engine) as db:
        db.execute(sa.delete(TrainingPass))
        session = recordings.open_training(db, here.people.worker_id, now=now())
        recordings.begin(db, session, video_started_ms=now().timestamp() * 1000 - 1000, now=now())
        start = session.video_started_ms or 0.0
        happened: list[dict[str, Any]] = [
            event(seq, url=url, target=target("#it", text=text), t_wall=start + seq * 500)
            for seq, (url, text) in enumerate(steps, 1)
        ]
        events.store(db, [row(session.id, sample) for sample in happened])
    for kind, content in ((UploadKind.SCREEN, screen()), (UploadKind.MICROPHONE, narration())):
        here.uploaded(session, kind, content)
    with transaction(here.parts.engine) as db:
        mine = db.get_one(TrainingSession, session.id)
        recordings.end(db, mine, now=now())
        recordings.hand_in_training(db, mine, now=now())
        checks.training_handed_in(db, mine, now=now())
    return session.id


def figures(here: Installation) -> dict[str, object]:
    """All that people who review, pay, count and export look at."""
    with reading(here.parts.engine) as db:
        everybody = db.scalars(sa.select(Account)).all()
        return {
            "owner": overview(db, now=now()),
            "recent": recent(db),
            "states": queries.state_counts(db),
            "work": [s.id for s in queries.in_states(db, None)],
            "sessions": [[s.id for s in queries.sessions_for(db, who)] for who in everybody],
            "queue": reviews.waiting_count(db, db.get_one(Account, here.people.reviewer_id)),
            "export": list(exportable(db)),
            "rows": {table.__tablename__: db.query(table).count() for table in COUNTED},
        }


def passed(db: Session, here: Installation) -> bool:
    return db.get(TrainingPass, here.people.worker_id) is not None


@media.needs_espeak
def test_good_practice_passes_can_be_watched_and_is_seen_by_nobody_else(installation: Installation) -> None:
    before = figures(installation)
    session_id = practised(installation, GOOD)
    pipeline.training_handed_in(installation.parts.settings.redis_url, session_id)
    installation.run_jobs()
    with reading(installation.parts.engine) as db:
        attempt = attempts.training_attempt(db, session_id)
        assert attempt.passed, [r for r in attempt.results if not r["ok"]]
        assert passed(db, installation)
        video = uploads.find(db, session_id, UploadKind.SCREEN)
        assert video is not None
        assert video.playable_key is not None
        assert books.check(db) == []
        for stranger in (installation.people.other_worker_id, installation.people.owner_id):
            with pytest.raises(NotFound):
                queries.own_recording(db, attempt.session.public_id, stranger)
            with pytest.raises(NotFound):
                queries.session_for(db, attempt.session.public_id, db.get_one(Account, stranger))
    assert figures(installation) == before


@media.needs_espeak
def test_practice_that_misses_something_fails_with_reasons_and_can_be_repeated(installation: Installation) -> None:
    session_id = practised(installation, GOOD[:-3])
    pipeline.training_handed_in(installation.parts.settings.redis_url, session_id)
    installation.run_jobs()
    with reading(installation.parts.engine) as db:
        attempt = attempts.training_attempt(db, session_id)
        assert attempt.passed is False
        assert [r["name"] for r in attempt.results if not r["ok"]] == ["events", "cart"]
        assert not passed(db, installation)
    again = practised(installation, GOOD)
    with reading(installation.parts.engine) as db:
        assert [a.session_id for a in attempts.training_attempts(db, installation.people.worker_id)] == [
            again,
            session_id,
        ]


@media.needs_espeak
def test_practice_whose_message_was_lost_or_whose_job_died_is_taken_up_by_the_sweep(installation: Installation) -> None:
    session_id = practised(installation, GOOD)
    with transaction(installation.parts.engine) as db:
        assert [checks.claim_training(db, session_id, now=now()) for _ in range(2)] == [True, False]
        attempt = db.get_one(TrainingAttempt, session_id)
        attempt.handed_in_at = attempt.claimed_at = now() - sweep.LET_GO_AFTER - timedelta(minutes=2)
    sweep.ring_for_training()
    assert installation.waiting("training") == 1
    installation.run_jobs()
    with reading(installation.parts.engine) as db:
        assert attempts.training_attempt(db, session_id).passed is True
    sweep.ring_for_training()
    assert installation.waiting("training") == 0


def test_the_books_complain_of_a_practice_recording_that_was_handed_in_as_work(installation: Installation) -> None:
    with transaction(installation.parts.engine) as db:
        training = recordings.open_training(db, installation.people.worker_id, now=now())
        assignment_id = db.scalars(sa.select(RecordingSession.assignment_id)).first()
        db.add(Submission(session_id=training.id, assignment_id=assignment_id, revision_no=9, submitted_at=now()))
    with reading(installation.parts.engine) as db:
        assert any("practice recording" in rule for rule in books.check(db))
    with pytest.raises(sa.exc.IntegrityError), transaction(installation.parts.engine) as db:
        db.execute(sa.text("UPDATE recording_session SET assignment_id = NULL WHERE kind = 'scenario'"))
