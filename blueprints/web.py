"""What handlers reach for: the installation's parts, a transaction, and the request's body as a checked value."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar, cast

import msgspec
from flask import current_app, request
from flask_login import current_user
from sqlalchemy.engine import Engine as Engine  # also for handlers that name the types of their arguments
from sqlalchemy.orm import Session as Session
from werkzeug.routing import IntegerConverter, Map

from codesight import db, outgoing
from codesight.accounts.models import Account
from codesight.adapters.storage import Storage
from codesight.config import Settings
from codesight.errors import Invalid, Malformed
from codesight.platform import Platform
from jobs import pipeline

Body = TypeVar("Body", bound=msgspec.Struct)

LARGEST_ID = 2**31 - 1
RowId = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)]
"""A row's number in a body; the database has no larger ones."""


class RowIdConverter(IntegerConverter):
    """A row's number in an address; what no row can have is not found."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=LARGEST_ID)


def platform() -> Platform:
    """The parts of this installation."""
    return cast(Platform, current_app.extensions["codesight"])


def settings() -> Settings:
    return platform().settings


def engine() -> Engine:
    return platform().engine


def storage() -> Storage:
    return platform().storage


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction for this request: committed at the end of the block, undone by an exception.

    After the commit it rings for the mails and alerts that were written in it.
    """
    redis_url = settings().redis_url
    with db.transaction(engine()) as session:
        db.after_commit(session, lambda: pipeline.written(redis_url, outgoing.fresh(session)))
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads."""
    with db.reading(engine()) as session:
        yield session


def viewer() -> Account:
    """Who is signed in; only for views that are not public."""
    return cast(Account, current_user._get_current_object())


def json_body(kind: type[Body]) -> Body:
    """The request's JSON as a value of `kind`. Raises Malformed for broken JSON, Invalid for a wrong value."""
    try:
        body = msgspec.json.decode(request.get_data(cache=False) or b"{}", type=kind)
    except msgspec.ValidationError as problem:
        raise Invalid("invalid_body", str(problem)) from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:  # the last: nested too deep
        raise Malformed("invalid_json", "The body is not valid JSON.") from problem
    nul = [name for name, value in msgspec.structs.asdict(body).items() if isinstance(value, str) and "\0" in value]
    if nul:
        why = "This holds a character that cannot be kept."
        raise Invalid("invalid_body", f"A NUL character - at `$.{nul[0]}`", fields={name: [why] for name in nul})
    return body
