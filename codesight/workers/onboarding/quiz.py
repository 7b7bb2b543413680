"""A short quiz: has somebody understood what narration, privacy and natural shopping mean here, and what is not paid?

The questions are files in `quizzes/`, one for each version. A version that people have taken is never changed: its
stored answers are numbers into it. Another wording is another version, and the owner chooses which one counts.
"""

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.clock import iso
from codesight.errors import Conflict, Invalid, NotFound
from codesight.workers.onboarding.models import QuizAttempt

FOLDER = Path(__file__).parent / "quizzes"


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question; `right` is the number of the right option, from 0 on."""

    id: str
    text: str
    options: list[str]
    right: int
    because: str
    """Read by who chose another one."""


class Quiz(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version."""

    pass_mark: int
    """So many right answers pass."""
    wait_minutes: int
    """From one failed attempt to the next one."""
    tries: int
    """After so many failed attempts in a row the wait is the long one."""
    long_wait_hours: int
    question: list[Question]


QUIZZES: dict[str, Quiz] = {
    path.stem: msgspec.toml.decode(path.read_bytes(), type=Quiz) for path in sorted(FOLDER.glob("*.toml"))
}
"""By version, oldest first."""


def shown(attempt: QuizAttempt) -> list[tuple[Question, list[tuple[int, str]]]]:
    """The questions with their numbered options, in the attempt's own order. Pure."""
    dice = random.Random(attempt.seed)
    questions = list(QUIZZES[attempt.version].question)
    dice.shuffle(questions)
    each = []
    for question in questions:
        options = list(enumerate(question.options))
        dice.shuffle(options)
        each.append((question, options))
    return each


def wrong(attempt: QuizAttempt) -> list[tuple[Question, str]]:
    """The questions that were answered wrongly, each with the answer that was given, in the attempt's order."""
    given = attempt.answers or {}
    return [(q, q.options[given[q.id]]) for q, _ in shown(attempt) if q.id in given and given[q.id] != q.right]


def next_try(failed: Sequence[QuizAttempt], quiz: Quiz) -> datetime | None:
    """When another attempt may begin after these failed ones, oldest first; None when there is nothing to wait for."""
    if not failed or failed[-1].handed_in_at is None:
        return None
    rest = len(failed) % quiz.tries == 0
    wait = timedelta(hours=quiz.long_wait_hours) if rest else timedelta(minutes=quiz.wait_minutes)
    return failed[-1].handed_in_at + wait


def start(db: Session, account_id: int, version: str, *, now: datetime) -> QuizAttempt:
    """Begin an attempt, or go on with the open one. Raises Conflict `quiz_passed`, `quiz_wait` with `until`."""
    mine = attempts(db, account_id, version)
    if mine and mine[-1].handed_in_at is None:
        return mine[-1]
    if any(attempt.passed for attempt in mine):
        raise Conflict("quiz_passed", "You have passed the quiz. There is nothing more to do here.")
    until = next_try(mine, QUIZZES[version])
    if until is not None and now < until:
        raise Conflict("quiz_wait", "Take a break first. Read what was wrong, and try again later.", until=iso(until))
    attempt = QuizAttempt(account_id=account_id, version=version, seed=secrets.randbelow(2**31), started_at=now)
    try:
        with db.begin_nested():
            db.add(attempt)
    except IntegrityError:  # another tab has begun at the same moment
        return attempts(db, account_id, version)[-1]
    return attempt


def hand_in(db: Session, attempt: QuizAttempt, answers: Mapping[str, int], *, now: datetime) -> QuizAttempt:
    """Count an attempt, once: of two tabs that hand in at the same moment the second gets what the first came to.

    Raises Invalid `quiz_unanswered` with the questions that have no answer.
    """
    quiz = QUIZZES[attempt.version]
    open_ones = {q.id: ["Choose an answer."] for q in quiz.question if not _chosen(q, answers.get(q.id))}
    if open_ones and attempt.handed_in_at is None:
        raise Invalid("quiz_unanswered", "Some questions have no answer yet.", fields=open_ones)
    score = sum(answers.get(q.id) == q.right for q in quiz.question)
    mine = sa.update(QuizAttempt).where(QuizAttempt.id == attempt.id, QuizAttempt.handed_in_at.is_(None))
    counted = mine.values(
        handed_in_at=now,
        answers={q.id: answers.get(q.id) for q in quiz.question},
        score=score,
        passed=score >= quiz.pass_mark,
    )
    db.execute(counted.execution_options(synchronize_session=False))
    db.refresh(attempt)
    return attempt


def attempts(db: Session, account_id: int, version: str) -> Sequence[QuizAttempt]:
    """A worker's attempts at a version, oldest first."""
    mine = sa.select(QuizAttempt).where(QuizAttempt.account_id == account_id, QuizAttempt.version == version)
    return db.scalars(mine.order_by(QuizAttempt.id)).all()


def own_attempt(db: Session, account_id: int, attempt_id: int) -> QuizAttempt:
    """Raises NotFound."""
    found = db.get(QuizAttempt, attempt_id)
    if found is None or found.account_id != account_id:
        raise NotFound("attempt_not_found", "There is no such attempt.")
    return found


def _chosen(question: Question, answer: int | None) -> bool:
    return answer is not None and 0 <= answer < len(question.options)
