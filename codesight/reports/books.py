"""The invariants of money, as a program: run by the sweep, and at the end of every journey."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.assignments.rules import KEEPS_OPEN, cost
from codesight.gigs.models import Wave
from codesight.lifecycle import UNDER_WAY, AssignmentState, PayoutState, StateChange
from codesight.money import text
from codesight.payouts import rules
from codesight.payouts.models import EARNING, EntryKind, LedgerEntry, Payout, PayoutLine, ReviewPosting
from codesight.recordings.models import Submission, TrainingSession
from codesight.reviews.models import Review
from codesight.reviews.rules import CONSEQUENCES, Earned, earned
from codesight.workers.models import Worker

_VERDICTS = (AssignmentState.ACCEPTED, AssignmentState.REJECTED, AssignmentState.REVISION_REQUESTED)


@dataclass(frozen=True)
class _Work:
    """An assignment as the books see it."""

    id: int
    worker_id: int
    wave_id: int
    state: AssignmentState
    price_cents: int
    bonus_cents: int
    fee_bp: int
    currency: str
    stars: int | None
    """Of the verdict that counts; None before the first."""
    earned: Earned
    reserved: bool


@dataclass(frozen=True)
class _Entry:
    """A ledger entry with the payout that pays it."""

    id: int
    kind: EntryKind
    subject: str
    debit: str
    credit: str
    cents: int
    currency: str
    payout_id: int | None


def check(db: Session) -> list[str]:
    """Every rule that does not hold, a plain sentence each; empty when the books balance."""
    entries = _entries(db)
    work = _work(db, entries)
    payouts = db.scalars(sa.select(Payout).order_by(Payout.id)).all()
    workers = set(db.scalars(sa.select(Worker.account_id)))
    return [
        *_accounts(entries, workers),
        *_assignments(work),
        *_waves(db, work),
        *_slots(db),
        *_claims(db),
        *_payouts(entries, list(payouts)),
        *_balances(entries),
        *_unposted_reviews(db),
        *_histories(db),
        *_practice(db),
    ]


def _entries(db: Session) -> list[_Entry]:
    e = LedgerEntry
    columns = (e.id, e.kind, e.subject, e.debit, e.credit, e.cents, e.currency, PayoutLine.payout_id)
    rows = db.execute(sa.select(*columns).outerjoin(PayoutLine, PayoutLine.entry_id == e.id).order_by(e.id))
    return [_Entry(*row) for row in rows]


def _work(db: Session, entries: list[_Entry]) -> list[_Work]:
    stars: dict[int, int] = {}
    rated = sa.select(Submission.assignment_id, Review.rating).join(Submission, Submission.id == Review.submission_id)
    for assignment_id, rating in db.execute(rated.order_by(Submission.revision_no, Review.version)):
        stars[assignment_id] = rating
    of_submission = {
        row.id: row.assignment_id for row in db.execute(sa.select(Submission.id, Submission.assignment_id))
    }
    sums: defaultdict[int, list[tuple[EntryKind, int]]] = defaultdict(list)
    for entry in entries:
        kind, _, number = entry.subject.partition(":")
        if kind == "submission" and number.isdigit() and int(number) in of_submission and entry.kind in EARNING:
            sums[of_submission[int(number)]].append((entry.kind, entry.cents))
    without = _without_reservation(db)
    a = Assignment
    columns = (
        a.id,
        a.worker_id,
        Worker.wave_id,
        a.state,
        a.price_cents,
        a.bonus_cents,
        PackageClaim.fee_bp,
        PackageClaim.currency,
    )
    rows = db.execute(sa.select(*columns).join(a.worker).join(a.claim).order_by(a.id))
    return [
        _Work(
            *row,
            stars.get(row.id),
            rules.accrued(sums[row.id]),
            row.state in UNDER_WAY and row.id not in without,
        )
        for row in rows
    ]


def _without_reservation(db: Session) -> set[int]:
    """Assignments handed in when slot or money were gone: unlike `late` ones they could not reserve anew."""
    kept = sa.select(StateChange.row_id, StateChange.after).where(
        StateChange.table == Assignment.__tablename__,
        StateChange.after.in_((AssignmentState.LATE, AssignmentState.OVERFLOW)),
    )
    last = {row.row_id: row.after for row in db.execute(kept.order_by(StateChange.id))}
    return {row_id for row_id, after in last.items() if after == AssignmentState.OVERFLOW}


def _accounts(entries: list[_Entry], workers: set[int]) -> Iterator[str]:
    """Every entry goes between the two book accounts that its kind says."""
    owed = {rules.worker_account(worker_id) for worker_id in workers}
    for e in entries:
        match e.kind:
            case EntryKind.PAY:
                right = e.debit == rules.EXPENSE_PAY and e.credit in owed
            case EntryKind.BONUS:
                right = e.debit == rules.EXPENSE_BONUS and e.credit in owed
            case EntryKind.PAY_CORRECTION:
                right = e.debit in owed and e.credit == rules.EXPENSE_PAY
            case EntryKind.BONUS_CORRECTION:
                right = e.debit in owed and e.credit == rules.EXPENSE_BONUS
            case EntryKind.PAYOUT:
                right = e.debit in owed and e.credit.startswith("cash:")
        if not right:
            yield f"Entry {e.id} ({e.kind}) goes from {e.debit} to {e.credit}, which this kind may not."


def _assignments(work: list[_Work]) -> Iterator[str]:
    """Accepted work has earned its price, and its bonus with five stars; everything else nets to zero."""
    for w in work:
        if w.state in _VERDICTS and (w.stars is None or CONSEQUENCES[w.stars].state != w.state):
            yield f"Assignment {w.id} is {w.state}, but its rating is {w.stars or 'missing'}."
        accepted = w.state == AssignmentState.ACCEPTED and w.stars is not None
        should = earned(w.stars or 1, w.price_cents, w.bonus_cents) if accepted else Earned(0, 0)
        if w.earned != should:
            has = _both(w.earned, w)
            yield f"Assignment {w.id} is {w.state}: it should have {_both(should, w)}, the ledger has {has}."


def _both(amount: Earned, w: _Work) -> str:
    return f"{text(amount.pay, w.currency)} and {text(amount.bonus, w.currency)} bonus"


def _waves(db: Session, work: list[_Work]) -> Iterator[str]:
    """A wave has reserved what is under way, has spent what was earned and its fee, and stays within its budget."""
    reserved: defaultdict[int, int] = defaultdict(int)
    spent: defaultdict[int, int] = defaultdict(int)
    for w in work:
        spent[w.wave_id] += cost(w.earned.total, w.fee_bp)
        if w.reserved:
            reserved[w.wave_id] += cost(w.price_cents + w.bonus_cents, w.fee_bp)
    for wave in db.scalars(sa.select(Wave).order_by(Wave.id)):
        if wave.reserved_cents != reserved[wave.id]:
            promised = f"what is under way asks for {reserved[wave.id]}"
            yield f"Wave {wave.id} has reserved {wave.reserved_cents} cents; {promised}."
        if wave.spent_cents != spent[wave.id]:
            yield f"Wave {wave.id} has spent {wave.spent_cents} cents; its workers earned {spent[wave.id]} with fees."
        if wave.spent_cents + wave.reserved_cents > wave.budget_cents:
            yield f"Wave {wave.id} has promised and spent more than its budget of {wave.budget_cents} cents."


def _slots(db: Session) -> Iterator[str]:
    """A slot is taken if and only if one assignment holds it; what has gone back holds neither slot nor money."""
    holders = sa.select(Assignment.slot_id, sa.func.count().label("count")).where(Assignment.holds_slot)
    held = holders.group_by(Assignment.slot_id).subquery()
    wrong = (
        sa.select(Slot.id, Slot.state, sa.func.coalesce(held.c.count, 0))
        .outerjoin(held, held.c.slot_id == Slot.id)
        .where(sa.func.coalesce(held.c.count, 0) != sa.case((Slot.state == SlotState.TAKEN, 1), else_=0))
    )
    for slot_id, state, count in db.execute(wrong.order_by(Slot.id)):
        yield f"Slot {slot_id} is {state}, and {count} assignments hold it."
    gone = sa.select(Assignment.id, Assignment.state).where(
        Assignment.state.in_((AssignmentState.RETURNED, AssignmentState.EXPIRED, AssignmentState.CANCELLED)),
        sa.or_(Assignment.holds_slot, Assignment.reserved_cents > 0),
    )
    for assignment_id, gone_state in db.execute(gone.order_by(Assignment.id)):
        yield f"Assignment {assignment_id} is {gone_state} and still holds a slot or money."


def _claims(db: Session) -> Iterator[str]:
    """A package is open as long as something of it is under way, and its parts come to its price."""
    under_way = sa.func.coalesce(sa.func.sum(sa.case((Assignment.state.in_(KEEPS_OPEN), 1), else_=0)), 0)
    price = sa.func.coalesce(sa.func.sum(Assignment.price_cents), 0)
    per_claim = sa.select(PackageClaim.id, PackageClaim.price_cents, PackageClaim.closed_at, under_way, price)
    per_claim = per_claim.outerjoin(Assignment, Assignment.claim_id == PackageClaim.id).group_by(PackageClaim.id)
    for claim_id, cents, closed_at, left, parts in db.execute(per_claim.order_by(PackageClaim.id)):
        if closed_at is None and not left:
            yield f"Package claim {claim_id} is open, and nothing of it is under way."
        if parts != cents:
            yield f"Package claim {claim_id} is worth {cents} cents; its scenarios come to {parts}."


def _payouts(entries: list[_Entry], payouts: list[Payout]) -> Iterator[str]:
    """A payout is the sum of its lines, and paid if and only if exactly one entry of that amount says so."""
    by_payout: defaultdict[int, list[_Entry]] = defaultdict(list)
    paid: defaultdict[str, list[_Entry]] = defaultdict(list)
    for e in entries:
        if e.kind == EntryKind.PAYOUT:
            paid[e.subject].append(e)
        elif e.payout_id is not None:
            by_payout[e.payout_id].append(e)
    for p in payouts:
        account, lines = rules.worker_account(p.worker_id), by_payout[p.id]
        total = sum(rules.signed(e.debit, e.cents, account) for e in lines)
        if total != p.cents:
            yield f"Payout {p.id} is {p.cents} cents; its lines come to {total}."
        for e in lines:
            if account not in (e.debit, e.credit) or e.currency != p.currency:
                yield f"Payout {p.id} holds entry {e.id}, which is another worker's or another currency's."
        yield from _paid_once(p, paid.pop(rules.payout_subject(p.id), []))
    for subject, left in paid.items():
        yield f"Entry {left[0].id} pays {subject}, which does not exist."


def _paid_once(p: Payout, entries: list[_Entry]) -> Iterator[str]:
    if (p.state == PayoutState.PAID) != (len(entries) == 1):
        yield f"Payout {p.id} is {p.state}, and {len(entries)} ledger entries say that it was paid."
    right = (rules.worker_account(p.worker_id), rules.cash_account(p.channel), p.cents, p.currency)
    for e in entries:
        if (e.debit, e.credit, e.cents, e.currency) != right:
            yield f"Entry {e.id} pays payout {p.id} with another amount, worker or channel than the payout's."


def _balances(entries: list[_Entry]) -> Iterator[str]:
    """Nobody owes us anything unless the owner has corrected something, and what is owed is on its way."""
    balance: defaultdict[tuple[str, str], int] = defaultdict(int)
    waiting: defaultdict[tuple[str, str], int] = defaultdict(int)
    corrected: set[str] = set()
    for e in entries:
        balance[e.debit, e.currency] -= e.cents
        balance[e.credit, e.currency] += e.cents
        if e.kind in (EntryKind.PAY_CORRECTION, EntryKind.BONUS_CORRECTION):
            corrected.add(e.debit)
        if e.kind in EARNING and e.payout_id is None:
            waiting[e.debit, e.currency] -= e.cents
            waiting[e.credit, e.currency] += e.cents
    for (account, currency), cents in balance.items():
        if account.startswith("worker:") and cents < 0 and account not in corrected:
            yield f"{account} was paid {text(-cents, currency)} more than earned, and nothing was corrected."
    for (account, currency), cents in waiting.items():
        if account.startswith("worker:") and cents > 0:
            yield f"{account} has {text(cents, currency)} that is in no payout."


def _unposted_reviews(db: Session) -> Iterator[str]:
    """Every review has been booked."""
    forgotten = sa.select(Review.id).where(~sa.exists().where(ReviewPosting.review_id == Review.id))
    for review_id in db.scalars(forgotten.order_by(Review.id)):
        yield f"Review {review_id} was never booked."


def _histories(db: Session) -> Iterator[str]:
    """What moved is where its history says that it is."""
    for table in (Assignment, Payout):
        last = sa.select(sa.func.max(StateChange.id)).where(StateChange.table == table.__tablename__)
        moved = (
            sa.select(table.id, table.state, StateChange.after)
            .join(StateChange, sa.and_(StateChange.row_id == table.id, StateChange.table == table.__tablename__))
            .where(StateChange.id.in_(last.group_by(StateChange.row_id)), table.state != StateChange.after)
        )
        for row_id, state, after in db.execute(moved.order_by(table.id)):
            yield f"{table.__tablename__.capitalize()} {row_id} is {state}; its history ends with {after}."


def _practice(db: Session) -> Iterator[str]:
    handed_in = sa.select(Submission.id).join(TrainingSession, TrainingSession.id == Submission.session_id)
    for submission_id in db.scalars(handed_in.order_by(Submission.id)):
        yield f"Submission {submission_id} is of a practice recording, which is never paid."
