"""What Flask-Security reads and answers as JSON, held to what the rest of the interface promises."""

from typing import Any

from flask import jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from codesight.errors import Malformed


class ShallowJSON(DefaultJSONProvider):
    """Flask's JSON, for whoever reads bodies by it: what is nested too deep is broken, not a crash."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as problem:
            raise ValueError("nested too deep") from problem


def refuse_odd_bodies() -> None:
    """Flask-Security takes every JSON body for an object. Raises Malformed `invalid_json`."""
    ours = (request.endpoint or "").startswith("security.")
    if ours and request.is_json and not isinstance(request.get_json(silent=True), dict):
        raise Malformed("invalid_json", "The body is not a JSON object.")


def answer(payload: dict[str, Any], code: int, headers: dict[str, str] | None, user: object) -> ResponseReturnValue:
    """What Flask-Security answers to scripts; its refusals have the one shape of errors."""
    if code >= 400:
        fields = {name or "form": why for name, why in payload.get("field_errors", {}).items()}
        message = " ".join(dict.fromkeys(payload.get("errors") or [])) or "This was not accepted."
        word = "sign_in_again" if payload.get("reauth_required") else "sign_in_refused"
        payload = {"error": {"code": word, "message": message, "details": {"fields": fields}}}
    else:
        # No token of its own: ours are made on the account's page, with scopes.
        payload = {name: value for name, value in payload.items() if name != "user"}
    return jsonify(payload), code, headers or {}
