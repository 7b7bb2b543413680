"""The rows of the owner's tables: reads that go over several stages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.assignments.models import Assignment, PackageClaim
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Gig, Invitation, Package, Scenario, Wave
from codesight.lifecycle import AssignmentState, SessionState
from codesight.payouts import rules as payout_rules
from codesight.payouts.models import EARNING, LedgerEntry
from codesight.recordings.models import RecordingSession
from codesight.workers.models import Consent, Worker
from codesight.workers.rules import CONSENT_SHA256

LIVE = (SessionState.RECORDING, SessionState.STOPPED, SessionState.READY)
"""Recordings that are being made."""

# A recording that was handed in is where its assignment is; before that it has a state of its own.
_STATE = sa.case(
    (RecordingSession.state == SessionState.SUBMITTED, sa.cast(Assignment.state, sa.String)),
    else_=sa.cast(RecordingSession.state, sa.String),
)


@dataclass(frozen=True)
class WholeGig:
    """A gig with all that belongs to it."""

    gig: Gig
    packages: Sequence[Package]
    scenarios: Sequence[Scenario]
    waves: Sequence[Wave]
    links: Sequence[Invitation]
    members: dict[int, int]
    """Workers by wave."""


@dataclass
class Standing:
    """What a worker has done so far."""

    accepted: int = 0
    earned: dict[str, int] = field(default_factory=dict)
    """Cents by currency."""
    consented: bool = False


def whole_gig(db: Session, gig: Gig) -> WholeGig:
    """The gig with its packages, scenarios, waves and links."""
    members = sa.select(Worker.wave_id, sa.func.count()).where(Worker.gig_id == gig.id).group_by(Worker.wave_id)
    return WholeGig(
        gig=gig,
        packages=gig_queries.packages(db, gig.id),
        scenarios=gig_queries.scenarios(db, gig.id),
        waves=gig_queries.waves(db, gig.id),
        links=gig_queries.invitations(db, gig.id),
        members={row[0]: row[1] for row in db.execute(members)},
    )


def standings(db: Session, worker_ids: Collection[int]) -> dict[int, Standing]:
    """How each of the workers stands."""
    found = {worker_id: Standing() for worker_id in worker_ids}
    accepted = sa.select(Assignment.worker_id, sa.func.count()).where(
        Assignment.worker_id.in_(worker_ids), Assignment.state == AssignmentState.ACCEPTED
    )
    for worker_id, count in db.execute(accepted.group_by(Assignment.worker_id)):
        found[worker_id].accepted = count
    agreed = sa.select(Consent.account_id).where(Consent.account_id.in_(worker_ids))
    for worker_id in db.scalars(agreed.where(Consent.text_sha256 == CONSENT_SHA256)):
        found[worker_id].consented = True
    accounts = {payout_rules.worker_account(worker_id): worker_id for worker_id in worker_ids}
    e = LedgerEntry
    sums = sa.select(e.debit, e.credit, e.currency, sa.func.sum(e.cents)).where(
        sa.or_(e.credit.in_(accounts), e.debit.in_(accounts)), e.kind.in_(EARNING)
    )
    for debit, credit, currency, cents in db.execute(sums.group_by(e.debit, e.credit, e.currency)):
        account = debit if debit in accounts else credit
        earned = found[accounts[account]].earned
        earned[currency] = earned.get(currency, 0) + payout_rules.signed(debit, int(cents), account)
    return found


def sessions(
    db: Session, states: Collection[str] | None, before: int | None = None, limit: int = 50
) -> Sequence[RecordingSession]:
    """Recordings in any of the states, or all that are not live, newest first; `before` is an internal id."""
    assignment = joinedload(RecordingSession.assignment)
    rows = sa.select(RecordingSession).join(RecordingSession.assignment).order_by(RecordingSession.id.desc())
    rows = rows.where(_STATE.in_(states) if states else _STATE.not_in(LIVE))
    if before is not None:
        rows = rows.where(RecordingSession.id < before)
    return db.scalars(
        rows.limit(limit).options(
            assignment.joinedload(Assignment.scenario),
            assignment.joinedload(Assignment.claim).joinedload(PackageClaim.package),
            assignment.joinedload(Assignment.worker).joinedload(Worker.account),
        )
    ).all()


def states(db: Session) -> dict[str, int]:
    """How many recordings there are in each state."""
    counted = sa.select(_STATE, sa.func.count()).select_from(RecordingSession).join(RecordingSession.assignment)
    return {row[0]: row[1] for row in db.execute(counted.group_by(_STATE))}
