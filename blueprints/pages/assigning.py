"""The owner's decisions about who is given what: terms, pinned and gold scenarios, late work, second chances."""

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed, problems_of, show_refusal
from blueprints.pages.gigs.forms import TermsForm
from blueprints.web import LARGEST_ID, reading, settings, transaction, viewer
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments import queries
from codesight.clock import now
from codesight.db import after_commit
from codesight.errors import Problem
from codesight.gigs import queries as gigs
from codesight.recordings.queries import submissions_of
from jobs import pipeline

bp = Blueprint("assigning", __name__, url_prefix="/owner")

PAGE = 50
"""Rows of a table on one page."""


@bp.post("/gigs/<int:gig_id>/terms")
@needs(Role.OWNER)
def terms(gig_id: int) -> ResponseReturnValue:
    """How scenarios are given out from now on."""
    form = TermsForm()
    if form.validate_on_submit():
        wanted = assignments.Terms(
            start_hours=form.start_hours.data or 0,
            times_per_worker=form.times_per_worker.data or 0,
            gold_percent=form.gold_percent.data or 0,
            fee_bp=int((form.fee_percent.data or Decimal(0)) * 100),
        )
        with transaction() as db:
            assignments.set_terms(db, gigs.gig(db, gig_id), wanted, by=viewer().id, now=now())
        flash("From the next claim on scenarios are given out like this. Packages that are claimed keep their terms.")
    else:
        flash(problems_of(form), "error")
    return redirect(url_for("gigs.scenarios", gig_id=gig_id))


@bp.post("/scenarios/<int:scenario_id>/<any(pin, unpin, gold, plain):verb>")
@needs(Role.OWNER)
def steer(scenario_id: int, verb: str) -> ResponseReturnValue:
    """Give a scenario out before all others, or mix it in as gold; or no longer."""
    ensure_pressed()
    with transaction() as db:
        scenario = gigs.scenario(db, scenario_id)
        if verb in ("gold", "plain"):
            assignments.set_gold(db, scenario, verb == "gold", by=viewer().id, now=now())
        else:
            act = assignments.pin if verb == "pin" else assignments.unpin
            act(db, scenario, by=viewer().id, now=now())
        flash(f"{_SAID[verb]}: “{scenario.goal}”")
    return redirect(url_for("gigs.scenario", scenario_id=scenario_id))


_SAID = {
    "pin": "This is given out next",
    "unpin": "This is given out in its turn again",
    "gold": "This is gold now",
    "plain": "This is no longer gold",
}


@bp.post("/assignments/<int:assignment_id>/<any(take, leave):verb>")
@needs(Role.OWNER)
def decide(assignment_id: int, verb: str) -> ResponseReturnValue:
    """Pay for work that came when its slot was somebody else's, or not."""
    ensure_pressed()
    redis_url = settings().redis_url
    try:
        with transaction() as db:
            assignment = queries.assignment(db, assignment_id)
            if verb == "take":
                assignments.take_surplus(db, assignment, by=viewer().id, now=now())
                newest = submissions_of(db, assignment.id)[-1].id
                after_commit(db, lambda: pipeline.submitted(redis_url, newest))
                flash("It is taken: the checks run now, and it is paid if a reviewer accepts it. The worker is told.")
            else:
                assignments.leave_surplus(db, assignment, by=viewer().id, now=now())
                flash("It is not paid. The recording is kept, and the worker is told.")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for("owner.work", state="overflow"))


@bp.get("/work/given-up")
@needs(Role.OWNER)
def given_up() -> ResponseReturnValue:
    """What workers returned or let run out, and who may have it again."""
    before = request.args.get("before", type=int)
    before = min(max(before, 0), LARGEST_ID) if before is not None else None
    with reading() as db:
        rows = queries.given_up(db, before, limit=PAGE + 1)
        return render_template("owner/given_up.html", rows=rows[:PAGE], more=len(rows) > PAGE)


@bp.post("/assignments/<int:assignment_id>/offer-again")
@needs(Role.OWNER)
def offer_again(assignment_id: int) -> ResponseReturnValue:
    """Let a worker be given a scenario once more."""
    ensure_pressed()
    try:
        with transaction() as db:
            assignment = queries.assignment(db, assignment_id)
            assignments.offer_again(db, assignment, by=viewer().id, now=now())
        flash(f"“{assignment.scenario.goal}” can be given to this worker once more.")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".given_up"))
