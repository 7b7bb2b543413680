"""What the owner writes to a group reaches exactly those who were shown, each once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight import outbox
from codesight.accounts.models import Account
from codesight.assignments import actions as assignments
from codesight.db import reading, transaction
from codesight.errors import Conflict
from codesight.gigs.models import Level
from codesight.outbox import Notice
from codesight.reviews.messages import actions, queries
from codesight.reviews.messages.models import News, Recipient
from codesight.reviews.messages.rules import Group, Standing, fingerprint
from codesight.workers.models import Worker
from tests.support.people import NOW, World, claim, make_worker


@pytest.fixture
def world(residents: World) -> World:
    """The worker has never taken a package, the other one has one."""
    return residents


def ids(db: Session, group: Group, days: int = 0) -> list[int]:
    return sorted(worker.account_id for worker in queries.group(db, group, now=NOW + timedelta(days=days)))


def send(db: Session, world: World, group: Group, seen: str | None = None, key: str = "k") -> News:
    by = db.get_one(Account, world.owner_id)
    shown = seen or fingerprint(group, ids(db, group))
    return actions.send_news(db, group, key=key, seen=shown, title="News", text="x@y.org", by=by, now=NOW)


def deliver(engine: Engine, news_id: int) -> None:
    told = 1
    while told:
        with transaction(engine) as db:
            told = actions.tell_some(db, news_id, now=NOW)


def told(engine: Engine) -> list[int]:
    with reading(engine) as db:
        return sorted(db.scalars(sa.select(Notice.account_id).where(Notice.key.startswith("news:"))))


def test_a_group_is_who_fits_all_that_was_chosen(engine: Engine, world: World) -> None:
    both, mine, other = sorted([world.worker_id, world.other_worker_id]), [world.worker_id], [world.other_worker_id]
    with transaction(engine) as db:
        entry = make_worker(db, db.get_one(Worker, world.worker_id).wave, level=Level.ENTRY, email="new@example.org")
        with_entry = sorted([*mine, entry.account_id])
        assert ids(db, Group()) == sorted([*both, entry.account_id])
        assert ids(db, Group(wave_id=world.wave_id)) == with_entry
        assert ids(db, Group(gig_id=entry.gig_id, level="expert")) == mine
        assert ids(db, Group(standing=Standing.WITH_PACKAGE)) == other
        assert ids(db, Group(standing=Standing.WITHOUT_PACKAGE)) == with_entry
        assert ids(db, Group(standing=Standing.NEVER_CLAIMED)) == with_entry
        for assignment in claim(db, db.get_one(Worker, world.worker_id)).assignments:
            assignments.give_back(db, assignment, now=NOW)
        assert ids(db, Group(standing=Standing.NEVER_CLAIMED)) == [entry.account_id]
        assert ids(db, Group(standing=Standing.WITH_PACKAGE)) == other
        assert ids(db, Group(standing=Standing.WITH_PACKAGE), days=30) == []  # the leases are over, noted or not
        assert ids(db, Group(idle_days=3), days=2) == []
        assert ids(db, Group(idle_days=3), days=3) == sorted([*both, entry.account_id])
        entry.account.active = False
        assert ids(db, Group()) == both


def test_each_gets_it_once_also_when_the_button_is_pressed_twice_and_jobs_race(engine: Engine, world: World) -> None:
    start = Barrier(3)

    def press(_: int) -> int:
        start.wait()
        with transaction(engine) as db:
            return send(db, world, Group()).id

    with ThreadPoolExecutor(3) as threads:
        (news_id,) = set(threads.map(press, range(3)))
        list(threads.map(lambda _: deliver(engine, news_id), range(3)))
    assert told(engine) == sorted([world.worker_id, world.other_worker_id])
    with transaction(engine) as db:
        outbox.put_away(db, world.worker_id, keys=[f"news:{news_id}"], now=NOW)
        (sent,) = queries.sent_news(db)
        assert (sent.recipients, sent.told, sent.read) == (2, 2, 1)


def test_a_job_that_dies_in_the_middle_is_gone_on_with(
    engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 1)
    with transaction(engine) as db:
        news_id = send(db, world, Group()).id
    with transaction(engine) as db:
        actions.tell_some(db, news_id, now=NOW)
    with pytest.raises(RuntimeError), transaction(engine) as db:
        actions.tell_some(db, news_id, now=NOW)
        raise RuntimeError  # killed before the commit
    assert len(told(engine)) == 1
    with reading(engine) as db:
        assert queries.undelivered(db, before=NOW) == [news_id]
    deliver(engine, news_id)
    assert told(engine) == sorted([world.worker_id, world.other_worker_id])
    with reading(engine) as db:
        assert queries.undelivered(db, before=NOW) == []


def test_a_group_that_has_changed_is_not_written_to(engine: Engine, world: World) -> None:
    group = Group(standing=Standing.NEVER_CLAIMED)
    with transaction(engine) as db:
        shown = fingerprint(group, ids(db, group))
        claim(db, db.get_one(Worker, world.worker_id))
        make_worker(db, db.get_one(Worker, world.worker_id).wave, email="new@example.org")
        assert len(ids(db, group)) == 1  # as many as before, but another
        with pytest.raises(Conflict) as refusal:
            send(db, world, group, seen=shown)
        assert refusal.value.code == "group_changed"
        with pytest.raises(Conflict) as refusal:
            send(db, world, Group(level="entry"))
        assert refusal.value.code == "empty_group"
        assert db.scalars(sa.select(Recipient)).all() == []


def test_it_is_sent_to_who_was_shown_although_somebody_comes_later(engine: Engine, world: World) -> None:
    with transaction(engine) as db:
        news_id = send(db, world, Group()).id
        make_worker(db, db.get_one(Worker, world.worker_id).wave, email="late@example.org")
    deliver(engine, news_id)
    assert told(engine) == sorted([world.worker_id, world.other_worker_id])
