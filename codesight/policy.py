"""Who is told what, and by which way: the whole policy on one screen.

A message's key begins with its kind, such as `review:17`; nothing is told whose kind is not in the table.
"""

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a message is about: the part of its key before the colon."""

    ACCOUNT = "account"
    INVITATION = "invitation"
    CLAIM = "claim"
    DEADLINE = "deadline"
    EXPIRED = "expired"
    OVERFLOW = "overflow"
    REVIEW = "review"
    REVISION = "revision"
    PAYOUT = "payout"
    LEVEL = "level"
    SUSPENSION = "suspension"
    MESSAGE = "message"
    FEEDBACK = "feedback"
    NEWS = "news"
    BOOKS = "books"
    UNDELIVERED = "undelivered"
    DIGEST = "digest"


class Delivery(enum.StrEnum):
    """Whether a message is mailed as well."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


@dataclass(frozen=True)
class Row:
    """How messages of one kind travel."""

    title: str
    """What it is about, in the words of the settings page; also the subject of its mail."""
    who: tuple[str, ...]
    """The roles that are told; `guest` is somebody without an account."""
    product: bool
    """Whether it stands among the person's messages; that cannot be turned off."""
    mail: tuple[Delivery, ...]
    """What the person can choose; the first is what holds before they do. Without `off` it cannot be turned off."""
    chat: bool
    """Whether the owner's team is woken for it, in their chat."""

    @property
    def can_be_off(self) -> bool:
        """Whether its mails are not essential: they carry a way out."""
        return Delivery.OFF in self.mail


_W, _TEAM, _ALL = ("worker",), ("owner",), ("owner", "reviewer", "payer", "worker")
_NOW, _DAY, _OFF = Delivery.NOW, Delivery.DIGEST, Delivery.OFF

POLICY: dict[Kind, Row] = {
    # Security: by mail alone, because whoever has lost an account reads no messages in it.
    Kind.ACCOUNT: Row("Your account", _ALL, False, (_NOW,), False),
    Kind.INVITATION: Row("An invitation", ("guest",), False, (_NOW, _OFF), False),
    # Work.
    Kind.CLAIM: Row("A package you have taken", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.DEADLINE: Row("Your time is running short", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.EXPIRED: Row("Your time has run out", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.REVIEW: Row("A review of your recording", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.REVISION: Row("A recording to be made once more", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.LEVEL: Row("Your level", _W, True, (_NOW, _DAY, _OFF), False),
    Kind.SUSPENSION: Row("What you may work on", _W, True, (_NOW, _DAY), False),
    # Money: at once or once a day, never not at all.
    Kind.OVERFLOW: Row("A recording that came late", _W, True, (_NOW, _DAY), False),
    Kind.PAYOUT: Row("A payment to you", _W, True, (_NOW, _DAY), False),
    Kind.BOOKS: Row("The books do not balance", _TEAM, True, (_NOW, _DAY), True),
    # People. A worker who writes waits for an answer: that is worth a word in the chat, without what they wrote.
    Kind.MESSAGE: Row("A message about a recording", ("worker", "reviewer", "owner"), True, (_NOW, _DAY, _OFF), True),
    Kind.FEEDBACK: Row("An answer to your feedback", _ALL, True, (_NOW, _DAY, _OFF), False),
    Kind.NEWS: Row("News from the project", _W, True, (_NOW, _DAY, _OFF), False),
    # The way itself: when mail does not get through, mail cannot say so.
    Kind.UNDELIVERED: Row("A mail that could not be delivered", _TEAM, True, (_OFF,), True),
    Kind.DIGEST: Row("What happened since yesterday", _ALL, False, (_NOW, _OFF), False),
}
"""Kind → what it is called, who is told, in the product, by mail, in the team's chat."""


def kind_of(key: str) -> Kind:
    """The kind that a key begins with. Raises ValueError for one that is not in the policy."""
    return Kind(key.partition(":")[0])


def choices_for(role: str) -> dict[Kind, Row]:
    """The kinds of message that somebody of a role gets and can choose about."""
    return {kind: row for kind, row in POLICY.items() if role in row.who and row.product and len(row.mail) > 1}
