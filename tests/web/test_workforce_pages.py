"""The owner's pages about workers, and the worker's page about how they stand."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from codesight.accounts.models import Account, Role
from codesight.checks.linking.models import Link, LinkKind
from codesight.db import reading, transaction
from codesight.gigs.models import Level
from codesight.recordings.models import Submission
from codesight.workers.models import Worker
from codesight.workers.standing.queries import rule
from tests.reviews.support import rate_and_post
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, make_worker, record, submit_for_review, suspend
from tests.web.browsing import send
from tests.web.extension_browser import engine_of

pytestmark = on_sqlite


@pytest.fixture
def owner(app: Flask, world: World) -> FlaskClient:
    """The owner's browser; the worker has an accepted recording and one that runs."""
    with transaction(engine_of(app)) as db:
        first, second, *_ = claim(db, db.get_one(Worker, world.worker_id)).assignments
        rate_and_post(db, submit_for_review(db, first), 5, db.get_one(Account, world.reviewer_id))
        record(db, second)
    return client_for(app, Role.OWNER)


def names(page: str) -> list[str]:
    return re.findall(r'class="lead-cell"><a [^>]*>[^<]*</a><div[^>]*>([^<@]+)@', page)


def row(page: str, name: str) -> str:
    found = next(one for one in page.split("<tr>") if f">{name}@" in one)
    return found


def test_workers_are_listed_with_their_numbers_and_what_they_earned(owner: FlaskClient) -> None:
    page = owner.get("/owner/workers").text
    assert "2 in all" in page
    assert re.search(r'data-label="Accepted">1<.*data-label="Stars">5.0<.*\$5.00', row(page, "worker"), re.DOTALL)
    assert "$5.00" not in row(page, "other")


def test_workers_are_filtered_searched_and_sorted(app: Flask, owner: FlaskClient, world: World) -> None:
    with transaction(engine_of(app)) as db:
        low = db.get_one(Worker, world.other_worker_id)
        low.level, low.account.name = Level.ENTRY, "Zoë 100%"
        wave_id = low.wave_id
    suspend(engine_of(app), world.worker_id)
    for query, found in {
        "level=entry": ["other"], "level=expert": ["worker"], f"wave={wave_id}": ["other"],
        "state=suspended": ["worker"], "state=active": ["other"], "state=closed": [], "state=no_consent": [],
        "text=worker%40": ["worker"], "text=100%25": ["other"], "text=%25": ["other"], "flagged=1": [],
        "sort=name": ["worker", "other"], "sort=accepted": ["worker", "other"], "sort=stars": ["worker", "other"],
        "wave=99999999999": ["worker", "other"], "level=x&after=rubbish": ["worker", "other"],
    }.items():  # fmt: skip
        assert names(owner.get(f"/owner/workers?{query}").text) == found, query


