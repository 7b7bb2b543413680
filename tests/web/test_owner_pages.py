"""The owner's pages."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.exports.models import Dataset
from codesight.workers.models import Worker
from jobs import pipeline
from tests.reviews.support import rate_and_post
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, record, submit_for_review
from tests.web.test_review_pages import press

pytestmark = on_sqlite


@pytest.fixture
def owner(app: Flask, world: World) -> FlaskClient:
    """The owner's browser; the worker has an accepted recording, one in review and one that runs."""
    with transaction(app.extensions["codesight"].engine) as db:
        first, second, third, *_ = claim(db, db.get_one(Worker, world.worker_id)).assignments
        reviewer = db.get_one(Account, world.reviewer_id)
        rate_and_post(db, submit_for_review(db, first), 5, reviewer)
        submit_for_review(db, second)
        record(db, third)
    return client_for(app, Role.OWNER)


def test_the_overview_shows_targets_money_and_what_waits(owner: FlaskClient) -> None:
    page = owner.get("/owner").text
    assert "1 waits for review" in page
    assert "$5.00 due to 1 worker" in page
    assert re.search(r"Sessions handed in.*?2 <small>of 1,500", page, re.DOTALL)
    assert "$5.00 spent" in page  # $4.00 and the bonus of $1.00
    assert "not measured yet" in page


def test_the_menu_leads_the_owner_to_review_and_payments(owner: FlaskClient) -> None:
    page = owner.get("/owner").text
    menu = re.findall(r'class="nav-link[^"]*" href="([^"]+)"[^>]*>([^<]+)<', page)
    titles = ["Overview", "Gigs", "Workers", "Work", "Dataset", "Review", "Payments", "System"]
    assert [title for _, title in menu] == titles
    assert [owner.get(address).status_code for address, _ in menu] == [200] * len(titles)
    assert 'href="/payments/books"' in owner.get("/payments").text


def test_live_recordings_come_first_and_states_can_be_chosen(owner: FlaskClient) -> None:
    page = owner.get("/owner/work").text
    assert page.index("Being recorded now") < page.index("Handed in")
    assert len(re.findall(r'href="/owner/work/cs_', page[: page.index("Handed in")])) == 2  # with the other worker's
    assert len(re.findall(r'href="/owner/work/cs_', owner.get("/owner/work?state=accepted").text)) == 1
    assert len(re.findall(r'href="/owner/work/cs_', owner.get("/owner/work?state=rejected").text)) == 0
    assert owner.get("/owner/work?state=nonsense").status_code == 404
    assert len(re.findall(r'href="/owner/work/cs_', owner.get("/owner/work?before=0").text)) == 0


def test_one_recording_shows_its_verdict_and_links_to_its_documents(owner: FlaskClient) -> None:
    found = re.search(r'href="/owner/work/(cs_\w+)"', owner.get("/owner/work?state=accepted").text)
    assert found
    page = owner.get(f"/owner/work/{found[1]}").text
    assert "5 of 5 stars" in page
    assert f"/api/extension/sessions/{found[1]}/training-data" in page
    assert owner.get(f"/api/extension/sessions/{found[1]}/data").status_code == 200
    assert "Change the rating" in page


def test_a_running_recording_can_be_looked_at_but_not_rated(owner: FlaskClient) -> None:
    found = re.search(r'href="/owner/work/(cs_\w+)"', owner.get("/owner/work?state=recording").text)
    assert found
    page = owner.get(f"/owner/work/{found[1]}").text
    assert "It has not been handed in yet." in page
    assert f"/review/{found[1]}" not in page


def test_a_version_of_the_dataset_is_asked_for_and_told_to_the_queue_afterwards(
    app: Flask, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []

    def ring(redis_url: str, dataset_id: int) -> None:
        with reading(app.extensions["codesight"].engine) as db:
            rung.append(db.get(Dataset, dataset_id) is not None)

    monkeypatch.setattr(pipeline, "dataset_wanted", ring)
    press(owner, "/owner/dataset", "/owner/dataset")
    assert rung == [True]
    assert "being built" in owner.get("/owner/dataset").text
    assert owner.get("/owner/dataset/1/download").status_code == 404


def test_a_built_version_is_downloaded_by_a_signed_address(app: Flask, owner: FlaskClient, world: World) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.add(
            Dataset(
                created_at=NOW, created_by=world.owner_id, key="datasets/v1.zip", sha256="ab" * 32, size=2048,
                sessions=1, steps=7,
            )
        )  # fmt: skip
    assert "abababababab…" in owner.get("/owner/dataset").text
    answer = owner.get("/owner/dataset/1/download")
    assert answer.status_code == 302
    assert answer.location.startswith("http://localhost/files/get/")
    assert owner.get("/owner/dataset/99999999999999999999/download").status_code == 404


@pytest.mark.parametrize("page", ["", "/gigs", "/workers", "/work", "/dataset"])
@pytest.mark.parametrize("role", [Role.WORKER, Role.REVIEWER, Role.PAYER])
def test_nobody_else_sees_the_owners_pages(app: Flask, world: World, role: Role, page: str) -> None:
    assert client_for(app, role).get(f"/owner{page}").status_code == 403
