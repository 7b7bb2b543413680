"""What the owner does with waves and links, and the lines it leaves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry, Role
from codesight.db import transaction
from codesight.errors import Conflict, Invalid
from codesight.gigs import actions as gigs
from codesight.gigs import queries, rules
from codesight.gigs.models import Wave
from codesight.workers import actions as workers
from tests.support.people import NOW, claim, make_account, make_gig, make_worker


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as db:
        yield db


@pytest.fixture
def owner(db: Session) -> int:
    return make_account(db, Role.OWNER).id


@pytest.fixture
def wave(db: Session) -> Wave:
    """An open wave with two workers inside and one package claimed: $25 reserved of $1,000."""
    wave = make_gig(db, budget_cents=100_000, quota=5)
    claim(db, make_worker(db, wave))
    make_worker(db, wave)
    make_worker(db, make_gig(db))
    return wave


def lines(db: Session, by: int) -> list[tuple[str, str, dict[str, object]]]:
    """What the audit says of this person."""
    own = sa.select(AuditEntry).where(AuditEntry.by == by).order_by(AuditEntry.id)
    return [(line.action, line.subject, line.details) for line in db.scalars(own)]


def test_a_budget_is_raised_and_lowered_down_to_what_is_promised(db: Session, owner: int, wave: Wave) -> None:
    assert gigs.set_budget(db, wave, 150_000, now=NOW, by=owner)
    assert gigs.set_budget(db, wave, 2_500, now=NOW, by=owner)
    assert not gigs.set_budget(db, wave, 2_500, now=NOW, by=owner)
    with pytest.raises(Invalid) as refusal:
        gigs.set_budget(db, wave, 2_499, now=NOW, by=owner)
    assert (refusal.value.code, set(refusal.value.details["fields"])) == ("budget_too_small", {"budget"})
    db.refresh(wave)
    assert (wave.budget_cents, wave.reserved_cents) == (2_500, 2_500)
    subject = f"wave:{wave.id}"
    assert lines(db, owner) == [
        ("wave_budget_set", subject, {"before": 100_000, "after": 150_000}),
        ("wave_budget_set", subject, {"before": 150_000, "after": 2_500}),
    ]


def test_money_that_is_spent_counts_like_money_that_is_promised(db: Session, owner: int, wave: Wave) -> None:
    db.execute(sa.update(Wave).where(Wave.id == wave.id).values(reserved_cents=1_000, spent_cents=1_500))
    with pytest.raises(Invalid):
        gigs.set_budget(db, wave, 2_499, now=NOW, by=owner)
    assert gigs.set_budget(db, wave, 2_500, now=NOW, by=owner)


def test_a_quota_is_raised_and_lowered_down_to_who_is_inside(db: Session, owner: int, wave: Wave) -> None:
    assert workers.set_quota(db, wave, 50, now=NOW, by=owner)
    assert workers.set_quota(db, wave, 2, now=NOW, by=owner)
    assert not workers.set_quota(db, wave, 2, now=NOW, by=owner)
    with pytest.raises(Invalid) as refusal:
        workers.set_quota(db, wave, 1, now=NOW, by=owner)
    assert (refusal.value.code, set(refusal.value.details["fields"])) == ("quota_too_small", {"quota"})
    assert [details for _, _, details in lines(db, owner)] == [
        {"before": 5, "after": 50}, {"before": 50, "after": 2},
    ]  # fmt: skip
    with pytest.raises(Conflict):
        make_worker(db, wave, email="third@example.org")


def test_what_the_owner_does_with_a_wave_and_a_link_is_in_the_audit(db: Session, owner: int, wave: Wave) -> None:
    made = gigs.create_wave(db, wave.gig_id, name="Wave 2", quota=25, budget_cents=9_000, now=NOW, by=owner)
    gigs.open_wave(db, made, now=NOW, by=owner)
    link = gigs.invite(db, made, note="x", max_uses=1, days=7, marketplace="Fiverr", now=NOW, by=owner)
    gigs.revoke(db, link, now=NOW, by=owner)
    gigs.revoke(db, link, now=NOW, by=owner)
    gigs.close_wave(db, made, now=NOW, by=owner)
    assert lines(db, owner) == [
        ("wave_made", f"wave:{made.id}", {"name": "Wave 2", "quota": 25, "budget_cents": 9_000}),
        ("wave_opened", f"wave:{made.id}", {}),
        (
            "link_made",
            f"invitation:{link.id}",
            {"wave": made.id, "marketplace": "Fiverr", "max_uses": 1, "days": 7},
        ),
        ("link_revoked", f"invitation:{link.id}", {}),
        ("wave_closed", f"wave:{made.id}", {}),
    ]
    assert (link.marketplace, link.expires_at) == ("Fiverr", NOW + timedelta(days=7))


def test_a_link_says_why_it_is_over(db: Session, wave: Wave) -> None:
    link = gigs.invite(db, wave, note="x", max_uses=1, now=NOW)
    assert rules.over(link, NOW) == ""
    assert rules.over(link, link.expires_at) == "expired"
    link.uses = 1
    assert rules.over(link, NOW) == "used up"
    gigs.revoke(db, link, now=NOW)
    assert rules.over(link, NOW) == "revoked"
    assert list(queries.invitations(db, wave.gig_id)) == [link]
