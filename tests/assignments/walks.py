"""A long random walk over all that workers, reviewers and the clock can do to a wave's money."""

import random
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment
from codesight.assignments.queries import own_claim, run_out
from codesight.errors import Problem
from codesight.gigs.models import Wave
from codesight.lifecycle import AssignmentState, SessionState, move
from codesight.payouts.actions import post_review
from codesight.payouts.models import EntryKind, LedgerEntry
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession, Submission
from codesight.recordings.queries import latest_session
from codesight.reviews.queries import latest_review
from codesight.workers.models import Worker
from tests.reviews.support import give
from tests.support.people import NOW, claim

A = AssignmentState
_RESERVED = sa.select(sa.func.sum(Assignment.reserved_cents)).where(Assignment.reserved_cents > 0).scalar_subquery()
_EARNED = sa.select(
    sa.func.sum(
        sa.case(
            (LedgerEntry.kind.in_((EntryKind.PAY_CORRECTION, EntryKind.BONUS_CORRECTION)), -LedgerEntry.cents),
            else_=LedgerEntry.cents,
        )
    )
).scalar_subquery()


class Walk:
    """Each step is a verb of the product in a savepoint of its own; what is refused changes nothing."""

    def __init__(self, db: Session, wave: Wave, workers: list[int], staff: dict[str, int], seed: int) -> None:
        self.db, self.wave_id, self.workers, self.staff = db, wave.id, workers, staff
        self.random, self.now = random.Random(seed), NOW
        self.done: dict[str, int] = {}
        self._verbs: list[tuple[Callable[[], object], int]] = [
            (self.claim, 6), (self.begin, 6), (self.hand_in, 8), (self.check, 8), (self.rate, 8), (self.rate_again, 2),
            (self.give_back, 3), (self.pause, 1), (self.resume, 1), (self.extend, 2), (self.sweep, 3), (self.wait, 2),
            (self.decide_overflow, 2), (self.change_budget, 1),
        ]  # fmt: skip

    def step(self) -> None:
        """One thing happens, some minutes after the last."""
        (verb,) = self.random.choices([v for v, _ in self._verbs], [weight for _, weight in self._verbs])
        self.now += timedelta(minutes=self.random.randint(1, 20))
        try:
            with self.db.begin_nested():
                verb()
        except (Problem, IndexError):  # not possible now, or nothing there to choose from
            return
        self.done[verb.__name__] = self.done.get(verb.__name__, 0) + 1

    def ensure_balanced(self, fee_percent: int) -> None:
        """Spent + reserved + free = budget, worked out from the assignments and the ledger alone.

        The fee is a whole percentage of amounts that it divides without a rest.
        """
        budget, its_spent, its_reserved, reserved, earned = self.db.execute(
            sa.select(Wave.budget_cents, Wave.spent_cents, Wave.reserved_cents, _RESERVED, _EARNED).where(
                Wave.id == self.wave_id
            )
        ).one()
        spent = (earned or 0) * (100 + fee_percent) // 100
        free = budget - spent - (reserved or 0)
        assert (its_spent, its_reserved) == (spent, reserved or 0)
        assert free >= 0
        assert its_spent + its_reserved + free == budget

    def claim(self) -> None:
        claim(self.db, self.db.get_one(Worker, self.random.choice(self.workers)), now=self.now)

    def begin(self) -> None:
        session = recordings.open_session(self.db, self._one(A.RESERVED, A.REVISION_REQUESTED), now=self.now)
        recordings.begin(self.db, session, video_started_ms=1.0, now=self.now)

    def hand_in(self) -> None:
        session = self._session(self._one(A.ACTIVE, A.REVISION_REQUESTED, A.EXPIRED))
        recordings.end(self.db, session, now=self.now)
        recordings.submit(self.db, session, note="", now=self.now)

    def check(self) -> None:
        assignment = self._one(A.SUBMITTED, A.LATE)
        move(self.db, assignment, A.CHECKING, now=self.now)
        move(self.db, assignment, A.IN_REVIEW, now=self.now)

    def rate(self) -> None:
        self._rate(self._submission(self._one(A.IN_REVIEW)), self.random.choice(["reviewer", "owner"]))

    def rate_again(self) -> None:
        self._rate(self._submission(self._one(A.ACCEPTED, A.REJECTED)), "owner")

    def give_back(self) -> None:
        assignments.give_back(self.db, self._one(A.RESERVED, A.ACTIVE, A.REVISION_REQUESTED, A.RETURNED), now=self.now)

    def pause(self) -> None:
        assignments.pause(self.db, own_claim(self.db, self.random.choice(self.workers)), now=self.now)

    def resume(self) -> None:
        assignments.resume(self.db, own_claim(self.db, self.random.choice(self.workers)), now=self.now)

    def extend(self) -> None:
        assignments.extend(self.db, [self._one(A.ACTIVE).id], now=self.now)

    def sweep(self) -> None:
        for assignment in run_out(self.db, self.now, limit=20):
            assignments.expire_if_over(self.db, assignment.id, now=self.now)

    def wait(self) -> None:
        """Nobody does anything, and no sweep runs: leases end by the clock."""
        self.now += timedelta(hours=self.random.randint(10, 40))

    def decide_overflow(self) -> None:
        decide = self.random.choice([assignments.take_surplus, assignments.leave_surplus])
        decide(self.db, self._one(A.OVERFLOW), by=self.staff["owner"], now=self.now)

    def change_budget(self) -> None:
        """As the owner may: never below what is spent and promised. Mostly tight, so that claims meet its end."""
        wave = self.db.get_one(Wave, self.wave_id, populate_existing=True)
        wave.budget_cents = wave.spent_cents + wave.reserved_cents + self.random.randint(0, 6_000)
        self.db.flush()

    def _one(self, *states: AssignmentState) -> Assignment:
        # The newest only: there are thousands in the end.
        some = sa.select(Assignment.id).where(Assignment.state.in_(states)).order_by(Assignment.id.desc()).limit(30)
        return self.db.get_one(Assignment, self.random.choice(self.db.scalars(some).all()))

    def _session(self, assignment: Assignment) -> RecordingSession:
        found = latest_session(self.db, assignment.id)
        if found is None or found.state != SessionState.RECORDING:
            raise IndexError("nothing was recorded")
        return found

    def _submission(self, assignment: Assignment) -> Submission:
        newest = sa.select(Submission).where(Submission.assignment_id == assignment.id)
        return self.db.scalars(newest.order_by(Submission.revision_no.desc()).limit(1)).one()

    def _rate(self, submission: Submission, who: str) -> None:
        before = latest_review(self.db, submission.id)
        stars = self.random.choices([1, 2, 3, 4, 5], [2, 3, 3, 4, 3])[0]
        by = self.db.get_one(Account, self.staff[who])
        review = give(self.db, submission, stars, by, replaces=before.version if before else 0, now=self.now)
        post_review(self.db, review, now=self.now)
