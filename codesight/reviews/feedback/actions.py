"""Saying something, changing it, and answering."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from codesight import outbox, policy
from codesight.errors import Conflict, NotFound
from codesight.recordings.models import Submission
from codesight.reviews.feedback.models import Category, Feedback, Kind
from codesight.reviews.feedback.rules import Answers, cleaned, ensure_answer, ensure_said, week_of
from codesight.workers.models import Worker


def say_about(db: Session, submission: Submission, answers: Answers, text: str, *, now: datetime) -> int:
    """What the worker says about a recording that they handed in; a second time, what they say instead.

    Returns its id. Raises Invalid when it says nothing, Conflict `already_answered` once the owner has answered.
    """
    ensure_said(kept := cleaned(text), answers)
    said = {"ease": answers.ease, "goal_clear": answers.goal_clear, "pay_fair": answers.pay_fair, "text": kept}
    insert = postgresql_insert if db.get_bind().dialect.name == "postgresql" else sqlite_insert
    first = insert(Feedback).values(
        account_id=submission.session.worker_id,
        kind=Kind.SCENARIO,
        submission_id=submission.id,
        scenario_id=submission.assignment.scenario_id,
        gig_id=submission.assignment.scenario.gig_id,
        answer="",
        version=1,
        created_at=now,
        week=week_of(now),
        **said,
    )
    # Of two browsers that send at the same moment the index makes one the change of the other.
    either = first.on_conflict_do_update(
        index_elements=[Feedback.submission_id],
        set_={**said, "version": Feedback.version + 1},
        where=Feedback.answered_at.is_(None),
    )
    written: int | None = db.scalar(either.returning(Feedback.id))
    if written is None:
        raise Conflict("already_answered", "Your feedback has been answered, so it can no longer be changed.")
    return written


def say_of_product(db: Session, account_id: int, category: Category, text: str, *, now: datetime) -> Feedback:
    """What somebody says about the product. Raises Invalid when it says nothing."""
    ensure_said(kept := cleaned(text), None)
    worker = db.get(Worker, account_id)
    feedback = Feedback(
        account_id=account_id,
        kind=Kind.PRODUCT,
        category=category,
        gig_id=worker.gig_id if worker is not None else None,
        text=kept,
        created_at=now,
        week=week_of(now),
    )
    db.add(feedback)
    db.flush()
    return feedback


def answer(db: Session, feedback_id: int, text: str, *, version: int, by: int, now: datetime) -> Feedback:
    """Answer what was read, which was this `version` of it; whoever said it is told.

    Raises NotFound, Invalid, and Conflict when it has been answered or changed in the meantime.
    """
    ensure_answer(kept := text.replace("\r\n", "\n").strip())
    open_one = sa.update(Feedback).where(
        Feedback.id == feedback_id, Feedback.version == version, Feedback.answered_at.is_(None)
    )
    values = {"answer": kept, "answered_at": now, "answered_by": by}
    answered: Feedback | None = db.scalar(open_one.values(values).returning(Feedback))
    if answered is None:
        found = db.get(Feedback, feedback_id)
        if found is None:
            raise NotFound("feedback_not_found", "There is no such feedback.")
        if found.answered_at is not None:
            raise Conflict("already_answered", "This has been answered already.")
        raise Conflict("changed_meanwhile", "It was changed while you wrote. Read it again; your answer was not sent.")
    key, text = f"{policy.Kind.FEEDBACK}:{answered.id}", "Your feedback was answered."
    outbox.tell(db, answered.account_id, key, text, _place_of(answered), now=now)
    return answered


def _place_of(feedback: Feedback) -> str:
    # The page on which whoever said it finds the answer.
    if feedback.submission is not None:
        return f"/submissions/{feedback.submission.session.public_id}#feedback"
    return f"/help/feedback#said-{feedback.id}"
