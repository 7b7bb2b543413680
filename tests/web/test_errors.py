"""Errors as machines and people get them."""

import pytest
from flask import Flask

from blueprints.access import public
from codesight.errors import Conflict
from tests.support.database import on_sqlite
from tests.support.people import PASSWORD, World
from tests.web.answers import body, refusal

pytestmark = on_sqlite

JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application with a view that crashes and one that refuses."""

    @public
    def crash() -> str:
        raise RuntimeError("the password is hunter2")

    @public
    def refuse() -> str:
        raise Conflict("a_code", "A <b>sentence</b>.", seq=7)

    for path, view in (("crash", crash), ("refuse", refuse)):
        app.add_url_rule(f"/{path}", endpoint=path, view_func=view)
        app.add_url_rule(f"/api/{path}", endpoint=f"api_{path}", view_func=view)
    return app


def test_our_own_mistake_is_told_without_its_insides(broken: Flask) -> None:
    client = broken.test_client()
    assert refusal(client.get("/api/crash")) == (500, "internal_error")
    for path, headers in (("/api/crash", JSON), ("/crash", HTML)):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 500
        assert "hunter2" not in answer.get_data(as_text=True)
        assert "Traceback" not in answer.get_data(as_text=True)
    assert client.get("/health").status_code == 200  # the server goes on


def test_a_refusal_keeps_its_code_and_details_and_is_escaped_on_pages(broken: Flask) -> None:
    client = broken.test_client()
    answer = client.get("/api/refuse")
    assert refusal(answer) == (409, "a_code")
    assert body(answer)["error"] == {"code": "a_code", "message": "A <b>sentence</b>.", "details": {"seq": 7}}
    page = client.get("/refuse", headers=HTML)
    assert (page.status_code, page.mimetype) == (409, "text/html")
    assert "A &lt;b&gt;sentence&lt;/b&gt;." in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/api/nothing", {}, (404, "not_found")),
        ("GET", "/api/nothing", HTML, (404, "not_found")),  # whatever it accepts, it asked a machine's path
        ("GET", "/nothing", JSON, (404, "not_found")),
        ("DELETE", "/api/sessions", {}, (405, "method_not_allowed")),
        ("GET", "/files/get/forged", {}, (403, "bad_signature")),
        ("PUT", "/files/put/forged", {}, (403, "bad_signature")),
    ],
)
def test_what_does_not_exist_is_told_in_the_one_shape(
    app: Flask, world: World, method: str, path: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = app.test_client().open(path, method=method, headers=headers)
    assert refusal(answer) == expected
    if expected[0] == 405:
        assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_people_get_a_page(app: Flask, world: World) -> None:
    answer = app.test_client().get("/nothing", headers=HTML)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "404" in answer.get_data(as_text=True)


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(app: Flask, world: World) -> None:
    page = app.test_client().get("/packages?x=1", headers=HTML)
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/login?next=")
    assert "packages" in page.headers["Location"]
    assert refusal(app.test_client().get("/packages", headers=JSON)) == (401, "not_signed_in")


@pytest.mark.parametrize("email", ["a\x00@example.org", "nobody@example.org", "", "x" * 5000, "\u2028"])
def test_signing_in_with_nonsense_is_refused_not_a_crash(app: Flask, world: World, email: str) -> None:
    for password in (PASSWORD, "a\x00b" * 5):
        answer = app.test_client().post("/login", json={"email": email, "password": password})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b'{"email": "owner@example.org", "password": "wrong"}', "sign_in_refused"),
        (b'{"email": "owner@example.org", "password": "' + b"x" * 100_000 + b'"}', "sign_in_refused"),
        (b'"x"', "invalid_json"),
        (b"[]", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
    ],
)
def test_signing_in_by_api_is_refused_in_the_one_shape_of_errors(
    app: Flask, world: World, sent: bytes, code: str
) -> None:
    answer = app.test_client().post("/login?include_auth_token", data=sent, content_type="application/json")
    assert refusal(answer) == (400, code)


def test_a_body_nested_too_deep_is_no_crash_before_anybody_is_known(app: Flask, world: World) -> None:
    answer = app.test_client().post("/api/sessions", data=b"[" * 100_000, content_type="application/json")
    assert refusal(answer) == (401, "not_signed_in")
