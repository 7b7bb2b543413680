"""Signing out, following an invitation, consenting, finding things."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import logout_user

from blueprints.access import needs, public, signed_in, without_second_factor
from blueprints.forms import ConsentForm, JoinForm, checked_person, ensure_pressed
from blueprints.joining import sign_up
from blueprints.menu import home_view
from blueprints.pages.onboarding.steps import url_of_next
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Conflict, Invalid, NotFound, Problem
from codesight.gigs import queries as gigs
from codesight.gigs.postings import TEMPLATES
from codesight.payouts.rules import CHANNEL_NAMES
from codesight.recordings.queries import session_for
from codesight.workers import actions as workers
from codesight.workers.models import Channel
from codesight.workers.queries import has_consented
from codesight.workers.rules import CONSENT_TEXT, CONSENT_VERSION, channel_of, ensure_open

bp = Blueprint("account", __name__)

SESSION_VIEWS = {
    Role.WORKER: "worker.submission",
    Role.REVIEWER: "review.session",
    Role.OWNER: "owner.session",
}
"""Where each role looks at one recording session."""


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """To the page that one's role begins with."""
    return redirect(url_for(home_view() if current_user.is_authenticated else "security.login"))


@bp.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """To the page of the session whose id was entered."""
    wanted = request.args.get("id", "").strip()
    view = SESSION_VIEWS.get(viewer().role)
    try:
        if not wanted or view is None:
            raise NotFound("session_not_found", "There is nothing to find with this id for your role.")
        with reading() as db:
            return redirect(url_for(view, public_id=session_for(db, wanted, viewer()).public_id))
    except Problem as problem:
        return render_template("account/nothing_found.html", wanted=wanted[:80], message=problem.message), 404


@bp.post("/sign-out")
@signed_in
@without_second_factor
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    ensure_pressed()
    logout_user()
    return redirect(url_for("security.login"))


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
def join(token: str) -> ResponseReturnValue:
    """What an invitation offers, and asking for the account that comes of it."""
    if current_user.is_authenticated:
        return render_template("account/signed_in_already.html", home=url_for(home_view()))
    try:
        with reading() as db:
            invitation = gigs.invitation(db, token)
            ensure_open(invitation, now())
            gig, packages = gigs.gig(db, invitation.wave.gig_id), gigs.packages(db, invitation.wave.gig_id)
        # A marketplace that knows its people puts their number into the link.
        form = JoinForm(order_number=request.args.get("order", "")[:60])
        if channel := channel_of(invitation):
            form.channel.choices = [(channel.value, CHANNEL_NAMES[channel])]
        if form.validate_on_submit() and _sign_up(form, token):
            session["asked_to_confirm"] = form.email.data
            return redirect(url_for(".check_mail"))
    except (NotFound, Conflict) as problem:
        return render_template("account/refused.html", message=problem.message), problem.status
    form.order_number.label.text = order_label(invitation.marketplace)
    page = render_template("account/join.html", form=form, gig=gig, packages=packages, invitation=invitation)
    return page, 422 if form.errors else 200


@bp.get("/check-mail")
@public
def check_mail() -> ResponseReturnValue:
    """After a sign-up, and the same whether or not the address had an account."""
    return render_template("account/check_mail.html", email=session.get("asked_to_confirm", ""))


@bp.route("/consent", methods=["GET", "POST"])
@needs(Role.WORKER)
def consent() -> ResponseReturnValue:
    """The consent text, and agreeing to it."""
    form = ConsentForm()
    if form.validate_on_submit():
        with transaction() as db:
            workers.consent(db, viewer().id, now=now())
        flash("Thank you. You can read this text again at any time.")
        return redirect(url_of_next())
    with reading() as db:
        agreed = has_consented(db, viewer().id)
    return render_template(
        "account/consent.html", form=form, text=CONSENT_TEXT, version=CONSENT_VERSION, agreed=agreed
    ), 422 if form.errors else 200


def order_label(marketplace: str) -> str:
    """What the order number is called where it comes from."""
    known = {template.marketplace: template.order for template in TEMPLATES.values()}
    return known.get(marketplace, "Order number, if you have one")


def _sign_up(form: JoinForm, token: str) -> bool:
    """False after noting in the form what has to be changed."""
    said = (form.email, form.password, form.name, form.channel_address, form.order_number)
    try:
        sign_up(token, checked_person(*(field.data or "" for field in said)), Channel(form.channel.data))
        return True
    except Invalid as problem:
        for name, why in problem.details["fields"].items():
            form[name].errors = why
    return False
