"""Answers that are kept by their `Idempotency-Key`, so that a request which is sent again is not done again."""

import hashlib
import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from codesight.db import Base, UtcDateTime
from codesight.errors import Invalid, Malformed

KEPT_FOR = timedelta(days=1)
"""After that a key means nothing any more."""

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class KeptAnswer(Base):
    """What the first request with a key was answered."""

    __tablename__ = "kept_answer"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str | None] = mapped_column(sa.Text)
    """Written before the transaction ends: nobody else ever sees it empty."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def begin(db: Session, account_id: int, key: str, request: bytes, *, now: datetime) -> str | None:
    """The answer that an earlier request of the account got for this key; None for the first one, which has to `keep`.

    A second request at the same moment waits here for the first. What fails is rolled back with its key: it can
    be tried again. Raises Malformed `invalid_idempotency_key`, and Invalid `idempotency_mismatch` when the earlier
    request was another one.
    """
    if not _KEY.fullmatch(key):
        why = "An Idempotency-Key has 1 to 200 visible ASCII characters."
        raise Malformed("invalid_idempotency_key", why)
    mine = (KeptAnswer.account_id == account_id, KeptAnswer.key == key)
    db.execute(sa.delete(KeptAnswer).where(*mine, KeptAnswer.created_at <= now - KEPT_FOR))
    sha256 = hashlib.sha256(request).hexdigest()
    try:
        with db.begin_nested():
            db.add(KeptAnswer(account_id=account_id, key=key, request_sha256=sha256, created_at=now))
    except IntegrityError:
        earlier = db.scalars(sa.select(KeptAnswer).where(*mine)).one()
    else:
        return None
    if earlier.request_sha256 != sha256:
        why = "This Idempotency-Key was used for another request. Take a new key for a new request."
        raise Invalid("idempotency_mismatch", why, fields={"Idempotency-Key": [why]})
    return earlier.answer


def keep(db: Session, account_id: int, key: str, answer: str) -> None:
    """Keep the answer of the first request; in the transaction in which it was begun."""
    mine = sa.update(KeptAnswer).where(KeptAnswer.account_id == account_id, KeptAnswer.key == key)
    db.execute(mine.values(answer=answer))


def forget(db: Session, *, now: datetime) -> None:
    """Throw away what is older than a day."""
    db.execute(sa.delete(KeptAnswer).where(KeptAnswer.created_at <= now - KEPT_FOR))
