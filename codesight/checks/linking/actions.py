"""Leaving traces, keeping what was found, and dismissing it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts.actions import audit
from codesight.capture.rules import Event
from codesight.checks.linking import rules
from codesight.checks.linking.models import Link, StreamBand
from codesight.checks.linking.queries import Found
from codesight.errors import Conflict, Invalid


def leave_trace(db: Session, submission_id: int, events: Sequence[Event]) -> None:
    """Keep the sketch of a submission's events. Commit it before you look: of two at the same moment one sees both."""
    db.execute(sa.delete(StreamBand).where(StreamBand.submission_id == submission_id))
    keys = rules.sketch(rules.acts(events))
    db.add_all(StreamBand(submission_id=submission_id, band=band, key=key) for band, key in enumerate(keys))
    db.flush()


def keep(db: Session, submission_id: int, found: Iterable[Found], *, now: datetime) -> None:
    """Flag what was found; what was flagged before, dismissed or not, is not flagged again."""
    for one in found:
        low, high = sorted((one.worker_id, one.other_id))
        try:
            with db.begin_nested():
                db.add(
                    Link(
                        kind=one.kind, low_id=low, high_id=high, evidence=one.evidence, details=one.details,
                        submission_id=submission_id, found_at=now,
                    )
                )  # fmt: skip
        except IntegrityError:
            continue


def dismiss(db: Session, link: Link, reason: str, *, by: int, now: datetime) -> None:
    """The owner has looked, and it is nothing. Raises Invalid without a reason, Conflict `dismissed_already`."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        why = "Say why it is nothing, in 1 to 500 characters."
        raise Invalid("invalid_dismissal", why, fields={"reason": [why]})
    mine = sa.update(Link).where(Link.id == link.id, Link.dismissed_at.is_(None))
    dismissed = mine.values(dismissed_at=now, dismissed_by=by, dismissed_because=reason).returning(Link.id)
    if db.scalar(dismissed) is None:
        raise Conflict("dismissed_already", "This flag was dismissed already.")
    for worker_id, other_id in ((link.low_id, link.high_id), (link.high_id, link.low_id)):
        details: dict[str, object] = {"kind": link.kind.value, "with": f"account:{other_id}", "reason": reason}
        audit(db, "link_dismissed", f"account:{worker_id}", details, now=now, by=by)
