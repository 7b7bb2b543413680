"""Transactions, and what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import outbox
from codesight.accounts.actions import audit, create_account
from codesight.accounts.models import Account, AuditEntry, Role
from codesight.accounts.rules import hash_password, new_password
from codesight.db import after_commit, reading, transaction
from codesight.errors import Conflict
from tests.support.people import NOW, make_account


class BreakOffError(Exception):
    """Something that goes wrong in a block."""


def count(engine: Engine, table: type) -> int:
    with reading(engine) as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_transaction_is_kept_as_a_whole_or_not_at_all(engine: Engine) -> None:
    rung: list[str] = []
    with pytest.raises(BreakOffError), transaction(engine) as db:
        make_account(db, Role.OWNER)
        after_commit(db, lambda: rung.append("undone"))
        raise BreakOffError
    assert (count(engine, Account), rung) == (0, [])
    with transaction(engine) as db:
        make_account(db, Role.OWNER)
        after_commit(db, lambda: rung.append(f"seen {count(engine, Account)}"))
        assert rung == []
    assert rung == ["seen 1"]


def test_reading_does_not_wait_for_a_writer_and_sees_what_was_committed(engine: Engine) -> None:
    with transaction(engine) as db:
        make_account(db, Role.OWNER)
        assert count(engine, Account) == 0
    assert count(engine, Account) == 1


def test_two_writers_wait_for_each_other_and_both_succeed(engine: Engine) -> None:
    def write(number: int) -> None:
        with transaction(engine) as db:
            db.scalars(sa.select(Account.id)).all()  # a transaction that reads first and writes later
            make_account(db, Role.WORKER, f"w{number}@example.org")

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(write, range(20)))
    assert count(engine, Account) == 20


def test_moments_come_back_aware_and_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    with transaction(engine) as db:
        audit(db, "tested", "x", {}, now=elsewhere, by=None)
    with reading(engine) as db:
        at = db.scalars(sa.select(AuditEntry.at)).one()
    assert (at, at.utcoffset()) == (NOW, timedelta(0))
    with pytest.raises(sa.exc.StatementError, match="without a zone"), transaction(engine) as db:
        audit(db, "tested", "x", {}, now=datetime(2026, 1, 1), by=None)  # noqa: DTZ001


def test_the_database_refuses_a_word_outside_a_closed_set_and_a_row_without_its_owner(engine: Engine) -> None:
    with transaction(engine) as db:
        owner = make_account(db, Role.OWNER)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET role = 'king' WHERE id = :id"), {"id": owner.id})
    with pytest.raises(sa.exc.IntegrityError), transaction(engine) as db:
        outbox.tell(db, owner.id + 1, "review:1", "t", "/", now=NOW)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_audit_can_only_grow(engine: Engine, statement: str) -> None:
    with transaction(engine) as db:
        make_account(db, Role.OWNER)
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert count(engine, AuditEntry) == 1


def test_an_address_has_one_account_whatever_its_case(engine: Engine) -> None:
    with transaction(engine) as db:
        made = create_account(db, email=" Ann@Example.org ", name=" Ann ", password_hash="x", role=Role.PAYER, now=NOW)
        assert (made.email, made.name, made.active) == ("ann@example.org", "Ann", True)
        assert [role.name for role in made.roles] == ["payer"]
        with pytest.raises(Conflict) as refusal:
            create_account(db, email="ANN@example.org", name="B", password_hash="x", role=Role.OWNER, now=NOW)
        assert refusal.value.code == "email_taken"
        make_account(db, Role.OWNER)  # the transaction is still good
    assert (count(engine, Account), count(engine, AuditEntry)) == (2, 2)


def test_passwords_are_hashed_with_a_salt_and_new_ones_cannot_be_guessed() -> None:
    assert hash_password("secret").startswith("$argon2id$")
    assert hash_password("secret") != hash_password("secret")
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(password) >= 20 and password.isascii() for password in made)


def test_a_person_is_told_once_and_can_put_it_away(engine: Engine) -> None:
    with transaction(engine) as db:
        ann, bob = make_account(db, Role.WORKER), make_account(db, Role.WORKER)
        for _ in range(2):
            outbox.tell(db, ann.id, "review:1", "Five stars!", "/submissions/1", now=NOW)
        outbox.tell(db, ann.id, "review:2", "Three stars.", "/submissions/2", now=NOW)
        outbox.tell(db, bob.id, "review:1", "Four stars.", "/submissions/3", now=NOW)
        assert [notice.text for notice in outbox.unread(db, ann.id)] == ["Three stars.", "Five stars!"]
        assert [notice.text for notice in outbox.unread(db, ann.id, limit=1)] == ["Three stars."]
        outbox.put_away(db, ann.id, now=NOW)
        assert outbox.unread(db, ann.id) == []
        assert len(outbox.unread(db, bob.id)) == 1
