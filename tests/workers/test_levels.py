"""What a worker may take is the owner's decision."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import AuditEntry
from codesight.assignments.queries import open_claim
from codesight.db import reading, transaction
from codesight.errors import NotAllowed
from codesight.gigs.models import Level, Narration
from codesight.outbox import Notice
from codesight.workers.models import Worker
from codesight.workers.standing import actions as standing
from tests.support.people import NOW, World, claim

SPEAKS = {Level.ENTRY: Narration.SOME, Level.EXPERT: Narration.DETAILED}


def set_level(db: Session, worker: Worker, level: Level, *, by: int, now: datetime) -> bool:
    return standing.set_level(db, worker, level, SPEAKS[level], by=by, now=now)


@dataclass(frozen=True)
class Told:
    """What was written down about levels."""

    audit: list[tuple[int | None, str, dict[str, object]]]
    notices: list[tuple[int, str]]


def told(db: Session) -> Told:
    lines = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "level_set").order_by(AuditEntry.id))
    notices = db.scalars(sa.select(Notice).where(Notice.key.like("level:%")).order_by(Notice.id))
    return Told(
        [(line.by, line.subject, line.details) for line in lines],
        [(notice.account_id, notice.text.split(".")[0]) for notice in notices],
    )


@pytest.fixture
def worker_id(engine: Engine, residents: World) -> int:
    """An entry-level worker; another one is an expert."""
    with transaction(engine) as db:
        worker = db.get_one(Worker, residents.worker_id)
        worker.level, worker.narration, worker.level_by_hand = Level.ENTRY, Narration.SOME, True
        return residents.worker_id


def test_a_new_level_opens_packages_is_audited_and_the_worker_is_told(engine: Engine, worker_id: int) -> None:
    with transaction(engine) as db:
        worker = db.get_one(Worker, worker_id)
        with pytest.raises(NotAllowed, match="level"), db.begin_nested():
            claim(db, worker, "premium")
        assert set_level(db, worker, Level.EXPERT, by=worker_id, now=NOW) is True
        assert claim(db, worker, "premium").package.level == Level.EXPERT
        change = {"before": "entry", "after": "expert", "narration_before": "some", "narration": "detailed"}
        assert told(db) == Told(
            [(worker_id, f"account:{worker_id}", {**change, "why": "set by the owner"})],
            [(worker_id, "Your level is “expert” now")],
        )
    with reading(engine) as db:
        assert sorted(db.scalars(sa.select(Worker.level))) == [Level.EXPERT, Level.EXPERT]


def test_the_same_level_changes_nothing(engine: Engine, worker_id: int) -> None:
    with transaction(engine) as db:
        assert set_level(db, db.get_one(Worker, worker_id), Level.ENTRY, by=worker_id, now=NOW) is False
        assert told(db) == Told([], [])


def test_a_lower_level_leaves_what_was_claimed_and_is_told_as_well(engine: Engine, worker_id: int) -> None:
    with transaction(engine) as db:
        worker = db.get_one(Worker, worker_id)
        set_level(db, worker, Level.EXPERT, by=worker_id, now=NOW)
        mine = claim(db, worker, "premium")
        set_level(db, worker, Level.ENTRY, by=worker_id, now=NOW + timedelta(seconds=1))
        set_level(db, worker, Level.EXPERT, by=worker_id, now=NOW + timedelta(seconds=2))
        assert open_claim(db, worker_id) is mine
        levels = ["expert", "entry", "expert"]
        assert [text for _, text in told(db).notices] == [f"Your level is “{level}” now" for level in levels]


def test_pressed_four_times_at_once_it_is_written_down_and_told_once(engine: Engine, worker_id: int) -> None:
    together = Barrier(4)

    def press(number: int) -> bool:
        with reading(engine) as db:  # warms the pool: cold connections would come one after the other
            worker = db.get_one(Worker, worker_id)
        together.wait()
        with transaction(engine) as db:
            mine = db.merge(worker, load=False)
            return set_level(db, mine, Level.EXPERT, by=worker_id, now=NOW + timedelta(seconds=number))

    with ThreadPoolExecutor(4) as owners:
        assert sorted(owners.map(press, range(4))) == [False, False, False, True]
    with reading(engine) as db:
        found = told(db)
        assert (len(found.audit), len(found.notices)) == (1, 1)
