"""The checkout form. Card and password are judged and forgotten: never kept, logged or shown again."""

import re
from datetime import UTC, datetime

from wtforms import Field, Form, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from .cart import SHIPPING
from .catalogue import STORES

STATES = [
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
]


def luhn(digits: str) -> bool:
    """Whether the last digit fits the others (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_card(text: str) -> bool:
    """Whether a text is a card number: 13 to 19 digits, grouped in any way, with a right check digit."""
    digits = re.sub(r"[\s.-]", "", text)
    return re.fullmatch(r"[0-9]{13,19}", digits) is not None and luhn(digits)


class _Shown(StringField):
    """A field whose value may come back after a mistake, unless a card number was typed into it."""

    def _value(self) -> str:
        text = str(self.data or "")
        return "" if len(text) > 200 or is_card(text) else text


class _Secret(StringField):
    """A field that never comes back."""

    def _value(self) -> str:
        return ""


def _no_card(_: Form, field: Field) -> None:
    if is_card(field.data or ""):
        raise ValidationError("This looks like a card number. Please enter that only in the payment section.")


def _card(_: Form, field: Field) -> None:
    if not is_card(field.data or ""):
        raise ValidationError("That card number does not look right. Please check the digits.")


def _expiry(_: Form, field: Field) -> None:
    match = re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})", (field.data or "").strip())
    if not match:
        raise ValidationError("Please enter the expiry date as MM/YY.")
    today = datetime.now(UTC)
    if (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        raise ValidationError("This card has expired.")


def _required(what: str) -> list[DataRequired | Length]:
    longest = Length(max=120, message="Please use 120 characters at most.")
    return [DataRequired(f"Please enter {what}."), longest]


class CheckoutForm(Form):
    """Contact, delivery and payment of one order."""

    email = _Shown(
        "E-mail",
        [
            *_required("your e-mail address"),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message="Please enter an e-mail address such as name@example.com."),
        ],
    )
    password = PasswordField(
        "Create a password (optional)",
        [Optional(), Length(8, 200, "Please use at least 8 characters, or leave it empty.")],
    )
    name = _Shown("Full name", [*_required("your name"), _no_card])
    street = _Shown("Street address", [*_required("your street address"), _no_card])
    apartment = _Shown("Apartment, suite (optional)", [Optional(), Length(max=120), _no_card])
    city = _Shown("City", [*_required("your city"), _no_card])
    state = SelectField(
        "State",
        [InputRequired("Please choose your state.")],
        choices=[SelectChoice("", "Choose"), *map(SelectChoice, STATES)],
    )
    zip = _Shown(
        "ZIP code",
        [
            *_required("your ZIP code"),
            Regexp(r"^[0-9]{5}(-[0-9]{4})?$", message="Please enter a ZIP code of five digits."),
        ],
    )
    phone = _Shown(
        "Phone",
        [
            *_required("your phone number"),
            Regexp(r"^\+?[0-9 ().-]{10,20}$", message="Please enter a phone number with area code."),
            _no_card,
        ],
    )
    shipping = RadioField(
        "Delivery", choices=[SelectChoice(way, text) for way, text in SHIPPING.items()], default="standard"
    )
    store = SelectField(
        "Store for pickup",
        [Optional()],
        choices=[
            SelectChoice("", "Choose a store"),
            *(SelectChoice(store.id, f"{store.name}, {store.city}") for store in STORES.values()),
        ],
    )
    card_number = _Secret("Card number", [*_required("your card number"), _card])
    card_expiry = _Secret("Expiry date (MM/YY)", [*_required("the expiry date"), _expiry])
    card_cvc = _Secret(
        "Security code",
        [
            *_required("the security code"),
            Regexp(r"^[0-9]{3,4}$", message="Please enter the 3 or 4 digits from your card."),
        ],
    )

    def validate_shipping(self, field: Field) -> None:
        """Pickup needs a store. Raises ValidationError without one."""
        if field.data == "pickup" and not self.store.data:
            raise ValidationError("Please choose the store you want to pick your order up from.")

    @property
    def first_name(self) -> str:
        """How the confirmation addresses the buyer."""
        return str(self.name.data or "").split()[0][:40]
