"""The quiz: begin, answer, and read why."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed
from blueprints.pages.onboarding import bp
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Conflict, Invalid
from codesight.workers.onboarding import quiz
from codesight.workers.queries import worker


@bp.get("/quiz")
@needs(Role.WORKER)
def quiz_page() -> ResponseReturnValue:
    """The open attempt, or how it stands and a button that begins one."""
    with reading() as db:
        version = worker(db, viewer().id).gig.quiz_version
        attempts = quiz.attempts(db, viewer().id, version)
    if attempts and attempts[-1].handed_in_at is None:
        return render_template("onboarding/quiz.html", attempt=attempts[-1], questions=quiz.shown(attempts[-1]))
    until = quiz.next_try(attempts, quiz.QUIZZES[version]) if attempts else None
    return render_template(
        "onboarding/quiz_start.html",
        quiz=quiz.QUIZZES[version],
        last=attempts[-1] if attempts else None,
        passed=any(attempt.passed for attempt in attempts),
        until=until if until and until > now() else None,
    )


@bp.post("/quiz/start")
@needs(Role.WORKER)
def quiz_start() -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    ensure_pressed()
    try:
        with transaction() as db:
            quiz.start(db, viewer().id, worker(db, viewer().id).gig.quiz_version, now=now())
    except Conflict as problem:
        flash(problem.message, "error")
    return redirect(url_for(".quiz_page"))


@bp.post("/quiz/<int:attempt_id>")
@needs(Role.WORKER)
def quiz_hand_in(attempt_id: int) -> ResponseReturnValue:
    """Count the answers, once however often they are sent."""
    ensure_pressed()
    with reading() as db:
        attempt = quiz.own_attempt(db, viewer().id, attempt_id)
    answers = {q.id: given for q, _ in quiz.shown(attempt) if (given := request.form.get(q.id, type=int)) is not None}
    try:
        with transaction() as db:
            quiz.hand_in(db, quiz.own_attempt(db, viewer().id, attempt_id), answers, now=now())
    except Invalid as problem:
        return render_template(
            "onboarding/quiz.html",
            attempt=attempt,
            questions=quiz.shown(attempt),
            answers=answers,
            wrong=problem.details["fields"],
        ), 422
    return redirect(url_for(".quiz_result", attempt_id=attempt_id))


@bp.get("/quiz/<int:attempt_id>")
@needs(Role.WORKER)
def quiz_result(attempt_id: int) -> ResponseReturnValue:
    """What was right, and for each wrong answer why."""
    with reading() as db:
        attempt = quiz.own_attempt(db, viewer().id, attempt_id)
        attempts = quiz.attempts(db, viewer().id, attempt.version)
    if attempt.handed_in_at is None:
        return redirect(url_for(".quiz_page"))
    until = quiz.next_try(attempts, quiz.QUIZZES[attempt.version])
    return render_template(
        "onboarding/quiz_result.html",
        attempt=attempt,
        quiz=quiz.QUIZZES[attempt.version],
        wrong=quiz.wrong(attempt),
        until=until if until and until > now() else None,
        passed=any(one.passed for one in attempts),
    )
