"""Claims of a crowd, the choice of the next assignment, and the owner's list of workers, at their largest."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from blueprints.app import create_app
from codesight.accounts.models import Role
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.queries import candidates, past_of
from codesight.assignments.rules import choose, lease_end
from codesight.clock import now
from codesight.config import Settings
from codesight.db import engine_for, reading, transaction
from codesight.errors import Problem
from codesight.gigs import queries as gigs
from codesight.lifecycle import AssignmentState
from codesight.workers.queries import worker
from tests.benchmarks.crowded import NOTE, VETERANS, Crowd, fill
from tests.benchmarks.figures import PROMISED, Figure, Lacking, Spread, percentile, seconds
from tests.benchmarks.postgres import syncing_postgres
from tests.support.people import client_for

CLAIMERS, REPETITIONS = 200, 3
SCARCE = 10
"""Packages that are left when everybody wants one."""
CHOICE_MS, LIST_MS = 20.0, 100.0
CHOICES, LOOKS = 100, 20
LISTS = (
    "", "?sort=name", "?sort=accepted&level=expert", "?sort=stars&state=active", "?state=suspended",
    "?text=worker+77", "?flagged=1", "?sort=accepted&after=5000~30",
)  # fmt: skip
Take = Callable[[Engine, Crowd, int], bool]


def measure() -> Iterator[Figure]:
    """On one filled database, one after the other; the claims come last, since they change it."""
    try:
        with syncing_postgres() as server, tempfile.TemporaryDirectory(prefix="codesight-bench-") as var:
            address = server.create_database()
            engine = engine_for(address)
            crowd = fill(engine)
            yield _choosing(engine, crowd)
            yield from _listing(address, var)
            yield from _claiming(engine, crowd)
            engine.dispose()
    except Lacking as lacking:
        yield Figure("claims_per_second", "claims/s", skipped=str(lacking))


def _choosing(engine: Engine, crowd: Crowd) -> Figure:
    def choice(worker_id: int) -> float:
        with reading(engine) as db:
            me, package = worker(db, worker_id), gigs.package(db, crowd.gig_id, "basic")

            def once() -> None:
                past = past_of(db, worker_id)
                choose(candidates(db, me, package), package.scenario_count, past, 0, worker_id)

            return seconds(once) * 1000

    step = len(crowd.workers) // CHOICES
    [choice(one) for one in crowd.workers[:10]]
    rounds = [[choice(one) for one in crowd.workers[n::step]] for n in range(REPETITIONS)]
    worst = Spread.of([percentile(one, 95) for one in rounds])
    return Figure("choose_assignment_ms.p95", "ms", worst, REPETITIONS, CHOICE_MS, PROMISED, CHOICE_MS, note=NOTE)


def _listing(address: str, var: str) -> Iterator[Figure]:
    environment = {
        "VAR": var, "DATABASE_URL": address, "SECRET_KEY": "s" * 40, "PUBLIC_URL": "http://localhost",
        "REQUIRE_SECOND_FACTOR": "none",
    }  # fmt: skip
    app = create_app(Settings.from_env(environment))
    owner = client_for(app, Role.OWNER)

    def look(query: str) -> float:
        begin = time.perf_counter()
        assert owner.get(f"/owner/workers{query}").status_code == 200
        return (time.perf_counter() - begin) * 1000

    for query in LISTS:
        look(query)
    rounds = [[look(query) for query in LISTS for _ in range(LOOKS)] for _ in range(REPETITIONS)]
    for percent in (50, 95):
        spread = Spread.of([percentile(one, percent) for one in rounds])
        note = f"{NOTE}; the page in {len(LISTS)} orders and filters, without the network"
        yield Figure(f"worker_list_ms.p{percent}", "ms", spread, REPETITIONS, LIST_MS, PROMISED, LIST_MS, note=note)
    app.extensions["codesight"].engine.dispose()


def _claiming(engine: Engine, crowd: Crowd) -> Iterator[Figure]:
    fresh = crowd.workers[VETERANS:]
    groups = iter([fresh[n : n + CLAIMERS] for n in range(0, len(fresh), CLAIMERS)])
    _warm_up(engine)
    ours, naive = [], []
    for _ in range(REPETITIONS):
        ours.append(_rush(engine, crowd, next(groups), _claim))
        naive.append(_rush(engine, crowd, next(groups), _claim_naively))
    assert all(len(took) == CLAIMERS for _, took in ours), "there is enough for everybody, and somebody got nothing"
    note = f"{NOTE}; {CLAIMERS} claimers at once in one process with 40 connections, five scenarios a claim"
    yield Figure(
        "claims_per_second", "claims/s", Spread.of([len(took) / whole for whole, took in ours]), REPETITIONS,
        Spread.of([len(took) / whole for whole, took in naive]).median, "count, then insert", note=note,
    )  # fmt: skip
    yield Figure(
        "claim_ms.p99", "ms", Spread.of([percentile(took, 99) * 1000 for _, took in ours]), REPETITIONS,
        Spread.of([percentile(took, 99) * 1000 for _, took in naive]).median, "count, then insert", note=note,
    )  # fmt: skip
    before = _given_twice(engine)
    _leave_only(engine, SCARCE * 5)
    _rush(engine, crowd, next(groups), _claim)
    after_ours = _given_twice(engine)
    _leave_only(engine, SCARCE * 5)
    _rush(engine, crowd, next(groups), _claim_naively)
    twice = Spread.of([float(after_ours - before)])
    yield Figure(
        "slots_given_twice", "slots", twice, 1, float(_given_twice(engine) - after_ours), "count, then insert", 1.0,
        note=f"scarce: {CLAIMERS} claimers at once for the last {SCARCE * 5} slots",
    )  # fmt: skip


def _warm_up(engine: Engine) -> None:
    with ExitStack() as held:
        for _ in range(40):
            held.enter_context(engine.connect())


def _rush(engine: Engine, crowd: Crowd, who: Sequence[int], take: Take) -> tuple[float, list[float]]:
    """Everybody claims at the same moment: seconds until all are answered, and of each who got something."""
    together = Barrier(len(who))

    def claim(worker_id: int) -> tuple[bool, float]:
        together.wait()
        begin = time.perf_counter()
        return take(engine, crowd, worker_id), time.perf_counter() - begin

    with ThreadPoolExecutor(len(who)) as pool:
        begin = time.perf_counter()
        answers = list(pool.map(claim, who))
        whole = time.perf_counter() - begin
    return whole, [took for got, took in answers if got]


def _claim(engine: Engine, crowd: Crowd, worker_id: int) -> bool:
    try:
        with transaction(engine) as db:
            package = gigs.package(db, crowd.gig_id, "basic")
            assignments.claim(db, worker(db, worker_id), package, lease_hours=72, now=now())
    except Problem:
        return False
    return True


def _claim_naively(engine: Engine, crowd: Crowd, worker_id: int) -> bool:
    """What one writes first: look what is free, then take it. Nothing keeps two from seeing the same."""
    with transaction(engine) as db:
        me, package, moment = worker(db, worker_id), gigs.package(db, crowd.gig_id, "basic"), now()
        open_slots = sa.select(Slot).where(Slot.gig_id == crowd.gig_id, Slot.tier == "basic")
        free = db.scalars(open_slots.where(Slot.state == SlotState.OPEN).order_by(Slot.number, Slot.id).limit(5)).all()
        if len(free) < 5:
            return False
        end = lease_end(moment, 72)
        made = PackageClaim(
            worker_id=worker_id, package_id=package.id, price_cents=package.price_cents, currency="USD", fee_bp=0,
            claimed_at=moment, start_until=end, finish_until=end,
        )  # fmt: skip
        db.add(made)
        db.flush()
        for slot in free:
            slot.state = SlotState.TAKEN
            db.add(
                Assignment(
                    claim_id=made.id, slot_id=slot.id, scenario_id=slot.scenario_id, worker_id=worker_id,
                    level=me.level, price_cents=400, bonus_cents=100, fee_cents=0, reserved_cents=500,
                    state=AssignmentState.RESERVED, state_since=moment, lease_until=end, lease_cap=end, warn_at=end,
                    created_at=moment,
                )
            )  # fmt: skip
    return True


def _leave_only(engine: Engine, slots: int) -> None:
    """So many slots of different scenarios stay open; the others are as if somebody had them."""
    with transaction(engine) as db:
        number = db.scalar(sa.select(sa.func.max(Slot.number))) or 0
        kept = sa.select(Slot.id).where(Slot.number == number).order_by(Slot.id).limit(slots)
        db.execute(sa.update(Slot).values(state=SlotState.TAKEN))
        db.execute(sa.update(Slot).where(Slot.id.in_(kept)).values(state=SlotState.OPEN))


def _given_twice(engine: Engine) -> int:
    with reading(engine) as db:
        often = sa.select(Assignment.slot_id).group_by(Assignment.slot_id).having(sa.func.count() > 1).subquery()
        return db.scalar(sa.select(sa.func.count()).select_from(often)) or 0
