"""A gig's shopping goals."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed, problems_of, show_refusal
from blueprints.pages.gigs import bp
from blueprints.pages.gigs.forms import ScenarioForm, ScenariosForm, SlotsForm, TermsForm
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments import queries as assignment_queries
from codesight.clock import now
from codesight.errors import Invalid, Problem
from codesight.gigs import actions, queries, rules
from codesight.gigs.models import Tier


@bp.route("/gigs/<int:gig_id>/scenarios", methods=["GET", "POST"])
@needs(Role.OWNER)
def scenarios(gig_id: int) -> ResponseReturnValue:
    """What there is to shop for, how much of it is claimed, and a place to paste more."""
    form = ScenariosForm()
    if form.validate_on_submit():
        try:
            added = _add(form, gig_id)
            flash(f"{added} added. They can be claimed now." if added > 1 else "Added. It can be claimed now.")
            return redirect(url_for(".scenarios", gig_id=gig_id))
        except Invalid as problem:
            form.lines.errors = [problem.message]
    with reading() as db:
        whole = queries.whole(db, queries.gig(db, gig_id))
        wanted = assignment_queries.wanted(db, gig_id)
    page = render_template(
        "gigs/scenarios.html",
        whole=whole,
        wanted=wanted,
        form=form,
        slots_form=SlotsForm(formdata=None),
        terms_form=TermsForm.of(whole.gig),
    )
    return page, 422 if form.errors else 200


@bp.post("/gigs/<int:gig_id>/slots")
@needs(Role.OWNER)
def more(gig_id: int) -> ResponseReturnValue:
    """More demonstrations of each of a tier's scenarios."""
    form = SlotsForm()
    if form.validate_on_submit():
        with transaction() as db:
            given = queries.scenarios(db, queries.gig(db, gig_id).id)
            of_tier = [one.id for one in given if one.tier == form.tier.data]
            assignments.offer(db, of_tier, form.more.data or 0)
        flash(f"{form.more.data} more of each of the {len(of_tier)} {form.tier.data} scenarios can be claimed.")
    else:
        flash(problems_of(form), "error")
    return redirect(url_for(".scenarios", gig_id=gig_id))


@bp.route("/scenarios/<int:scenario_id>", methods=["GET", "POST"])
@needs(Role.OWNER)
def scenario(scenario_id: int) -> ResponseReturnValue:
    """One goal in other words; who has it keeps the old ones."""
    form = ScenarioForm()
    problem = ""
    with reading() as db:
        found = queries.scenario(db, scenario_id)
        gig = queries.gig(db, found.gig_id)
        wanted = assignment_queries.wanted(db, gig.id).get(found.id)
    if form.validate_on_submit():
        try:
            _replace(form, scenario_id)
            flash("Saved. Whoever gets this goal from now on reads the new words.")
            return redirect(url_for(".scenarios", gig_id=gig.id))
        except Problem as refusal:
            problem = refusal.message
    elif not form.is_submitted():
        form.show(found)
    page = render_template("gigs/scenario.html", form=form, scenario=found, gig=gig, wanted=wanted, problem=problem)
    return page, 422 if form.errors or problem else 200


@bp.post("/scenarios/<int:scenario_id>/retire")
@needs(Role.OWNER)
def retire(scenario_id: int) -> ResponseReturnValue:
    """Give a goal to nobody new."""
    ensure_pressed()
    with reading() as db:
        gig_id = queries.scenario(db, scenario_id).gig_id
    try:
        with transaction() as db:
            actions.retire_scenario(db, queries.scenario(db, scenario_id), now=now(), by=viewer().id)
        flash("Nobody new gets this scenario. Who has it keeps it, and its recordings stay.")
    except Problem as problem:
        show_refusal(problem)
    return redirect(url_for(".scenarios", gig_id=gig_id))


def _add(form: ScenariosForm, gig_id: int) -> int:
    plans = rules.scenarios(form.lines.data or "")
    with transaction() as db:
        gig = queries.gig(db, gig_id)
        made = actions.add_scenarios(db, gig, Tier(form.tier.data), plans, now=now(), by=viewer().id)
        assignments.offer(db, [one.id for one in made], form.wanted.data or 0)
    return len(made)


def _replace(form: ScenarioForm, scenario_id: int) -> None:
    plan = rules.scenario(form.category.data or "", form.goal.data or "", (form.constraints.data or "").splitlines())
    with transaction() as db:
        old = queries.scenario(db, scenario_id)
        assignments.hand_over(db, old, actions.replace_scenario(db, old, plan, now=now(), by=viewer().id))
