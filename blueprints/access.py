"""Closed by default: every view says who may call it, and a view that says nothing answers nobody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints.errors import for_machines
from blueprints.web import reading, settings, transaction
from codesight.accounts import actions, queries
from codesight.accounts.models import Account, Role, Scope
from codesight.clock import now
from codesight.errors import NotAllowed, NotFound, NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])

# Flask's own static files; everything else carries a mark of its own.
_STATIC = {"static"}
_EVERYBODY = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()

SECURITY_VIEWS: dict[str, str | frozenset[Role]] = {
    "login": "public", "two_factor_token_validation": "public", "tf_select": "public", "mf_recovery": "public",
    "wan_signin": "public", "wan_signin_response": "public", "forgot_password": "public", "reset_password": "public",
    "send_confirmation": "public", "confirm_email": "public",
    "verify": _EVERYBODY, "wan_verify": _EVERYBODY, "wan_verify_response": _EVERYBODY,
    "change_password": _EVERYBODY, "two_factor_setup": _EVERYBODY, "two_factor_setup_validate": _EVERYBODY,
    "mf_recovery_codes": _EVERYBODY, "wan_register": _EVERYBODY, "wan_register_response": _EVERYBODY,
    "wan_delete": _EVERYBODY,
    # A code by mail in place of the second factor would make two factors of the mailbox alone.
    "two_factor_rescue": NOBODY,
}  # fmt: skip
"""Who may call Flask-Security's own views."""

_TOKEN_SEEN_EVERY = timedelta(minutes=1)


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    view.access = "public"
    return view


def needs(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to the signed-in people of these roles."""

    def mark(view: View) -> View:
        view.access = frozenset(roles)
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view as open to whoever is signed in."""
    return needs(*Role)(view)


def scoped(scope: Scope) -> Callable[[View], View]:
    """Mark a view as open to programs too, whose token has this scope. Without the mark no token opens it."""

    def mark(view: View) -> View:
        view.scope = scope
        return view

    return mark


def without_second_factor(view: View) -> View:
    """Mark a view as open before a second factor was set up where one is required."""
    view.without_second_factor = True
    return view


def rule_of(app: Flask, endpoint: str) -> object:
    """`"public"`, a set of roles, or None for a view without a mark."""
    if endpoint.rpartition(".")[2] in _STATIC:
        return "public"
    if endpoint.startswith("security."):
        return SECURITY_VIEWS.get(endpoint.removeprefix("security."))
    return getattr(app.view_functions[endpoint], "access", None)


def scope_of(app: Flask, endpoint: str) -> Scope | None:
    """The scope that a token needs; None for a view that is for people only."""
    return getattr(app.view_functions[endpoint], "scope", None)


def guard() -> Response | None:
    """Before every request: refuse what the view's mark does not admit."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule == "public":
        return None
    if not isinstance(rule, frozenset):
        raise NotFound("not_found", "There is no such page.")
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        _admit_token(secret.strip())
    if not current_user.is_authenticated:
        raise NotSignedIn("not_signed_in", "Sign in first.")
    if current_user.role not in rule:
        raise NotAllowed("not_allowed", "Your role does not open this. Ask the owner if you should have it.")
    return _ask_for_second_factor(current_user)


def _admit_token(secret: str) -> None:
    moment = now()
    with reading() as db:
        token = queries.token(db, secret, now=moment)
    if token is None:
        raise NotSignedIn("invalid_token", "This token is not known, has expired or was revoked. Make a new one.")
    scope = scope_of(current_app, request.endpoint or "")
    if scope is None:
        raise NotAllowed("not_for_tokens", "This is for people; a token does not open it.")
    if scope.value not in token.scopes:
        raise NotAllowed("scope_missing", f"This needs a token with the scope {scope}.", scope=scope.value)
    if token.last_used_at is None or moment - token.last_used_at > _TOKEN_SEEN_EVERY:
        with transaction() as db:
            actions.token_used(db, token.id, now=moment)
    # Whoever the cookie stands for, the token counts: its scopes must not be widened by a browser's cookie.
    g._login_user = token.account


def _ask_for_second_factor(account: Account) -> Response | None:
    endpoint = request.endpoint or ""
    if account.role not in settings().require_second_factor or account.has_second_factor:
        return None
    if endpoint.startswith("security.") or getattr(
        current_app.view_functions[endpoint], "without_second_factor", False
    ):
        return None
    if for_machines():
        raise NotAllowed("second_factor_missing", "Your role needs a second factor. Set one up on your account's page.")
    return redirect(url_for("settings.overview"))
