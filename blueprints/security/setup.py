"""Flask-Security, set up for us."""

from datetime import timedelta
from typing import Any, cast

from flask import Flask
from flask_security import Security, anonymous_user_required

from blueprints.security import bodies, events, letters, limits
from blueprints.security.forms import ChangeForm, RecoverForm, ResendForm, SetForm, SignInForm, StillMeForm
from blueprints.security.people import People, write_down
from blueprints.security.second_factor import OnceOnlyTotp, Passkeys, RecoveryCodes
from codesight.accounts.rules import SIGNED_IN_FOR
from codesight.clock import now
from codesight.config import Settings
from codesight.platform import Platform

ADDRESSES = {
    "LOGIN_URL": "/login",
    "TWO_FACTOR_SELECT_URL": "/login/choose",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
    "TWO_FACTOR_RESCUE_URL": "/login/help",
    "MULTI_FACTOR_RECOVERY_URL": "/login/recovery-code",
    "WAN_SIGNIN_URL": "/login/passkey",
    "CONFIRM_URL": "/confirm",
    "RESET_URL": "/recover",
    "VERIFY_URL": "/account/verify",
    "WAN_VERIFY_URL": "/account/verify/passkey",
    "CHANGE_URL": "/account/password",
    "TWO_FACTOR_SETUP_URL": "/account/authenticator",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_DELETE_URL": "/account/passkeys/delete",
}

FEATURES = {
    "CONFIRMABLE": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds that a phone's clock may be wrong
    "TWO_FACTOR_RESCUE_EMAIL": False,
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "WEBAUTHN": True,
    "WAN_RP_NAME": "CodeSight",
    # With hints, a stranger could ask which passkeys an address has.
    "WAN_ALLOW_USER_HINTS": False,
    "LOGOUT_METHODS": None,  # our own button does that
    "STATIC_FOLDER": None,  # its scripts are written into the page, which our policy forbids
    "API_ENABLED_METHODS": ["session"],
    "CONFIRM_EMAIL_WITHIN": timedelta(days=7),
    "RESET_PASSWORD_WITHIN": timedelta(hours=2),
    # Before somebody changes how they sign in, they show again who they are.
    "FRESHNESS": timedelta(hours=1),
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=15),
}

PASSWORDS = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "PASSWORD_LENGTH_MIN": 10,
    # For what signed links hold of address and password hash: nobody can guess the one from the other.
    "HASHING_SCHEMES": ["hex_sha256"],
}

WORDS = {
    "RETURN_GENERIC_RESPONSES": True,
    "MSG_GENERIC_AUTHN_FAILED": ("E-mail address or password are not right.", "error"),
    "MSG_PASSWORD_RESET_REQUEST": (
        "If %(email)s has an account, a mail with a link is on its way. The link works for two hours.",
        "success",
    ),
    "MSG_CONFIRMATION_REQUEST": (
        "If %(email)s waits to be confirmed, a mail with a link is on its way.",
        "success",
    ),
    "MSG_INVALID_RESET_PASSWORD_TOKEN": ("This link was used already, or is not whole. Ask for a new one.", "error"),
    "MSG_PASSWORD_RESET_EXPIRED": ("This link is too old. Ask for a new one.", "error"),
    "MSG_PASSWORD_RESET_NO_LOGIN": ("Your new password is set. Sign in with it.", "success"),
    "MSG_INVALID_CONFIRMATION_TOKEN": ("This link is not whole. Have a new one sent.", "error"),
    "MSG_CONFIRMATION_EXPIRED": ("This link is too old. Have a new one sent.", "error"),
    "MSG_EMAIL_CONFIRMED": ("Thank you, your address is confirmed. Sign in now.", "success"),
    "MSG_ALREADY_CONFIRMED": ("Your address is confirmed. Sign in.", "success"),
    "MSG_PASSWORD_CHANGE": ("Your password is changed. All other browsers are signed out.", "success"),
    "MSG_REAUTHENTICATION_REQUIRED": ("Before this can be changed, show once more that it is you.", "success"),
    "MSG_REAUTHENTICATION_SUCCESSFUL": ("Thank you. Go on.", "success"),
    "MSG_TWO_FACTOR_INVALID_TOKEN": ("This code is not right, or was used already. Wait for the next one.", "error"),
    "MSG_TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Your authenticator app is set up.", "success"),
    "MSG_TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are signed in.", "success"),
    "MSG_TWO_FACTOR_DISABLED": ("The authenticator app is removed.", "success"),
    "MSG_TWO_FACTOR_PERMISSION_DENIED": ("Begin again with e-mail address and password.", "error"),
    "MSG_INVALID_RECOVERY_CODE": ("This code is not right, or was used already.", "error"),
    "MSG_WEBAUTHN_REGISTER_SUCCESSFUL": ("The passkey %(name)s is added.", "success"),
    "MSG_WEBAUTHN_CREDENTIAL_DELETED": ("The passkey %(name)s is removed.", "success"),
    "MSG_WEBAUTHN_UNKNOWN_CREDENTIAL_ID": ("This passkey is not known here. It may have been removed.", "error"),
    "EMAIL_SUBJECT_CONFIRM": "Confirm your e-mail address",
    "EMAIL_SUBJECT_PASSWORD_RESET": "Choose a new password",
    "EMAIL_SUBJECT_PASSWORD_NOTICE": "Your password was changed",
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "Your password was changed",
    "EMAIL_HTML": False,
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}


def init_app(app: Flask) -> None:
    """Sign-in for the application; call after `app.extensions["codesight"]` is there."""
    installed = cast(Platform, app.extensions["codesight"])
    app.config.update(_config(installed.settings))
    security = Security(
        app,
        People(installed.engine),
        login_form=SignInForm,
        forgot_password_form=RecoverForm,
        send_confirmation_form=ResendForm,
        reset_password_form=SetForm,
        change_password_form=ChangeForm,
        verify_form=StillMeForm,
        mail_util_cls=letters.OutboxMail,
        totp_cls=OnceOnlyTotp,
        webauthn_util_cls=Passkeys,
        mf_recovery_codes_util_cls=RecoveryCodes,
    )
    security.mail_context_processor(letters.site)
    security.render_json(bodies.answer)
    # Signed-in people who open this page by mistake would be signed out by it.
    code = "security.two_factor_token_validation"
    app.view_functions[code] = anonymous_user_required(app.view_functions[code])
    events.register(app)
    limits.register(app)
    app.after_request(write_down)


def _config(settings: Settings) -> dict[str, Any]:
    ours = {
        **ADDRESSES, **FEATURES, **PASSWORDS, **WORDS,
        "PASSWORD_SALT": settings.secret_key,
        "TOTP_SECRETS": {"1": settings.secret_key},
        "TOTP_ISSUER": "CodeSight",
        "DATETIME_FACTORY": now,
        "JOIN_USER_ROLES": False,
        "POST_LOGIN_VIEW": "/",
        "POST_CHANGE_VIEW": "/account",
        "TWO_FACTOR_POST_SETUP_VIEW": "/account",
        "CSRF_IGNORE_UNAUTH_ENDPOINTS": True,
    }  # fmt: skip
    return {f"SECURITY_{name}": value for name, value in ours.items()} | {"PERMANENT_SESSION_LIFETIME": SIGNED_IN_FOR}
