"""Uploads as a browser does them: through the API, to the folder storage, and back with ranges."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from codesight.accounts.models import Role
from codesight.assignments.models import Assignment
from codesight.config import Settings
from codesight.db import reading, transaction
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, claim, client_for, record, sign_in

pytestmark = on_sqlite

TYPE = "video/webm;codecs=vp8,opus"
PART = 5 * 1024 * 1024


@pytest.fixture
def session(app: Flask, world: World) -> str:
    """The id of a session of `world`'s worker that is recording."""
    with transaction(app.extensions["codesight"].engine) as db:
        return record(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0]).public_id


@pytest.fixture
def worker(app: Flask, session: str) -> FlaskClient:
    return client_for(app, Role.WORKER)


def ask(client: FlaskClient, session: str, **other: Any) -> TestResponse:
    """Ask where to send a part: the first one of three bytes if nothing else is said."""
    body = {"session": session, "kind": "screen", "content_type": TYPE, "part_number": 1, "size": 3}
    return client.post("/api/upload/url", json=body | other)


def send(client: FlaskClient, signed: dict[str, Any], body: bytes, **headers: str) -> TestResponse:
    """Send a part, as anybody who has the address can."""
    # gunicorn says that its stream ends by itself, and Werkzeug then treats its own limit differently.
    return client.put(
        urlsplit(signed["url"]).path,
        data=body,
        headers=signed["headers"] | headers,
        environ_overrides={"wsgi.input_terminated": True},
    )


def send_part(client: FlaskClient, session: str, number: int, body: bytes) -> None:
    signed = ask(client, session, part_number=number, size=len(body)).json
    assert signed is not None
    assert send(client, signed, body).status_code == 200


def complete(client: FlaskClient, session: str, size: int, kind: str = "screen") -> TestResponse:
    return client.post("/api/upload/complete", json={"session": session, "kind": kind, "size": size})


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["error"]["code"]


def stored(settings: Settings, session: str) -> Path:
    return settings.var / "files" / "recordings" / session / "screen.webm"


