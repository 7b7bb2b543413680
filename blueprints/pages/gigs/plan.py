"""A gig from scratch, and a gig on other terms."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.pages.gigs import bp
from blueprints.pages.gigs.first_steps import LABELS
from blueprints.pages.gigs.forms import EditForm, GigForm
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.clock import now
from codesight.errors import Invalid
from codesight.gigs import actions, queries
from codesight.gigs.models import Gig, Tier
from codesight.workers.onboarding.quiz import QUIZZES


@bp.route("/gigs/new", methods=["GET", "POST"])
@needs(Role.OWNER)
def new() -> ResponseReturnValue:
    """A gig with three packages and their scenarios; its waves come afterwards."""
    form = GigForm()
    problem = ""
    if form.validate_on_submit():
        try:
            gig = _create(form)
            flash(f"“{gig.title}” is made. Now make its first wave, and open it when workers may come.")
            return redirect(url_for(".gig", gig_id=gig.id))
        except Invalid as refusal:
            problem = refusal.message
    elif not form.is_submitted():
        with reading() as db:
            gigs = queries.all_gigs(db)
            form.show(gigs[0].packages if gigs else ())
    return render_template("gigs/new.html", form=form, problem=problem), 422 if form.errors or problem else 200


@bp.route("/gigs/<int:gig_id>/edit", methods=["GET", "POST"])
@needs(Role.OWNER)
def edit(gig_id: int) -> ResponseReturnValue:
    """The gig's words and its packages' terms, for whoever claims from now on."""
    form = EditForm()
    problem = ""
    with reading() as db:
        gig = queries.gig(db, gig_id)
        packages = queries.packages(db, gig_id)
    if form.validate_on_submit():
        try:
            flash(_change(form, gig_id))
            return redirect(url_for(".edit", gig_id=gig_id))
        except Invalid as refusal:
            problem = refusal.message
    elif not form.is_submitted():
        form.show(gig.title, gig.description, packages)
    page = render_template(
        "gigs/edit.html",
        form=form,
        gig=gig,
        packages=packages,
        problem=problem,
        step_labels=LABELS,
        quizzes=QUIZZES,
    )
    return page, 422 if form.errors or problem else 200


def _create(form: GigForm) -> Gig:
    goals = {tier: form[tier.value].form.goals() for tier in Tier}
    with transaction() as db:
        gig = actions.create_gig(
            db,
            title=form.title.data or "",
            description=form.description.data or "",
            currency=form.currency.data or "",
            packages=[form[tier.value].form.plan(tier) for tier in Tier],
            scenarios=goals,
            now=now(),
            by=viewer().id,
        )
        made = [scenario.id for scenario in queries.scenarios(db, gig.id)]
        assignments.offer(db, made, form.wanted.data or 0)
    return gig


def _change(form: EditForm, gig_id: int) -> str:
    by, at = viewer().id, now()
    with transaction() as db:
        gig = queries.gig(db, gig_id)
        changed = [
            actions.change_package(db, package, form[package.tier.value].form.plan(package.tier), now=at, by=by)
            for package in queries.packages(db, gig_id)
        ]
        words = actions.reword(
            db, gig, title=form.title.data or "", description=form.description.data or "", now=at, by=by
        )
    if not any((*changed, words)):
        return "Nothing was different, so nothing was changed."
    return "Saved. It counts for whoever claims from now on; packages that are claimed stay as they are."
