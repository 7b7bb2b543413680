"""Reading the ledger, what is due and what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.errors import NotFound
from codesight.lifecycle import PayoutState
from codesight.payouts import rules
from codesight.payouts.models import EARNING, EntryKind, LedgerEntry, Payout, PayoutBatch, PayoutLine
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews.rules import Earned
from codesight.workers.models import Channel, Worker


@dataclass(frozen=True)
class DueGroup:
    """What can be paid together."""

    channel: Channel
    currency: str
    payouts: int
    cents: int


@dataclass(frozen=True)
class BatchSummary:
    """A batch and how far it has come."""

    batch: PayoutBatch
    payouts: int
    paid: int
    cents: int


@dataclass(frozen=True)
class EarningLine:
    """One line of a worker's statement."""

    at: datetime
    reason: str
    cents: int
    """Negative for a correction."""
    currency: str
    session_id: str
    """Public id of the recording session."""
    payout_state: PayoutState | None
    """None while the line waits, because a correction is larger than what was earned since."""
    transfer_id: str | None


@dataclass(frozen=True)
class Totals:
    """What all workers together earned and got, in one currency."""

    currency: str
    pay_cents: int
    bonus_cents: int
    paid_cents: int

    @property
    def owed_cents(self) -> int:
        return self.pay_cents + self.bonus_cents - self.paid_cents


@dataclass(frozen=True)
class Balance:
    """A book account's debits and credits in one currency, in cents."""

    account: str
    currency: str
    debit: int
    credit: int


def accrued(db: Session, assignment_id: int) -> Earned:
    """What an assignment has earned in the ledger so far, over all its submissions."""
    ids = db.scalars(sa.select(Submission.id).where(Submission.assignment_id == assignment_id)).all()
    subjects = [rules.submission_subject(submission_id) for submission_id in ids]
    entries = sa.select(LedgerEntry.kind, LedgerEntry.cents).where(LedgerEntry.subject.in_(subjects))
    return rules.accrued((row.kind, row.cents) for row in db.execute(entries))


def unpaid_entries(db: Session, worker_id: int, currency: str) -> Sequence[LedgerEntry]:
    """The worker's earnings and corrections that no payout holds yet."""
    account = rules.worker_account(worker_id)
    mine = sa.select(LedgerEntry).where(
        sa.or_(LedgerEntry.credit == account, LedgerEntry.debit == account),
        LedgerEntry.kind.in_(EARNING),
        LedgerEntry.currency == currency,
        ~sa.exists().where(PayoutLine.entry_id == LedgerEntry.id),
    )
    return db.scalars(mine.order_by(LedgerEntry.id)).all()


def balance(db: Session, worker_id: int, currency: str) -> int:
    """What we owe a worker, in cents; negative after a correction of something already paid."""
    account = rules.worker_account(worker_id)
    change = sa.case((LedgerEntry.credit == account, LedgerEntry.cents), else_=-LedgerEntry.cents)
    mine = sa.select(sa.func.coalesce(sa.func.sum(change), 0)).where(
        sa.or_(LedgerEntry.credit == account, LedgerEntry.debit == account), LedgerEntry.currency == currency
    )
    return int(db.scalar(mine) or 0)


def due(db: Session) -> Sequence[Payout]:
    """What is due to whom, with the worker's account and the entries that explain it, oldest first."""
    waiting = _with_reasons(sa.select(Payout)).where(Payout.state == PayoutState.DUE)
    return db.scalars(waiting.order_by(Payout.id)).all()


def due_groups(db: Session) -> list[DueGroup]:
    """What is due, by channel and currency: each can become a batch."""
    grouped = (
        sa.select(Payout.channel, Payout.currency, sa.func.count(), sa.func.sum(Payout.cents))
        .where(Payout.state == PayoutState.DUE)
        .group_by(Payout.channel, Payout.currency)
        .order_by(Payout.channel, Payout.currency)
    )
    return [DueGroup(channel, currency, count, int(cents)) for channel, currency, count, cents in db.execute(grouped)]


def batches(db: Session, limit: int = 50) -> list[BatchSummary]:
    """The newest batches, each with the number and sum of its payouts."""
    paid = sa.func.count(sa.case((Payout.state == PayoutState.PAID, 1)))
    counted = (
        sa.select(PayoutBatch, sa.func.count(Payout.id), paid, sa.func.coalesce(sa.func.sum(Payout.cents), 0))
        .outerjoin(PayoutBatch.payouts)
        .group_by(PayoutBatch.id)
        .order_by(PayoutBatch.id.desc())
        .limit(limit)
    )
    return [BatchSummary(batch, count, done, int(cents)) for batch, count, done, cents in db.execute(counted)]


