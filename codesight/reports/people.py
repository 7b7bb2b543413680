"""How workers stand: reads that go over consent, work and money."""

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.assignments.models import Assignment
from codesight.lifecycle import AssignmentState
from codesight.payouts.models import EARNING, LedgerEntry
from codesight.payouts.rules import signed, worker_account
from codesight.workers.models import Consent
from codesight.workers.rules import CONSENT_SHA256


@dataclass
class Standing:
    """What a worker has done so far."""

    accepted: int = 0
    """Recordings."""
    earned: dict[str, int] = field(default_factory=dict)
    """Cents by currency."""
    consented: bool = False
    """To the text as it stands now."""


def standings(db: Session, worker_ids: Collection[int]) -> dict[int, Standing]:
    """How each of the workers stands, in three statements however many they are."""
    found = {worker_id: Standing() for worker_id in worker_ids}
    accepted = sa.select(Assignment.worker_id, sa.func.count()).where(
        Assignment.worker_id.in_(worker_ids), Assignment.state == AssignmentState.ACCEPTED
    )
    for worker_id, count in db.execute(accepted.group_by(Assignment.worker_id)):
        found[worker_id].accepted = count
    agreed = sa.select(Consent.account_id).where(Consent.account_id.in_(worker_ids))
    for worker_id in db.scalars(agreed.where(Consent.text_sha256 == CONSENT_SHA256)):
        found[worker_id].consented = True
    accounts = {worker_account(worker_id): worker_id for worker_id in worker_ids}
    e = LedgerEntry
    sums = sa.select(e.debit, e.credit, e.currency, sa.func.sum(e.cents)).where(
        sa.or_(e.credit.in_(accounts), e.debit.in_(accounts)), e.kind.in_(EARNING)
    )
    for debit, credit, currency, cents in db.execute(sums.group_by(e.debit, e.credit, e.currency)):
        account = debit if debit in accounts else credit
        earned = found[accounts[account]].earned
        earned[currency] = earned.get(currency, 0) + signed(debit, int(cents), account)
    return found
