"""The web application, put together."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from blueprints import access, commands, errors, menu, present
from blueprints.api import admin, extension, files, packages, ratings, sessions, upload, workers
from blueprints.api import health as health_api
from blueprints.api import onboarding as onboarding_api
from blueprints.live import extension_ws
from blueprints.pages import (
    account,
    accounts,
    assigning,
    diversity,
    feedback,
    gigs,
    help,
    messages,
    news,
    notifications,
    onboarding,
    owner,
    payments,
    practice_shop,
    recorder,
    review,
    standing,
    threads,
    worker,
    workforce,
)
from blueprints.pages import settings as own_settings
from blueprints.security import bodies, limits, setup
from blueprints.web import RowIdConverter, storage
from blueprints.web import settings as installed
from codesight.config import Settings
from codesight.errors import NotAllowed
from codesight.platform import Platform

MAX_JSON_BYTES = 1024 * 1024
"""Largest body of anything but a file."""

BLUEPRINTS = (
    health_api.bp, workers.bp, packages.bp, sessions.bp, extension.bp, upload.bp, files.bp, ratings.bp, admin.bp,
    account.bp, own_settings.bp, messages.bp, notifications.bp, threads.bp, news.bp, accounts.bp, worker.bp,
    recorder.bp, review.bp, owner.bp, workforce.bp, standing.bp, gigs.bp, assigning.bp, onboarding.bp,
    onboarding_api.bp, diversity.bp, payments.bp, help.bp, feedback.bp,
    practice_shop.bp, extension_ws.bp,
)  # fmt: skip

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob: {fetched}; connect-src 'self' {sent}; "
    "frame-ancestors 'self'; base-uri 'none'; object-src 'none'; form-action 'self'"
)


def create_app(settings: Settings) -> Flask:
    """The application for one installation."""
    app = Flask(__name__)
    app.url_map.converters["int"] = RowIdConverter
    app.extensions["codesight"] = Platform.of(settings)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_JSON_BYTES,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n)
    app.json_provider_class = bodies.ShallowJSON  # Flask-Security makes its own out of it
    Bootstrap5(app)
    setup.init_app(app)
    errors.register(app)
    present.register(app)
    menu.register(app)
    help.register(app)
    app.before_request(refuse_other_sites)
    app.before_request(bodies.refuse_odd_bodies)
    app.before_request(access.guard)
    app.after_request(protect)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    limits.limit(app)
    extension_ws.init_app(app)
    app.cli.add_command(commands.storage)
    return app


def refuse_other_sites() -> None:
    """Nothing changes on behalf of a signed-in person because another site asked their browser to."""
    origin = request.headers.get("Origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or origin is None:
        return
    if urlsplit(origin).netloc != request.host:
        raise NotAllowed("foreign_origin", "This request came from another site.", origin=origin[:100])


def protect(response: Response) -> Response:
    """Headers that every answer carries."""
    files, settings = storage(), installed()
    policy = CONTENT_SECURITY_POLICY.format(fetched=files.delivery_origin, sent=files.origin)
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if settings.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
