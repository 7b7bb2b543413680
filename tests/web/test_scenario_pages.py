"""The owner's pages for the scenarios of a gig."""

import re

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from codesight.assignments.models import Slot
from codesight.db import reading
from codesight.gigs.models import Scenario, Tier
from tests.support.database import on_sqlite
from tests.support.people import World
from tests.web.test_gig_pages import actions_of
from tests.web.test_gig_pages import owner as owner  # in whose gig something is claimed
from tests.web.test_gig_pages import page as page
from tests.web.test_review_pages import press

pytestmark = on_sqlite


def test_scenarios_are_added_wanted_more_often_reworded_and_retired(
    app: Flask, owner: FlaskClient, world: World, page: str
) -> None:
    address = f"{page}/scenarios"
    line = "garden | Find a rake under $30. | rake; under $30"
    assert press(owner, address, address, tier="basic", lines=line, wanted="2").status_code == 302
    with reading(app.extensions["codesight"].engine) as db:
        rake = db.scalars(sa.select(Scenario).where(Scenario.goal == "Find a rake under $30.")).one()
    assert owner.get(address).text.count("Find a rake under $30.") == 2  # shown, and named for those who hear the page
    press(owner, address, f"{page}/slots", tier="basic", more="3")
    own = f"/owner/scenarios/{rake.id}"
    press(owner, own, own, category="garden", goal="Find a rake under $25.", constraints="rake\nunder $25")
    with reading(app.extensions["codesight"].engine) as db:
        new = db.scalars(sa.select(Scenario).where(Scenario.goal == "Find a rake under $25.")).one()
        assert (new.constraints, new.tier) == (["rake", "under $25"], Tier.BASIC)
        assert len(db.scalars(sa.select(Slot.id).where(Slot.scenario_id == new.id)).all()) == 5
    assert "Nobody new has got it since" in owner.get(own).text
    press(owner, f"/owner/scenarios/{new.id}", f"/owner/scenarios/{new.id}/retire")
    assert "rake" not in owner.get(address).text
    assert actions_of(app, world.owner_id) == ["scenarios_added", "scenario_replaced", "scenario_retired"]


def test_what_cannot_be_a_scenario_comes_back_with_the_reason(owner: FlaskClient, page: str) -> None:
    address = f"{page}/scenarios"
    for lines, said in (
        ("no bars", "Line 1: write category | goal"),
        ("shoes | Find black dress shoes under $100. | black", "This gig has one of these goals already."),
    ):
        answer = press(owner, address, address, tier="basic", lines=lines, wanted="1")
        assert (answer.status_code, said in answer.text, lines in answer.text) == (422, True, True)
    found = re.search(r"/owner/scenarios/\d+", owner.get(address).text)
    assert found
    answer = press(owner, found[0], found[0], category="", goal="Short", constraints="x")
    assert answer.status_code == 422
    answer = press(owner, found[0], found[0], category="c", goal="Short", constraints="x")
    assert "A goal of 10 to 300 characters." in answer.text


def test_the_last_scenarios_of_a_package_are_not_retired(app: Flask, owner: FlaskClient, page: str) -> None:
    premium = owner.get(f"{page}/scenarios").text.partition("Premium:")[2]
    ids = re.findall(r"/owner/scenarios/(\d+)", premium)
    assert len(ids) == 16
    for one in ids[:2]:
        press(owner, f"/owner/scenarios/{one}", f"/owner/scenarios/{one}/retire")
    assert "Premium asks for 15 scenarios. Add another one first." in owner.get(f"{page}/scenarios").text
