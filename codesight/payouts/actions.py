"""Booking what a review earns, and paying it out."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import money, outbox
from codesight.accounts.actions import audit
from codesight.assignments.actions import release
from codesight.assignments.models import Assignment
from codesight.assignments.rules import cost
from codesight.errors import Conflict
from codesight.gigs.models import Wave
from codesight.lifecycle import PayoutState, move, words
from codesight.payouts import rules
from codesight.payouts.models import EntryKind, LedgerEntry, Payout, PayoutBatch, PayoutLine, ReviewPosting
from codesight.payouts.queries import accrued, unpaid_entries
from codesight.policy import Kind
from codesight.recordings.models import Submission
from codesight.reviews.models import Review
from codesight.reviews.rules import Earned, decides, earned
from codesight.workers.models import Channel, Worker

EARNINGS_PAGE = "/earnings"


def post_review(db: Session, review: Review, *, now: datetime) -> ReviewPosting:
    """Book a review: what it earns beyond earlier verdicts, the end of the reservation, what is due now.

    Once for each review: a second call changes nothing, and a review that a later one has overtaken moves no
    money. Raises Conflict `budget_spent` when work without a reservation does not fit into the wave's budget.
    """
    assignment = review.submission.assignment
    worker = assignment.worker
    _lock(db, worker.account_id)
    posted = db.get(ReviewPosting, review.id)
    if posted is not None:
        return posted
    earlier = _posted_reviews(db, assignment.id)
    so_far = accrued(db, assignment.id)
    overtaken = any(other_id > review.id for other_id, _ in earlier)
    target = so_far if overtaken else earned(review.rating, assignment.price_cents, assignment.bonus_cents)
    change = target.total - so_far.total
    settled = any(decides(rating) for _, rating in earlier)
    released = release(db, assignment) if decides(review.rating) and not settled else 0
    fee_bp = assignment.claim.fee_bp
    _spend(db, worker.wave_id, cost(target.total, fee_bp) - cost(so_far.total, fee_bp))
    _write_entries(db, review, assignment, so_far, target, now)
    posting = ReviewPosting(review_id=review.id, at=now, earned_cents=change, released_cents=released)
    db.add(posting)
    db.flush()
    refresh_due(db, worker, assignment.claim.currency, now=now)
    return posting


def refresh_due(db: Session, worker: Worker, currency: str, *, now: datetime) -> Payout | None:
    """Put the worker's unpaid entries into the one due payout; none is due while they come to zero or less.

    Channel and address are those of the worker when the payout is made; the lines wait otherwise.
    """
    _lock(db, worker.account_id)
    due = _lock_due(db, worker.account_id, currency)
    waiting = unpaid_entries(db, worker.account_id, currency)
    if not waiting:
        return due
    account = rules.worker_account(worker.account_id)
    cents = sum(rules.signed(entry.debit, entry.cents, account) for entry in waiting) + (due.cents if due else 0)
    if cents <= 0:
        if due is not None:
            _dissolve(db, due)
        return None
    if due is None:
        due = Payout(
            worker_id=worker.account_id,
            channel=worker.channel,
            channel_address=worker.channel_address,
            cents=cents,
            currency=currency,
            state=PayoutState.DUE,
            state_since=now,
            created_at=now,
        )
        db.add(due)
    due.cents = cents
    db.flush()
    db.add_all(PayoutLine(entry_id=entry.id, payout_id=due.id) for entry in waiting)
    db.flush()
    db.expire(due, ["lines"])
    return due


def make_batch(db: Session, channel: Channel, currency: str, *, by: int, now: datetime) -> PayoutBatch:
    """Take everything that is due by a channel, in a currency, to be paid together.

    Each payout gets into one batch only, also when two people do this at once. Raises Conflict `nothing_due`.
    """
    due = sa.select(Payout).where(
        Payout.state == PayoutState.DUE, Payout.channel == channel, Payout.currency == currency
    )
    batch = PayoutBatch(channel=channel, currency=currency, created_at=now, created_by=by)
    db.add(batch)
    db.flush()
    taken = [payout for payout in db.scalars(due.order_by(Payout.id)).all() if _approve(db, payout, batch, by, now)]
    if not taken:
        raise Conflict("nothing_due", f"Nothing is due by {rules.CHANNEL_NAMES[channel]} in {currency} now.")
    details: dict[str, object] = {
        "payouts": len(taken),
        "cents": sum(p.cents for p in taken),
        "currency": currency,
    }
    audit(db, "batch_made", f"batch:{batch.id}", details, now=now, by=by)
    db.flush()
    return batch


def mark_paid(db: Session, payout: Payout, reference: str, *, by: int, now: datetime) -> LedgerEntry:
    """Write down that a payout was paid outside, under the payer's reference, and tell the worker.

    Raises Invalid `invalid_reference`; Conflict `already_paid`, `not_approved`, or, for the slower of two,
    `moved_meanwhile`.
    """
    reference = rules.valid_reference(reference)
    if payout.state == PayoutState.PAID:
        raise Conflict("already_paid", f"Payout {payout.id} was paid already, under {payout.transfer_id}.")
    if payout.state != PayoutState.APPROVED:
        raise Conflict("not_approved", f"Payout {payout.id} is {words(payout.state)}; put it into a batch first.")
    move(db, payout, PayoutState.PAID, now=now, by=by, reason="marked as paid", transfer_id=reference)
    entry = LedgerEntry(
        at=now,
        kind=EntryKind.PAYOUT,
        subject=rules.payout_subject(payout.id),
        version=1,
        debit=rules.worker_account(payout.worker_id),
        credit=rules.cash_account(payout.channel),
        cents=payout.cents,
        currency=payout.currency,
        reason=f"Paid by {rules.CHANNEL_NAMES[payout.channel]}: {reference}",
    )
    db.add(entry)
    details: dict[str, object] = {"cents": payout.cents, "currency": payout.currency, "reference": reference}
    audit(db, "payout_paid", rules.payout_subject(payout.id), details, now=now, by=by)
    db.flush()
    amount = money.text(payout.cents, payout.currency)
    news = f"{amount} is on its way to you by {rules.CHANNEL_NAMES[payout.channel]}. Reference: {reference}"
    outbox.tell(db, payout.worker_id, f"{Kind.PAYOUT}:{payout.id}", news, EARNINGS_PAGE, now=now)
    return entry


def take_back(db: Session, payout: Payout, *, by: int, now: datetime) -> Payout | None:
    """Take a payout out of its batch before it was paid; with whatever became due since, it is due again.

    None when a correction has left nothing to pay. Raises Conflict `not_approved`.
    """
    if payout.state != PayoutState.APPROVED:
        raise Conflict("not_approved", f"Payout {payout.id} is {words(payout.state)} and cannot be taken back.")
    _lock(db, payout.worker_id)
    since = _lock_due(db, payout.worker_id, payout.currency)
    if since is not None:
        _dissolve(db, since)  # its lines go into this payout, since only one may be due
    details: dict[str, object] = {
        "batch": payout.batch_id,
        "cents": payout.cents,
        "currency": payout.currency,
    }
    move(db, payout, PayoutState.DUE, now=now, by=by, reason="taken back", batch_id=None)
    audit(db, "payout_taken_back", rules.payout_subject(payout.id), details, now=now, by=by)
    return refresh_due(db, payout.worker, payout.currency, now=now)


def _lock(db: Session, worker_id: int) -> None:
    # One booking of a worker after the other; before the wave's row, as a claim does, so that none deadlocks.
    mine = sa.update(Worker).where(Worker.account_id == worker_id).values(level=Worker.level)
    db.execute(mine.execution_options(synchronize_session=False))


def _lock_due(db: Session, worker_id: int, currency: str) -> Payout | None:
    # Holds the row against a batch that is being made; who comes second sees the state that the first left.
    due = sa.update(Payout).where(
        Payout.worker_id == worker_id, Payout.currency == currency, Payout.state == PayoutState.DUE
    )
    mine = due.values(cents=Payout.cents).returning(Payout.id).execution_options(synchronize_session=False)
    payout_id = db.scalar(mine)
    return db.get(Payout, payout_id, populate_existing=True) if payout_id is not None else None


def _posted_reviews(db: Session, assignment_id: int) -> Sequence[tuple[int, int]]:
    posted = (
        sa.select(Review.id, Review.rating)
        .join(ReviewPosting, ReviewPosting.review_id == Review.id)
        .join(Submission, Submission.id == Review.submission_id)
        .where(Submission.assignment_id == assignment_id)
    )
    return [(row[0], row[1]) for row in db.execute(posted)]


def _spend(db: Session, wave_id: int, cents: int) -> None:
    enough = Wave.budget_cents - Wave.spent_cents - Wave.reserved_cents >= cents
    spend = sa.update(Wave).where(Wave.id == wave_id, sa.or_(enough, sa.literal(cents <= 0)))
    spent = spend.values(spent_cents=Wave.spent_cents + cents).returning(Wave.id)
    if db.scalar(spent) is None:
        raise Conflict(
            "budget_spent",
            "The money of this round is spent. The owner has to raise its budget before this is paid.",
        )


def _write_entries(
    db: Session, review: Review, assignment: Assignment, so_far: Earned, target: Earned, now: datetime
) -> None:
    stars = "1 star" if review.rating == 1 else f"{review.rating} stars"
    for posting in rules.postings(assignment.worker_id, so_far, target):
        corrected = posting.kind in (EntryKind.PAY_CORRECTION, EntryKind.BONUS_CORRECTION)
        reason = f"{'Corrected to ' if corrected else ''}{stars}: {assignment.scenario.goal}"
        db.add(
            LedgerEntry(
                at=now,
                subject=rules.submission_subject(review.submission_id),
                version=review.version,
                currency=assignment.claim.currency,
                reason=reason[:200],
                **posting._asdict(),
            )
        )
        if corrected:
            details: dict[str, object] = {
                "kind": posting.kind.value,
                "cents": posting.cents,
                "stars": review.rating,
            }
            audit(
                db,
                "earning_corrected",
                f"assignment:{assignment.id}",
                details,
                now=now,
                by=review.reviewer_id,
            )


def _approve(db: Session, payout: Payout, batch: PayoutBatch, by: int, now: datetime) -> bool:
    try:
        move(db, payout, PayoutState.APPROVED, now=now, by=by, batch_id=batch.id)
    except Conflict:  # another batch was faster
        return False
    return True


def _dissolve(db: Session, due: Payout) -> None:
    db.execute(sa.delete(PayoutLine).where(PayoutLine.payout_id == due.id))
    db.execute(sa.delete(Payout).where(Payout.id == due.id))
