"""A process that is killed in the middle of a claim."""

import subprocess
import sys

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import reading, transaction
from codesight.reports import books
from tests.architecture.source import ROOT
from tests.support.people import make_gig, make_worker


def left_behind(engine: Engine) -> tuple[int, int, int]:
    """Claims, assignments and taken slots; the books balance."""
    with reading(engine) as db:
        assert books.check(db) == []
        taken = sa.select(sa.func.count()).select_from(Slot).where(Slot.state == SlotState.TAKEN)
        counts = [db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (PackageClaim, Assignment)]
        return counts[0] or 0, counts[1] or 0, db.scalar(taken) or 0


# Claiming a package is all or nothing: a kill in the middle of claiming 15 scenarios leaves 0 or 15.
def test_a_claim_that_is_killed_at_any_statement_leaves_nothing_or_everything(
    engine: Engine, database_url: str
) -> None:
    with transaction(engine) as db:
        worker_id = make_worker(db, make_gig(db)).account_id
    command = [sys.executable, "-m", "tests.assignments.killed", database_url, str(worker_id)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None and process.stdout is not None
        kills = 0
        while True:
            process.stdin.write("next\n")
            process.stdin.flush()
            end = process.stdout.readline().strip()
            if end != "killed":
                break
            kills += 1
            assert left_behind(engine) == (0, 0, 0), f"killed at statement {kills}"
        process.stdin.close()
    assert end == "ended 0"
    assert left_behind(engine) == (1, 15, 15)
    assert kills > 10
