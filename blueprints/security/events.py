"""What follows when somebody signs in or out, or changes how they sign in: sessions, audit, mail."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, g, request, session
from flask_login import user_logged_out
from flask_security import (
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    user_confirmed,
    wan_deleted,
    wan_registered,
)
from flask_security.utils import set_request_attr

from blueprints.security import letters
from blueprints.security.people import later
from blueprints.web import Session, reading, transaction
from codesight.accounts import actions, queries
from codesight.accounts.models import Account
from codesight.clock import now

SEEN_EVERY = timedelta(minutes=5)
"""How exactly the list of sign-ins says when a browser was last in use."""
_COOKIE = "sign_in"


def register(app: Flask) -> None:
    """Listen, and read the cookie our way."""
    app.login_manager.user_loader(whose_cookie)
    # Programs show a token of ours: see access.guard.
    app.login_manager.request_loader(lambda _: None)
    for signal, listener in (
        (user_authenticated, _signed_in),
        (user_logged_out, _signed_out),
        (password_changed, _noting("password_changed")),
        (password_reset, _password_reset),
        (user_confirmed, _noting("address_confirmed")),
        (tf_profile_changed, _noting("authenticator_set", "An authenticator app was set up")),
        (tf_disabled, _noting("authenticator_taken", "The authenticator app was removed")),
        (wan_registered, _noting("passkey_added", "A passkey was added")),
        (wan_deleted, _noting("passkey_taken", "A passkey was removed")),
    ):
        signal.connect(listener, app, weak=False)


def whose_cookie(user_id: str) -> Account | None:
    """The person whose sign-in the browser's cookie names, as long as that lasts."""
    token, moment = session.get(_COOKIE), now()
    if not isinstance(token, str):
        return None
    with reading() as db:
        found = queries.sign_in(db, token, now=moment)
    if found is None or found.account.fs_uniquifier != user_id:
        return None
    if moment - found.last_seen_at > SEEN_EVERY:
        with transaction() as db:
            actions.seen(db, found.id, now=moment)
    g.sign_in_id = found.id
    # For Flask-Security: how they came, and when they last showed who they are.
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found.account


def _signed_in(app: Flask, user: Account, **_: Any) -> None:
    token, browser = secrets.token_urlsafe(32), request.user_agent.string
    session[_COOKIE] = token
    # "Remember me" keeps our cookie; Flask-Login's own would sign in again where the person has ended it.
    session.permanent = session.pop("_remember", None) == "set"
    later(lambda db: actions.begin_sign_in(db, user.id, token, browser, now=now()))


def _signed_out(app: Flask, user: Account, **_: Any) -> None:
    session.pop(_COOKIE, None)
    sign_in_id = g.pop("sign_in_id", None)
    if sign_in_id is not None:
        account_id = user.id
        later(lambda db: actions.end_sign_ins(db, account_id, now=now(), only=sign_in_id))


def _password_reset(app: Flask, user: Account, **_: Any) -> None:
    if user.confirmed_at is None:
        # The link came to their address.
        user.confirmed_at = now()
        app.extensions["security"].datastore.put(user)
    _noting("password_reset")(app, user)


def _noting(action: str, mail: str = "") -> Callable[..., None]:
    """A listener that writes a line in the audit, and a mail if there is something to tell."""

    def note(app: Flask, user: Any, **_: Any) -> None:
        account = getattr(user, "_get_current_object", lambda: user)()

        def write(db: Session) -> None:
            actions.audit(db, action, actions.subject_of(account.id), {}, now=now(), by=account.id)
            if mail:
                letters.second_factor_changed(db, account, mail)

        later(write)

    return note
