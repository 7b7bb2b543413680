"""Becoming a worker over HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from codesight.clock import now
from codesight.db import transaction
from codesight.gigs import actions as gigs
from codesight.gigs.models import Invitation, Wave
from codesight.gigs.queries import invitation, invitations
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World, confirm, letters, sign_in
from tests.web.answers import body, refusal, rows

pytestmark = on_sqlite


@pytest.fixture
def link(app: Flask, world: World) -> str:
    """The token of an invitation with one use left."""
    with transaction(app.extensions["codesight"].engine) as db:
        wave = db.get_one(Wave, world.wave_id)
        return gigs.invite(db, wave, note="", max_uses=1, now=now()).token


def person(link: str, **changes: Any) -> dict[str, Any]:
    return {
        "invitation": link, "email": "new@example.org", "password": PASSWORD, "name": "Ann O'Neil",
        "channel": "paypal", "channel_address": "ann@pay.example", **changes,
    }  # fmt: skip


def test_a_person_joins_consents_confirms_and_signs_in(app: Flask, link: str) -> None:
    sent = person(link, email=" New@Example.ORG ", order_number="FO123", consent=True, name=" Änne 😀 ")
    answer = app.test_client().post("/api/workers", json=sent)
    assert (answer.status_code, body(answer)) == (202, {"email": "new@example.org", "next": "confirm_email"})
    too_soon = app.test_client().post("/login", json={"email": "new@example.org", "password": PASSWORD})
    assert refusal(too_soon) == (400, "sign_in_refused")
    confirm(app, "new@example.org")
    client = sign_in(app, "new@example.org")
    assert refusal(client.post("/api/packages/basic/claim")) == (403, "profile_missing")  # the consent is there


def test_without_consent_the_account_is_made_and_claims_nothing(app: Flask, link: str) -> None:
    assert app.test_client().post("/api/workers", json=person(link)).status_code == 202
    confirm(app, "new@example.org")
    answer = sign_in(app, "new@example.org").post("/api/packages/basic/claim")
    assert refusal(answer) == (403, "consent_missing")


# A keyboard may send one character, or a letter and an accent.
@pytest.mark.parametrize("typed", ["pässwort-1234", "pa\u0308sswort-1234"])
def test_an_accent_in_a_password_counts_the_same_however_it_is_typed(app: Flask, link: str, typed: str) -> None:
    app.test_client().post("/api/workers", json=person(link, password=typed))
    confirm(app, "new@example.org")
    for again in ("pässwort-1234", "pa\u0308sswort-1234"):
        answer = app.test_client().post("/login", json={"email": "new@example.org", "password": again})
        assert answer.status_code == 200


def expired(invitation: Invitation) -> None:
    invitation.expires_at = now() - timedelta(seconds=1)


def revoked(invitation: Invitation) -> None:
    invitation.revoked_at = now()


def used_up(invitation: Invitation) -> None:
    invitation.uses = invitation.max_uses


def full(invitation: Invitation) -> None:
    invitation.wave.quota = 1


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (expired, "invitation_expired"),
        (revoked, "invitation_revoked"),
        (used_up, "invitation_used_up"),
        (full, "wave_full"),
    ],
)
def test_a_link_that_lets_nobody_in_says_why(
    app: Flask, link: str, happens: Callable[[Invitation], None], code: str
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        happens(db.query(Invitation).filter_by(token=link).one())
    before = rows(app)
    assert refusal(app.test_client().post("/api/workers", json=person(link))) == (409, code)
    assert rows(app) == before


def test_a_closed_wave_lets_nobody_in(app: Flask, world: World, link: str) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        gigs.close_wave(db, db.get_one(Wave, world.wave_id), now=now(), by=None)
    before = rows(app)
    assert refusal(app.test_client().post("/api/workers", json=person(link))) == (409, "wave_closed")
    assert rows(app) == before


@pytest.mark.parametrize("token", ["unknown", "", "a b", "é", "%00", "x" * 5000])
def test_an_unknown_link_is_not_found(app: Flask, world: World, token: str) -> None:
    before = rows(app)
    assert refusal(app.test_client().post("/api/workers", json=person(token))) == (404, "invitation_not_found")
    assert rows(app) == before


LONG = "x" * 300


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"email": "nobody"}, {"email"}),
        ({"email": ""}, {"email"}),
        ({"email": "a@b@c.example"}, {"email"}),
        ({"email": f"{LONG}@example.org"}, {"email"}),
        ({"email": "a\u0007@example.org"}, {"email"}),
        ({"password": "short"}, {"password"}),
        ({"password": "p" * 201}, {"password"}),
        ({"name": ""}, {"name"}),
        ({"name": "   "}, {"name"}),
        ({"name": "\u200b\u3164"}, {"name"}),
        ({"name": "x" * 81}, {"name"}),
        ({"name": "Ann\nBcc: all"}, {"name"}),
        ({"name": "Ann\x1b[2J"}, {"name"}),
        ({"channel_address": ""}, {"channel_address"}),
        ({"channel_address": LONG}, {"channel_address"}),
        ({"channel_address": "a\tb"}, {"channel_address"}),
        ({"order_number": "x" * 61}, {"order_number"}),
        ({"order_number": "1\r\n2"}, {"order_number"}),
        ({"email": "x", "password": "y", "name": ""}, {"email", "password", "name"}),
    ],
)
def test_every_field_that_cannot_be_used_is_named(
    app: Flask, link: str, wrong: dict[str, str], fields: set[str]
) -> None:
    before = rows(app)
    answer = app.test_client().post("/api/workers", json=person(link, **wrong))
    assert refusal(answer) == (422, "invalid_person")
    assert set(body(answer)["error"]["details"]["fields"]) == fields
    assert rows(app) == before


# PostgreSQL cannot keep a NUL: it must be refused before it gets there.
@pytest.mark.parametrize("field", ["invitation", "email", "password", "name", "channel_address", "order_number"])
def test_a_nul_in_any_text_is_refused(app: Flask, link: str, field: str) -> None:
    sent = person(link, order_number="1")
    before = rows(app)
    answer = app.test_client().post("/api/workers", json=sent | {field: sent[field] + "\x00"})
    assert refusal(answer) == (422, "invalid_body")
    assert set(body(answer)["error"]["details"]["fields"]) == {field}
    assert rows(app) == before


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b'{"name": "\\ud800"}', (400, "invalid_json")),
        (b'{"name": "\\udc00\\ud800"}', (400, "invalid_json")),
        (b"{}", (422, "invalid_body")),
        (b'{"role": "owner"}', (422, "invalid_body")),
        (b'{"consent": "yes"}', (422, "invalid_body")),
        (b'{"channel": "cash"}', (422, "invalid_body")),
    ],
)
def test_a_body_that_is_no_person_is_refused(app: Flask, world: World, sent: bytes, expected: tuple[int, str]) -> None:
    before = rows(app)
    assert refusal(app.test_client().post("/api/workers", data=sent)) == expected
    assert rows(app) == before


def test_a_taken_address_gets_the_same_answer_and_only_its_owner_is_told(app: Flask, link: str) -> None:
    client, before = app.test_client(), rows(app)
    free, taken = (
        client.post("/api/workers", json=person(several(app, link), email=email))
        for email in ("new@example.org", "Worker@example.org")
    )
    assert (free.status_code, taken.status_code) == (202, 202)
    assert body(taken) == body(free) | {"email": "worker@example.org"}
    assert [mail.subject for mail in letters(app, "new@example.org")] == ["Confirm your e-mail address"]
    assert [mail.subject for mail in letters(app, "worker@example.org")] == ["You have a CodeSight account already"]
    made = {table: count - before[table] for table, count in rows(app).items() if count != before[table]}
    assert made == {"account": 1, "worker": 1, "audit_entry": 2, "outgoing_mail": 2, "invitation": 1}
    assert sign_in(app, "worker@example.org")  # with the old password


def test_a_single_use_link_is_used_up_by_a_taken_address_too(app: Flask, link: str) -> None:
    client = app.test_client()
    assert client.post("/api/workers", json=person(link, email="worker@example.org")).status_code == 202
    for email in ("worker@example.org", "new@example.org"):
        answer = client.post("/api/workers", json=person(link, email=email))
        assert refusal(answer) == (409, "invitation_used_up")


@pytest.mark.parametrize("email", ["worker@example.org", "new@example.org"])
def test_a_full_wave_refuses_everybody_alike(app: Flask, world: World, link: str, email: str) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Wave, world.wave_id).quota = 1
    before = rows(app)
    assert refusal(app.test_client().post("/api/workers", json=person(link, email=email))) == (409, "wave_full")
    assert rows(app) == before


def several(app: Flask, link: str) -> str:
    """The token of a link with more than one use, into the same wave."""
    with transaction(app.extensions["codesight"].engine) as db:
        wave = invitation(db, link).wave
        return (
            next((one.token for one in invitations(db, wave.gig_id) if one.max_uses == 9), "")
            or gigs.invite(db, wave, note="", max_uses=9, now=now()).token
        )


def test_of_four_people_on_the_last_free_use_exactly_one_gets_in(app: Flask, link: str) -> None:
    together, engine = Barrier(4), app.extensions["codesight"].engine

    def follow(number: int) -> int:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        return app.test_client().post("/api/workers", json=person(link, email=f"p{number}@example.org")).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(follow, range(4))) == [202, 409, 409, 409]
