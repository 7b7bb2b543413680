"""The menu of one's own role."""

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

BELOW: dict[str, tuple[str, ...]] = {
    "worker.home": ("/onboarding", "/scenarios", "/submissions"),
    "worker.packages": ("/standing",),
    "gigs.index": ("/owner/scenarios",),
    "workforce.index": ("/owner/feedback", "/owner/levels", "/owner/news"),
    "accounts.people": ("/owner/audit",),
}
"""Addresses of an entry's pages that do not begin with the entry's own address."""


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
    entries = [(title, view, url_for(view)) for title, view in MENUS[current_user.role]]
    urls = [url for _, _, url in entries]
    return [Entry(title, url, _is_here(view, url, urls)) for title, view, url in entries]


def unread_count() -> int:
    """How many messages whoever is signed in has not read."""
    with reading() as db:
        return outbox.unread_count(db, current_user.id)


def _is_here(view: str, url: str, urls: list[str]) -> bool:
    if request.path == url:
        return True
    # Where an entry's address is the beginning of another one's, what lies below it belongs to neither.
    own = () if any(_below(other, url) for other in urls) else (url,)
    return any(request.path == place or _below(request.path, place) for place in (*own, *BELOW.get(view, ())))


def _below(path: str, place: str) -> bool:
    return path.startswith(place.rstrip("/") + "/")


def home_view() -> str:
    """The view that somebody of this role begins with."""
    return MENUS[current_user.role][0][1]
