"""Feedback is said once for a recording, changed until it is answered, answered once, and averaged by week."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from codesight.accounts.models import Role
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.errors import Conflict, Invalid
from codesight.outbox import Notice
from codesight.recordings.models import Submission
from codesight.reviews.feedback import actions, queries
from codesight.reviews.feedback.models import Category, Feedback, Kind
from codesight.reviews.feedback.queries import Wanted
from codesight.reviews.feedback.rules import Answers, week_of
from tests.support.people import NOW, World, claim, hand_in, make_account, make_gig, make_worker

FINE = Answers(ease=5, goal_clear=2, pay_fair=1)


@pytest.fixture
def handed_in(engine: Engine, residents: World) -> tuple[World, int]:
    """Somebody's submission, beside other people's work; the worker's own account and the submission's id."""
    with transaction(engine) as db:
        worker = make_worker(db, make_gig(db))
        return residents, hand_in(db, claim(db, worker).assignments[0]).id


def say(engine: Engine, submission_id: int, answers: Answers, text: str = "") -> int:
    with transaction(engine) as db:
        return actions.say_about(db, db.get_one(Submission, submission_id), answers, text, now=now())


def test_what_is_said_twice_of_a_recording_is_changed_not_added(engine: Engine, handed_in: tuple[World, int]) -> None:
    _, submission = handed_in
    first = say(engine, submission, FINE, "The card 4242 4242 4242 4242 was asked for")
    assert say(engine, submission, Answers(ease=2), "Harder than I said") == first
    with reading(engine) as db:
        one = db.scalars(select(Feedback)).one()
        assert (one.ease, one.goal_clear, one.text, one.version) == (2, None, "Harder than I said", 2)
        assert (one.scenario_id, one.gig_id) == (one.submission.assignment.scenario_id, one.scenario.gig_id)
    with pytest.raises(Invalid):
        say(engine, submission, Answers(), "  ")


def test_two_browsers_that_send_at_once_make_one_entry(engine: Engine, handed_in: tuple[World, int]) -> None:
    _, submission = handed_in
    together, ids = Barrier(4), []

    def send(ease: int) -> None:
        together.wait()
        ids.append(say(engine, submission, Answers(ease=ease)))

    threads = [Thread(target=send, args=(ease,)) for ease in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4 and len(set(ids)) == 1


def test_an_answer_goes_out_once_and_to_what_was_read(engine: Engine, handed_in: tuple[World, int]) -> None:
    world, submission = handed_in
    entry = say(engine, submission, FINE, "The goal was odd")
    say(engine, submission, FINE, "The goal was odd, and the price too")

    def answer(text: str, version: int) -> None:
        with transaction(engine) as db:
            actions.answer(db, entry, text, version=version, by=world.owner_id, now=NOW)

    with pytest.raises(Conflict, match="changed while you wrote"):
        answer("Thank you", 1)
    answer("Thank you, we changed it", 2)
    with pytest.raises(Conflict, match="answered already"):
        answer("Once more", 2)
    with pytest.raises(Conflict, match="can no longer be changed"):
        say(engine, submission, FINE, "Something else")
    with reading(engine) as db:
        kept = db.get_one(Feedback, entry)
        assert (kept.text, kept.answer) == ("The goal was odd, and the price too", "Thank you, we changed it")
        told = db.scalars(select(Notice).where(Notice.key == f"feedback:{entry}")).one()
        assert (told.account_id, told.path) == (
            kept.account_id,
            f"/submissions/{kept.submission.session.public_id}#feedback",
        )


def test_the_trend_has_the_weeks_means_and_counts_of_what_was_asked_for(
    engine: Engine, handed_in: tuple[World, int]
) -> None:
    world, submission = handed_in
    say(engine, submission, FINE)
    with transaction(engine) as db:
        other = make_worker(db, make_gig(db))
        say_now = [hand_in(db, assignment) for assignment in claim(db, other).assignments[:2]]
        actions.say_about(db, say_now[0], Answers(ease=2), "", now=now())
        actions.say_about(db, say_now[1], Answers(ease=1, goal_clear=0), "", now=now() - timedelta(weeks=1))
        actions.say_of_product(db, world.reviewer_id, Category.IDEA, "A dark theme", now=now())
        gig = other.gig_id
    with reading(engine) as db:
        this, last = queries.trend(db, Wanted())
        assert (this.monday, last.monday) == (week_of(now()), week_of(now()) - timedelta(weeks=1))
        assert (this.entries, this.ease.count, this.ease.value) == (3, 2, 3.5)
        assert (this.goal_clear.value, this.pay_fair.count, last.goal_clear.value) == (2.0, 1, 0.0)
        assert last.pay_fair.value is None
        ours = queries.trend(db, Wanted(gig_id=gig))
        assert [(week.entries, week.ease.value) for week in ours] == [(1, 2.0), (1, 1.0)]
        assert [one.text for one in queries.entries(db, Wanted(kind=Kind.PRODUCT))] == ["A dark theme"]
        # Who only ticked does not wait for an answer.
        assert [one.text for one in queries.entries(db, Wanted(unanswered=True))] == ["A dark theme"]


def test_ten_thousand_entries_are_read_a_page_at_a_time_and_averaged_by_the_database(engine: Engine) -> None:
    with transaction(engine) as db:
        author = make_account(db, Role.REVIEWER)
        monday = week_of(NOW)
        rows = [
            {
                "account_id": author.id, "kind": Kind.PRODUCT, "category": Category.OTHER, "ease": 1 + n % 5,
                "text": f"entry {n}", "created_at": NOW, "week": monday - timedelta(weeks=n // 1000),
            }
            for n in range(10_000)
        ]  # fmt: skip
        db.execute(Feedback.__table__.insert(), rows)
    with reading(engine) as db:
        assert db.scalar(select(func.count()).select_from(Feedback)) == 10_000
        first = queries.entries(db, Wanted(unanswered=True), limit=25)
        behind = queries.entries(db, Wanted(unanswered=True), before=first[-1].id, limit=25)
        assert [one.text for one in (*first, *behind)] == [f"entry {n}" for n in range(9999, 9949, -1)]
        assert [(week.entries, week.ease.value) for week in queries.trend(db, Wanted())] == [(1000, 3.0)] * 10
