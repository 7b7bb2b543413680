"""How often one may try: to sign in, to have mails sent, to sign up. By network address, and by account."""

from flask import Flask, request, session
from flask_limiter import Limiter
from flask_login import current_user

from blueprints.web import settings

_SAY = "Too many tries. Nothing is lost; wait a few minutes and try again."

SIGN_IN = (
    "login", "two_factor_token_validation", "mf_recovery", "wan_signin_response", "verify", "wan_verify_response",
    "change_password", "forgot_password", "reset_password", "send_confirmation",
)  # fmt: skip
"""Flask-Security's views that take a secret from somebody, or send a mail to somebody."""
SIGN_UP = ("account.join", "api_workers.create")
FEEDBACK = ("feedback.about", "feedback.say")
FEEDBACK_LIMIT = "10 per minute; 60 per day"
"""How often one person may say something: more than anybody needs, less than would bury the owner."""
WRITING = ("threads.write", "threads.answer")
"""Writing to people, who are mailed about it."""
_WRITING = "10 per minute; 60 per hour"


def register(app: Flask) -> None:
    """Before the views are registered: see `limit`."""
    url = app.extensions["codesight"].settings.redis_url
    app.extensions["limiter of tries"] = Limiter(
        address,
        app=app,
        storage_uri=f"redis+{url}" if url.startswith("unix://") else url,
        storage_options={"socket_connect_timeout": 2, "socket_timeout": 2},
        # Without the queue's server each process counts for itself; nobody is kept out.
        in_memory_fallback_enabled=True,
        # Nor is whoever asks at the very moment at which another request finds that out.
        swallow_errors=True,
        headers_enabled=True,
        retry_after="delta-seconds",
    )


def limit(app: Flask) -> None:
    """Set the limits; call when all views are registered."""
    limiter: Limiter = app.extensions["limiter of tries"]
    for endpoint in SIGN_IN:
        name = f"security.{endpoint}"
        view = app.view_functions[name]
        for key, amount in ((address, _per_address), (account, _per_account)):
            view = limiter.shared_limit(amount, scope="sign-in", key_func=key, methods=["POST"], error_message=_SAY)(
                view
            )
        app.view_functions[name] = view
    for name in SIGN_UP:
        view = app.view_functions[name]
        for key in (address, account):
            view = limiter.shared_limit(_sign_up, scope="sign-up", key_func=key, methods=["POST"], error_message=_SAY)(
                view
            )
        app.view_functions[name] = view
    for name in FEEDBACK:
        limited = limiter.shared_limit(FEEDBACK_LIMIT, scope="feedback", key_func=writer, error_message=_SAY)
        app.view_functions[name] = limited(app.view_functions[name])
    for name in WRITING:
        app.view_functions[name] = limiter.shared_limit(
            _WRITING, scope="writing", key_func=writer, methods=["POST"], error_message=_SAY
        )(app.view_functions[name])


def writer() -> str:
    """Who writes, by their account; by their address where a link stands for signing in."""
    return f"account {current_user.id}" if current_user.is_authenticated else address()


def address() -> str:
    """The network address of whoever asks."""
    return f"address {request.remote_addr}"


def account() -> str:
    """The account that is tried, whether it exists or not."""
    said = (request.get_json(silent=True) if request.is_json else request.form) or {}
    email = said.get("email") if isinstance(said, dict) else None
    if isinstance(email, str) and email:
        return f"mail {email.strip().lower()[:254]}"
    if current_user.is_authenticated:
        return f"account {current_user.id}"
    # Between password and code. Without either, an address has an account's count of its own.
    return f"begun {session['tf_user_id']}" if "tf_user_id" in session else f"nobody {request.remote_addr}"


def _per_address() -> str:
    return settings().sign_in_limit_per_address


def _per_account() -> str:
    return settings().sign_in_limit_per_account


def _sign_up() -> str:
    return settings().sign_up_limit