def test_a_file_goes_up_in_parts_and_comes_back_with_ranges(
    app: Flask, worker: FlaskClient, session: str, settings: Settings
) -> None:
    first = bytes(range(256)) * (PART // 256)
    signed = ask(worker, session, size=PART).json
    assert signed is not None
    assert signed["url"].startswith("http://localhost/files/put/")
    assert (signed["method"], signed["headers"]) == ("PUT", {"Content-Type": TYPE})
    assert (signed["part_number"], signed["part_size"], signed["received"]) == (1, PART, [])
    assert signed["key"] == f"recordings/{session}/screen.webm"
    anybody = app.test_client()
    assert send(anybody, signed, first).status_code == 200
    second = ask(worker, session, part_number=2, size=4).json
    assert second is not None
    assert (second["upload_id"], second["received"]) == (
        signed["upload_id"],
        [{"part_number": 1, "size": PART}],
    )
    assert send(anybody, second, b"tail").status_code == 200

    done = complete(worker, session, PART + 4)
    assert (done.status_code, done.json) == (
        200,
        {"key": signed["key"], "size": PART + 4, "state": "complete"},
    )
    assert stored(settings, session).read_bytes() == first + b"tail"

    address = urlsplit(app.extensions["codesight"].storage.get_url(signed["key"], content_type="video/webm")).path
    whole = anybody.get(address)
    assert (whole.status_code, len(whole.data), whole.headers["Accept-Ranges"]) == (200, PART + 4, "bytes")
    assert whole.headers["Content-Type"] == "video/webm"
    assert whole.headers["Content-Disposition"].startswith("inline")
    assert (whole.headers["X-Content-Type-Options"], whole.headers["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox",
    )
    piece = anybody.get(address, headers={"Range": f"bytes={PART - 2}-{PART + 1}"})
    assert (piece.status_code, piece.data) == (206, b"\xfe\xffta")
    assert piece.headers["Content-Range"] == f"bytes {PART - 2}-{PART + 1}/{PART + 4}"
    assert anybody.get(address, headers={"Range": f"bytes={PART * 2}-"}).status_code == 416


def test_a_wished_name_makes_a_download(app: Flask, worker: FlaskClient, session: str) -> None:
    send_part(worker, session, 1, b"abc")
    complete(worker, session, 3)
    storage = app.extensions["codesight"].storage
    address = urlsplit(storage.get_url(f"recordings/{session}/screen.webm", filename="my ü.webm")).path
    answer = app.test_client().get(address)
    assert (
        answer.headers["Content-Disposition"] == "attachment; filename=\"my u.webm\"; filename*=UTF-8''my%20%C3%BC.webm"
    )


def test_after_a_reload_the_upload_goes_on_where_it_was(worker: FlaskClient, session: str) -> None:
    send_part(worker, session, 1, b"abc")
    send_part(worker, session, 2, b"de")
    resumed = ask(worker, session, part_number=3).json
    assert resumed is not None
    assert resumed["received"] == [{"part_number": 1, "size": 3}, {"part_number": 2, "size": 2}]


def test_missing_parts_are_named_and_nothing_is_completed(
    worker: FlaskClient, session: str, settings: Settings
) -> None:
    send_part(worker, session, 1, b"abc")
    send_part(worker, session, 3, b"xyz")
    answer = complete(worker, session, 9)
    assert code(answer) == (409, "parts_missing")
    assert answer.json is not None
    assert answer.json["error"]["details"] == {
        "received": [{"part_number": 1, "size": 3}, {"part_number": 3, "size": 3}],
        "received_bytes": 6,
        "expected_bytes": 9,
        "missing_part_numbers": [2],
    }
    assert not stored(settings, session).exists()
    send_part(worker, session, 2, b"def")
    assert complete(worker, session, 9).status_code == 200
    assert stored(settings, session).read_bytes() == b"abcdefxyz"


def test_completing_twice_gives_the_same_answer_even_after_handing_in(
    app: Flask, worker: FlaskClient, session: str
) -> None:
    send_part(worker, session, 1, b"abc")
    first = complete(worker, session, 3)
    with transaction(app.extensions["codesight"].engine) as db:
        mine = db.scalars(select(RecordingSession).where(RecordingSession.public_id == session)).one()
        recordings.end(db, mine, now=NOW)
        recordings.submit(db, mine, note="", now=NOW)
    again = complete(worker, session, 3)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert code(ask(worker, session)) == (409, "session_closed")
    assert code(complete(worker, session, 3, kind="microphone")) == (409, "session_closed")


def test_a_complete_file_takes_no_further_part(worker: FlaskClient, session: str, settings: Settings) -> None:
    signed = ask(worker, session).json
    assert signed is not None
    send(worker, signed, b"abc")
    complete(worker, session, 3)
    assert code(ask(worker, session, part_number=2)) == (409, "upload_complete")
    assert code(send(worker, signed, b"xyz")) == (409, "upload_closed")
    assert stored(settings, session).read_bytes() == b"abc"


def test_zero_bytes_are_kept_as_an_empty_file(worker: FlaskClient, session: str, settings: Settings) -> None:
    for _ in range(2):
        answer = complete(worker, session, 0)
        assert (answer.status_code, answer.json and answer.json["size"]) == (200, 0)
    assert stored(settings, session).read_bytes() == b""


def test_a_file_that_was_never_sent_cannot_be_completed(worker: FlaskClient, session: str) -> None:
    assert code(complete(worker, session, 7)) == (409, "parts_missing")


def test_the_first_parts_asked_for_at_once_belong_to_one_upload(app: Flask, session: str, settings: Settings) -> None:
    browsers, together = [client_for(app, Role.WORKER) for _ in range(4)], Barrier(4)

    def first(browser: FlaskClient) -> str:
        together.wait()
        answer = ask(browser, session).json
        assert answer is not None
        return str(answer["upload_id"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(first, browsers))) == 1
    assert len(list((settings.var / "files/.parts").iterdir())) == 1


def test_only_the_sessions_own_worker_may_upload(app: Flask, world: World, session: str, settings: Settings) -> None:
    other = sign_in(app, "other@example.org")
    assert code(ask(other, session)) == (404, "session_not_found")
    assert code(complete(other, session, 0)) == (404, "session_not_found")
    for role in (Role.OWNER, Role.REVIEWER, Role.PAYER):
        assert ask(client_for(app, role), session).status_code == 403
    assert ask(app.test_client(), session).status_code == 401
    assert not (settings.var / "files").exists()


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"session": "cs_none"}, 404, "session_not_found"),
        ({"session": "../etc"}, 400, "invalid_session_id"),
        ({"kind": "camera"}, 422, "invalid_body"),
        ({"part_number": "1"}, 422, "invalid_body"),
        ({"size": None}, 422, "invalid_body"),
        ({"more": 1}, 422, "invalid_body"),
        ({"part_number": 0}, 422, "invalid_part"),
        ({"part_number": 10_001}, 422, "invalid_part"),
        ({"size": 0}, 422, "invalid_part"),
        ({"size": PART + 1}, 422, "invalid_part"),
        ({"content_type": "text/html"}, 422, "invalid_part"),
        ({"content_type": "audio/webm"}, 422, "invalid_part"),
        ({"part_number": 9_999}, 413, "upload_too_large"),
    ],
)
def test_nonsense_is_refused_and_starts_nothing(
    worker: FlaskClient, session: str, settings: Settings, wrong: dict[str, Any], status: int, error: str
) -> None:
    assert code(ask(worker, **({"session": session} | wrong))) == (status, error)
    assert not (settings.var / "files").exists()


