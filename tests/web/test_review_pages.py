"""The reviewer's pages: the queue, the evidence in the video's time, and the verdict with its money."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from codesight.accounts.models import Role
from codesight.analysis.models import AnalysisRun, AnalysisState
from codesight.capture import events
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.checks.base import Outcome
from codesight.checks.models import CheckRun
from codesight.db import reading, transaction
from codesight.lifecycle import AssignmentState, move
from codesight.payouts import queries as payouts
from codesight.recordings import actions as recordings
from codesight.recordings.models import Submission
from codesight.reports import books
from codesight.reviews.models import Review
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, record, submit_for_review

pytestmark = on_sqlite

GOOD = {"plays": "y", "narrated": "y", "realistic": "y", "worth_pay": "y", "usable": "y"}


def press(client: FlaskClient, page: str, action: str, **fields: str) -> TestResponse:
    """Post to an action with the token of the page, as its form does."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert token, f"{page} has no form"
    return client.post(action, data={"csrf_token": token[1], **fields})


def event(seq: int, kind: str, after_s: float, **more: Any) -> dict[str, Any]:
    """An event that many seconds after the video's first frame."""
    return {
        "v": 1, "seq": seq, "client_event_id": f"e{seq}", "type": kind,
        "t_wall": NOW.timestamp() * 1000 + after_s * 1000, "t_mono": 1.0, "tab_id": 1,
        "opener_tab_id": None, "frame_path": [], "shadow_path": [],
        "url": "https://shop.example/cart", "title": "Cart", "target": None, "pointer": None,
        "viewport": {"w": 1280, "h": 720, "dpr": 1, "scroll_x": 0, "scroll_y": 0}, "value": None, "trusted": True,
        "cause": None, **more,
    }  # fmt: skip


def target(name: str) -> dict[str, Any]:
    return {
        "tag": "input", "role": "textbox", "name": name, "text": "", "attributes": {},
        "candidates": [{"strategy": "css", "value": "#x", "match_count": 1}], "bbox": None,
    }  # fmt: skip


@pytest.fixture
def waiting(app: Flask, world: World) -> list[str]:
    """Public ids of two recordings that wait for review, the older first; a third is only being recorded."""
    with transaction(app.extensions["codesight"].engine) as db:
        first, second, third, *_ = claim(db, db.get_one(Worker, world.worker_id)).assignments
        session = record(db, first)
        happened = [
            event(1, "navigation", -2.0, cause="load", title="The shop"),
            event(2, "input", 12.5, target=target("Search"), value={"kind": "text", "text": "blue jeans"}),
            event(3, "input", 80.0, target=target("Card number"),
                  value={"kind": "masked", "text": "[card]", "reason": "card"}),
        ]  # fmt: skip
        rows = [events.prepared(session.id, json.dumps(one).encode()) for one in happened]
        events.store(db, [row for row in rows if isinstance(row, events.Row)])
        db.refresh(session)
        recordings.end(db, session, now=NOW)
        older = recordings.submit(db, session, note="The page was slow.", now=NOW - timedelta(hours=3))
        move(db, first, AssignmentState.CHECKING, now=NOW)
        finding = {"code": "too_short", "message": "The video is too short.", "details": {}}
        db.add(CheckRun(submission_id=older.id, name="video_length", outcome=Outcome.FLAG, findings=[finding], at=NOW))
        state = AnalysisState.NOT_CONFIGURED
        db.add(AnalysisRun(submission_id=older.id, name="transcript", state=state, note="No model.", at=NOW))
        db.add(
            Upload(
                session_id=session.id, kind=UploadKind.SCREEN, key="recordings/x/screen.webm", storage_upload_id="u",
                content_type="video/webm", state=UploadState.COMPLETE, size=10, created_at=NOW, completed_at=NOW,
                playable_key="recordings/x/screen.playable.webm", duration_ms=312_000,
            )
        )  # fmt: skip
        move(db, first, AssignmentState.IN_REVIEW, now=NOW)
        newer = submit_for_review(db, second)
        record(db, third)
        return [older.session.public_id, newer.session.public_id]


def test_the_queue_names_what_waits_and_starts_with_the_oldest(app: Flask, waiting: list[str]) -> None:
    client = client_for(app, Role.REVIEWER)
    page = client.get("/review").text
    assert "2 recordings wait for review" in page
    assert page.index(waiting[0]) < page.index(waiting[1])
    assert client.get("/review/next").location.startswith(f"/review/{waiting[0]}")


def test_an_empty_queue_says_so(app: Flask, world: World) -> None:
    client = client_for(app, Role.REVIEWER)
    assert "Nothing waits for review" in client.get("/review").text
    assert "Done: nothing waits" in client.get("/review/next", follow_redirects=True).text


def test_the_timeline_is_in_the_videos_time_and_shows_placeholders(app: Flask, waiting: list[str]) -> None:
    page = client_for(app, Role.REVIEWER).get(f"/review/{waiting[0]}").text
    places = re.findall(r'class="event" type="button" data-seq="(\d+)" data-t="([\d.]+)"', page)
    assert places == [("1", "0.0"), ("2", "12.5"), ("3", "80.0")]
    assert "blue jeans" in page
    assert re.search(r'class="masked"[^>]*>\[card\]<', page)


