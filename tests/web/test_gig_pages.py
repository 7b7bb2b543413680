"""The owner's pages for gigs: waves, links and packages."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import AuditEntry, Role
from codesight.assignments.models import Assignment, Slot
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.gigs import actions as gigs
from codesight.gigs import queries
from codesight.gigs.models import Gig, Invitation, Package, Tier, Wave
from codesight.lifecycle import WaveState
from codesight.reports import books
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for
from tests.web.test_review_pages import press

pytestmark = on_sqlite


@pytest.fixture
def owner(app: Flask, world: World) -> FlaskClient:
    """The owner's browser; the worker has claimed a basic package: $25 of the wave are reserved."""
    with transaction(app.extensions["codesight"].engine) as db:
        claim(db, db.get_one(Worker, world.worker_id))
    return client_for(app, Role.OWNER)


@pytest.fixture
def page(app: Flask, world: World) -> str:
    """The address of the worker's gig."""
    with reading(app.extensions["codesight"].engine) as db:
        return f"/owner/gigs/{db.get_one(Wave, world.wave_id).gig_id}"


def wave_of(app: Flask, wave_id: int) -> Wave:
    with reading(app.extensions["codesight"].engine) as db:
        return db.get_one(Wave, wave_id)


def actions_of(app: Flask, by: int) -> list[str]:
    """What the audit says this person did, in order."""
    with reading(app.extensions["codesight"].engine) as db:
        own = sa.select(AuditEntry.action).where(AuditEntry.by == by).order_by(AuditEntry.id)
        return list(db.scalars(own))


def test_every_gig_is_listed_with_its_waves_and_leads_to_its_own_pages(owner: FlaskClient, page: str) -> None:
    listed = owner.get("/owner/gigs").text
    assert listed.count("Wave 1: test workers</") + listed.count("Wave 1: test workers <span") == 2
    assert "$25.00 reserved" in listed
    assert f'href="{page}"' in listed
    for address in (page, f"{page}/edit", f"{page}/scenarios", f"{page}/post"):
        assert f'href="{address}"' in owner.get(page).text
        assert owner.get(address).status_code == 200
    # The menu says where one is on the pages below it, too.
    assert re.search(r'nav-link active" href="/owner/gigs"', owner.get(f"{page}/scenarios").text)


def test_a_wave_is_made_opened_and_closed(app: Flask, owner: FlaskClient, world: World, page: str) -> None:
    assert 'value="Wave 2"' in owner.get(page).text
    press(owner, page, f"{page}/waves", name="Wave 2", quota="25", budget="900.50")
    with reading(app.extensions["codesight"].engine) as db:
        wave = db.scalars(sa.select(Wave).where(Wave.name == "Wave 2")).one()
        assert (wave.state, wave.quota, wave.budget_cents) == (WaveState.DRAFT, 25, 90_050)
    for verb, state in (("open", WaveState.OPEN), ("close", WaveState.CLOSED)):
        press(owner, page, f"/owner/waves/{wave.id}/{verb}")
        assert wave_of(app, wave.id).state == state
    press(owner, page, f"/owner/waves/{wave.id}/close")
    assert "cannot become closed now" in owner.get(page).text
    assert actions_of(app, world.owner_id) == ["wave_made", "wave_opened", "wave_closed"]


