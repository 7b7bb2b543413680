"""What can be exported, and what is said of what cannot."""

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from codesight.accounts.models import Account
from codesight.db import transaction
from codesight.errors import NotFound
from codesight.exports import EXPORTERS, queries
from codesight.exports import actions as exports
from codesight.workers.models import Worker
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, hand_in, make_world, submit_for_review


def test_what_is_not_there_or_not_reviewed_is_not_found(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        unreviewed = hand_in(db, claim(db, db.get_one(Worker, people.worker_id)).assignments[0])
        for look, code in (
            (lambda: queries.dataset(db, 7), "dataset_not_found"),
            (lambda: queries.demonstration(db, 999), "submission_not_found"),
            (lambda: queries.demonstration(db, unreviewed.id), "submission_not_found"),
        ):
            with pytest.raises(NotFound) as refusal:
                look()
            assert refusal.value.code == code


def test_a_demonstration_without_files_or_events_is_still_whole(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        submission = submit_for_review(db, claim(db, db.get_one(Worker, people.worker_id)).assignments[0])
        rate_and_post(db, submission, 3, db.get_one(Account, people.reviewer_id))
        found = queries.demonstration(db, submission.id)
        assert (found.video, found.audio, found.duration_ms) == (None, None, None)
        assert (list(found.steps), list(found.events), found.review.rating) == ([], [], 3)
        names = [name for exporter in EXPORTERS for name, _ in exporter.files(found)]
        assert names == ["training.json", "session.json", "events.jsonl", "metadata.json"]


def test_a_version_waits_until_it_is_built_or_has_failed(engine: Engine) -> None:
    with transaction(engine) as db:
        owner_id = make_world(db).owner_id
        first, second = (exports.request_dataset(db, by=owner_id, now=NOW) for _ in range(2))
        assert list(queries.unbuilt(db, before=NOW)) == [first.id, second.id]
        assert queries.unbuilt(db, before=NOW - timedelta(seconds=1)) == []
        exports.failed(first, "x" * 500)
        db.flush()
        assert (first.problem, list(queries.unbuilt(db, before=NOW))) == ("x" * 300, [second.id])
