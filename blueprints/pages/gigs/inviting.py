"""Inviting somebody into a wave by mail."""

from email_validator import EmailNotValidError, validate_email
from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from blueprints.access import needs
from blueprints.forms import no_nul, problems_of
from blueprints.pages.gigs import bp
from blueprints.web import reading, transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Problem
from codesight.gigs import queries
from codesight.gigs.actions import INVITATION_DAYS
from codesight.reviews.messages import actions


def an_address(form: FlaskForm, field: EmailField) -> None:
    """A validator: what mail can be sent to."""
    try:
        validate_email(field.data or "", check_deliverability=False)
    except EmailNotValidError as problem:
        raise ValidationError(str(problem)) from problem


class InviteForm(FlaskForm):
    """Whom to mail a link of their own."""

    email = EmailField("E-mail address", [DataRequired(), Length(max=254), no_nul, an_address])
    days = IntegerField("Days", [InputRequired(), NumberRange(1, 365)], default=INVITATION_DAYS)


@bp.post("/waves/<int:wave_id>/invite")
@needs(Role.OWNER)
def invite(wave_id: int) -> ResponseReturnValue:
    """Mail a link for one worker into the wave."""
    form = InviteForm()
    with reading() as db:
        gig_id = queries.wave(db, wave_id).gig_id
    try:
        if form.validate_on_submit():
            address = form.email.data or ""
            with transaction() as db:
                wave = queries.wave(db, wave_id)
                actions.invite(db, wave, address, days=form.days.data or 0, by=viewer().id, now=now())
            flash(f"{address} is invited; the mail is on its way.")
        else:
            flash(problems_of(form), "error")
    except Problem as problem:
        flash(f"No mail was sent. {problem.message}", "error")
    return redirect(url_for(".gig", gig_id=gig_id))