def test_broken_json_is_told_apart_from_wrong_values(worker: FlaskClient) -> None:
    for path in ("/api/upload/url", "/api/upload/complete"):
        assert code(worker.post(path, data=b'{"session": ')) == (400, "invalid_json")
        assert code(worker.post(path, data=b"{}")) == (422, "invalid_body")
    assert code(worker.post("/api/upload/complete", json={"session": "cs_x", "kind": "screen", "size": -1})) == (
        422,
        "invalid_body",
    )


def test_a_signed_address_takes_only_what_was_signed(worker: FlaskClient, session: str) -> None:
    signed = ask(worker, session).json
    assert signed is not None
    assert code(send(worker, signed, b"abcd")) == (422, "wrong_size")
    assert code(send(worker, signed, b"abc", **{"Content-Type": "text/html"})) == (403, "wrong_type")
    assert code(send(worker, signed, b"abc", Origin="https://evil.example")) == (403, "foreign_origin")
    tampered = signed | {"url": signed["url"][:-1] + ("A" if signed["url"][-1] != "A" else "B") + "x"}
    assert code(send(worker, tampered, b"abc")) == (403, "bad_signature")
    assert code(worker.get(urlsplit(signed["url"]).path.replace("/put/", "/get/"))) == (403, "bad_signature")
    assert send(worker, signed, b"x" * (PART + 1024)).status_code == 413
    resumed = ask(worker, session).json
    assert resumed is not None and resumed["received"] == []
    assert send(worker, signed, b"abc", Origin="http://localhost").status_code == 200


def test_a_refusal_never_repeats_the_address(worker: FlaskClient, session: str) -> None:
    signed = ask(worker, session).json
    assert signed is not None
    token = signed["url"].rpartition("/")[2]
    assert token not in json.dumps(send(worker, signed, b"too long").json)


def test_what_is_not_there_is_not_found(app: Flask, world: World) -> None:
    address = urlsplit(app.extensions["codesight"].storage.get_url("recordings/cs_none/screen.webm")).path
    assert code(app.test_client().get(address)) == (404, "file_missing")


def test_other_peoples_work_is_untouched(app: Flask, world: World, worker: FlaskClient, session: str) -> None:
    send_part(worker, session, 1, b"abc")
    complete(worker, session, 3)
    with reading(app.extensions["codesight"].engine) as db:
        theirs = (
            select(RecordingSession.public_id).join(Assignment).where(Assignment.worker_id == world.other_worker_id)
        )
        for public_id in db.scalars(theirs):
            assert not app.extensions["codesight"].storage.exists(f"recordings/{public_id}/screen.webm")