def test_a_wave_without_a_budget_or_with_a_taken_name_is_refused_in_words(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    press(owner, page, f"{page}/waves", name="Wave 2", quota="25", budget="0.99")
    assert "Budget: At least 1.00." in owner.get(page).text
    press(owner, page, f"{page}/waves", name="Wave 2", quota="25", budget="1,000")
    assert "Budget: Write an amount such as 20 or 20.50." in owner.get(page).text
    press(owner, page, f"{page}/waves", name=wave_of(app, world.wave_id).name, quota="25", budget="100")
    assert "has a wave of that name" in owner.get(page).text


def test_a_waves_size_is_changed_but_never_below_what_is_inside_and_promised(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    action = f"/owner/waves/{world.wave_id}/size"
    press(owner, page, action, quota="50", budget="2000")
    assert "has its new size" in owner.get(page).text
    for quota, budget, why in (("50", "24.99", "spent or promised"), ("0", "100", "How many workers")):
        press(owner, page, action, quota=quota, budget=budget)
        assert why in owner.get(page).text
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(sa.update(Worker).values(wave_id=world.wave_id))
    press(owner, page, action, quota="1", budget="3000")
    assert "Nothing was changed. 2 workers are inside already." in owner.get(page).text
    wave = wave_of(app, world.wave_id)
    assert (wave.quota, wave.budget_cents) == (50, 200_000)
    assert actions_of(app, world.owner_id) == ["wave_budget_set", "wave_quota_set"]


def test_a_link_carries_its_marketplace_its_days_and_its_uses_and_is_revoked(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    into = {"wave": str(world.wave_id), "marketplace": "Fiverr", "note": "Ann's order", "max_uses": "1", "days": "7"}
    assert press(owner, page, f"{page}/links", **into).location == f"{page}#links"
    with reading(app.extensions["codesight"].engine) as db:
        link = db.scalars(sa.select(Invitation).where(Invitation.note == "Ann's order")).one()
    assert (link.marketplace, link.max_uses) == ("Fiverr", 1)
    assert timedelta(days=6, hours=23) < link.expires_at - now() <= timedelta(days=7)
    assert f"http://localhost/join/{link.token}" in owner.get(page).text
    press(owner, page, f"/owner/links/{link.token}/revoke")
    shown = owner.get(page).text
    assert link.token not in shown
    assert "revoked" in shown
    assert actions_of(app, world.owner_id) == ["link_made", "link_revoked"]


@pytest.mark.parametrize(
    "wrong", [{"days": "0"}, {"days": "366"}, {"max_uses": "0"}, {"note": ""}, {"marketplace": "eBay"}, {"wave": "999"}]
)
def test_a_link_that_makes_no_sense_is_refused(
    app: Flask, owner: FlaskClient, world: World, page: str, wrong: dict[str, str]
) -> None:
    good = {"wave": str(world.wave_id), "marketplace": "Fiverr", "note": "x", "max_uses": "1", "days": "7"}
    press(owner, page, f"{page}/links", **(good | wrong))
    assert "alert-danger" in owner.get(page).text
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalars(sa.select(Invitation)).all() == []


def test_a_link_goes_into_a_wave_of_its_own_gig_that_is_not_closed(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        own = db.get_one(Wave, world.wave_id)
        other = db.scalars(sa.select(Wave.id).where(Wave.gig_id != own.gig_id)).one()
        gigs.close_wave(db, own, now=NOW, by=None)
    for wave_id in (other, world.wave_id):
        press(owner, page, f"{page}/links", wave=str(wave_id), marketplace="", note="x", max_uses="1", days="7")
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalars(sa.select(Invitation)).all() == []


def offer(tier: str, **more: str) -> dict[str, str]:
    asked = {
        "price": "12.50",
        "bonus": "0",
        "scenario_count": "1",
        "minutes": "30",
        "level": "entry",
        "narration": "some",
    }
    return {f"{tier}-{name}": value for name, value in (asked | more).items()}


NEW = {
    "title": "Garden shopping", "description": "Shop for a garden.", "currency": "EUR", "wanted": "3",
    **offer("basic", scenarios="garden | Find a rake under 30 EUR. | rake; under 30 EUR"),
    **offer("standard", scenarios="garden | Find a red watering can. | red; metal", level="experienced"),
    **offer("premium", scenarios="garden\tFind an apple tree that fits a pot.\tapple; small", level="expert"),
}  # fmt: skip


def test_a_gig_is_made_from_scratch_and_its_work_can_be_claimed(app: Flask, owner: FlaskClient, world: World) -> None:
    assert 'value="35"' in owner.get("/owner/gigs/new").text  # it begins with the newest gig's offers
    answer = press(owner, "/owner/gigs/new", "/owner/gigs/new", **NEW)
    assert answer.status_code == 302
    with reading(app.extensions["codesight"].engine) as db:
        gig = db.scalars(sa.select(Gig).where(Gig.title == "Garden shopping")).one()
        assert (gig.currency, [p.price_cents for p in queries.packages(db, gig.id)]) == ("EUR", [1250] * 3)
        scenarios = queries.scenarios(db, gig.id)
        assert [(s.tier, s.goal) for s in scenarios][2] == (Tier.PREMIUM, "Find an apple tree that fits a pot.")
        slots = sa.select(sa.func.count()).select_from(Slot).where(Slot.scenario_id.in_([s.id for s in scenarios]))
        assert db.scalar(slots) == 9
        assert answer.location == f"/owner/gigs/{gig.id}"
    assert "No wave yet" in owner.get(answer.location).text
    assert actions_of(app, world.owner_id) == ["gig_made", *["scenarios_added"] * 3]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"currency": "JPY"}, "Not a valid choice."),
        ({"basic-price": "0.99"}, "At least 1.00."),
        ({"basic-scenario_count": "2"}, "Basic asks for 2 scenarios, and there are 1."),
        ({"premium-scenarios": "no bars"}, "Line 1: write category | goal"),
        ({"premium-scenarios": NEW["basic-scenarios"]}, "This gig has one of these goals already."),
        ({"wanted": "0"}, "Number must be between 1 and 1000."),
        ({"description": "a\0b"}, "cannot be kept"),
    ],
)
def test_a_gig_that_cannot_be_made_comes_back_with_the_reason_and_all_that_was_entered(
    app: Flask, owner: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    answer = press(owner, "/owner/gigs/new", "/owner/gigs/new", **(NEW | wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Find a red watering can." in answer.text
    with reading(app.extensions["codesight"].engine) as db:
        assert len(queries.all_gigs(db)) == 2


def test_packages_are_changed_and_the_claimed_one_stays_as_it_was(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    terms = {"title": "New words", "description": "New.", **offer("basic"), **offer("standard"), **offer("premium")}
    assert press(owner, f"{page}/edit", f"{page}/edit", **terms).status_code == 302
    assert "packages that are claimed stay as they are" in owner.get(f"{page}/edit").text
    with reading(app.extensions["codesight"].engine) as db:
        gig_id = db.get_one(Wave, world.wave_id).gig_id
        assert [(p.price_cents, p.minutes) for p in queries.packages(db, gig_id)] == [(1250, 30)] * 3
        assert db.get_one(Gig, gig_id).title == "New words"
        claimed = db.scalars(sa.select(Assignment).where(Assignment.worker_id == world.worker_id)).all()
        assert [(a.price_cents, a.bonus_cents) for a in claimed] == [(400, 100)] * 5
        assert books.check(db) == []
    assert actions_of(app, world.owner_id) == [*["package_changed"] * 3, "gig_reworded"]
    press(owner, f"{page}/edit", f"{page}/edit", **terms)
    assert "nothing was changed" in owner.get(f"{page}/edit").text
    assert len(actions_of(app, world.owner_id)) == 4


def test_of_a_change_that_is_partly_impossible_nothing_is_made(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    terms = {"title": "T", "description": "D", **offer("basic"), **offer("standard"), **offer("premium")}
    answer = press(owner, f"{page}/edit", f"{page}/edit", **(terms | {"premium-scenario_count": "50"}))
    assert answer.status_code == 422
    assert "Nothing was changed. Premium asks for 50 scenarios, and there are 16." in answer.text
    with reading(app.extensions["codesight"].engine) as db:
        assert set(db.scalars(sa.select(Package.price_cents))) == {2000, 3500, 5000}
    assert actions_of(app, world.owner_id) == []


@pytest.mark.parametrize(
    "address", ["/owner/gigs/999", "/owner/gigs/999/edit", "/owner/gigs/999/scenarios", "/owner/scenarios/999"]
)
def test_what_is_not_there_is_not_found(owner: FlaskClient, address: str) -> None:
    assert owner.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.WORKER, Role.REVIEWER, Role.PAYER])
def test_nobody_else_sees_or_changes_gigs(app: Flask, world: World, page: str, role: Role) -> None:
    client = client_for(app, role)
    for address in ("/owner/gigs", page, f"{page}/edit", f"{page}/scenarios", f"{page}/post", "/owner/gigs/new"):
        assert client.get(address).status_code == 403
    assert client.post(f"/owner/waves/{world.wave_id}/size", data={"quota": "1", "budget": "1"}).status_code == 403


def test_a_post_without_the_pages_token_changes_nothing(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        gig_id = db.get_one(Wave, world.wave_id).gig_id
        draft = gigs.create_wave(db, gig_id, name="Later", quota=1, budget_cents=100, now=NOW)
        scenario_id = queries.scenarios(db, gig_id)[0].id
    assert owner.post(f"/owner/waves/{draft.id}/open").status_code == 403
    assert owner.post(f"/owner/scenarios/{scenario_id}/retire").status_code == 403
    for action, fields in (
        (f"/owner/waves/{draft.id}/size", {"quota": "9", "budget": "9"}),
        (f"{page}/waves", {"name": "X", "quota": "1", "budget": "9"}),
        (f"{page}/slots", {"tier": "basic", "more": "1"}),
        (f"{page}/edit", {"title": "T", "description": "D", **offer("basic"), **offer("standard"), **offer("premium")}),
        ("/owner/gigs/new", NEW),
    ):
        assert owner.post(action, data=fields).status_code in (302, 422)
    assert wave_of(app, draft.id).state == WaveState.DRAFT
    assert actions_of(app, world.owner_id) == []
