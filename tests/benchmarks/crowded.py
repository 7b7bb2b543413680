"""A gig with 100,000 slots and 10,000 workers, written in bulk: the size at which the workforce's figures hold."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, Role
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import Base, transaction
from codesight.gigs.models import FIRST_QUIZ, Level, Narration, Package, Scenario, Tier
from codesight.lifecycle import AssignmentState
from codesight.workers.models import Channel, Consent, Worker
from codesight.workers.onboarding.models import DeviceCheck, Experience, Profile, QuizAttempt, TrainingPass
from codesight.workers.rules import CONSENT_SHA256, CONSENT_VERSION
from codesight.workers.standing.models import WorkerNumbers
from tests.support import people

WORKERS, SCENARIOS, SLOTS = 10_000, 1_000, 100
"""Workers, scenarios of the basic package, and slots of each."""
VETERANS = 4_000
"""Workers who have finished a package."""
NOTE = (
    f"workforce: PostgreSQL with its own defaults (a sync at every commit), {SCENARIOS * SLOTS:,} slots, "
    f"{WORKERS:,} workers, {VETERANS * 5:,} finished assignments"
)


@dataclass(frozen=True)
class Crowd:
    """Who is there."""

    gig_id: int
    workers: list[int]
    owner_email: str


def fill(engine: Engine) -> Crowd:
    """Everything but what is measured."""
    with transaction(engine) as db:
        wave = people.make_gig(db, budget_cents=2_000_000_000, quota=WORKERS, slots=0)
        owner = people.make_account(db, Role.OWNER, "owner@example.org", people.password_hash())
        package = db.scalars(sa.select(Package).where(Package.gig_id == wave.gig_id, Package.tier == Tier.BASIC)).one()
        workers = _workers(db, wave.gig_id, wave.id)
        slots = _slots(db, wave.gig_id)
        _finished(db, package, workers[:VETERANS], slots)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))  # as PostgreSQL does by itself a minute later
    return Crowd(wave.gig_id, workers, owner.email)


def _workers(db: Session, gig_id: int, wave_id: int) -> list[int]:
    account = {"password": "x", "role": Role.WORKER, "active": True, "created_at": people.NOW}
    own = [
        {"email": f"w{n}@example.org", "name": f"Worker {n * 7919 % WORKERS}", "fs_uniquifier": f"u{n}",
         "fs_webauthn_user_handle": f"h{n}", "confirmed_at": people.NOW}
        for n in range(WORKERS)
    ]  # fmt: skip
    ids = sorted(db.scalars(sa.insert(Account).returning(Account.id), [{**account, **one} for one in own]))
    same = {
        "gig_id": gig_id, "wave_id": wave_id, "channel": Channel.PAYPAL, "level_by_hand": False, "marketplace": "",
        "order_number": "", "created_at": people.NOW,
    }  # fmt: skip
    kinds = list(zip(Level, Narration, strict=True))
    rows = [
        {"account_id": n, "channel_address": f"w{n}@example.org", "channel_key": f"k{n}", "level": kinds[n % 3][0],
         "narration": kinds[n % 3][1]}
        for n in ids
    ]  # fmt: skip
    db.execute(sa.insert(Worker), [{**same, **one} for one in rows])
    _onboard(db, ids)
    shown = [
        {"worker_id": n, "accepted": n % 60, "decided": 20, "stars": 300 + n % 200, "first_pass": n % 100,
         "narration": n % 50, "at": people.NOW}
        for n in ids[:VETERANS]
    ]  # fmt: skip
    db.execute(sa.insert(WorkerNumbers), shown)
    return ids


def _onboard(db: Session, ids: list[int]) -> None:
    """All steps before the first claim, done by everybody."""
    now = people.NOW
    steps: dict[type[Base], dict[str, object]] = {
        Consent: {"version": CONSENT_VERSION, "text_sha256": CONSENT_SHA256, "at": now},
        Profile: {"country": "DE", "languages": ["en"], "experience": Experience.SOME, "updated_at": now},
        DeviceCheck: {"browser": "Chrome 142 on Linux", "extension_version": "9.0.0", "passed": True, "results": [],
                      "measured": {}, "at": now},
        TrainingPass: {"task": "1", "at": now},
        QuizAttempt: {"version": FIRST_QUIZ, "seed": 1, "started_at": now, "handed_in_at": now, "answers": {},
                      "score": 10, "passed": True},
    }  # fmt: skip
    for table, row in steps.items():
        db.execute(sa.insert(table), [{"account_id": n, **row} for n in ids])


def _slots(db: Session, gig_id: int) -> dict[int, list[tuple[int, int]]]:
    """Ids of slots with their scenario, by their number."""
    goal = {"gig_id": gig_id, "tier": Tier.BASIC, "constraints": ["under $100"], "gold": False}
    goals = [{"goal": f"something to wear, number {n}", "category": f"kind {n % 12}", **goal} for n in range(SCENARIOS)]
    scenarios = db.scalars(sa.insert(Scenario).returning(Scenario.id), goals).all()
    rows = [
        {"scenario_id": one, "number": number, "gig_id": gig_id, "tier": Tier.BASIC, "state": SlotState.OPEN}
        for one in scenarios
        for number in range(1, SLOTS + 1)
    ]
    found: dict[int, list[tuple[int, int]]] = {}
    for slot_id, scenario_id, number in db.execute(
        sa.insert(Slot).returning(Slot.id, Slot.scenario_id, Slot.number), rows
    ):
        found.setdefault(number, []).append((slot_id, scenario_id))
    return found


def _finished(db: Session, package: Package, workers: list[int], slots: dict[int, list[tuple[int, int]]]) -> None:
    times = {
        "claimed_at": people.NOW, "start_until": people.NOW, "finish_until": people.NOW, "closed_at": people.NOW,
    }  # fmt: skip
    claim = {"package_id": package.id, "price_cents": 2000, "currency": "USD", "fee_bp": 0, **times}
    made = db.scalars(
        sa.insert(PackageClaim).returning(PackageClaim.id, sort_by_parameter_order=True),
        [{"worker_id": n, **claim} for n in workers],
    ).all()
    later = people.NOW + timedelta(hours=1)
    same = {
        "level": Level.ENTRY, "price_cents": 400, "bonus_cents": 100, "fee_cents": 0, "reserved_cents": 0,
        "holds_slot": True, "surplus": False, "may_repeat": False, "state": AssignmentState.ACCEPTED,
        "state_since": people.NOW, "lease_until": later, "lease_cap": later, "warn_at": later,
        "created_at": people.NOW,
    }  # fmt: skip
    in_order = [slot for number in sorted(slots) for slot in slots[number]]
    rows = []
    for place, (claim_id, worker_id) in enumerate(zip(made, workers, strict=True)):
        for slot_id, scenario_id in in_order[place * 5 : place * 5 + 5]:
            rows.append({"claim_id": claim_id, "worker_id": worker_id, "slot_id": slot_id, "scenario_id": scenario_id})
    db.execute(sa.insert(Assignment), [{**same, **one} for one in rows])
    taken = [one["slot_id"] for one in rows]
    db.execute(sa.update(Slot).where(Slot.id.in_(taken)).values(state=SlotState.TAKEN))
