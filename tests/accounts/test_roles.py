"""Who may do what is changed by owners, written down, and never leaves the project without one."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts import actions, queries
from codesight.accounts.models import Account, AuditEntry, Role, Scope
from codesight.db import reading, transaction
from codesight.errors import Conflict, NotFound
from codesight.workers import actions as workers
from tests.support.people import NOW, World, make_account

Change = Callable[[Session, Account, int], object]


def demote(db: Session, account: Account, by: int) -> object:
    return actions.set_role(db, account, Role.PAYER, by=by, now=NOW)


def close(db: Session, account: Account, by: int) -> object:
    return actions.close_account(db, account, by=by, now=NOW)


@pytest.fixture
def world(residents: World) -> World:
    return residents


def audited(engine: Engine) -> list[tuple[str, str, int | None, dict[str, object]]]:
    with reading(engine) as db:
        of_people = sa.select(AuditEntry).where(AuditEntry.subject.startswith("account:")).order_by(AuditEntry.id)
        entries = db.scalars(of_people.where(AuditEntry.action != "account_created"))
        return [(e.action, e.subject, e.by, e.details) for e in entries]


def test_a_role_is_changed_and_the_audit_says_by_whom(engine: Engine, world: World) -> None:
    with transaction(engine) as db:
        reviewer = db.get_one(Account, world.reviewer_id)
        assert actions.set_role(db, reviewer, Role.PAYER, by=world.owner_id, now=NOW)
        assert not actions.set_role(db, reviewer, Role.PAYER, by=world.owner_id, now=NOW)
    assert audited(engine) == [
        ("role_set", f"account:{world.reviewer_id}", world.owner_id, {"before": "reviewer", "after": "payer"})
    ]


def test_a_closed_account_loses_browsers_and_programs_and_keeps_nothing_of_them_when_it_opens(
    engine: Engine, world: World
) -> None:
    with transaction(engine) as db:
        reviewer = db.get_one(Account, world.reviewer_id)
        actions.begin_sign_in(db, reviewer.id, "cookie", "Firefox", now=NOW)
        _, secret = actions.make_token(db, reviewer.id, name="x", scopes=[Scope.READ], days=30, now=NOW)
        actions.begin_sign_in(db, world.payer_id, "other cookie", "Firefox", now=NOW)
    with transaction(engine) as db:
        reviewer = db.get_one(Account, world.reviewer_id)
        name = reviewer.fs_uniquifier
        assert actions.close_account(db, reviewer, by=world.owner_id, now=NOW)
        assert not actions.close_account(db, reviewer, by=world.owner_id, now=NOW)
        assert reviewer.fs_uniquifier != name
    with transaction(engine) as db:
        assert actions.open_account(db, db.get_one(Account, world.reviewer_id), by=world.owner_id, now=NOW)
    with reading(engine) as db:
        assert queries.sign_in(db, "cookie", now=NOW) is None
        assert queries.token(db, secret, now=NOW) is None
        assert queries.sign_in(db, "other cookie", now=NOW) is not None
    assert [line[0] for line in audited(engine)] == ["token_made", "account_closed", "account_opened"]


@pytest.mark.parametrize("change", [demote, close])
def test_the_last_owner_stays(engine: Engine, world: World, change: Change) -> None:
    with transaction(engine) as db:
        closed = make_account(db, Role.OWNER, "closed@example.org")
        actions.close_account(db, closed, by=world.owner_id, now=NOW)
    with pytest.raises(Conflict) as refusal, transaction(engine) as db:
        change(db, db.get_one(Account, world.owner_id), world.payer_id)
    assert refusal.value.code == "last_owner"
    with reading(engine) as db:
        owner = db.get_one(Account, world.owner_id)
        assert (owner.role, owner.active) == (Role.OWNER, True)


@pytest.mark.parametrize("change", [demote, close])
def test_of_two_owners_who_depose_each_other_at_once_one_stays(engine: Engine, world: World, change: Change) -> None:
    with transaction(engine) as db:
        second_id = make_account(db, Role.OWNER, "second@example.org").id
    together = Barrier(2)

    def depose(pair: tuple[int, int]) -> str:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        try:
            with transaction(engine) as db:
                change(db, db.get_one(Account, pair[0]), pair[1])
        except Conflict as refusal:
            return refusal.code
        return "deposed"

    pairs = [(world.owner_id, second_id), (second_id, world.owner_id)]
    with ThreadPoolExecutor(2) as threads:
        assert Counter(threads.map(depose, pairs)) == {"deposed": 1, "last_owner": 1}


@pytest.mark.parametrize("change", [demote, close, lambda db, a, by: actions.open_account(db, a, by=by, now=NOW),
                                    lambda db, a, by: actions.take_second_factors(db, a, by=by, now=NOW)])  # fmt: skip
def test_nobody_changes_ones_own_account(engine: Engine, world: World, change: Change) -> None:
    with pytest.raises(Conflict) as refusal, transaction(engine) as db:
        change(db, db.get_one(Account, world.owner_id), world.owner_id)
    assert refusal.value.code == "own_account"


def test_only_who_has_joined_a_wave_becomes_a_worker_again(engine: Engine, world: World) -> None:
    with pytest.raises(Conflict) as refusal, transaction(engine) as db:
        workers.set_role(db, db.get_one(Account, world.reviewer_id), Role.WORKER, by=world.owner_id, now=NOW)
    assert refusal.value.code == "no_worker"
    for role in (Role.REVIEWER, Role.WORKER):
        with transaction(engine) as db:
            assert workers.set_role(db, db.get_one(Account, world.worker_id), role, by=world.owner_id, now=NOW)


def test_people_are_found_by_role_and_by_a_part_of_name_or_address(engine: Engine, world: World) -> None:
    with reading(engine) as db:
        found = [a.email for a in queries.accounts(db, role=Role.WORKER)]
        assert found == ["worker@example.org", "other@example.org"]
        assert [a.email for a in queries.accounts(db, text="OTHER@")] == ["other@example.org"]
        assert [a.email for a in queries.accounts(db, text="a rev")] == ["reviewer@example.org"]
        assert queries.accounts(db, text="%") == []
        assert len(queries.accounts(db, limit=2, offset=4)) == 1
        assert queries.counts(db)[Role.WORKER] == 2
        assert queries.names(db, [world.owner_id, 999]) == {world.owner_id: "A owner"}
        with pytest.raises(NotFound):
            queries.account(db, 999)


def test_sign_ins_that_ended_long_ago_are_forgotten(engine: Engine, world: World) -> None:
    with transaction(engine) as db:
        for age, token in ((31, "old"), (29, "young"), (0, "live")):
            actions.begin_sign_in(db, world.payer_id, token, "Firefox", now=NOW - timedelta(days=age))
        actions.forget_sign_ins(db, now=NOW)
    with reading(engine) as db:
        assert [queries.sign_in(db, t, now=NOW) is not None for t in ("old", "young", "live")] == [False, True, True]
        assert len(queries.sign_ins(db, world.payer_id, now=NOW)) == 2
