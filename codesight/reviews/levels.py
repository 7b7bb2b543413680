"""What verdicts say about workers, and the levels that follow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts import queries as accounts
from codesight.assignments.models import Assignment
from codesight.checks.base import SPEECH, VOICED_RATIO
from codesight.checks.models import CheckRun
from codesight.gigs.models import Level
from codesight.lifecycle import AssignmentState
from codesight.recordings.models import Submission
from codesight.reviews.models import Review
from codesight.workers.models import Worker
from codesight.workers.standing import actions as standing
from codesight.workers.standing import queries
from codesight.workers.standing.rules import (
    NOTHING_YET,
    Mover,
    Numbers,
    Rule,
    is_lower,
    level_of,
    measures,
    narration_of,
)

_DECIDED = (AssignmentState.ACCEPTED, AssignmentState.REJECTED)
AT_ONCE = 500
"""Workers whose numbers are read in one statement."""


@dataclass(frozen=True)
class DryRun:
    """What a rule would change."""

    movers: list[Mover]
    by_hand: int
    """Workers whose level the owner has set: none of them moves."""
    stay: int

    @property
    def up(self) -> list[Mover]:
        return [one for one in self.movers if one.up]

    @property
    def down(self) -> list[Mover]:
        return [one for one in self.movers if not one.up]


def numbers(db: Session, worker_ids: Collection[int], window: int) -> dict[int, Numbers]:
    """What the last `window` verdicts of each worker say; who has no verdict is not in it.

    A recording counts with the verdict on its last revision. What a reviewer could not hear counts as silence; what
    the speech check could not measure does not count.
    """
    newest = sa.select(sa.func.max(Submission.id)).group_by(Submission.assignment_id).correlate(None)
    verdicts = sa.select(Review.submission_id, sa.func.max(Review.id).label("id")).group_by(Review.submission_id)
    last = verdicts.subquery()
    accepted = Assignment.state == AssignmentState.ACCEPTED
    spoken = sa.case((~Review.narrated, 0.0), else_=CheckRun.figures[VOICED_RATIO].as_float())
    each = (
        sa.select(
            Assignment.worker_id,
            Review.rating,
            sa.case((accepted, 1), else_=0).label("accepted"),
            sa.case((sa.and_(accepted, Submission.revision_no == 1), 1.0), else_=0.0).label("first"),
            sa.case((accepted, spoken)).label("spoken"),
            sa.func.row_number().over(partition_by=Assignment.worker_id, order_by=Review.id.desc()).label("place"),
        )
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(last, last.c.submission_id == Submission.id)
        .join(Review, Review.id == last.c.id)
        .outerjoin(CheckRun, sa.and_(CheckRun.submission_id == Submission.id, CheckRun.name == SPEECH))
        .where(Assignment.worker_id.in_(worker_ids), Assignment.state.in_(_DECIDED), Submission.id.in_(newest))
        .subquery()
    )
    recent = each.c.place <= window
    summed = sa.select(
        each.c.worker_id,
        sa.func.sum(each.c.accepted),
        sa.func.sum(sa.case((recent, 1), else_=0)),
        sa.func.avg(sa.case((recent, each.c.rating * 100.0))),
        sa.func.avg(sa.case((recent, each.c.first * 100))),
        sa.func.avg(sa.case((recent, each.c.spoken * 100))),
    ).group_by(each.c.worker_id)
    return {
        row[0]: Numbers(int(row[1]), int(row[2]), _whole(row[3]), _whole(row[4]), _whole(row[5]))
        for row in db.execute(summed)
    }


def after_verdict(db: Session, worker_id: int, *, now: datetime) -> None:
    """Count anew what a worker has shown; who reaches a level or a narration gets it at once."""
    _, rule = queries.rule(db)
    shown = numbers(db, [worker_id], rule.window).get(worker_id, NOTHING_YET)
    standing.keep_numbers(db, worker_id, shown, now=now)
    standing.follow(db, db.get_one(Worker, worker_id), rule, shown, by=None, now=now)


def dry_run(db: Session, rule: Rule) -> DryRun:
    """Who would move under a rule, and why, without changing anything."""
    found: list[Mover] = []
    by_hand = stay = 0
    for group in _groups(db):
        shown = numbers(db, [worker.account_id for worker in group], rule.window)
        movers = []
        for worker in group:
            mine = shown.get(worker.account_id, NOTHING_YET)
            if worker.level_by_hand:
                by_hand += 1
            elif (level_of(rule, mine), narration_of(rule, mine)) == (worker.level, worker.narration):
                stay += 1
            else:
                movers.append((worker, mine))
        names = accounts.names(db, [worker.account_id for worker, _ in movers])
        found += [_mover(worker, names[worker.account_id], rule, mine) for worker, mine in movers]
    return DryRun(found, by_hand, stay)


def apply(db: Session, *, by: int, now: datetime, also_down: bool) -> int:
    """Let the rule that counts decide for everybody whose level was not set by hand. Returns how many moved.

    Downwards only with `also_down`: that is the owner's decision, and they have seen the list.
    """
    _, rule = queries.rule(db)
    moved = 0
    for group in _groups(db):
        shown = numbers(db, [worker.account_id for worker in group], rule.window)
        for worker in group:
            mine = shown.get(worker.account_id)
            if mine is not None:
                standing.keep_numbers(db, worker.account_id, mine, now=now)
            mine = mine or NOTHING_YET
            if (level_of(rule, mine), narration_of(rule, mine)) != (worker.level, worker.narration):
                moved += standing.follow(db, worker, rule, mine, by=by, now=now, also_down=also_down)
    return moved


def _groups(db: Session) -> list[list[Worker]]:
    everybody = list(db.scalars(sa.select(Worker).order_by(Worker.account_id)))
    return [everybody[n : n + AT_ONCE] for n in range(0, len(everybody), AT_ONCE)]


def _mover(worker: Worker, name: str, rule: Rule, shown: Numbers) -> Mover:
    after = level_of(rule, shown)
    decides: Level = worker.level if is_lower(after, worker.level) else after
    spoken = (worker.narration, narration_of(rule, shown))
    return Mover(worker.account_id, name, (worker.level, after), spoken, measures(rule, decides, shown))


def _whole(value: object) -> int | None:
    return None if value is None else round(float(str(value)))
