"""One's own account: how one signs in, where one is signed in, and which programs may come in one's name."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required
from wtforms.fields.choices import SelectChoice

from blueprints.access import signed_in, without_second_factor
from blueprints.forms import TokenForm, ensure_pressed
from blueprints.web import reading, settings, transaction, viewer
from codesight.accounts import actions, queries
from codesight.accounts.models import Scope
from codesight.accounts.rules import scopes_for
from codesight.clock import now
from codesight.errors import NotFound

bp = Blueprint("settings", __name__, url_prefix="/account")

SCOPE_WORDS = {
    Scope.READ: "look at what you may see: packages, assignments, recordings",
    Scope.WRITE: "do what you may do: claim, record, upload, submit, rate",
    Scope.EXPORT: "fetch data out: captured events, training documents, datasets, payment files",
    Scope.ADMIN: "ask how the installation is doing: what happened last, how many rows there are",
}


def _fresh_for() -> timedelta:
    fresh: timedelta = current_app.config["SECURITY_FRESHNESS"]
    return fresh


@bp.get("")
@signed_in
@without_second_factor
def overview() -> ResponseReturnValue:
    """Everything at a glance, each with the way to change it."""
    me, moment = viewer(), now()
    with reading() as db:
        return render_template(
            "account/overview.html",
            me=me,
            codes=len(queries.unspent_codes(db, me.id)),
            browsers=len(queries.sign_ins(db, me.id, now=moment)),
            tokens=sum(token.expires_at > moment for token in queries.tokens(db, me.id)),
            required=me.role in settings().require_second_factor,
        )


@bp.get("/browsers")
@signed_in
def browsers() -> ResponseReturnValue:
    """Where one is signed in."""
    with reading() as db:
        found = queries.sign_ins(db, viewer().id, now=now())
    return render_template("account/browsers.html", browsers=found, this=g.sign_in_id)


@bp.post("/browsers/<int:sign_in_id>/end")
@signed_in
def end(sign_in_id: int) -> ResponseReturnValue:
    """Sign one browser out, wherever it is."""
    ensure_pressed()
    with transaction() as db:
        ended = actions.end_sign_ins(db, viewer().id, now=now(), only=sign_in_id)
    if not ended:
        raise NotFound("browser_not_found", "You are not signed in there.")
    flash("That browser is signed out.")
    return redirect(url_for(".browsers"))


@bp.post("/browsers/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    ensure_pressed()
    with transaction() as db:
        ended = actions.end_sign_ins(db, viewer().id, now=now(), all_but=g.sign_in_id)
    flash(f"{ended} signed out." if ended != 1 else "The other browser is signed out.")
    return redirect(url_for(".browsers"))


@bp.route("/tokens", methods=["GET", "POST"])
@signed_in
@auth_required("session", within=_fresh_for)
def tokens() -> ResponseReturnValue:
    """One's tokens for programs, and making one; its secret is on this one answer only."""
    me, moment = viewer(), now()
    form, secret = _token_form(), None
    if form.validate_on_submit():
        with transaction() as db:
            scopes = [Scope(chosen) for chosen in form.scopes.data or []]
            _, secret = actions.make_token(
                db, me.id, name=form.name.data or "", scopes=scopes, days=form.days.data, now=moment
            )
        form = _token_form(formdata=None)
    with reading() as db:
        mine = queries.tokens(db, me.id)
    page = render_template("account/tokens.html", form=form, tokens=mine, secret=secret, now=moment)
    answer = make_response(page, 422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _token_form(**kwargs: Any) -> TokenForm:
    form = TokenForm(**kwargs)
    form.scopes.choices = [SelectChoice(scope.value, SCOPE_WORDS[scope]) for scope in scopes_for(viewer().role)]
    return form


@bp.post("/tokens/<int:token_id>/revoke")
@signed_in
def revoke(token_id: int) -> ResponseReturnValue:
    """Let a program in no more."""
    ensure_pressed()
    with transaction() as db:
        revoked = actions.revoke_token(db, viewer().id, token_id, now=now())
    if not revoked:
        raise NotFound("token_not_found", "You have no such token.")
    flash("The token is revoked.")
    return redirect(url_for(".tokens"))
