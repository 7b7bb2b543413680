"""Gigs, waves and links."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.db import transaction
from codesight.errors import Conflict, Invalid, NotFound
from codesight.gigs import actions as gigs
from codesight.gigs import queries
from codesight.gigs.models import Level, Tier, Wave
from codesight.gigs.rules import may_take
from codesight.lifecycle import WaveState
from tests.support.people import NOW, make_gig


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as db:
        make_gig(db)
        yield db


# Basic $20, 5 scenarios, 1 h · Standard $35, 10, 2 h · Premium $50, 15, 3 h.
def test_the_first_gig_has_the_three_tiers_as_they_were_promised(db: Session) -> None:
    gig, wave = gigs.create_first_gig(db, now=NOW)
    offers = [(p.tier, p.price_cents, p.scenario_count, p.minutes, p.level) for p in queries.packages(db, gig.id)]
    assert offers == [
        (Tier.BASIC, 2000, 5, 60, Level.ENTRY),
        (Tier.STANDARD, 3500, 10, 120, Level.EXPERIENCED),
        (Tier.PREMIUM, 5000, 15, 180, Level.EXPERT),
    ]
    scenarios = queries.scenarios(db, gig.id)
    assert len(scenarios) >= 30
    for package in queries.packages(db, gig.id):
        assert sum(s.tier == package.tier for s in scenarios) >= package.scenario_count
    assert all(s.goal and s.constraints and s.category for s in scenarios)
    assert len({s.goal for s in scenarios}) == len(scenarios)
    assert (gig.currency, wave.state, queries.waves(db, gig.id)) == ("USD", WaveState.OPEN, [wave])
    # A round that could not pay for its first workers would be of no use.
    assert wave.budget_cents >= wave.quota * 2000


def test_gigs_are_found_newest_first_and_unknown_ones_not_at_all(db: Session) -> None:
    gig, wave = gigs.create_first_gig(db, now=NOW)
    assert queries.all_gigs(db)[0].id == gig.id
    assert len(queries.all_gigs(db)) == 2
    assert len(queries.all_gigs(db)[0].packages) == 3
    assert (queries.gig(db, gig.id), queries.wave(db, wave.id)) == (gig, wave)
    for look, code in (
        (lambda: queries.gig(db, 999), "gig_not_found"),
        (lambda: queries.wave(db, 999), "wave_not_found"),
        (lambda: queries.package(db, gig.id, "silver"), "unknown_tier"),
        (lambda: queries.package(db, 999, "basic"), "unknown_tier"),
        (lambda: queries.invitation(db, "nothing"), "invitation_not_found"),
        (lambda: queries.invitation(db, "no\x00thing"), "invitation_not_found"),
        (lambda: queries.invitation(db, ""), "invitation_not_found"),
    ):
        with pytest.raises(NotFound) as refusal:
            look()
        assert refusal.value.code == code


def test_a_wave_is_drafted_opened_closed_and_opened_again(db: Session) -> None:
    gig_id = queries.all_gigs(db)[0].id
    wave = gigs.create_wave(db, gig_id, name="Wave 2", quota=25, budget_cents=50_000, now=NOW)
    assert (wave.state, wave.reserved_cents, wave.spent_cents) == (WaveState.DRAFT, 0, 0)
    with pytest.raises(Conflict):
        gigs.close_wave(db, wave, now=NOW, by=None)
    gigs.open_wave(db, wave, now=NOW, by=None)
    gigs.close_wave(db, wave, now=NOW, by=None)
    gigs.open_wave(db, wave, now=NOW, by=None)
    assert wave.state == WaveState.OPEN


def test_two_waves_of_a_gig_have_two_names(db: Session) -> None:
    gig_id, other = queries.all_gigs(db)[0].id, gigs.create_first_gig(db, now=NOW)[0].id
    gigs.create_wave(db, gig_id, name="Wave 2", quota=1, budget_cents=1, now=NOW)
    with pytest.raises(Invalid) as refusal:
        gigs.create_wave(db, gig_id, name="Wave 2", quota=1, budget_cents=1, now=NOW)
    assert (refusal.value.code, set(refusal.value.details["fields"])) == ("name_taken", {"name"})
    gigs.create_wave(db, other, name="Wave 2", quota=1, budget_cents=1, now=NOW)


@pytest.mark.parametrize(
    "overrun",
    [{"reserved_cents": 101}, {"spent_cents": 101}, {"reserved_cents": 60, "spent_cents": 41}, {"spent_cents": -1}],
)
def test_the_database_itself_refuses_to_overrun_a_budget(db: Session, overrun: dict[str, int]) -> None:
    wave = gigs.create_wave(db, queries.all_gigs(db)[0].id, name="small", quota=1, budget_cents=100, now=NOW)
    with pytest.raises(sa.exc.IntegrityError), db.begin_nested():
        db.execute(sa.update(Wave).where(Wave.id == wave.id).values(**overrun))
    db.execute(sa.update(Wave).where(Wave.id == wave.id).values(reserved_cents=60, spent_cents=40))


def test_a_link_is_good_for_thirty_days_and_its_workers_and_can_be_withdrawn_once(db: Session) -> None:
    (wave, *_) = queries.waves(db, queries.all_gigs(db)[0].id)
    first, second = (gigs.invite(db, wave, note=note, max_uses=3, now=NOW) for note in ("a", "b"))
    assert (first.expires_at, first.uses, first.max_uses) == (NOW + timedelta(days=30), 0, 3)
    assert first.token != second.token
    assert len(first.token) >= 24
    assert queries.invitation(db, first.token) is first
    assert list(queries.invitations(db, wave.gig_id)) == [second, first]
    gigs.revoke(db, first, now=NOW)
    gigs.revoke(db, first, now=NOW + timedelta(days=1))
    assert (first.revoked_at, second.revoked_at) == (NOW, None)


@pytest.mark.parametrize("has", Level)
@pytest.mark.parametrize("asked", Level)
def test_a_level_takes_its_own_packages_and_those_below(has: Level, asked: Level) -> None:
    order = [Level.ENTRY, Level.EXPERIENCED, Level.EXPERT]
    assert may_take(has, asked) is (order.index(has) >= order.index(asked))