def batch(db: Session, batch_id: int) -> PayoutBatch:
    """A batch with its payouts, workers and reasons. Raises NotFound."""
    payouts = selectinload(PayoutBatch.payouts)
    found = db.scalar(
        sa.select(PayoutBatch)
        .where(PayoutBatch.id == batch_id)
        .options(
            payouts.joinedload(Payout.worker).joinedload(Worker.account),
            payouts.selectinload(Payout.lines).joinedload(PayoutLine.entry),
        )
    )
    if found is None:
        raise NotFound("batch_not_found", "There is no such batch.")
    return found


def payout(db: Session, payout_id: int) -> Payout:
    """A payout with its worker and reasons. Raises NotFound."""
    found = db.scalar(_with_reasons(sa.select(Payout)).where(Payout.id == payout_id))
    if found is None:
        raise NotFound("payout_not_found", "There is no such payout.")
    return found


def payouts_of(db: Session, worker_id: int, limit: int = 50) -> Sequence[Payout]:
    """A worker's payouts, newest first."""
    mine = sa.select(Payout).where(Payout.worker_id == worker_id).order_by(Payout.id.desc())
    return db.scalars(mine.limit(limit)).all()


def earnings(db: Session, worker_id: int, limit: int = 200) -> list[EarningLine]:
    """A worker's statement, newest line first."""
    account = rules.worker_account(worker_id)
    rows = db.execute(
        sa.select(LedgerEntry, RecordingSession.public_id, Payout.state, Payout.transfer_id)
        .join(
            Submission,
            LedgerEntry.subject == sa.literal("submission:").concat(sa.cast(Submission.id, sa.String)),
        )
        .join(Submission.session)
        .outerjoin(PayoutLine, PayoutLine.entry_id == LedgerEntry.id)
        .outerjoin(Payout, Payout.id == PayoutLine.payout_id)
        .where(sa.or_(LedgerEntry.credit == account, LedgerEntry.debit == account), LedgerEntry.kind.in_(EARNING))
        .order_by(LedgerEntry.id.desc())
        .limit(limit)
    )
    return [
        EarningLine(
            at=entry.at,
            reason=f"Bonus for {entry.reason}" if entry.kind == EntryKind.BONUS else entry.reason,
            cents=rules.signed(entry.debit, entry.cents, account),
            currency=entry.currency,
            session_id=public_id,
            payout_state=state,
            transfer_id=transfer_id,
        )
        for entry, public_id, state, transfer_id in rows
    ]


def totals(db: Session) -> list[Totals]:
    """Earned, paid and owed over all workers, by currency."""
    grouped = sa.select(LedgerEntry.currency, LedgerEntry.kind, sa.func.sum(LedgerEntry.cents))
    sums: dict[str, dict[EntryKind, int]] = {}
    for currency, kind, cents in db.execute(grouped.group_by(LedgerEntry.currency, LedgerEntry.kind)):
        sums.setdefault(currency, {})[kind] = int(cents)
    return [_totals(currency, by_kind) for currency, by_kind in sorted(sums.items())]


def ledger(db: Session, before: int | None = None, limit: int = 100) -> Sequence[LedgerEntry]:
    """The newest entries first; `before` is the id to go on behind."""
    entries = sa.select(LedgerEntry).order_by(LedgerEntry.id.desc()).limit(limit)
    return db.scalars(entries.where(LedgerEntry.id < before) if before is not None else entries).all()


def balances(db: Session) -> list[Balance]:
    """What was debited and credited to every book account, by name and currency."""
    e = LedgerEntry
    sums: dict[tuple[str, str], list[int]] = {}
    for column, side in ((e.debit, 0), (e.credit, 1)):
        grouped = sa.select(column, e.currency, sa.func.sum(e.cents)).group_by(column, e.currency)
        for account, currency, cents in db.execute(grouped):
            sums.setdefault((account, currency), [0, 0])[side] = int(cents)
    return [Balance(account, currency, *both) for (account, currency), both in sorted(sums.items())]


def _totals(currency: str, by_kind: dict[EntryKind, int]) -> Totals:
    paid = by_kind.pop(EntryKind.PAYOUT, 0)
    both = rules.accrued(by_kind.items())
    return Totals(currency, both.pay, both.bonus, paid)


def _with_reasons(select: sa.Select[Payout]) -> sa.Select[Payout]:
    return select.options(
        joinedload(Payout.worker).joinedload(Worker.account),
        selectinload(Payout.lines).joinedload(PayoutLine.entry),
    )
