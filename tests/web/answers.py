"""Reading answers, and counting what a request has written."""

from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from codesight import tables
from codesight.db import reading


def body(answer: TestResponse) -> dict[str, Any]:
    """The answer's JSON."""
    assert isinstance(answer.json, dict), answer.get_data(as_text=True)[:300]
    return answer.json


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Status and code of an error, which has the one shape that errors have."""
    said = body(answer)
    assert set(said) == {"error"}
    assert set(said["error"]) == {"code", "message", "details"}
    assert isinstance(said["error"]["details"], dict)
    assert said["error"]["message"]
    return answer.status_code, said["error"]["code"]


def rows(app: Flask) -> dict[str, int]:
    """How many rows each table has: equal before and after what was refused. Signing in to ask does not count."""
    counted = [table for table in tables.metadata.sorted_tables if table.name != "sign_in"]
    with reading(app.extensions["codesight"].engine) as db:
        return {t.name: db.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in counted}
