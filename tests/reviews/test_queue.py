"""What a reviewer sees."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.accounts.models import Account, Role
from codesight.checks.models import CheckRun
from codesight.db import transaction
from codesight.recordings.models import Submission
from codesight.reviews.queries import next_in_queue, queue, stats, waiting_count
from codesight.workers.models import Worker
from tests.reviews.support import give
from tests.support.people import NOW, claim, hand_in, make_world, submit_for_review


def test_the_queue_shows_only_what_waits_for_review_and_the_oldest_first(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        reviewer = db.get_one(Account, people.reviewer_id)
        first, second, third, fourth, fifth = claim(db, db.get_one(Worker, people.worker_id)).assignments
        done, revised = submit_for_review(db, first), submit_for_review(db, second)
        give(db, done, 4, reviewer)
        give(db, revised, 2, reviewer)
        hand_in(db, third)
        new = submit_for_review(db, fourth)
        again = submit_for_review(db, second)
        old = submit_for_review(db, fifth)
        for submission, hours in ((new, 1), (again, 2), (old, 3)):
            db.execute(
                sa.update(Submission)
                .where(Submission.id == submission.id)
                .values(submitted_at=NOW - timedelta(hours=hours))
            )
        waiting = queue(db, reviewer, now=NOW)
        assert [(w.submission_id, w.revision_no) for w in waiting] == [
            (old.id, 1),
            (again.id, 2),
            (new.id, 1),
        ]
        assert waiting[0].age == timedelta(hours=3)
        assert (waiting[0].goal, waiting[0].tier.value) == (fifth.scenario.goal, "basic")
        assert waiting_count(db, reviewer) == 3
        oldest = next_in_queue(db, reviewer)
        assert oldest is not None and oldest.id == old.id
        after = next_in_queue(db, reviewer, skip=[old.id, again.id])
        assert after is not None and after.id == new.id


def test_findings_are_counted_for_each_submission_alone(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        first, second, *_ = claim(db, db.get_one(Worker, people.worker_id)).assignments
        flagged, clean = submit_for_review(db, first), submit_for_review(db, second)
        finding = {"code": "short", "message": "Too short.", "details": {}}
        for name, findings in (("length", [finding]), ("speech", [finding, finding]), ("goal", [])):
            db.add(CheckRun(submission_id=flagged.id, name=name, outcome="flag", findings=findings, at=NOW))
        db.flush()
        waiting = queue(db, db.get_one(Account, people.reviewer_id), now=NOW)
        assert {w.submission_id: w.findings for w in waiting} == {flagged.id: 3, clean.id: 0}


def test_reviewers_do_not_meet_their_own_recordings(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        submit_for_review(db, claim(db, db.get_one(Worker, people.worker_id)).assignments[0])
        both = db.get_one(Account, people.worker_id)
        both.role = Role.REVIEWER
        assert queue(db, both, now=NOW) == []
        assert next_in_queue(db, both) is None


def test_the_stats_are_the_reviewers_own(engine: Engine) -> None:
    with transaction(engine) as db:
        people = make_world(db)
        reviewer, owner = db.get_one(Account, people.reviewer_id), db.get_one(Account, people.owner_id)
        before = stats(db, reviewer, now=NOW)
        assert (before.today, before.total, before.median_seconds) == (0, 0, None)
        first, second, third, *_ = claim(db, db.get_one(Worker, people.worker_id)).assignments
        give(db, submit_for_review(db, first), 4, reviewer, now=NOW - timedelta(days=1))
        give(db, submit_for_review(db, second), 4, reviewer).seconds = 30
        give(db, submit_for_review(db, third), 4, owner)
        db.flush()
        mine = stats(db, reviewer, now=NOW)
        assert (mine.today, mine.total, mine.median_seconds, mine.agreement) == (1, 2, 60, None)
