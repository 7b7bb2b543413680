"""Whatever is asked for by an id: other people's things, and things that do not exist, are answered alike with 404."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from blueprints.access import rule_of
from codesight.accounts.actions import make_token
from codesight.accounts.models import Role, Scope, SignIn
from codesight.assignments.models import Assignment
from codesight.db import reading, transaction
from codesight.outbox import Notice
from codesight.recordings.models import RecordingSession
from codesight.reviews.messages.models import News, Recipient
from codesight.workers.onboarding.models import QuizAttempt
from tests.support.people import NOW, World, client_for, sign_in, suspend
from tests.web.answers import rows
from tests.web.extension_browser import engine_of

NOBODYS = {
    "tier", "verb", "channel", "currency",  # words of a closed set
    "token",  # signed by the server, or an invitation's secret: its own proof
    "category", "slug", "color", "view", "number", "elsewhere", "filename",  # the practice shop, and files of ours
}  # fmt: skip
"""Arguments that name no thing of a person's."""

OFFICE = {
    "account_id", "batch_id", "feedback_id", "gig_id", "link_id", "payout_id", "scenario_id", "version", "wave_id",
}  # fmt: skip
"""Ids of things that belong to the project: who may open the page may open each of them."""

BODIES: dict[str, dict[str, Any]] = {
    "api_sessions.start": {"video_started_ms": 1.0},
    "api_sessions.pauses": {"pauses": []},
    "api_ratings.rate": {
        "stars": 3, "usable": True, "plays": True, "narrated": True, "realistic": True, "worth_pay": True,
    },
}  # fmt: skip
FIELDS = {
    "role": "reviewer", "level": "entry", "narration": "some", "what": "all", "reason": "x", "appeal": "x",
    "reference": "x", "stars": "3", "plays": "y", "realistic": "y", "name": "x", "quota": "9", "budget": "100",
    "start_hours": "9", "times_per_worker": "1", "gold_percent": "0", "fee_percent": "0", "more": "1",
    "tier": "basic", "lines": "shoes | black shoes under $100 | leather", "wanted": "1", "category": "shoes",
    "goal": "black shoes under $100", "constraints": "leather", "title": "x", "description": "x", "answer": "x",
    "version": "1",
}  # fmt: skip
"""What the forms ask for, in one: the thing is looked for before or after it was read."""


def theirs(app: Flask, world: World) -> dict[str, str | int]:
    """One of each kind of thing that belongs to a person: the other worker's."""
    sign_in(app, "other@example.org")
    with transaction(engine_of(app)) as db:
        other = world.other_worker_id
        token, _ = make_token(db, other, name="t", scopes=[Scope.READ], days=30, now=NOW)
        found: dict[str, str | int] = {
            "token_id": token.id,
            "assignment_id": db.scalars(sa.select(Assignment.id).where(Assignment.worker_id == other)).first() or 0,
            "public_id": db.scalars(
                sa.select(RecordingSession.public_id).where(RecordingSession.worker_id == other)
            ).one(),
            "sign_in_id": db.scalars(sa.select(SignIn.id).where(SignIn.account_id == other)).first() or 0,
            "attempt_id": db.scalars(sa.select(QuizAttempt.id).where(QuizAttempt.account_id == other)).first() or 0,
            "notice_id": db.scalars(sa.select(Notice.id).where(Notice.account_id == other)).first() or 0,
        }
        news = News(key="k", author_id=world.owner_id, title="Hello", text="You.", group="one", at=NOW)
        db.add(news)
        db.flush()
        db.add(Recipient(news_id=news.id, account_id=other))
        found["news_id"] = news.id
        assert all(found.values())
    return {**found, "suspension_id": suspend(engine_of(app), other)}


def asked(app: Flask, role: Role, ids: dict[str, str | int]) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of everything that the role may ask for by one of these ids."""
    for rule in app.url_map.iter_rules():
        mark = rule_of(app, rule.endpoint)
        if not isinstance(mark, frozenset) or role not in mark or not rule.arguments & set(ids):
            continue
        words = {name: min(getattr(c, "items", {"basic"})) for name, c in rule._converters.items()}
        values = {**words, **{name: ids[name] for name in rule.arguments & set(ids)}}
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, address


def not_found(app: Flask, client: FlaskClient, page: str, role: Role, ids: dict[str, str | int]) -> list[str]:
    """What was answered with anything but 404."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert token
    wrong = []
    for endpoint, method, address in asked(app, role, ids):
        kept: dict[str, Any] = {"data": {"csrf_token": token[1], **FIELDS}} if method == "POST" else {}
        if address.startswith("/api/"):
            kept = {"json": BODIES.get(endpoint, {})} if method == "POST" else {}
        answer = client.open(address, method=method, headers={"Accept": "application/json"}, **kept)
        if answer.status_code != 404:
            wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:120]}")
    return wrong


def test_every_argument_of_an_address_is_known_to_be_somebodys_or_nobodys(app: Flask, world: World) -> None:
    known = NOBODYS | OFFICE | set(theirs(app, world))
    unknown = {f"{rule.rule}: {name}" for rule in app.url_map.iter_rules() for name in rule.arguments - known}
    assert unknown == set()


def test_things_of_another_worker_are_not_there(app: Flask, world: World) -> None:
    ids = theirs(app, world)
    mine = client_for(app, Role.WORKER)
    before = rows(app)
    assert not_found(app, mine, "/packages", Role.WORKER, ids) == []
    session = {"session": ids["public_id"], "kind": "screen"}
    part = {"content_type": "video/webm", "part_number": 1, "size": 1}
    for path, body in (
        ("/api/sessions", {"assignment_id": ids["assignment_id"]}),
        ("/api/upload/url", {**session, **part}),
        ("/api/upload/complete", {**session, "size": 1}),
    ):
        assert mine.post(path, json=body).status_code == 404, path
    assert mine.get(f"/api/sessions?before={ids['public_id']}").status_code == 404
    assert rows(app) == before
    with reading(engine_of(app)) as db:
        assert db.get_one(SignIn, ids["sign_in_id"]).ended_at is None


@pytest.mark.parametrize(
    ("role", "page"), [(Role.OWNER, "/owner/people"), (Role.REVIEWER, "/account/tokens"), (Role.PAYER, "/payments")]
)
def test_things_that_do_not_exist_are_not_there_for_anybody(app: Flask, world: World, role: Role, page: str) -> None:
    ids: dict[str, str | int] = dict.fromkeys((*OFFICE, *theirs(app, world)), 2**31 - 1)
    client, before = client_for(app, role), rows(app)
    assert not_found(app, client, page, role, {**ids, "public_id": "cs_nobody"}) == []
    assert rows(app) == before
