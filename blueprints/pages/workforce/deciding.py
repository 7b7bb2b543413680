"""The owner's decisions about one worker."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from blueprints.access import needs
from blueprints.forms import ensure_pressed, problems_of, show_refusal
from blueprints.pages.workforce import bp
from blueprints.pages.workforce.forms import LevelForm, ReasonForm, SuspendForm
from blueprints.web import Session, reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.checks.linking import actions as links
from codesight.checks.linking import queries as found_links
from codesight.clock import now
from codesight.errors import Problem
from codesight.gigs.models import Level, Narration
from codesight.workers import queries as workers
from codesight.workers.standing import actions as standing
from codesight.workers.standing import queries


@bp.post("/workers/<int:account_id>/level")
@needs(Role.OWNER)
def set_level(account_id: int) -> ResponseReturnValue:
    """Say which packages a worker may take from now on; the rule then leaves them alone."""
    form = LevelForm()

    def act(db: Session) -> str:
        worker = workers.worker(db, account_id)
        level, narration = Level(form.level.data), Narration(form.narration.data)
        changed = standing.set_level(db, worker, level, narration, by=viewer().id, now=now())
        return f"{worker.account.name} is {level} {'now, and is told' if changed else 'already'}."

    return _decide(account_id, form, act)


@bp.post("/workers/<int:account_id>/level/release")
@needs(Role.OWNER)
def release(account_id: int) -> ResponseReturnValue:
    """Let the rule decide again."""
    ensure_pressed()
    with transaction() as db:
        standing.release(db, workers.worker(db, account_id), by=viewer().id, now=now())
    flash("The rule decides again, from the next verdict on.")
    return _back(account_id)


@bp.post("/workers/<int:account_id>/suspend")
@needs(Role.OWNER)
def suspend(account_id: int) -> ResponseReturnValue:
    """Keep a worker from new work."""
    form = SuspendForm()

    def act(db: Session) -> str:
        worker = workers.worker(db, account_id)
        standing.suspend(
            db, worker, form.scope, tier=form.tier, reason=form.reason.data or "", until=form.end, by=viewer().id,
            now=now(),
        )  # fmt: skip
        return f"{worker.account.name} is suspended, and is told why. What was recorded and earned stays theirs."

    return _decide(account_id, form, act)


@bp.post("/suspensions/<int:suspension_id>/<any(lift, uphold):verb>")
@needs(Role.OWNER)
def end(suspension_id: int, verb: str) -> ResponseReturnValue:
    """End a suspension, or leave it as it is; an appeal that waits is answered by that."""
    form = ReasonForm()
    with reading() as db:
        worker_id = queries.suspension(db, suspension_id).worker_id

    def act(db: Session) -> str:
        found = queries.suspension(db, suspension_id)
        reason, moment = form.reason.data or "", now()
        if verb == "uphold" or (found.appealed_at is not None and found.answered_at is None):
            standing.answer(db, found, upheld=verb == "uphold", reason=reason, by=viewer().id, now=moment)
        else:
            standing.lift(db, found, reason=reason, by=viewer().id, now=moment)
        return "It stays; the worker is told." if verb == "uphold" else "It is lifted; the worker is told."

    return _decide(worker_id, form, act)


@bp.post("/workers/<int:account_id>/links/<int:link_id>/dismiss")
@needs(Role.OWNER)
def dismiss(account_id: int, link_id: int) -> ResponseReturnValue:
    """Say that a link between two accounts is nothing."""
    form = ReasonForm()

    def act(db: Session) -> str:
        link = found_links.link_of(db, link_id, account_id)
        links.dismiss(db, link, form.reason.data or "", by=viewer().id, now=now())
        return "Dismissed. It does not come back for the same evidence."

    return _decide(account_id, form, act)


def _decide(account_id: int, form: FlaskForm, act: Callable[[Session], str]) -> ResponseReturnValue:
    if not form.validate_on_submit():
        with reading() as db:
            workers.worker(db, account_id)
        flash(problems_of(form), "error")
        return _back(account_id)
    try:
        with transaction() as db:
            said = act(db)
        flash(said)
    except Problem as problem:
        show_refusal(problem)
    return _back(account_id)


def _back(account_id: int) -> ResponseReturnValue:
    return redirect(url_for("workforce.one", account_id=account_id))
