"""From a link to a worker who has consented."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.errors import Conflict, Invalid, NotFound, Problem
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Invitation, Level, Wave
from codesight.workers import actions as workers
from codesight.workers import queries
from codesight.workers.models import Channel, Consent, Worker
from codesight.workers.rules import CONSENT_SHA256, CONSENT_TEXT
from tests.support.people import NOW, make_gig, make_worker


@dataclass(frozen=True)
class Door:
    """An open wave and a link into it."""

    db: Session
    wave: Wave
    invitation: Invitation


@pytest.fixture
def door(engine: Engine) -> Iterator[Door]:
    with transaction(engine) as db:
        make_worker(db, make_gig(db), email="noise@example.org")
        wave = make_gig(db)
        yield Door(db, wave, gigs.invite(db, wave, note="here", max_uses=2, now=NOW))


ANSWERS: dict[str, Any] = {
    "email": "ann@example.org", "name": "Ann", "password_hash": "x", "channel": Channel.FIVERR,
    "channel_address": "ann_buys", "order_number": "FO-1", "now": NOW,
}  # fmt: skip


def join(db: Session, invitation: Invitation, email: str = "ann@example.org") -> Worker:
    return workers.join(db, invitation, **(ANSWERS | {"email": email}))


def refused(door: Door, email: str = "ann@example.org") -> str:
    before = len(door.db.scalars(sa.select(Account.id)).all())
    with pytest.raises(Conflict) as refusal, door.db.begin_nested():
        join(door.db, door.invitation, email)
    assert len(door.db.scalars(sa.select(Account.id)).all()) == before
    return refusal.value.code


def test_a_link_makes_an_account_and_a_worker_who_begins_at_the_bottom(door: Door) -> None:
    worker = join(door.db, door.invitation)
    found = queries.worker(door.db, worker.account_id)
    assert (found.account.role, found.account.email, found.level) == (Role.WORKER, "ann@example.org", Level.ENTRY)
    assert (found.wave_id, found.gig_id, found.invitation_id) == (door.wave.id, door.wave.gig_id, door.invitation.id)
    assert (found.channel, found.channel_address, found.order_number) == (Channel.FIVERR, "ann_buys", "FO-1")
    door.db.refresh(door.invitation)
    assert door.invitation.uses == 1
    assert [w.account.name for w in queries.all_workers(door.db)] == ["Ann", "A worker"]
    pages = [queries.all_workers(door.db, limit=1, offset=offset) for offset in range(3)]
    assert [[w.account.name for w in page] for page in pages] == [["Ann"], ["A worker"], []]
    assert queries.count(door.db) == 2
    assert queries.members(door.db)[door.wave.id] == 1
    with pytest.raises(NotFound):
        queries.worker(door.db, 999)


def test_a_link_lets_in_as_many_as_it_says(door: Door) -> None:
    join(door.db, door.invitation, "a@example.org")
    join(door.db, door.invitation, "b@example.org")
    assert refused(door) == "invitation_used_up"


def test_a_withdrawn_link_lets_nobody_in(door: Door) -> None:
    gigs.revoke(door.db, door.invitation, now=NOW)
    assert refused(door) == "invitation_revoked"


def test_a_link_ends_at_its_moment(door: Door) -> None:
    door.invitation.expires_at = NOW
    assert refused(door) == "invitation_expired"
    door.invitation.expires_at = NOW + timedelta(microseconds=1)
    join(door.db, door.invitation)


def test_a_closed_wave_lets_nobody_in_until_it_opens_again(door: Door) -> None:
    gigs.close_wave(door.db, door.wave, now=NOW, by=None)
    assert refused(door) == "wave_closed"
    gigs.open_wave(door.db, door.wave, now=NOW, by=None)
    join(door.db, door.invitation)


def test_a_full_wave_lets_nobody_in_whatever_the_link_says(door: Door) -> None:
    door.wave.quota = 1
    door.db.flush()
    join(door.db, door.invitation, "first@example.org")
    assert refused(door) == "wave_full"
    door.db.refresh(door.invitation)
    assert door.invitation.uses == 1


def test_an_address_joins_once_and_a_refusal_uses_nothing_up(door: Door) -> None:
    assert refused(door, " Noise@Example.org") == "email_taken"
    door.db.refresh(door.invitation)
    assert door.invitation.uses == 0


def test_consent_is_to_a_text_and_agreeing_twice_is_one_consent(door: Door) -> None:
    worker_id = join(door.db, door.invitation).account_id
    assert len(CONSENT_TEXT) > 500
    assert not queries.has_consented(door.db, worker_id)
    for _ in range(2):
        workers.consent(door.db, worker_id, now=NOW)
    assert queries.has_consented(door.db, worker_id)
    mine = door.db.scalars(sa.select(Consent).where(Consent.account_id == worker_id)).all()
    assert [(c.text_sha256, c.at) for c in mine] == [(CONSENT_SHA256, NOW)]
    mine[0].text_sha256 = "0" * 64  # an earlier text
    door.db.flush()
    assert not queries.has_consented(door.db, worker_id)


def at_marketplace(door: Door, name: str = "Fiverr") -> Invitation:
    return gigs.invite(door.db, door.wave, note="", max_uses=5, marketplace=name, now=NOW)


def denied(door: Door, invitation: Invitation, email: str, **more: Any) -> str:
    with pytest.raises(Invalid) as refusal, door.db.begin_nested():
        workers.join(door.db, invitation, **(ANSWERS | {"email": email} | more))
    return f"{refusal.value.code} {set(refusal.value.details['fields'])}"


# The invitation link and the marketplace's order number tie an order to a worker's account.
def test_a_marketplaces_link_and_an_order_number_tie_the_order_to_one_account(door: Door) -> None:
    link = at_marketplace(door)
    worker = workers.join(door.db, link, **(ANSWERS | {"order_number": " #FO-7 "}))
    assert (worker.marketplace, worker.order_number, worker.invitation_id) == ("Fiverr", "FO-7", link.id)
    assert denied(door, link, "second@example.org", order_number="FO-7") == "order_taken {'order_number'}"
    assert denied(door, at_marketplace(door), "second@example.org", order_number="#FO-7").startswith("order_taken")
    assert denied(door, link, "second@example.org", order_number=" # ") == "order_number_missing {'order_number'}"
    door.db.refresh(link)
    assert link.uses == 1
    workers.join(door.db, link, **(ANSWERS | {"email": "second@example.org", "order_number": "FO-8"}))


def test_two_marketplaces_may_use_one_number_and_without_one_a_number_is_nobodys(door: Door) -> None:
    workers.join(door.db, at_marketplace(door), **ANSWERS)
    upwork = {"email": "u@example.org", "channel": Channel.UPWORK}
    workers.join(door.db, at_marketplace(door, "Upwork"), **(ANSWERS | upwork))
    for number in range(2):
        workers.join(door.db, door.invitation, **(ANSWERS | {"email": f"n{number}@example.org"}))


# Fiverr does not allow paying its workers outside Fiverr.
def test_who_comes_by_a_marketplace_is_paid_there(door: Door) -> None:
    link = at_marketplace(door)
    assert denied(door, link, "p@example.org", channel=Channel.PAYPAL) == "wrong_channel {'channel'}"
    elsewhere = at_marketplace(door, "Elsewhere")
    workers.join(door.db, elsewhere, **(ANSWERS | {"email": "p@example.org", "channel": Channel.PAYPAL}))


def all_at_once(engine: Engine, token: str, emails: list[str]) -> Counter[str]:
    together = Barrier(len(emails))

    def follow(email: str) -> str:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        try:
            with transaction(engine) as db:
                join(db, gig_queries.invitation(db, token), email)
        except Problem as refusal:
            return refusal.code
        return "joined"

    with ThreadPoolExecutor(len(emails)) as threads:
        return Counter(threads.map(follow, emails))


def opened(engine: Engine, *, uses: int, quota: int) -> str:
    with transaction(engine) as db:
        return gigs.invite(db, make_gig(db, quota=quota), note="", max_uses=uses, now=NOW).token


def test_of_eight_on_the_last_free_use_exactly_one_gets_in(engine: Engine) -> None:
    token = opened(engine, uses=1, quota=100)
    answers = all_at_once(engine, token, [f"p{n}@example.org" for n in range(8)])
    assert answers == {"joined": 1, "invitation_used_up": 7}
    with reading(engine) as db:
        assert len(db.scalars(sa.select(Account.id)).all()) == 1


def test_of_eight_on_the_last_free_places_of_a_wave_exactly_as_many_get_in(engine: Engine) -> None:
    token = opened(engine, uses=100, quota=3)
    answers = all_at_once(engine, token, [f"p{n}@example.org" for n in range(8)])
    assert answers == {"joined": 3, "wave_full": 5}
    with reading(engine) as db:
        assert db.scalars(sa.select(Invitation.uses)).one() == len(db.scalars(sa.select(Worker)).all()) == 3


def test_of_eight_with_the_same_address_exactly_one_gets_in(engine: Engine) -> None:
    token = opened(engine, uses=100, quota=100)
    assert all_at_once(engine, token, ["ann@example.org"] * 8) == {"joined": 1, "email_taken": 7}
    with reading(engine) as db:
        assert db.scalars(sa.select(Invitation.uses)).one() == 1


def test_of_eight_with_the_same_order_exactly_one_gets_in(engine: Engine) -> None:
    with transaction(engine) as db:
        token = gigs.invite(db, make_gig(db), note="", max_uses=100, marketplace="Fiverr", now=NOW).token
    answers = all_at_once(engine, token, [f"p{n}@example.org" for n in range(8)])
    assert answers == {"joined": 1, "order_taken": 7}
