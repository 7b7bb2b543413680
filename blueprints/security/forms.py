"""Flask-Security's forms, where they would tell a stranger whether an account exists, or a person too little."""

from typing import Any

from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    Form,
    LoginForm,
    ResetPasswordForm,
    SendConfirmationForm,
    VerifyForm,
    hash_password,
)
from flask_security.forms import EqualToLocalize, IsString
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

LONGEST_PASSWORD = 4096
"""Characters; the hash refuses longer ones with an error of its own."""
LONGEST_NEW_PASSWORD = 200
_NEW = {"autocomplete": "new-password"}
_SOME_PASSWORD = "whatever, it only takes as long"


def _present_password(label: str) -> PasswordField:
    return PasswordField(label, [IsString(), InputRequired(), Length(max=LONGEST_PASSWORD)])


def _new_password(label: str) -> PasswordField:
    return PasswordField(label, [IsString(), InputRequired(), Length(max=LONGEST_NEW_PASSWORD)], render_kw=_NEW)


def _same_again(field: str) -> PasswordField:
    same = EqualToLocalize(field, message="RETYPE_PASSWORD_MISMATCH")
    return PasswordField("The new password again", [IsString(), InputRequired(), same], render_kw=_NEW)


class SignInForm(LoginForm):
    """Says why, to somebody who has given the right password. One that nobody can have is a wrong one."""

    password = _present_password("Password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without it, the second step would lead back to the sign-in page, by its whole address.
        self.next.data = self.next.data or "/"

    def validate(self, **kwargs: Any) -> bool:
        if super().validate(**kwargs):
            return True
        if self.user_authenticated:
            # Errors of fields are made alike for everybody; these here stay.
            self.form_errors.append(
                "Confirm your e-mail address first: open the link in the mail that we have sent you. "
                "No mail? Have it sent again below."
                if self.requires_confirmation
                else "This account is closed. Write to whoever invited you."
            )
            self.email.errors = []
        return False


class RecoverForm(ForgotPasswordForm):
    """Who has not confirmed their address yet may recover as well: the mail goes to that address and confirms it."""

    def validate(self, **kwargs: Any) -> bool:
        known = Form.validate(self, **kwargs) and self.user is not None and bool(self.user.is_active)
        if known:
            # The view spends as much on an address that nobody has.
            hash_password(_SOME_PASSWORD)
        elif not self.email.errors:
            self.email.errors = ["closed"]  # made alike by the view
        return known


class ResendForm(SendConfirmationForm):
    """Takes as long for an address that nobody has."""

    def validate(self, **kwargs: Any) -> bool:
        hash_password(_SOME_PASSWORD)
        return bool(super().validate(**kwargs))


class StillMeForm(VerifyForm):
    """Showing once more who one is."""

    password = _present_password("Password")


class SetForm(ResetPasswordForm):
    """A new password, by a link in a mail."""

    password = _new_password("New password")
    password_confirm = _same_again("password")


class ChangeForm(ChangePasswordForm):
    """A new password in place of the old one."""

    password = _present_password("Your present password")
    new_password = _new_password("New password")
    new_password_confirm = _same_again("new_password")
