"""Requests that may be sent twice: the second one gets the answer of the first."""

from collections.abc import Callable

from flask import Response, request

from blueprints.web import Session, viewer
from codesight import idempotency
from codesight.clock import now


def answered_once(db: Session, act: Callable[[], Response]) -> Response:
    """Do what is asked for, in this transaction, or answer as the first request with this `Idempotency-Key` was.

    Without the header it is simply done. Raises what `idempotency.begin` raises.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    asked = f"{request.method} {request.path}\n".encode() + (request.get_data() or b"{}")
    kept = idempotency.begin(db, viewer().id, key, asked, now=now())
    if kept is not None:
        return Response(kept, mimetype="application/json", headers={"Idempotent-Replayed": "true"})
    answer = act()
    idempotency.keep(db, viewer().id, key, answer.get_data(as_text=True))
    return answer
