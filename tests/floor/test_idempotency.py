"""Answers that are kept for a request that is sent again."""

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from codesight import idempotency
from codesight.accounts.models import Role
from codesight.db import transaction
from codesight.errors import Invalid, Malformed, Problem
from tests.support.people import NOW, make_account


def test_the_second_request_gets_the_first_ones_answer_until_a_day_is_over(engine: Engine) -> None:
    with transaction(engine) as db:
        me, other = make_account(db, Role.WORKER).id, make_account(db, Role.OWNER).id
        assert idempotency.begin(db, me, "k", b"claim", now=NOW) is None
        idempotency.keep(db, me, "k", "the answer")
    with transaction(engine) as db:
        assert idempotency.begin(db, me, "k", b"claim", now=NOW) == "the answer"
        assert idempotency.begin(db, other, "k", b"something else", now=NOW) is None
        with pytest.raises(Invalid) as refusal:
            idempotency.begin(db, me, "k", b"another claim", now=NOW)
        assert (refusal.value.status, refusal.value.code) == (422, "idempotency_mismatch")
    with transaction(engine) as db:  # no sweep has run
        assert idempotency.begin(db, me, "k", b"another claim", now=NOW + idempotency.KEPT_FOR) is None


def test_a_request_that_failed_can_be_tried_again_with_its_key(engine: Engine) -> None:
    with transaction(engine) as db:
        me = make_account(db, Role.WORKER).id
    with pytest.raises(Problem), transaction(engine) as db:
        idempotency.begin(db, me, "k", b"claim", now=NOW)
        raise Problem("budget_spent", "Not now.")
    with transaction(engine) as db:
        assert idempotency.begin(db, me, "k", b"claim", now=NOW) is None


def test_the_sweep_forgets_what_is_older_than_a_day(engine: Engine) -> None:
    with transaction(engine) as db:
        me = make_account(db, Role.WORKER).id
        for key, age in (("old", timedelta(days=1)), ("new", timedelta(hours=23))):
            idempotency.begin(db, me, key, b"claim", now=NOW - age)
            idempotency.keep(db, me, key, key)
        idempotency.forget(db, now=NOW)
        assert db.query(idempotency.KeptAnswer.key).all() == [("new",)]


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 201, "a\nb", "\0"])
def test_a_key_is_short_and_visible(engine: Engine, key: str) -> None:
    with transaction(engine) as db, pytest.raises(Malformed) as refusal:
        idempotency.begin(db, 1, key, b"", now=NOW)
    assert refusal.value.code == "invalid_idempotency_key"
