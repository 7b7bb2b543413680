"""The worker's pages: what each says in each state, and what its buttons do."""

import io
import re
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from codesight.accounts.models import Account, Role
from codesight.analysis.models import AnalysisRun, AnalysisState
from codesight.assignments.models import Assignment
from codesight.capture.models import Upload, UploadKind, UploadState
from codesight.checks.base import Outcome
from codesight.checks.models import CheckRun
from codesight.db import reading, transaction
from codesight.gigs.models import Level
from codesight.lifecycle import AssignmentState, SessionState, move
from codesight.payouts.actions import post_review
from codesight.recordings import actions as recordings
from codesight.recordings.models import Submission
from codesight.reviews import actions as reviews
from codesight.reviews.models import ReasonCode
from codesight.reviews.rules import Answers
from codesight.workers.models import Consent, Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, client_for, hand_in, submit_for_review

pytestmark = on_sqlite


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return client_for(app, Role.WORKER)


def press(client: FlaskClient, page: str, to: str) -> TestResponse:
    """Press a button of a page."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert token is not None
    return client.post(to, data={"csrf_token": token[1]}, follow_redirects=True)


def text(client: FlaskClient, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def take_basic(client: FlaskClient) -> None:
    assert press(client, "/packages", "/packages/basic/claim").status_code == 200


def mine(app: Flask, world: World) -> list[int]:
    with reading(app.extensions["codesight"].engine) as db:
        return list(db.scalars(select(Assignment.id).where(Assignment.worker_id == world.worker_id)))


def handed_in(app: Flask, assignment_id: int, *, stars: int | None = None) -> str:
    """The session of a submission, rated if `stars` are given."""
    with transaction(app.extensions["codesight"].engine) as db:
        assignment = db.get_one(Assignment, assignment_id)
        if stars is None:
            return hand_in(db, assignment).session.public_id
        submission = submit_for_review(db, assignment)
        review = reviews.rate(
            db,
            submission,
            by=db.scalars(select(Account).where(Account.role == Role.REVIEWER)).one(),
            stars=stars,
            usable=stars > 2,
            answers=Answers(True, True, True, True),
            now=NOW,
            seconds=60,
            lease_hours=10**5,
            reason_code=ReasonCode.NO_NARRATION if stars < 3 else None,
            note="Say <more> aloud.",
        )
        post_review(db, review, now=NOW)
        return submission.session.public_id


def test_without_consent_the_next_step_is_the_consent(app: Flask, world: World, client: FlaskClient) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        for consent in db.scalars(select(Consent)):
            db.delete(consent)
    assert "Read the consent" in text(client, "/home")
    assert "It opens when you have accepted the consent." in text(client, "/packages")


def test_the_next_step_goes_from_choosing_to_recording_to_waiting_to_done(
    app: Flask, world: World, client: FlaskClient
) -> None:
    assert "Choose your first package" in text(client, "/home")
    take_basic(client)
    assert "Record your next scenario" in text(client, "/home")
    for assignment_id in mine(app, world):
        handed_in(app, assignment_id)
    assert "All handed in" in text(client, "/home")
    with transaction(app.extensions["codesight"].engine) as db:
        for assignment in db.scalars(select(Assignment).where(Assignment.worker_id == world.worker_id)):
            for state in (AssignmentState.CHECKING, AssignmentState.IN_REVIEW):
                move(db, assignment, state, now=NOW)
            reviews.rate(
                db,
                db.scalars(select(Submission).where(Submission.assignment_id == assignment.id)).one(),
                by=db.get_one(Account, world.reviewer_id),
                stars=3,
                usable=True,
                answers=Answers(True, True, True, True),
                reason_code=None,
                note="",
                seconds=9,
                now=NOW,
                lease_hours=72,
            )
    assert "You are done." in text(client, "/home")


def test_a_requested_revision_comes_before_new_work(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    public_id = handed_in(app, mine(app, world)[2], stars=2)
    home = text(client, "/home")
    assert "A reviewer asks you to record this once more" in home
    assert f"/submissions/{public_id}" in home


def test_a_package_can_be_taken_once_and_then_closes_the_others(app: Flask, world: World, client: FlaskClient) -> None:
    answer = press(client, "/packages", "/packages/basic/claim")
    assert "5 scenarios are reserved for you" in answer.get_data(as_text=True)
    page = text(client, "/packages")
    assert "Take this package" not in page
    assert page.count("It opens when your present package is finished.") == 2
    answer = press(client, "/packages", "/packages/premium/claim")
    assert "Finish the package that you have" in answer.get_data(as_text=True)
    assert len(mine(app, world)) == 5


def test_a_package_above_ones_level_says_what_it_asks_for(app: Flask, world: World, client: FlaskClient) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        db.get_one(Worker, world.worker_id).level = Level.ENTRY
    page = text(client, "/packages")
    assert page.count("Take this package") == 1
    assert "It asks for level expert; yours is entry." in page


def test_a_claim_without_the_pages_token_takes_nothing(app: Flask, world: World, client: FlaskClient) -> None:
    assert client.post("/packages/basic/claim").status_code == 403
    assert mine(app, world) == []


def test_the_recorder_shows_the_goal_and_what_to_keep_in_mind(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    page = text(client, f"/scenarios/{mine(app, world)[0]}")
    with reading(app.extensions["codesight"].engine) as db:
        scenario = db.get_one(Assignment, mine(app, world)[0]).scenario
        assert all(line in page for line in (scenario.goal, *scenario.constraints))
    assert 'data-minimum-seconds="300"' in page
    assert 'data-part-size="5242880"' in page


def test_an_unfinished_attempt_is_told_to_the_recorder(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    first = mine(app, world)[0]
    with transaction(app.extensions["codesight"].engine) as db:
        session = recordings.open_session(db, db.get_one(Assignment, first), now=NOW)
    page = text(client, f"/scenarios/{first}")
    assert f'data-unfinished="{session.public_id}" data-unfinished-state="{SessionState.READY}"' in page


def test_a_scenario_that_was_handed_in_cannot_be_recorded_again(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    first = mine(app, world)[0]
    public_id = handed_in(app, first)
    page = text(client, f"/scenarios/{first}")
    assert 'id="record"' not in page
    assert f"/submissions/{public_id}" in page


def test_somebody_elses_scenario_and_session_are_not_found(app: Flask, world: World, client: FlaskClient) -> None:
    with reading(app.extensions["codesight"].engine) as db:
        foreign = db.scalars(select(Assignment).where(Assignment.worker_id == world.other_worker_id)).first()
        assert foreign is not None
    assert client.get(f"/scenarios/{foreign.id}").status_code == 404
    assert client.get("/submissions/cs_nothing").status_code == 404
    assert client.get("/submissions/cs-nothing").status_code == 400


def test_a_returned_scenario_is_no_longer_the_workers(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    first = mine(app, world)[0]
    answer = press(client, f"/scenarios/{first}", f"/scenarios/{first}/return")
    assert "The scenario is returned." in answer.get_data(as_text=True)
    with reading(app.extensions["codesight"].engine) as db:
        assert db.get_one(Assignment, first).state == AssignmentState.RETURNED


def test_the_submission_page_says_what_was_found_in_plain_words(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    public_id = handed_in(app, mine(app, world)[0])
    assert "The checks run a few minutes after you hand in" in text(client, f"/submissions/{public_id}")
    with transaction(app.extensions["codesight"].engine) as db:
        submission = db.scalars(select(Submission)).one()
        finding = {"code": "video_too_short", "message": "The video is too short.", "details": {}}
        db.add(
            CheckRun(submission_id=submission.id, name="video_length", outcome=Outcome.FLAG, findings=[finding], at=NOW)
        )
        note = "No speech model is set."
        state = AnalysisState.NOT_CONFIGURED
        db.add(AnalysisRun(submission_id=submission.id, name="transcript", state=state, note=note, at=NOW))
        db.add(
            Upload(
                session_id=submission.session_id,
                kind=UploadKind.SCREEN,
                key="k",
                storage_upload_id="u",
                size=1,
                created_at=NOW,
                content_type="video/webm",
                state=UploadState.COMPLETE,
                completed_at=NOW,
                problem="Its end is missing.",
            )
        )
    page = text(client, f"/submissions/{public_id}")
    for said in (
        "complete and long enough",
        "The video is too short.",
        note,
        "screen recording",
        "Its end is missing.",
    ):
        assert said in page


def test_five_stars_show_pay_and_bonus_on_the_submission_and_in_the_earnings(
    app: Flask, world: World, client: FlaskClient
) -> None:
    take_basic(client)
    public_id = handed_in(app, mine(app, world)[0], stars=5)
    page = text(client, f"/submissions/{public_id}")
    assert "5 of 5 stars" in page
    assert "$4.00 pay and $1.00 bonus" in page
    assert "Say &lt;more&gt; aloud." in page
    earnings = text(client, "/earnings")
    assert "$5.00" in earnings
    assert earnings.count(f'href="/submissions/{public_id}"') == 2


def test_a_requested_revision_can_be_answered_from_its_page(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    first = mine(app, world)[0]
    page = text(client, f"/submissions/{handed_in(app, first, stars=2)}")
    assert "$4.00 when the revision is accepted." in page
    assert f'id="revise" href="/scenarios/{first}"' in page


def test_a_recording_that_was_not_handed_in_leads_back_to_its_scenario(
    app: Flask, world: World, client: FlaskClient
) -> None:
    take_basic(client)
    first = mine(app, world)[0]
    with transaction(app.extensions["codesight"].engine) as db:
        session = recordings.open_session(db, db.get_one(Assignment, first), now=NOW)
    page = text(client, f"/submissions/{session.public_id}")
    assert "This recording was not handed in" in page
    assert f"/scenarios/{first}" in page


def test_news_are_shown_until_they_are_put_away(app: Flask, world: World, client: FlaskClient) -> None:
    take_basic(client)
    handed_in(app, mine(app, world)[0], stars=5)
    assert 'aria-label="News"' in text(client, "/home")
    press(client, "/home", "/messages/read")
    assert 'aria-label="News"' not in text(client, "/home")


def test_empty_earnings_say_what_comes_next(client: FlaskClient) -> None:
    assert "To your next step" in text(client, "/earnings")


def test_help_is_open_to_everybody_and_gives_the_extension_as_a_folder_to_load(app: Flask) -> None:
    stranger = app.test_client()
    assert 'href="/extension.zip"' in text(stranger, "/help")
    archive = zipfile.ZipFile(io.BytesIO(stranger.get("/extension.zip").get_data()))
    assert "codesight-extension/manifest.json" in archive.namelist()


@pytest.mark.parametrize("path", ["/home", "/packages", "/earnings", "/consent"])
def test_the_workers_pages_are_for_workers_only(app: Flask, world: World, path: str) -> None:
    assert app.test_client().get(path).status_code == 302
    assert client_for(app, Role.OWNER).get(path).status_code == 403
