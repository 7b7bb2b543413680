"""What is mailed to one, and when; and the way out of mails, which asks nobody to sign in."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from blueprints.access import public, signed_in
from blueprints.forms import problems_of
from blueprints.web import reading, settings, transaction, viewer
from codesight import digests, letters, outbox
from codesight.accounts import queries as accounts
from codesight.clock import now
from codesight.policy import POLICY, Delivery, Kind, choices_for

bp = Blueprint("notifications", __name__)

WORDS = {Delivery.NOW: "At once", Delivery.DIGEST: "In one mail a day", Delivery.OFF: "Not by mail"}


class NotificationsForm(FlaskForm):
    """When the daily mail comes; how each kind is mailed is added for a role, see `form_for`."""

    hour = SelectField("At", coerce=int, choices=[SelectChoice(hour, f"{hour:02}:00") for hour in range(24)])
    zone = SelectField("Time zone", choices=[SelectChoice(zone, zone.replace("_", " ")) for zone in digests.ZONES])


def form_for(role: str) -> NotificationsForm:
    """The form with a field for each kind that somebody of the role is told."""

    class Form(NotificationsForm):
        pass

    for kind, row in choices_for(role).items():
        offered = [SelectChoice(how.value, WORDS[how]) for how in row.mail]
        setattr(Form, kind.value, SelectField(row.title, choices=offered))
    return Form()


@bp.route("/account/notifications", methods=["GET", "POST"])
@signed_in
def choose() -> ResponseReturnValue:
    """How each kind of message is mailed to one."""
    me = viewer()
    kinds, form = choices_for(me.role), form_for(me.role)
    if form.validate_on_submit():
        with transaction() as db:
            for kind in kinds:
                outbox.choose(db, me.id, kind, Delivery(form[kind.value].data))
            digests.set_time(db, me.id, form.hour.data, form.zone.data)
        flash("Saved. It counts for what happens from now on.")
        return redirect(url_for(".choose"))
    if form.is_submitted():
        flash(problems_of(form), "error")
    else:
        with reading() as db:
            for kind, how in outbox.choices(db, me.id, me.role).items():
                form[kind.value].data = how.value
            form.hour.data, form.zone.data = digests.time_of(db, me.id)
    page = render_template("account/notifications.html", form=form, kinds=kinds, me=me)
    return page, 422 if form.errors else 200


@bp.get("/unsubscribe/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    """What the link in a mail would turn off. Looking turns nothing off: programs that scan mails follow links."""
    out = letters.read(token, settings())
    return render_template("account/unsubscribe.html", title=POLICY[out.kind].title, token=token, out=out)


@bp.post("/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """Turn mails of one kind off: from our page, or by a mail program's button (RFC 8058), which has no cookies."""
    out = letters.read(token, settings())
    with transaction() as db:
        if out.account_id is None:
            outbox.refuse_mail(db, out.address, now=now())
        else:
            role = accounts.account(db, out.account_id).role
            outbox.turn_off(db, out.account_id, role, out.kind)
    return render_template("account/unsubscribed.html", title=POLICY[out.kind].title, daily=out.kind == Kind.DIGEST)
