"""Reading workers."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from codesight.errors import NotAllowed, NotFound
from codesight.workers.models import Consent, Worker
from codesight.workers.onboarding.steps import ASKED_FOR, CODES, progress
from codesight.workers.rules import CONSENT_SHA256


def worker(db: Session, account_id: int) -> Worker:
    """The worker of an account, with gig and wave. Raises NotFound."""
    found = db.scalar(
        sa.select(Worker)
        .where(Worker.account_id == account_id)
        .options(joinedload(Worker.gig), joinedload(Worker.wave), joinedload(Worker.account))
    )
    if found is None:
        raise NotFound("worker_not_found", "There is no such worker.")
    return found


def all_workers(db: Session, limit: int = 200, offset: int = 0) -> Sequence[Worker]:
    """The newest workers with account and wave, but for the first `offset` of them."""
    with_parts = sa.select(Worker).options(joinedload(Worker.account), joinedload(Worker.wave))
    return db.scalars(with_parts.order_by(Worker.account_id.desc()).limit(limit).offset(offset)).all()


def count(db: Session) -> int:
    """How many workers there are."""
    return db.scalar(sa.select(sa.func.count()).select_from(Worker)) or 0


def members(db: Session) -> dict[int, int]:
    """How many workers each wave has, by its id; a wave without any is not in it."""
    counted = sa.select(Worker.wave_id, sa.func.count()).group_by(Worker.wave_id)
    return {row[0]: row[1] for row in db.execute(counted)}


def has_consented(db: Session, account_id: int) -> bool:
    """Whether the worker agreed to the text as it stands now."""
    agreed = sa.select(Consent.id).where(Consent.account_id == account_id, Consent.text_sha256 == CONSENT_SHA256)
    return db.scalar(agreed) is not None


def ensure_onboarded(db: Session, worker: Worker) -> None:
    """Whether the worker has done all that the gig asks for before a claim.

    Raises NotAllowed with the code of the first missing step, such as `quiz_not_passed`, and all of them in `missing`.
    """
    missing = [one.step for one in progress(db, worker) if one.code]
    if missing:
        raise NotAllowed(CODES[missing[0]], ASKED_FOR[missing[0]], missing=[CODES[step] for step in missing])
