"""Feedback: about a recording, about the product, and the owner's list with answers and trend."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from blueprints.access import needs, signed_in
from blueprints.forms import no_nul, problems_of
from blueprints.web import LARGEST_ID, reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Conflict, Invalid, NotFound
from codesight.gigs import queries as gigs
from codesight.recordings import queries as recordings
from codesight.reviews.feedback import actions, queries
from codesight.reviews.feedback.models import Category, Feedback, Kind
from codesight.reviews.feedback.queries import Wanted
from codesight.reviews.feedback.rules import EASE, LONGEST_ANSWER, LONGEST_TEXT, YES_PARTLY_NO, Answers

bp = Blueprint("feedback", __name__)

PAGE = 25
"""Entries on one page: each can be long and carries a form."""

CATEGORIES = {
    Category.RECORDING: "Recording: screen, voice, uploading",
    Category.EXTENSION: "The browser extension",
    Category.GOALS: "The shopping goals",
    Category.PAY: "Pay",
    Category.PRIVACY: "Privacy",
    Category.IDEA: "An idea",
    Category.OTHER: "Something else",
}


def _number(value: object) -> int | None:
    return int(str(value)) if value not in ("", None) else None


def _scale(label: str, words: dict[int, str]) -> RadioField:
    choices = [*(SelectChoice(str(number), words[number]) for number in words), SelectChoice("", "No answer")]
    return RadioField(label, choices=choices, coerce=_number, default=None)


class AboutForm(FlaskForm):
    """How one recording went; nothing of it has to be said."""

    ease = _scale("How easy was it?", dict(EASE))
    goal_clear = _scale("Was the goal clear?", dict(YES_PARTLY_NO))
    pay_fair = _scale("Was the pay fair?", dict(YES_PARTLY_NO))
    text = TextAreaField("Anything else?", [Optional(), Length(max=LONGEST_TEXT), no_nul])

    @classmethod
    def of(cls, said: Feedback | None) -> "AboutForm":
        """Beginning with what was said before."""
        return cls(formdata=None, obj=said)

    @property
    def answers(self) -> Answers:
        return Answers(self.ease.data, self.goal_clear.data, self.pay_fair.data)


class ProductForm(FlaskForm):
    """Anything about the product."""

    category = SelectField("What is it about?", choices=[SelectChoice(c.value, CATEGORIES[c]) for c in Category])
    text = TextAreaField("What would you like to tell us?", [DataRequired(), Length(max=LONGEST_TEXT), no_nul])


class AnswerForm(FlaskForm):
    """The owner's words to whoever said something."""

    answer = TextAreaField("Your answer", [DataRequired(), Length(max=LONGEST_ANSWER), no_nul])
    version = IntegerField("Version", [InputRequired()], widget=HiddenInput())


@bp.post("/submissions/<public_id>/feedback")
@needs(Role.WORKER)
def about(public_id: str) -> ResponseReturnValue:
    """Keep what the worker says about a recording of theirs."""
    form = AboutForm()
    with reading() as db:
        session = recordings.own_session(db, public_id, viewer().id)
        handed_in = recordings.submission_of_session(db, session.id)
    if handed_in is None:
        raise NotFound("submission_not_found", "This recording was not handed in.")
    if form.validate_on_submit():
        try:
            with transaction() as db:
                submission = recordings.submission(db, handed_in.id)
                actions.say_about(db, submission, form.answers, form.text.data or "", now=now())
            flash("Thank you. The project’s owner reads it.")
        except (Conflict, Invalid) as problem:
            flash(problem.message, "error")
    else:
        flash(problems_of(form), "error")
    return redirect(url_for("worker.submission", public_id=public_id, _anchor="feedback"))


@bp.get("/help/feedback")
@signed_in
def product() -> ResponseReturnValue:
    """The form about the product, and what one said before with its answers."""
    return _product(ProductForm(formdata=None))


@bp.post("/help/feedback")
@signed_in
def say() -> ResponseReturnValue:
    """Keep what somebody says about the product."""
    form = ProductForm()
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return _product(form), 422
    with transaction() as db:
        actions.say_of_product(db, viewer().id, Category(form.category.data), form.text.data, now=now())
    flash("Thank you. The project’s owner reads it; the answer comes to this page.")
    return redirect(url_for(".product"))


@bp.get("/owner/feedback")
@needs(Role.OWNER)
def overview() -> ResponseReturnValue:
    """What was said, by gig, scenario and kind, and how it changes from week to week."""
    return _overview(AnswerForm(formdata=None))


@bp.post("/owner/feedback/<int:feedback_id>/answer")
@needs(Role.OWNER)
def answer(feedback_id: int) -> ResponseReturnValue:
    """Tell whoever said it."""
    form = AnswerForm()
    if not form.validate_on_submit():
        flash(problems_of(form), "error")
        return _overview(form, feedback_id), 422
    try:
        with transaction() as db:
            said = {"version": form.version.data, "by": viewer().id, "now": now()}
            actions.answer(db, feedback_id, form.answer.data or "", **said)
    except (Conflict, Invalid) as problem:
        flash(problem.message, "error")
        return _overview(form, feedback_id), problem.status
    flash("Sent. They are told.")
    return redirect(url_for(".overview", **_asked(_wanted()), before=_id("before")))


def _product(form: ProductForm) -> str:
    with reading() as db:
        said = queries.of_product_by(db, viewer().id)
        return render_template("feedback/product.html", form=form, said=said, categories=CATEGORIES)


def _overview(form: AnswerForm, answering: int | None = None) -> str:
    """The owner's list; `answering` is the entry whose answer stands in the form, not sent."""
    wanted, before = _wanted(), _id("before")
    with reading() as db:
        found = queries.entries(db, wanted, before, limit=PAGE + 1)
        return render_template(
            "feedback/overview.html",
            entries=found[:PAGE],
            more=len(found) > PAGE,
            # The trend is that of everything said: what waits for an answer is not a fair part of it.
            trend=queries.trend(db, replace(wanted, unanswered=False)),
            unanswered=queries.unanswered(db),
            gigs=gigs.all_gigs(db),
            scenarios=gigs.scenarios(db, wanted.gig_id) if wanted.gig_id else [],
            wanted=wanted,
            asked=_asked(wanted),
            before=before,
            form=form,
            answering=answering,
            categories=CATEGORIES,
            ease=EASE,
            yes_partly_no=YES_PARTLY_NO,
        )


def _wanted() -> Wanted:
    kind = request.args.get("kind", "")
    if kind and kind not in set(Kind):
        raise NotFound("unknown_kind", "There is no such kind of feedback.")
    gig, scenario = _id("gig"), _id("scenario")
    # Scenarios are offered once a gig is chosen; another gig's is left over from the choice before.
    return Wanted(gig, scenario if gig else None, Kind(kind) if kind else None, bool(request.args.get("unanswered")))


def _asked(wanted: Wanted) -> dict[str, object]:
    asked = {"gig": wanted.gig_id, "scenario": wanted.scenario_id, "kind": wanted.kind, "unanswered": wanted.unanswered}
    return {name: value for name, value in asked.items() if value}


def _id(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST_ID else None
