"""A crowd that claims at the same moment, over several processes of the real application with warm pools."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.accounts.actions import make_token
from codesight.accounts.models import Scope
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import reading, transaction
from codesight.gigs import queries as gigs
from codesight.gigs.models import Tier, Wave
from codesight.reports import books
from tests.assignments.claimers import Claimers
from tests.support.people import NOW, make_gig, make_worker

WORKERS, PROCESSES, CLAIMS, SLOTS = 100, 4, 200, 10
REPETITIONS = 20


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "VAR": str(tmp_path / "var"),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "s" * 40,
        "PUBLIC_URL": "http://localhost",
    }


@pytest.fixture
def claimers(environment: dict[str, str]) -> Iterator[Claimers]:
    made = Claimers(environment, PROCESSES, CLAIMS // PROCESSES)
    yield made
    made.stop()


def people(engine: Engine) -> list[tuple[int, str]]:
    """Workers of a gig whose basic package has one scenario with ten slots, and a token for each."""
    with transaction(engine) as db:
        wave = make_gig(db, slots=0)
        scenario = next(s for s in gigs.scenarios(db, wave.gig_id) if s.tier == Tier.BASIC)
        assignments.offer(db, [scenario.id], SLOTS)
        gigs.package(db, wave.gig_id, "basic").scenario_count = 1
        made = [make_worker(db, wave, email=f"w{n}@example.org").account_id for n in range(WORKERS)]
        tokens = [
            (who, make_token(db, who, name="a program", scopes=[Scope.WRITE], days=1, now=NOW)[1]) for who in made
        ]
    return tokens


def put_back(engine: Engine) -> None:
    """As if nobody had claimed anything."""
    with transaction(engine) as db:
        db.execute(sa.delete(Assignment))
        db.execute(sa.delete(PackageClaim))
        db.execute(sa.update(Slot).values(state=SlotState.OPEN))
        db.execute(sa.update(Wave).values(reserved_cents=0))


# 10 open slots, 200 concurrent claims by 100 workers over at least 4 processes: exactly 10 assignments,
# 10 different workers, the others 409 `no_slots`; no 5xx; 20 repetitions.
def test_two_hundred_claims_over_four_processes_get_exactly_the_ten_slots_there_are(
    engine: Engine, environment: dict[str, str], claimers: Claimers
) -> None:
    tokens = people(engine)
    for repetition in range(REPETITIONS):
        answers = claimers.claim(tokens * (CLAIMS // WORKERS))
        assert len(answers) == CLAIMS
        with reading(engine) as db:
            made = {
                who: str(claim_id) for claim_id, who in db.execute(sa.select(PackageClaim.id, PackageClaim.worker_id))
            }
            slots = db.scalars(sa.select(Assignment.slot_id)).all()
            assert books.check(db) == []
        assert (len(made), len(slots), len(set(slots))) == (SLOTS, SLOTS, SLOTS), repetition
        # Who won gets the same claim both times; everybody else is told why not.
        told = Counter((answer.status, answer.said if answer.status != 200 else "claim") for answer in answers)
        assert told == {(200, "claim"): 2 * SLOTS, (409, "no_slots"): CLAIMS - 2 * SLOTS}, repetition
        assert all(answer.said == made[answer.who] for answer in answers if answer.status == 200)
        put_back(engine)
