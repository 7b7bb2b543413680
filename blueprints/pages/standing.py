"""How the worker stands: level, numbers, what is missing for the next level, suspensions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import problems_of, show_refusal
from blueprints.pages.workforce.forms import AppealForm
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Problem
from codesight.workers.queries import worker
from codesight.workers.standing import actions, queries
from codesight.workers.standing.rules import measures, next_level, scope_words

bp = Blueprint("standing", __name__, url_prefix="/standing")


@bp.get("")
@needs(Role.WORKER)
def page() -> ResponseReturnValue:
    """One's numbers beside what the next level asks for, and one's suspensions."""
    moment = now()
    with reading() as db:
        me = worker(db, viewer().id)
        _, rule = queries.rule(db)
        numbers = queries.numbers(db, me.account_id)
        above = next_level(me.level)
        suspensions = queries.suspensions_of(db, me.account_id)
        return render_template(
            "worker/standing.html",
            me=me,
            numbers=numbers,
            above=above,
            measures=measures(rule, above or me.level, numbers),
            window=rule.window,
            suspensions=suspensions,
            in_force=[one.id for one in suspensions if one.in_force(moment)],
            scope_words=scope_words,
            form=AppealForm(formdata=None),
        )


@bp.post("/suspensions/<int:suspension_id>/appeal")
@needs(Role.WORKER)
def appeal(suspension_id: int) -> ResponseReturnValue:
    """Say why one sees it otherwise, once."""
    form = AppealForm()
    try:
        with transaction() as db:
            mine = queries.suspension(db, suspension_id, viewer().id)
            if form.validate_on_submit():
                actions.appeal(db, mine, form.appeal.data or "", now=now())
                flash("Your appeal has been sent. The answer comes to this page and to your news.")
            else:
                flash(problems_of(form), "error")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".page"))
