"""Help: what it says is true of the product, and found by word and by anchor without a script."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from blueprints.app import create_app
from blueprints.pages.help import content
from codesight.accounts.models import Role
from codesight.config import Settings
from codesight.db import transaction
from codesight.workers.models import Worker
from tests.architecture.source import ROOT
from tests.support.people import World, claim, client_for, hand_in
from tests.web.test_worker_pages import handed_in

PICTURES = ROOT / "blueprints" / "static" / "tutorial"


def words(html: str) -> str:
    """What a person can read of a page."""
    return unescape(" ".join(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL).split()))


@pytest.fixture
def places(app: Flask, world: World) -> dict[str, str]:
    """What can be read on each page that help speaks of, as the tutorial calls it."""
    worker = client_for(app, Role.WORKER)
    packages = words(worker.get("/packages").get_data(as_text=True))
    with transaction(app.extensions["codesight"].engine) as db:
        first, second, third = claim(db, db.get_one(Worker, world.worker_id)).assignments[:3]
        done = hand_in(db, second).session.public_id
    home = words(worker.get("/home").get_data(as_text=True))
    revised = handed_in(app, third.id, stars=2)
    pages = {
        "recorder": f"/scenarios/{first.id}",
        "submission": f"/submissions/{done}",
        "revision": f"/submissions/{revised}",
        "earnings": "/earnings",
        "feedback": "/help/feedback",
        "extension": "/help/extension",
        "shop": "/practice-shop/",
    }
    extension = {"approve": "pages/approve.html", "sites": "pages/sites.html", "popup": "popup/popup.html"}
    return {
        "packages": packages,
        "home": home,
        **{name: words(worker.get(path).get_data(as_text=True)) for name, path in pages.items()},
        **{name: words((ROOT / "extension" / path).read_text("utf-8")) for name, path in extension.items()},
    }


def test_every_button_and_page_that_help_names_is_there(app: Flask, places: dict[str, str]) -> None:
    settings = app.extensions["codesight"].settings
    told = [(step.on, step.text) for step in content.tutorial(settings)]
    told += [(step.on, step.text) for browser in content.BROWSERS for step in browser.steps]
    told += [(one.on, one.answer) for one in content.questions(settings)]
    named = [(on, name) for on, text in told for name in content.names_in(text)]
    assert len(named) > 25
    assert [(on, name) for on, name in named if name not in places[on]] == []


def test_every_picture_of_help_is_there_and_small(app: Flask) -> None:
    steps = [*content.tutorial(app.extensions["codesight"].settings), *(s for b in content.BROWSERS for s in b.steps)]
    pictures = {step.picture for step in steps if step.picture}
    assert all(step.alt for step in steps if step.picture)
    sizes = {name: (PICTURES / f"{name}.png").stat().st_size for name in pictures}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}
    assert (PICTURES / "film.webm").stat().st_size < 1_500_000
    # Nothing lies there that no page shows.
    assert {path.name for path in PICTURES.iterdir()} == {f"{name}.png" for name in sizes} | {"film.webm", "film.vtt"}


def test_the_films_captions_say_what_its_text_says_within_a_minute() -> None:
    captions = (PICTURES / "film.vtt").read_text("utf-8")
    ends = re.findall(r"--> 00:00:(\d\d\.\d{3})\n(.+)", captions)
    assert captions.startswith("WEBVTT\n")
    assert [text for _, text in ends] == content.CAPTIONS
    assert float(ends[-1][0]) <= 60


def test_questions_are_found_by_their_words_and_by_their_anchors(app: Flask) -> None:
    stranger = app.test_client()
    everything = text(stranger, "/help/questions")
    assert [one.id for one in content.questions(app.extensions["codesight"].settings)] == re.findall(
        r'<div class="question" id="([\w-]+)"', everything
    )
    found = text(stranger, "/help/questions?q=pause+package")
    assert 'id="pause"' in found and 'id="english"' not in found
    assert "No answers for “&lt;zebra&gt;”" in text(stranger, "/help/questions?q=<zebra>")
    assert "ask us" in text(stranger, "/help/questions?q=zebra")


def test_answers_hold_this_installations_own_figures(app: Flask) -> None:
    settings = replace(app.extensions["codesight"].settings, minimum_video_seconds=450, lease_hours=30)
    said = {one.id: one.answer for one in content.questions(settings)}
    assert "At least 7.5 minutes" in said["how-long"] and "30 hours" in said["time"] and "48 hours" in said["pause"]


def test_every_link_of_an_answer_leads_to_a_view(app: Flask) -> None:
    with app.test_request_context():
        for one in content.questions(app.extensions["codesight"].settings):
            assert bool(one.link) == bool(one.link_text)
            assert not one.link or url_for(one.link)


def test_chats_are_on_help_and_in_the_footer_only_where_they_are_set(app: Flask, settings: Settings) -> None:
    assert "chat" not in text(app.test_client(), "/help").lower()
    with_chat = create_app(replace(settings, help_chats=(("Discord", "https://discord.example/invite"),)))
    page = text(with_chat.test_client(), "/help")
    assert page.count('href="https://discord.example/invite"') == 2
    assert "Chat on Discord" in text(with_chat.test_client(), "/login")
    with_chat.extensions["codesight"].engine.dispose()


def text(client: FlaskClient, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)
