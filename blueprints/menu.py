"""The menu of one's own role."""

from collections import Counter
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_login import current_user

from blueprints.web import reading
from codesight import outbox
from codesight.accounts.models import Role

MENUS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.WORKER: (
        ("Home", "worker.home"),
        ("Packages", "worker.packages"),
        ("Earnings", "worker.earnings"),
        ("Help", "help.page"),
    ),
    Role.REVIEWER: (("Queue", "review.queue"),),
    Role.OWNER: (
        ("Overview", "owner.overview"),
        ("Gigs", "gigs.index"),
        ("Workers", "workforce.index"),
        ("Work", "owner.work"),
        ("Dataset", "owner.dataset"),
        ("Review", "review.queue"),
        ("Payments", "payments.due"),
        ("System", "accounts.people"),
    ),
    Role.PAYER: (("Due", "payments.due"), ("Batches", "payments.batches"), ("Books", "payments.books")),
}
"""For each role its entries, title and view; the first is its home page."""


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str
    url: str
    here: bool


def register(app: Flask) -> None:
    """Make the menu known to every page, and how many messages wait to be read."""
    app.context_processor(lambda: {"menu": menu(), "unread_count": unread_count})


def menu() -> list[Entry]:
    """The entries for whoever is signed in; empty for others."""
    if not current_user.is_authenticated:
        return []
    entries = MENUS[current_user.role]
    alone = {name for name, n in Counter(_blueprint(view) for _, view in entries).items() if n == 1}
    return [Entry(title, url_for(view), _is_here(view, alone)) for title, view in entries]


def unread_count() -> int:
    """How many messages whoever is signed in has not read."""
    with reading() as db:
        return outbox.unread_count(db, current_user.id)


def _is_here(view: str, alone: set[str]) -> bool:
    # The pages below an entry are its own when it is the only entry of their blueprint.
    return request.endpoint == view or (_blueprint(view) in alone and request.blueprint == _blueprint(view))


def _blueprint(view: str) -> str:
    return view.partition(".")[0]


def home_view() -> str:
    """The view that somebody of this role begins with."""
    return MENUS[current_user.role][0][1]
