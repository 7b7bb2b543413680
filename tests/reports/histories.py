"""Random but reproducible histories of claims, recordings, verdicts, batches and payments."""

import random
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, Slot, SlotState
from codesight.errors import Problem
from codesight.lifecycle import AssignmentState, PayoutState, move
from codesight.payouts.actions import make_batch, mark_paid, post_review, take_back
from codesight.payouts.models import Payout
from codesight.recordings import actions as recordings
from codesight.recordings.models import Submission
from codesight.reviews.models import Review
from codesight.workers.models import Channel, Worker
from tests.reviews.support import give
from tests.support.people import NOW, World, claim, record


class History:
    """One history: each step is a verb of the product in a savepoint of its own, refusals included."""

    def __init__(self, db: Session, people: World, seed: int) -> None:
        self.db, self.people, self.random, self.now = db, people, random.Random(seed), NOW
        self.done = 0

    def run(self, steps: int) -> None:
        """Take so many steps, one after the other."""
        verbs: list[tuple[Callable[[], object], int]] = [
            (self.claim, 2), (self.hand_in, 6), (self.hand_in_late, 2), (self.check, 6), (self.rate, 8),
            (self.rate_again, 4), (self.give_back, 1), (self.batch, 4), (self.pay, 4), (self.take_back, 3),
            (self.decide_overflow, 3),
        ]  # fmt: skip
        chosen = self.random.choices([v for v, _ in verbs], [weight for _, weight in verbs], k=steps)
        for verb in [self.claim, self.claim, *chosen]:
            self.now += timedelta(minutes=self.random.randint(1, 90))
            try:
                with self.db.begin_nested():
                    verb()
                self.done += 1
            except (Problem, IndexError):  # not possible now, or nothing there to choose from
                pass

    def claim(self) -> None:
        workers = self.db.scalars(sa.select(Worker).order_by(Worker.account_id)).all()
        claim(self.db, self.random.choice(workers), self.random.choice(["basic", "standard"]))

    def hand_in(self) -> None:
        session = record(self.db, self._assignment(*_OPEN))
        recordings.end(self.db, session, now=self.now)
        recordings.submit(self.db, session, note="", now=NOW)

    def hand_in_late(self) -> None:
        """After the lease; half of the time the slot is gone by then, because nobody else wants more of it."""
        assignment = self._assignment(*_WITH_THE_WORKER)
        session = record(self.db, assignment)
        recordings.end(self.db, session, now=self.now)
        assignments.expire(self.db, assignment, now=self.now)
        if self.random.random() < 0.5:
            self._give_away(assignment)
        recordings.submit(self.db, session, note="", now=self.now)

    def decide_overflow(self) -> None:
        """The owner pays for what came too late, or does not."""
        assignment = self._assignment(AssignmentState.OVERFLOW)
        decide = self.random.choice([assignments.take_surplus, assignments.leave_surplus])
        decide(self.db, assignment, by=self.people.owner_id, now=self.now)

    def check(self) -> None:
        assignment = self._assignment(AssignmentState.SUBMITTED, AssignmentState.LATE)
        move(self.db, assignment, AssignmentState.CHECKING, now=self.now)
        move(self.db, assignment, AssignmentState.IN_REVIEW, now=self.now)

    def rate(self) -> None:
        assignment = self._assignment(AssignmentState.IN_REVIEW)
        newest = sa.select(Submission).where(Submission.assignment_id == assignment.id)
        submission = self.db.scalars(newest.order_by(Submission.revision_no.desc())).all()[0]
        self._rate(submission, 0)

    def rate_again(self) -> None:
        review = self.random.choice(self.db.scalars(sa.select(Review).order_by(Review.id)).all())
        self._rate(review.submission, review.version)

    def give_back(self) -> None:
        assignments.give_back(self.db, self._assignment(*_WITH_THE_WORKER), now=self.now)

    def batch(self) -> None:
        make_batch(self.db, Channel.PAYPAL, "USD", by=self.people.payer_id, now=self.now)

    def pay(self) -> None:
        payout = self.random.choice(self.db.scalars(sa.select(Payout).order_by(Payout.id)).all())
        mark_paid(self.db, payout, f"PP-{payout.id}", by=self.people.payer_id, now=self.now)

    def take_back(self) -> None:
        approved = sa.select(Payout).where(Payout.state == PayoutState.APPROVED).order_by(Payout.id)
        take_back(
            self.db,
            self.random.choice(self.db.scalars(approved).all()),
            by=self.people.payer_id,
            now=self.now,
        )

    def _rate(self, submission: Submission, replaces: int) -> None:
        who = self.random.choice([self.people.owner_id, self.people.reviewer_id])
        stars = self.random.choices([1, 2, 3, 4, 5], [2, 3, 3, 4, 3])[0]
        by = self.db.get_one(Account, who)
        review = give(self.db, submission, stars, by, replaces=replaces, now=self.now)
        for _ in range(self.random.choice([1, 1, 2])):  # a job that is rung twice books once
            post_review(self.db, review, now=self.now)

    def _give_away(self, assignment: Assignment) -> None:
        """Somebody else's assignment holds this slot from now on, and lets go of its own."""
        others = sa.select(Assignment).where(Assignment.holds_slot, Assignment.worker_id != assignment.worker_id)
        other = self.random.choice(self.db.scalars(others.order_by(Assignment.id)).all())
        for slot_id, state in ((other.slot_id, SlotState.OPEN), (assignment.slot_id, SlotState.TAKEN)):
            self.db.execute(sa.update(Slot).where(Slot.id == slot_id).values(state=state))
        other.slot_id = assignment.slot_id

    def _assignment(self, *states: AssignmentState) -> Assignment:
        waiting = sa.select(Assignment).where(Assignment.state.in_(states)).order_by(Assignment.id)
        return self.random.choice(self.db.scalars(waiting).all())


_OPEN = (AssignmentState.RESERVED, AssignmentState.ACTIVE, AssignmentState.REVISION_REQUESTED)
_WITH_THE_WORKER = (AssignmentState.RESERVED, AssignmentState.ACTIVE, AssignmentState.REVISION_REQUESTED)
