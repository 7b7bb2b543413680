"""Payment files and the ledger as CSV (RFC 4180, CRLF)."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight import clock, money
from codesight.assignments.models import Assignment, PackageClaim
from codesight.errors import Invalid
from codesight.gigs.models import Package, Tier
from codesight.payouts import rules
from codesight.payouts.models import LedgerEntry, Payout, PayoutBatch, PayoutLine
from codesight.recordings.models import Submission
from codesight.reviews.models import Review
from codesight.workers.models import Channel

PAYMENT_COLUMNS = (
    "payout id",
    "worker",
    "e-mail",
    "channel",
    "address",
    "currency",
    "amount",
    "submissions",
    "state",
)
LEDGER_COLUMNS = (
    "posting id",
    "time",
    "kind",
    "worker",
    "payout",
    "provider",
    "provider id",
    "submission",
    "tier",
    "stars",
    "currency",
    "amount",
    "debit",
    "credit",
)
PAYPAL_MOST_ROWS = 5000
_PAYPAL_NOTE = "Your CodeSight recordings"


def payments_csv(batch: PayoutBatch) -> str:
    """A batch for whoever pays it by hand, in the batch's order; `submissions` is how many it pays for."""
    return _csv(PAYMENT_COLUMNS, (_payment_row(payout) for payout in batch.payouts))


def paypal_csv(batch: PayoutBatch) -> str:
    """A batch for PayPal Payouts: no header; recipient, amount, currency, our payout id, note, wallet.

    A machine reads it, so nothing is escaped: raises Invalid `wrong_channel`, `too_many_rows`, and
    `unsafe_recipient` with the payouts whose address a spreadsheet would take for a formula.
    """
    if batch.channel != Channel.PAYPAL:
        raise Invalid("wrong_channel", f"This batch is paid by {rules.CHANNEL_NAMES[batch.channel]}, not by PayPal.")
    if len(batch.payouts) > PAYPAL_MOST_ROWS:
        raise Invalid("too_many_rows", f"PayPal takes at most {PAYPAL_MOST_ROWS} payments in a file.")
    unsafe = [payout.id for payout in batch.payouts if _is_formula(payout.channel_address)]
    if unsafe:
        raise Invalid(
            "unsafe_recipient",
            "Some PayPal addresses cannot be put into a file. Ask these workers.",
            payouts=unsafe,
        )
    return _csv(
        None,
        (
            (p.channel_address, money.decimal(p.cents), p.currency, f"payout-{p.id}", _PAYPAL_NOTE, "PAYPAL")
            for p in batch.payouts
        ),
    )


def ledger_csv(db: Session) -> str:
    """Every posting, oldest first; times in UTC; amounts are positive, debit and credit say the direction."""
    entries = sa.select(LedgerEntry, Payout).outerjoin(PayoutLine, PayoutLine.entry_id == LedgerEntry.id)
    rows = db.execute(entries.outerjoin(Payout, Payout.id == PayoutLine.payout_id).order_by(LedgerEntry.id)).all()
    submissions, payouts = _submissions(db), {payout.id: payout for payout in db.scalars(sa.select(Payout))}
    return _csv(LEDGER_COLUMNS, (_ledger_row(entry, payout, submissions, payouts) for entry, payout in rows))


def safe_text(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: if it begins like one, an apostrophe leads it."""
    return "'" + text if _is_formula(text) else text


@dataclass(frozen=True)
class _About:
    tier: Tier
    stars: dict[int, int]
    """By version of the review."""


def _payment_row(payout: Payout) -> Sequence[str | int]:
    account = payout.worker.account
    return (
        payout.id,
        safe_text(account.name),
        safe_text(account.email),
        payout.channel.value,
        safe_text(payout.channel_address),
        payout.currency,
        money.decimal(payout.cents),
        len({line.entry.subject for line in payout.lines}),
        payout.state.value,
    )


def _ledger_row(
    entry: LedgerEntry, payout: Payout | None, submissions: dict[int, _About], payouts: dict[int, Payout]
) -> Sequence[str | int]:
    kind, number = entry.subject.split(":")
    about = submissions.get(int(number)) if kind == "submission" else None
    paid_by = payouts.get(int(number)) if kind == "payout" else payout
    worker = entry.credit if entry.credit.startswith("worker:") else entry.debit
    return (
        entry.id,
        clock.iso(entry.at),
        entry.kind.value,
        worker.removeprefix("worker:"),
        paid_by.id if paid_by else "",
        paid_by.channel.value if paid_by else "",
        safe_text(paid_by.transfer_id or "") if paid_by else "",
        number if about else "",
        about.tier.value if about else "",
        about.stars.get(entry.version, "") if about else "",
        entry.currency,
        money.decimal(entry.cents),
        entry.debit,
        entry.credit,
    )


def _submissions(db: Session) -> dict[int, _About]:
    tiers = (
        sa.select(Submission.id, Package.tier)
        .join(Submission.assignment)
        .join(Assignment.claim)
        .join(PackageClaim.package)
    )
    found = {row.id: _About(row.tier, {}) for row in db.execute(tiers)}
    for submission_id, version, rating in db.execute(sa.select(Review.submission_id, Review.version, Review.rating)):
        found[submission_id].stars[version] = rating
    return found


def _is_formula(text: str) -> bool:
    # Spreadsheets skip spaces and read full-width signs like the plain ones.
    if text.startswith(("\t", "\r", "\n")):
        return True
    return unicodedata.normalize("NFKC", text).lstrip().startswith(("=", "+", "-", "@"))


def _csv(header: Sequence[str] | None, rows: Iterable[Sequence[str | int]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
