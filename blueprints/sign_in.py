"""Signing in by Flask-Security, held to what the rest of the interface promises."""

from typing import Any

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask_security import LoginForm, Security
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from codesight.errors import Malformed

LONGEST_PASSWORD = 4096
"""Characters; the hash refuses longer ones with an error of its own."""


class SignInForm(LoginForm):  # type: ignore[misc]
    """Flask-Security's form; a password that nobody can have is a wrong one."""

    password = PasswordField("Password", validators=[InputRequired(), Length(max=LONGEST_PASSWORD)])


class ShallowJSON(DefaultJSONProvider):
    """Flask's JSON, for whoever reads bodies by it: what is nested too deep is broken, not a crash."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as problem:
            raise ValueError("nested too deep") from problem


def register(app: Flask, security: Security) -> None:
    """Errors of signing in have the shape of all others."""
    app.before_request(refuse_odd_bodies)
    security.render_json(answer)


def refuse_odd_bodies() -> None:
    """Flask-Security takes every JSON body for an object. Raises Malformed `invalid_json`."""
    ours = (request.endpoint or "").startswith("security.")
    if ours and request.is_json and not isinstance(request.get_json(silent=True), dict):
        raise Malformed("invalid_json", "The body is not a JSON object.")


def answer(payload: dict[str, Any], status: int, headers: dict[str, str] | None, user: object) -> Response:
    """What Flask-Security says, as JSON."""
    if status < 400:
        said = jsonify(meta={"code": status}, response=payload)
    else:
        message = next(iter(payload.get("errors") or []), "This could not be done.")
        said = jsonify(error={"code": "sign_in_refused", "message": message, "details": {}})
    said.status_code = status
    said.headers.extend(headers or {})
    return said
