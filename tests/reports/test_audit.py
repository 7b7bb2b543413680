"""The audit: one list out of three tables, by pages, from which nothing is missing."""

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from codesight.accounts import actions
from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.gigs.models import Wave
from codesight.lifecycle import WaveState, move
from codesight.payouts.models import EntryKind, LedgerEntry
from codesight.reports.audit import Kind, Line, Place, Wanted, trail
from tests.support.people import NOW, World


@pytest.fixture
def world(engine: Engine, residents: World) -> World:
    """A role, a state and an amount were changed, some at the very same moment, beside the accounts' own lines."""
    with transaction(engine) as db:
        made = residents
        actions.set_role(db, db.get_one(Account, made.reviewer_id), Role.PAYER, by=made.owner_id, now=NOW)
        move(db, db.get_one(Wave, made.wave_id), WaveState.CLOSED, now=NOW, by=made.owner_id, reason="enough")
        for number in range(3):
            db.add(
                LedgerEntry(
                    at=NOW, kind=EntryKind.PAY, subject=f"submission:{number}", version=1, debit="expense:pay",
                    credit=f"worker:{made.worker_id}", cents=400, currency="USD", reason="four stars",
                )
            )  # fmt: skip
        actions.close_account(db, db.get_one(Account, made.payer_id), by=made.owner_id, now=NOW + timedelta(seconds=1))
    return made


def lines(engine: Engine, wanted: Wanted, limit: int = 50) -> list[Line]:
    with reading(engine) as db:
        return list(trail(db, wanted, limit).lines)


def test_a_role_a_state_and_money_are_in_one_list_the_newest_first(engine: Engine, world: World) -> None:
    found = lines(engine, Wanted())
    assert (found[0].what, found[0].subject, found[0].by) == (
        "account closed", f"account:{world.payer_id}", world.owner_id,
    )  # fmt: skip
    said = {(line.kind, line.what, line.details) for line in found}
    assert (Kind.ACCESS, "role set", "before: reviewer, after: payer") in said
    assert (Kind.STATES, "open → closed", "enough") in said
    assert (Kind.MONEY, "pay: $4.00", f"expense:pay → worker:{world.worker_id}. four stars") in said
    assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_page_by_page_everything_comes_once(engine: Engine, world: World, limit: int) -> None:
    whole, paged, after = lines(engine, Wanted(), 10_000), [], None
    for _ in range(len(whole)):
        with reading(engine) as db:
            page = trail(db, Wanted(after=after), limit)
        paged += page.lines
        if page.next is None:
            break
        after = Place.read(str(page.next))
        assert after == page.next
    assert paged == whole


def test_one_kind_one_person_or_one_thing_can_be_looked_for(engine: Engine, world: World) -> None:
    assert {line.kind for line in lines(engine, Wanted(kind=Kind.MONEY))} == {Kind.MONEY}
    assert {line.by for line in lines(engine, Wanted(by=world.owner_id))} == {world.owner_id}
    assert [line.what for line in lines(engine, Wanted(subject=f"account:{world.reviewer_id}"))] == [
        "role set", "account created",
    ]  # fmt: skip
    assert lines(engine, Wanted(subject=f"wave:{world.wave_id}"))[0].what == "open → closed"
    assert len(lines(engine, Wanted(subject=f"worker:{world.worker_id}"))) == 3
    for nothing in ("wave:x", "nothing", "account:", "%"):
        assert lines(engine, Wanted(subject=nothing)) == []


def test_people_are_called_by_their_names(engine: Engine, world: World) -> None:
    with reading(engine) as db:
        names = trail(db, Wanted()).names
    assert names[world.owner_id] == "A owner"
    assert names[world.payer_id] == "A payer"


@pytest.mark.parametrize(
    "text", ["", "x", "2026-11-21~money~1", "2026-11-21T00:00:00+00:00~love~1", "2026-11-21T00:00:00+00:00~money~-1",
             "2026-11-21T00:00:00+00:00~money~99999999999", "~~~"],
)  # fmt: skip
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert Place.read(text) is None
