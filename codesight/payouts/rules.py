"""What is booked where, and how it is named. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from codesight.errors import Invalid
from codesight.payouts.models import EntryKind
from codesight.reviews.rules import Earned
from codesight.workers.models import Channel

EXPENSE_PAY = "expense:pay"
EXPENSE_BONUS = "expense:bonus"
REFERENCE_LENGTH = 120

CHANNEL_NAMES = {
    Channel.FIVERR: "Fiverr",
    Channel.UPWORK: "Upwork",
    Channel.PROLIFIC: "Prolific",
    Channel.PAYPAL: "PayPal",
    Channel.WISE: "Wise",
    Channel.BANK: "bank transfer",
}


class Posting(NamedTuple):
    """An entry to be written: its kind, the two book accounts and the amount in cents, always positive."""

    kind: EntryKind
    debit: str
    credit: str
    cents: int


def worker_account(worker_id: int) -> str:
    """The book account of what we owe a worker."""
    return f"worker:{worker_id}"


def cash_account(channel: Channel) -> str:
    """The book account of what left us by a channel."""
    return f"cash:{channel.value}"


def submission_subject(submission_id: int) -> str:
    """How the ledger speaks of a submission."""
    return f"submission:{submission_id}"


def payout_subject(payout_id: int) -> str:
    """How the ledger speaks of a payout."""
    return f"payout:{payout_id}"


def accrued(sums: Iterable[tuple[EntryKind, int]]) -> Earned:
    """What entries of these kinds and amounts come to: pay and bonus, each less its corrections."""
    pay = bonus = 0
    for kind, cents in sums:
        match kind:
            case EntryKind.PAY:
                pay += cents
            case EntryKind.PAY_CORRECTION:
                pay -= cents
            case EntryKind.BONUS:
                bonus += cents
            case EntryKind.BONUS_CORRECTION:
                bonus -= cents
            case EntryKind.PAYOUT:
                raise ValueError("a payout is no earning")
    return Earned(pay, bonus)


def postings(worker_id: int, so_far: Earned, target: Earned) -> list[Posting]:
    """The entries from what was accrued to what a review says: only the difference."""
    owed = worker_account(worker_id)
    made = [
        _difference(target.pay - so_far.pay, EXPENSE_PAY, owed, EntryKind.PAY, EntryKind.PAY_CORRECTION),
        _difference(target.bonus - so_far.bonus, EXPENSE_BONUS, owed, EntryKind.BONUS, EntryKind.BONUS_CORRECTION),
    ]
    return [posting for posting in made if posting is not None]


def signed(debit: str, cents: int, account: str) -> int:
    """An entry's amount as the account sees it: what is debited to it makes it smaller."""
    return -cents if debit == account else cents


def valid_reference(text: str) -> str:
    """The payer's reference, trimmed. Raises Invalid when there is none or it is too long."""
    reference = text.strip()
    if not reference or len(reference) > REFERENCE_LENGTH:
        raise Invalid(
            "invalid_reference",
            "A payment needs the reference by which it can be found again.",
            fields={"reference": [f"Give the transaction's number or name, at most {REFERENCE_LENGTH} characters."]},
        )
    return reference


def _difference(cents: int, expense: str, owed: str, more: EntryKind, less: EntryKind) -> Posting | None:
    if cents == 0:
        return None
    return Posting(more, expense, owed, cents) if cents > 0 else Posting(less, owed, expense, -cents)
