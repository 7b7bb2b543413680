"""Closed by default: every view says who may call it, and a view that says nothing answers nobody."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from codesight.accounts.models import Role
from codesight.errors import NotAllowed, NotFound, NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])

# Flask's own static files; everything else carries a mark of its own.
_STATIC = {"static"}


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def needs(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to the signed-in people of these roles."""

    def mark(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view as open to whoever is signed in."""
    return needs(*Role)(view)


def rule_of(app: Flask, endpoint: str) -> object:
    """`"public"`, a set of roles, or None for a view without a mark."""
    if endpoint.rpartition(".")[2] in _STATIC or endpoint.startswith("security."):
        return "public"
    return getattr(app.view_functions[endpoint], "access", None)


def guard() -> None:
    """Before every request: refuse what the view's mark does not admit."""
    if request.endpoint is None:
        return
    rule = rule_of(current_app, request.endpoint)
    if rule == "public":
        return
    if not isinstance(rule, frozenset):
        raise NotFound("not_found", "There is no such page.")
    if not current_user.is_authenticated:
        raise NotSignedIn("not_signed_in", "Sign in first.")
    if current_user.role not in rule:
        raise NotAllowed("not_allowed", "Your role does not open this. Ask the owner if you should have it.")
