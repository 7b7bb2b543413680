"""The forms of the pages, and the checks that they share with the API."""

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask import flash
from flask_security import password_length_validator
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from codesight.accounts.models import Role
from codesight.accounts.rules import TOKEN_DAYS, can_be_read
from codesight.errors import Invalid, NotAllowed, Problem
from codesight.payouts.rules import CHANNEL_NAMES
from codesight.reviews.models import ReasonCode, Review
from codesight.reviews.rules import NOTE_LENGTH
from codesight.workers.models import Channel

NOT_READABLE = "Nobody can see this name. Use letters that show."
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Person:
    """What a new worker says of themselves, checked."""

    email: str
    password: str
    name: str
    channel_address: str
    order_number: str


def checked_person(email: str, password: str, name: str, channel_address: str, order_number: str) -> Person:
    """Raises Invalid with every field that is not acceptable and why."""
    fields: dict[str, list[str]] = {}
    try:
        email = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as problem:
        fields["email"] = [str(problem)]
    too_short = password_length_validator(password)
    if too_short:
        fields["password"] = [str(reason) for reason in too_short]
    elif len(password) > 200:
        fields["password"] = ["At most 200 characters."]
    for field, text, least, most in (
        ("name", name, 1, 80),
        ("channel_address", channel_address, 1, 254),
        ("order_number", order_number, 0, 60),
    ):
        if not least <= len(text.strip()) <= most:
            fields[field] = [f"Between {least} and {most} characters."]
        elif _CONTROL.search(text):
            fields[field] = ["No line breaks or control characters."]
        elif field == "name" and not can_be_read(text):
            fields[field] = [NOT_READABLE]
    if fields:
        raise Invalid("invalid_person", "Some of this cannot be used: " + ", ".join(fields) + ".", fields=fields)
    # As signing in does, so that an accent counts the same however the keyboard makes it.
    password = unicodedata.normalize("NFKD", password)
    return Person(email, password, name.strip(), channel_address.strip(), order_number.strip())


def no_nul(form: FlaskForm, field: StringField) -> None:
    """A validator: PostgreSQL cannot keep a NUL character, and no keyboard types one."""
    if "\0" in (field.data or ""):
        raise ValidationError("This holds a character that cannot be kept.")


def readable(form: FlaskForm, field: StringField) -> None:
    """A validator: a name that shows nothing is none."""
    if not can_be_read(field.data or ""):
        raise ValidationError(NOT_READABLE)


def problems_of(form: FlaskForm) -> str:
    """What is wrong with a form, as sentences to show on the page that it came from."""
    return " ".join(f"{form[name].label.text}: {' '.join(why)}" for name, why in form.errors.items() if name)


def show_refusal(problem: Problem) -> None:
    """Say on the next page why something was refused. What is not there is no sentence but a 404: raises it again."""
    if problem.status == 404:
        raise problem
    flash(problem.message, "error")


class ButtonForm(FlaskForm):
    """A button and nothing else; what it carries proves that our own page sent it."""


def ensure_pressed() -> None:
    """Raises NotAllowed when a POST does not come from a button of ours, or the page was open across a sign-out."""
    if not ButtonForm().validate_on_submit():
        raise NotAllowed("stale_page", "This page was open for too long. Load it again and press the button once more.")


class JoinForm(FlaskForm):
    """Following an invitation."""

    name = StringField("Your name", [DataRequired(), Length(max=80)], render_kw={"autocomplete": "name"})
    email = EmailField("E-mail address", [DataRequired(), Length(max=254)], render_kw={"autocomplete": "email"})
    password = PasswordField(
        "Password", [DataRequired(), Length(min=10, max=200)], description="At least 10 characters.",
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    channel = SelectField("How you are paid", choices=[SelectChoice(c.value, CHANNEL_NAMES[c]) for c in Channel])
    channel_address = StringField(
        "Your name or address there", [DataRequired(), Length(max=254)],
        description="Your name or ID at the marketplace, or the e-mail address of your PayPal or Wise account.",
    )  # fmt: skip
    order_number = StringField("Order number, if you have one", [Optional(), Length(max=60)])


class ConsentForm(FlaskForm):
    """Agreeing to the consent text."""

    agree = BooleanField("I have read this and agree.", [DataRequired("Tick the box to agree.")])


class RoleForm(FlaskForm):
    """Saying what a person may do here."""

    role = SelectField("Role", choices=[SelectChoice(role.value, role.value) for role in Role])


class PersonForm(RoleForm):
    """Adding somebody who runs the project."""

    name = StringField("Name", [DataRequired(), Length(max=80), no_nul, readable])
    email = EmailField("E-mail address", [DataRequired(), Length(max=254), no_nul])
    role = SelectField(
        "Role",
        choices=[SelectChoice(role.value, role.value) for role in (Role.REVIEWER, Role.PAYER, Role.OWNER)],
    )


class TokenForm(FlaskForm):
    """A key for a program."""

    name = StringField("What is it for?", [DataRequired(), Length(max=60), no_nul, readable])
    scopes = SelectMultipleField("What may it do?", [DataRequired("Choose at least one.")])
    days = SelectField(
        "How long does it last?",
        choices=[SelectChoice(days, f"{days} days") for days in TOKEN_DAYS],
        coerce=int,
        default=90,
    )


class PaidForm(FlaskForm):
    """Saying that a payout was made."""

    reference = StringField("Reference of the payment", [DataRequired(), Length(max=120), no_nul])


class RatingForm(FlaskForm):
    """A verdict; what belongs together is decided by `reviews.rules`."""

    stars = RadioField(
        "Stars",
        [InputRequired("Give one to five stars.")],
        choices=[SelectChoice(stars, str(stars)) for stars in range(5, 0, -1)],
        coerce=int,
    )
    plays = BooleanField("Plays correctly")
    narrated = BooleanField("Narration present")
    realistic = BooleanField("Realistic shopping")
    worth_pay = BooleanField("Worth its pay")
    usable = BooleanField("Use it in the dataset")
    reason_code = SelectField(
        "Reason",
        [Optional()],
        choices=[
            SelectChoice("", "Choose a reason"),
            *(SelectChoice(reason.value, reason.value.replace("_", " ")) for reason in ReasonCode),
        ],
    )
    note = TextAreaField("Note to the worker", [Optional(), Length(max=NOTE_LENGTH)])
    seconds = IntegerField("Seconds", [Optional()], widget=HiddenInput())
    replaces = IntegerField("Version", [Optional()], default=0, widget=HiddenInput())

    def show(self, latest: Review | None) -> None:
        """Begin with the verdict as it stands, to be changed."""
        if latest is None:
            return
        self.stars.data, self.usable.data, self.replaces.data = latest.rating, latest.usable, latest.version
        self.plays.data, self.narrated.data = latest.plays, latest.narrated
        self.realistic.data, self.worth_pay.data = latest.realistic, latest.worth_pay
        self.reason_code.data, self.note.data = latest.reason_code.value if latest.reason_code else "", latest.note
