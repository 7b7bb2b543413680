"""The owner's figures."""

import json
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.analysis.models import Step
from codesight.assignments.models import Assignment
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.clock import iso
from codesight.db import Base, transaction
from codesight.gigs.models import Wave
from codesight.payouts.actions import make_batch
from codesight.recordings.models import Submission
from codesight.reports.queries import Overview, counts, overview, recent
from codesight.workers.models import Channel, Worker
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, World, claim, hand_in, make_worker, make_world, submit_for_review


def a_busy_day(db: Session) -> World:
    """Accepted, rejected, waiting and stuck work, with a video and steps."""
    people = make_world(db)
    reviewer = db.get_one(Account, people.reviewer_id)
    first, second, third, fourth, fifth = claim(db, db.get_one(Worker, people.worker_id)).assignments
    rate_and_post(db, submit_for_review(db, first), 5, reviewer, now=NOW + timedelta(days=1))
    rate_and_post(db, submit_for_review(db, second), 3, reviewer, now=NOW + timedelta(days=3))
    rate_and_post(db, submit_for_review(db, third), 1, reviewer, now=NOW)
    make_batch(db, Channel.PAYPAL, "USD", by=people.payer_id, now=NOW)
    waiting = submit_for_review(db, fourth)
    hand_in(db, fifth)
    _video(db, waiting, hours=2)
    for number, url in enumerate(
        ("https://www.shop.example/a", "https://shop.example/b?q=1", "https://other.example/"), start=1
    ):
        db.add(
            Step(
                submission_id=waiting.id, number=number, action_type="click", t_ms=1, target_selector="a",
                element_text="", value="", page_url=url, first_seq=number, last_seq=number,
            )
        )  # fmt: skip
    db.flush()
    return people


def test_the_targets_are_set_against_what_was_reached(engine: Engine) -> None:
    with transaction(engine) as db:
        a_busy_day(db)
        targets = {target.name: target for target in overview(db, now=NOW).targets}
    assert {name: (target.target, target.reached) for name, target in targets.items()} == {
        "Workers": (50, 2),
        "Sessions handed in": (1500, 5),
        "Accepted": (95, 100 * 2 / 3),
        "Average turnaround": (14, 2.0),
        "Spent": (200_000, 900),
        "Navigation steps": (15_000, 3),
        "Recorded": (300, 2.0),
        "Shopping patterns": (50, None),
        "Sites": (25, 2),
        "Diversity against one person": (3, None),
    }
    assert [name for name, target in targets.items() if target.met] == ["Average turnaround", "Spent"]


def test_an_empty_installation_measures_nothing_and_does_not_fail(engine: Engine) -> None:
    with transaction(engine) as db:
        empty = overview(db, now=NOW)
    reached = {target.name: target.reached for target in empty.targets}
    assert (reached["Accepted"], reached["Average turnaround"], reached["Workers"]) == (None, None, 0)
    assert empty.money.cost_per_accepted_cents is None
    assert (empty.waits.in_review, empty.waits.oldest_in_review, empty.waits.due) == (0, None, [])


def test_money_shows_each_wave_and_what_doing_it_oneself_would_cost(engine: Engine) -> None:
    with transaction(engine) as db:
        people = a_busy_day(db)
        money = overview(db, now=NOW).money
    mine, noise = money.waves
    assert (mine.wave_id, mine.spent_cents, mine.reserved_cents) == (people.wave_id, 900, 1000)
    assert mine.free_cents == mine.budget_cents - 1900
    assert (noise.spent_cents, noise.reserved_cents) == (0, 2500)
    assert money.cost_per_accepted_cents == 450
    # $100 an hour, 200 hours, 500 examples
    assert (money.own_total_cents, money.own_example_cents, money.saved_cents) == (
        2_000_000,
        4000,
        8000 - 900,
    )


def test_what_waits_is_named_with_what_is_stuck(engine: Engine) -> None:
    with transaction(engine) as db:
        a_busy_day(db)
        soon, later = (overview(db, now=NOW + timedelta(minutes=m)).waits for m in (14, 16))
    assert (soon.in_review, soon.oldest_in_review, soon.checking, soon.stuck) == (1, NOW, 1, 0)
    assert later.stuck == 1


def test_the_dashboard_asks_the_same_number_of_questions_however_much_there_is(engine: Engine) -> None:
    with transaction(engine) as db:
        people = a_busy_day(db)
        few = _questions(db)
        reviewer = db.get_one(Account, people.reviewer_id)
        for assignment in claim(db, make_worker(db, db.get_one(Wave, people.wave_id))).assignments:
            rate_and_post(db, submit_for_review(db, assignment), 5, reviewer)
        assert _questions(db) == few <= 14


def test_recent_lists_the_newest_first_and_is_ready_for_json(engine: Engine) -> None:
    with transaction(engine) as db:
        people = a_busy_day(db)
        newest = recent(db, limit=2)
        ids = db.scalars(sa.select(Submission.id).order_by(Submission.id.desc()).limit(2)).all()
    assert {kind: len(rows) for kind, rows in newest.items()} == {
        "sessions": 2, "submissions": 2, "reviews": 2, "payouts": 1,
    }  # fmt: skip
    assert [row["id"] for row in newest["submissions"]] == list(ids)
    read_back = json.loads(json.dumps(newest))
    assert read_back["payouts"][0] | {"id": 0} == {
        "id": 0, "worker_id": people.worker_id, "channel": "paypal", "cents": 900, "currency": "USD",
        "state": "approved", "created_at": iso(NOW + timedelta(days=1)),
    }  # fmt: skip


def test_counts_name_every_table(engine: Engine) -> None:
    with transaction(engine) as db:
        a_busy_day(db)
        rows = counts(db)
        assert rows.keys() == Base.metadata.tables.keys()
        assert (rows["worker"], rows["submission"], rows["review"], rows["step"]) == (2, 5, 3, 3)
        assert rows["assignment"] == len(db.scalars(sa.select(Assignment.id)).all())


def _video(db: Session, submission: Submission, hours: int) -> None:
    db.add(
        Upload(
            session_id=submission.session_id, kind=UploadKind.SCREEN, key="k", storage_upload_id="u",
            content_type="video/webm", state=UploadState.COMPLETE, size=1, created_at=NOW, completed_at=NOW,
            duration_ms=hours * 3_600_000,
        )
    )  # fmt: skip


def _questions(db: Session) -> int:
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(db.connection(), "before_cursor_execute", note)
    assert isinstance(overview(db, now=NOW), Overview)
    sa.event.remove(db.connection(), "before_cursor_execute", note)
    return len(asked)