@pytest.mark.parametrize("sort", ["newest", "name", "accepted", "stars"])
def test_pages_hold_everybody_once_in_every_order(
    app: Flask, owner: FlaskClient, world: World, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine_of(app)) as db:
        wave = db.get_one(Worker, world.worker_id).wave
        for n in range(5):
            make_worker(db, wave, email=f"w{n}@example.org").account.name = "Same name"
    monkeypatch.setattr("blueprints.pages.workforce.people.PAGE", 3)
    seen, address = [], f"/owner/workers?sort={sort}"
    while address:
        page = owner.get(address).text
        seen += names(page)
        further = re.search(r'href="([^"]+)">Next', page)
        address = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == 7 and len(set(seen)) == 7


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    said: list[str] = []
    engine: Engine = engine_of(app)

    def note(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(engine, "before_cursor_execute", note)


def test_more_workers_cost_no_more_statements(
    app: Flask, owner: FlaskClient, world: World, statements: list[str]
) -> None:
    owner.get("/owner/workers")
    few = len(statements)
    with transaction(engine_of(app)) as db:
        wave = db.get_one(Worker, world.worker_id).wave
        for n in range(12):
            make_worker(db, wave, email=f"w{n}@example.org")
    statements.clear()
    owner.get("/owner/workers")
    assert len(statements) == few


def test_a_level_is_set_by_hand_and_released(app: Flask, owner: FlaskClient, world: World) -> None:
    page = f"/owner/workers/{world.worker_id}"
    assert send(owner, page, f"{page}/level", level="experienced", narration="thoughts").location == page
    said = owner.get(page).text
    assert "A worker is experienced now, and is told." in said
    assert "set by hand" in said
    assert "Your level is “experienced” now." in client_for(app, Role.WORKER).get("/home").text
    send(owner, page, f"{page}/level", level="emperor", narration="some")
    assert "Level: Not a valid choice." in owner.get(page).text
    send(owner, page, f"{page}/level/release")
    assert "Let the rule decide again" not in owner.get(page).text
    with reading(engine_of(app)) as db:
        found = db.get_one(Worker, world.worker_id)
        assert (found.level, found.level_by_hand) == (Level.EXPERIENCED, False)


def test_a_suspension_goes_from_the_owner_to_the_worker_to_an_appeal_and_back(
    app: Flask, owner: FlaskClient, world: World
) -> None:
    page, worker = f"/owner/workers/{world.worker_id}", client_for(app, Role.WORKER)
    send(owner, page, f"{page}/suspend", what="tier basic", until="2020-01-01T10:00", reason="Copies")
    assert "Choose a time that is still to come." in owner.get(page).text
    send(owner, page, f"{page}/suspend", what="tier basic", reason="Recordings of <others>.")
    assert "is suspended, and is told why" in owner.get(page).text
    standing = worker.get("/standing").text
    assert "Recordings of &lt;others&gt;." in standing
    assert "new work of the basic package" in standing
    assert "You are suspended from new work of the basic package" in worker.get("/packages").text
    suspension = re.search(r"/standing/suspensions/(\d+)/appeal", standing)
    assert suspension
    send(worker, "/standing", suspension[0], appeal="That was my sister.")
    assert "1 appeal to answer" in owner.get("/owner/workers").text
    assert "That was my sister." in owner.get(page).text
    send(owner, page, f"/owner/suspensions/{suspension[1]}/uphold", reason="The voice is yours.")
    assert "The voice is yours." in worker.get("/standing").text
    send(owner, page, f"/owner/suspensions/{suspension[1]}/lift", reason="Long enough.")
    said = worker.get("/standing").text
    assert "Long enough." in said and "You are suspended" not in said
    assert "suspension lifted" in owner.get(page).text


def test_the_rule_is_tried_out_saved_and_shown_to_the_worker(app: Flask, owner: FlaskClient, world: World) -> None:
    with transaction(engine_of(app)) as db:
        db.get_one(Worker, world.worker_id).level = Level.ENTRY
    page = owner.get("/owner/levels").text
    said = {m[0]: m[1] for m in re.findall(r'name="((?:window|thoughts|detailed|exp\w+))"[^>]*value="([\d.]+)"', page)}
    easy = {
        **said, "version": "0", "experienced_accepted": "1", "experienced_first_pass": "0",
        "experienced_narration": "some", "expert_narration": "detailed",
    }  # fmt: skip
    tried = send(owner, "/owner/levels", **easy, do="try").text
    assert "1 would move up" in tried and "Nothing is saved yet." in tried
    with reading(engine_of(app)) as db:
        assert rule(db)[0] == 0
    assert send(owner, "/owner/levels", **easy, do="save").status_code == 302
    assert "The rule counts from now on. 1 moved up at once" in owner.get("/owner/levels").text
    assert "Your level: experienced" in client_for(app, Role.WORKER).get("/standing").text
    send(owner, "/owner/levels", **easy, do="save")
    assert "Somebody else changed the rule." in owner.get("/owner/levels").text
    broken = send(owner, "/owner/levels", **{**easy, "version": "1", "expert_accepted": "0"}, do="save")
    assert broken.status_code == 422 and "1 to 1000." in broken.text
    lower = send(owner, "/owner/levels", **{**easy, "version": "1", "expert_stars": "2.5"}, do="try")
    assert lower.status_code == 422 and "Expert asks for no less than experienced." in lower.text


def test_the_worker_sees_what_is_missing_for_the_next_level(app: Flask, owner: FlaskClient, world: World) -> None:
    with transaction(engine_of(app)) as db:
        db.get_one(Worker, world.worker_id).level = Level.ENTRY
    page = client_for(app, Role.WORKER).get("/standing").text
    assert "What is missing for experienced" in page
    assert re.search(r"Accepted recordings</th><td[^>]*>1</td><td[^>]*>5</td><td>.*?not yet", page)
    assert re.search(r"Stars on average</th><td[^>]*>5</td><td[^>]*>3.8</td><td>.*?reached", page)


def test_links_are_shown_with_their_evidence_and_dismissed_with_a_reason(
    app: Flask, owner: FlaskClient, world: World
) -> None:
    with transaction(engine_of(app)) as db:
        low, high = sorted((world.worker_id, world.other_worker_id))
        submission = db.scalars(sa.select(Submission)).one()
        link = Link(
            kind=LinkKind.PAYOUT, low_id=low, high_id=high, evidence="e", details={}, found_at=NOW,
            submission_id=submission.id,
        )  # fmt: skip
        db.add(link)
        db.flush()
        link_id = link.id
    assert "1 link to look at" in owner.get("/owner/workers").text
    assert names(owner.get("/owner/workers?flagged=1").text) == ["worker", "other"]
    page = f"/owner/workers/{world.worker_id}"
    assert re.search(rf'The same payout account</strong>\s+as <a href="/owner/workers/{world.other_worker_id}"',
                     owner.get(page).text)  # fmt: skip
    send(owner, page, f"{page}/links/{link_id}/dismiss", reason="They are married.")
    assert "They are married." in owner.get(f"/owner/workers/{world.other_worker_id}").text
    assert names(owner.get("/owner/workers?flagged=1").text) == []
    assert send(owner, page, f"{page}/links/999/dismiss", reason="x").status_code == 404


def test_suspensions_of_others_are_not_there_for_a_worker(app: Flask, owner: FlaskClient, world: World) -> None:
    theirs = suspend(engine_of(app), world.other_worker_id)
    suspend(engine_of(app), world.worker_id)
    answer = send(client_for(app, Role.WORKER), "/standing", f"/standing/suspensions/{theirs}/appeal", appeal="Hm.")
    assert answer.status_code == 404