def test_the_evidence_is_on_the_page(app: Flask, waiting: list[str]) -> None:
    page = client_for(app, Role.REVIEWER).get(f"/review/{waiting[0]}").text
    assert re.search(r'<video id="player" src="http://localhost/files/get/[^"]+" controls', page)
    assert "The video is too short." in page
    assert "Not transcribed: no speech model is set." in page
    assert "The page was slow." in page


def test_without_a_video_the_page_says_why(app: Flask, waiting: list[str]) -> None:
    page = client_for(app, Role.REVIEWER).get(f"/review/{waiting[1]}").text
    assert "No screen recording has arrived." in page
    assert 'id="player"' not in page


def test_saving_books_the_pay_and_goes_on_to_the_next(app: Flask, world: World, waiting: list[str]) -> None:
    client = client_for(app, Role.REVIEWER)
    there = f"/review/{waiting[0]}"
    answer = press(client, there, there, stars="5", seconds="75", replaces="0", **GOOD)
    assert client.get(answer.location).location.startswith(f"/review/{waiting[1]}")
    with reading(app.extensions["codesight"].engine) as db:
        review = db.scalars(sa.select(Review)).one()
        assert (review.rating, review.usable, review.seconds, review.reviewer_id) == (5, True, 75, world.reviewer_id)
        assert payouts.balance(db, world.worker_id, "USD") == 400 + 100  # a fifth of $20, and the bonus
        assert books.check(db) == []
    press(client, f"/review/{waiting[1]}", f"/review/{waiting[1]}", stars="4", **GOOD)
    assert "Done: nothing waits" in client.get("/review/next", follow_redirects=True).text


def test_under_three_stars_a_reason_and_a_note_are_asked_for_and_nothing_is_lost(
    app: Flask, waiting: list[str]
) -> None:
    client, there = client_for(app, Role.REVIEWER), f"/review/{waiting[0]}"
    answer = press(client, there, there, stars="2", note="Please say what you think.", plays="y")
    assert answer.status_code == 422
    assert "Say what is wrong" in answer.text
    assert "Please say what you think." in answer.text
    assert re.search(r'value="2" data-key="2" required checked', answer.text)
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Review)) == 0
    fields = {"stars": "2", "note": "Please say what you think.", "reason_code": "no_narration"}
    assert press(client, there, there, **fields).status_code == 302


def test_no_stars_is_not_a_verdict(app: Flask, waiting: list[str]) -> None:
    client, there = client_for(app, Role.REVIEWER), f"/review/{waiting[0]}"
    answer = press(client, there, there, **GOOD)
    assert answer.status_code == 422
    assert "Give one to five stars." in answer.text


def test_the_slower_of_two_reviewers_is_told(app: Flask, waiting: list[str]) -> None:
    client, there = client_for(app, Role.REVIEWER), f"/review/{waiting[0]}"
    assert press(client, there, there, stars="4", replaces="0", **GOOD).status_code == 302
    answer = press(client, there, there, stars="3", replaces="0", **GOOD)
    assert "was rated in the meantime" in client.get(answer.location).text


def test_the_owner_changes_a_verdict_starting_from_it(app: Flask, waiting: list[str]) -> None:
    there = f"/review/{waiting[0]}"
    press(client_for(app, Role.REVIEWER), there, there, stars="5", **GOOD)
    owner = client_for(app, Role.OWNER)
    assert 'name="replaces" type="hidden" value="1"' in owner.get(there).text
    press(owner, there, there, stars="3", replaces="1", **GOOD)
    with reading(app.extensions["codesight"].engine) as db:
        assert [r.rating for r in db.scalars(sa.select(Review).order_by(Review.version))] == [5, 3]
        assert books.check(db) == []


def test_passed_over_recordings_are_not_offered_again_at_once(app: Flask, waiting: list[str]) -> None:
    client = client_for(app, Role.REVIEWER)
    skip = re.search(r'href="(/review/next\?skip=\d+)"', client.get(f"/review/{waiting[0]}").text)
    assert skip
    assert client.get(skip[1]).location.startswith(f"/review/{waiting[1]}?skip=")
    assert client.get("/review/next?skip=99999999999999999999999&skip=x").status_code == 302


def test_a_recording_that_was_not_handed_in_cannot_be_reviewed(app: Flask, waiting: list[str], world: World) -> None:
    with reading(app.extensions["codesight"].engine) as db:
        handed_in = sa.select(Submission.session_id)
        session = recordings.RecordingSession
        live = db.scalars(sa.select(session.public_id).where(session.id.not_in(handed_in))).first()
    answer = client_for(app, Role.REVIEWER).get(f"/review/{live}")
    assert answer.status_code == 404
    assert "has not been handed in" in answer.text


@pytest.mark.parametrize("role", [Role.WORKER, Role.PAYER])
def test_workers_and_payers_do_not_review(app: Flask, waiting: list[str], role: Role) -> None:
    client = client_for(app, role)
    assert client.get("/review").status_code == 403
    assert client.get(f"/review/{waiting[0]}").status_code == 403


def test_a_form_of_another_site_saves_nothing(app: Flask, waiting: list[str]) -> None:
    client = client_for(app, Role.REVIEWER)
    assert client.post(f"/review/{waiting[0]}", data={"stars": "5", **GOOD}).status_code == 422
    with reading(app.extensions["codesight"].engine) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Review)) == 0
