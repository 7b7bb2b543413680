"""A process that claims a package and is killed at its nth statement; n grows until a claim comes through.

`python -m tests.assignments.killed <database> <worker's id>`: a line in for every attempt, a line out after it.
"""

import os
import signal
import sys
from itertools import count

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.assignments.actions import claim
from codesight.clock import now
from codesight.db import engine_for, transaction
from codesight.gigs import queries as gigs
from codesight.workers.models import Worker


def claim_until_killed(engine: Engine, worker_id: int, statement: int) -> None:
    """Claims the premium package; the process does not survive this statement, or the commit if that comes first."""
    passed = count(1)

    def die(*_: object) -> None:
        if next(passed) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "before_cursor_execute", die)
    sa.event.listen(engine, "commit", die)
    with transaction(engine) as db:
        claim_all(db, worker_id)


def claim_all(db: Session, worker_id: int) -> None:
    worker = db.get_one(Worker, worker_id)
    claim(db, worker, gigs.package(db, worker.gig_id, "premium"), lease_hours=72, now=now())


def rehearse(engine: Engine, worker_id: int) -> None:
    """Claim and take it back: statements are compiled here once, and not in every child. No connection stays open."""
    with Session(engine) as db:
        claim_all(db, worker_id)
        db.rollback()
    engine.dispose()


def main(url: str, worker_id: int) -> None:
    """Fork, claim, die; again with one statement more."""
    engine = engine_for(url)
    rehearse(engine, worker_id)
    for statement, _ in zip(count(1), sys.stdin, strict=False):
        child = os.fork()
        if child == 0:
            claim_until_killed(engine, worker_id, statement)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"ended {os.waitstatus_to_exitcode(status)}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
