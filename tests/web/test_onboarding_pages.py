"""The pages and paths of the first steps; what the verbs do is tested with them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from codesight.accounts.models import Role
from codesight.db import reading, transaction
from codesight.recordings.models import TrainingSession
from codesight.reports import diversity
from codesight.workers.models import Consent, Worker
from codesight.workers.onboarding.models import DeviceCheck, Profile, QuizAttempt, TrainingPass
from tests.support.database import on_sqlite
from tests.support.people import World, client_for, right_answers, sign_in
from tests.web.answers import body, refusal, rows
from tests.web.browsing import send

pytestmark = on_sqlite

GOOD = {
    "extension_version": "9.0.0", "extension_connected": True, "microphone_level": 0.5, "screen_brightest": 255,
    "screen_changes": 9, "free_bytes": 10**10,
}  # fmt: skip


@pytest.fixture
def newcomer(app: Flask, world: World) -> FlaskClient:
    """The worker, who has done nothing yet."""
    with transaction(app.extensions["codesight"].engine) as db:
        for table in (Consent, Profile, DeviceCheck, TrainingPass, QuizAttempt):
            db.execute(delete(table).where(table.account_id == world.worker_id))
    return client_for(app, Role.WORKER)


def text(client: FlaskClient, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def next_code(client: FlaskClient) -> str | None:
    return next((s["code"] for s in body(client.get("/api/onboarding"))["steps"] if s["state"] == "next"), None)


def test_the_steps_are_one_path_from_the_home_page_to_the_first_claim(
    app: Flask, world: World, newcomer: FlaskClient
) -> None:
    home, before = text(newcomer, "/home"), rows(app)
    assert "0 of 5 first steps done" in home
    assert "Read the consent" in home
    assert refusal(newcomer.post("/api/packages/basic/claim")) == (403, "consent_missing")
    assert rows(app) == before
    said = body(newcomer.post("/api/packages/basic/claim"))["error"]["details"]
    assert said["missing"] == [
        "consent_missing", "profile_missing", "device_not_checked", "training_not_passed", "quiz_not_passed",
    ]  # fmt: skip
    assert send(newcomer, "/consent", agree="y").location == "/onboarding/profile"
    profile = {"country": "DE", "languages": ["en", "de"], "experience": "some"}
    optional = {"age_band": "", "buys_online": "weekly", "shops_on": ""}
    assert send(newcomer, "/onboarding/profile", **profile, **optional).location == "/onboarding/device"
    assert "1 of 5" not in text(newcomer, "/home")
    assert "2 of 5 first steps done" in text(newcomer, "/home")
    checked = newcomer.post("/api/onboarding/device", json={**GOOD, "microphone_level": 0.01})
    assert (checked.status_code, body(checked)["passed"]) == (201, False)
    assert next_code(newcomer) == "device_not_checked"
    assert "Nothing was heard" in text(newcomer, "/onboarding/device")
    assert body(newcomer.post("/api/onboarding/device", json=GOOD))["passed"] is True
    assert next_code(newcomer) == "training_not_passed"
    with transaction(app.extensions["codesight"].engine) as db:
        db.add(TrainingPass(account_id=world.worker_id, task="1", at=db.scalars(select(Worker.created_at)).first()))
    answer_quiz(app, newcomer, right_answers("1"))
    assert body(newcomer.get("/api/onboarding"))["done"] is True
    assert newcomer.post("/api/packages/basic/claim").status_code == 200
    # Another laptop is checked before it records; what is under way stays.
    link = re.search(r'href="(/scenarios/\d+)"', text(newcomer, "/home"))
    assert link is not None
    assert 'id="record"' in text(newcomer, link[1])
    newcomer.environ_base["HTTP_USER_AGENT"] = "Chrome/150.0 Windows"
    assert 'id="record"' not in text(newcomer, link[1])
    assert "Check this computer first" in text(newcomer, link[1])


def test_a_step_that_is_asked_again_stands_beside_the_work_and_not_before_it(app: Flask, world: World) -> None:
    worker = client_for(app, Role.WORKER)
    assert worker.post("/api/packages/basic/claim").status_code == 200
    with transaction(app.extensions["codesight"].engine) as db:
        db.execute(delete(Consent).where(Consent.account_id == world.worker_id))
    home = text(worker, "/home")
    assert "Open the recorder" in home
    assert "before you take your next package. What you have begun can be finished" in home
    assignment = body(worker.get("/api/claim"))["claim"]["assignments"][0]["id"]
    assert worker.post("/api/sessions", json={"assignment_id": assignment}).status_code == 201


def answer_quiz(app: Flask, client: FlaskClient, answers: dict[str, int]) -> str:
    """Begin, answer, and follow to the result."""
    send(client, "/onboarding/quiz", "/onboarding/quiz/start")
    page = text(client, "/onboarding/quiz")
    attempt = re.search(r'action="(/onboarding/quiz/\d+)"', page)
    assert attempt is not None
    assert order(text(client, "/onboarding/quiz")) == order(page)  # the same on every load
    incomplete = send(client, "/onboarding/quiz", attempt[1], narration="1")
    assert incomplete.status_code == 422
    assert "7 questions have no answer yet" in incomplete.get_data(as_text=True)
    sent = send(client, "/onboarding/quiz", attempt[1], **{q: str(n) for q, n in answers.items()})
    assert sent.status_code == 302
    return attempt[1]


def order(page: str) -> list[str]:
    """The options as they follow each other."""
    found = re.findall(r'type="radio" name="\w+" id="([\w-]+)"', page)
    assert len(found) == 24
    return found


def test_wrong_answers_are_explained_and_sending_them_again_counts_nothing(app: Flask, newcomer: FlaskClient) -> None:
    wrong = {**right_answers("1"), "narration": 0, "checkout": 1, "unpaid": 0}
    attempt = answer_quiz(app, newcomer, wrong)
    page = text(newcomer, attempt)
    assert "Not yet: 5 of 8 were right" in page
    assert page.count("Right is:") == 3
    assert "Only your voice tells why" in page
    before = rows(app)
    assert newcomer.post(attempt, data={"csrf_token": token(newcomer), **right_answers("1")}).location == attempt
    assert "Not yet: 5 of 8 were right" in text(newcomer, attempt)
    assert rows(app) == before
    assert "You can try again from" in text(newcomer, "/onboarding/quiz")


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text(client, "/onboarding/profile"))
    assert found is not None
    return found[1]


def test_practice_is_opened_like_any_session_and_belongs_to_nobody_else(
    app: Flask, world: World, newcomer: FlaskClient
) -> None:
    made = body(newcomer.post("/api/onboarding/training"))
    at = f"/api/sessions/{made['id']}"
    assert (made["kind"], made["state"], "assignment_id" in made) == ("training", "ready", False)
    assert body(newcomer.post("/api/onboarding/device/session"))["id"] == made["id"]
    assert body(newcomer.post(f"{at}/start", json={"video_started_ms": 1.0}))["state"] == "recording"
    assert refusal(newcomer.post(f"{at}/submit")) == (409, "still_recording")
    part = {"session": made["id"], "kind": "screen", "content_type": "video/webm", "part_number": 1, "size": 9}
    assert newcomer.post("/api/upload/url", json=part).status_code == 200
    assert body(newcomer.post(f"{at}/stop"))["state"] == "stopped"
    assert refusal(newcomer.get(f"/api/onboarding/training/{made['id']}")) == (404, "not_handed_in")
    other = sign_in(app, "other@example.org")
    for method, path in (
        ("GET", f"{at}/ticket"), ("POST", f"{at}/stop"), ("POST", f"{at}/submit"),
        ("GET", f"/api/onboarding/training/{made['id']}"),
    ):  # fmt: skip
        assert refusal(other.open(path, method=method)) == (404, "session_not_found")
    assert other.get(f"/onboarding/training/{made['id']}").status_code == 404
    assert newcomer.post(f"{at}/submit").status_code == 201
    assert "It is being looked at" in text(newcomer, f"/onboarding/training/{made['id']}")
    assert body(newcomer.get(f"/api/onboarding/training/{made['id']}"))["judged_at"] is None
    assert "being looked at" in text(newcomer, "/onboarding/training")
    # Nobody meets it as work: neither its worker, nor those who run the project.
    assert body(newcomer.get("/api/sessions"))["sessions"] == []
    for role in (Role.OWNER, Role.REVIEWER):
        assert refusal(client_for(app, role).get(at)) == (404, "session_not_found")
    assert made["id"] not in text(client_for(app, Role.OWNER), "/owner/work")
    with reading(app.extensions["codesight"].engine) as db:
        assert db.query(TrainingSession).count() == 1


def test_somebody_elses_attempt_is_not_found(app: Flask, world: World, newcomer: FlaskClient) -> None:
    with reading(app.extensions["codesight"].engine) as db:
        theirs = db.scalars(select(QuizAttempt.id).where(QuizAttempt.account_id == world.other_worker_id)).one()
    assert newcomer.get(f"/onboarding/quiz/{theirs}").status_code == 404
    assert send(newcomer, "/onboarding/profile", f"/onboarding/quiz/{theirs}").status_code == 404


def test_the_owner_changes_what_is_asked_and_it_counts_at_once(app: Flask, world: World, newcomer: FlaskClient) -> None:
    owner = client_for(app, Role.OWNER)
    with reading(app.extensions["codesight"].engine) as db:
        page = f"/owner/gigs/{db.get_one(Worker, world.worker_id).gig_id}"
    sent = send(owner, f"{page}/edit", f"{page}/first-steps", step=["profile"], quiz_version="1")
    assert sent.location == f"{page}/edit"
    assert "Saved. It counts for the next claim" in text(owner, f"{page}/edit")
    steps = body(newcomer.get("/api/onboarding"))["steps"]
    assert [s["step"] for s in steps] == ["consent", "profile"]
    send(owner, f"{page}/edit", f"{page}/first-steps", step=["profile"], quiz_version="none such")
    assert "There is no such version of the quiz." in text(owner, f"{page}/edit")


def test_optional_answers_are_shown_in_sums_that_give_nobody_away(app: Flask, world: World) -> None:
    def sizes(**counts: int) -> dict[str, int | None]:
        return {group.answer: group.people for group in diversity.hidden_when_small(counts)}

    assert sizes(a=20, b=9, c=6) == {"a": 20, "b": 9, "c": 6}
    assert sizes(a=20, b=9, c=3) == {"a": 20, "b": None, "c": None}  # alone it could be subtracted
    assert sizes(a=20, b=3, c=3) == {"a": 20, "b": None, "c": None}
    assert sizes(a=20, b=7, c=2, d=1) == {"a": 20, "b": None, "c": None, "d": None}
    assert sizes(a=3) == {"a": None}
    owner = client_for(app, Role.OWNER)
    page = text(owner, "/owner/workers/diversity")
    assert "fewer than 5" in page
    assert "worker@example.org" not in page
