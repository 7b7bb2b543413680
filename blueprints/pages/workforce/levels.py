"""The rule of levels: read, tried out, changed, applied."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed, show_refusal
from blueprints.pages.workforce import bp
from blueprints.pages.workforce.forms import NARRATION_WORDS, RuleForm
from blueprints.web import reading, transaction, viewer
from codesight.accounts import queries as accounts
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Invalid, Problem
from codesight.reviews import levels as following
from codesight.workers.standing import actions as standing
from codesight.workers.standing import queries
from codesight.workers.standing.rules import Rule, ensure_sensible, sentences


@bp.get("/levels")
@needs(Role.OWNER)
def levels() -> ResponseReturnValue:
    """The rule in words, who does not have the level that it says, and the form to change it."""
    with reading() as db:
        version, rule = queries.rule(db)
    form = RuleForm(formdata=None)
    form.show(version, rule)
    return _page(form, rule, tried=False)


@bp.post("/levels")
@needs(Role.OWNER)
def set_rule() -> ResponseReturnValue:
    """Try a rule out, or make it count from now on."""
    form = RuleForm()
    if not form.validate_on_submit():
        return _page(form, None, tried=True), 422
    try:
        if request.form.get("do") != "save":
            ensure_sensible(form.rule)
            return _page(form, form.rule, tried=True)
        seen = form.version.data or ""
        with transaction() as db:
            standing.set_rule(db, form.rule, replaces=int(seen) if seen.isdecimal() else -1, by=viewer().id, now=now())
            moved = following.apply(db, by=viewer().id, now=now(), also_down=False)
        flash(f"The rule counts from now on. {moved} moved up at once; nobody moved down.")
    except Invalid as problem:
        for name, why in problem.details["fields"].items():
            form[name].errors = why
        return _page(form, None, tried=True), 422
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".levels"))


@bp.post("/levels/apply")
@needs(Role.OWNER)
def apply_rule() -> ResponseReturnValue:
    """Move down, too, whoever no longer reaches their level."""
    ensure_pressed()
    with transaction() as db:
        moved = following.apply(db, by=viewer().id, now=now(), also_down=True)
    flash(f"{moved} moved, and were told. What they have claimed stays theirs.")
    return redirect(url_for(".levels"))


def _page(form: RuleForm, rule: Rule | None, *, tried: bool) -> str:
    with reading() as db:
        version, counts = queries.rule(db)
        history = queries.rules(db)
        return render_template(
            "workforce/levels.html",
            form=form,
            version=version,
            sentences=sentences(counts),
            tried=[one for one in sentences(rule) if one not in sentences(counts)] if rule and tried else None,
            run=following.dry_run(db, rule) if rule is not None else None,
            history=history,
            spoken=NARRATION_WORDS,
            names=accounts.names(db, {one.made_by for one in history}),
        )
