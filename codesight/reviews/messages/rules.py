"""How long a message may be, and which group is the same group."""

import enum
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from codesight.accounts.models import Account, Role
from codesight.capture.masking import mask_text
from codesight.errors import Invalid

LONGEST = 2000
"""Characters of one message."""
EXCERPT = 160
"""How much of a message stands in the notice of it."""


class Standing(enum.StrEnum):
    """What the workers of a group have in common."""

    ANY = "any"
    WITH_PACKAGE = "with_package"
    WITHOUT_PACKAGE = "without_package"
    NEVER_CLAIMED = "never_claimed"


STANDING_WORDS = {
    Standing.ANY: "all of them",
    Standing.WITH_PACKAGE: "who have a package now",
    Standing.WITHOUT_PACKAGE: "who have no package now",
    Standing.NEVER_CLAIMED: "who have never taken a package",
}


@dataclass(frozen=True)
class Group:
    """Which workers the owner writes to; None means any."""

    gig_id: int | None = None
    wave_id: int | None = None
    level: str | None = None
    standing: Standing = Standing.ANY
    idle_days: int | None = None
    """Who has neither taken, recorded nor handed in anything for so many days."""


def fingerprint(group: Group, account_ids: Iterable[int]) -> str:
    """Equal for the same filter with exactly the same people in it."""
    said = json.dumps([group.gig_id, group.wave_id, group.level, group.standing, group.idle_days, sorted(account_ids)])
    return hashlib.sha256(said.encode()).hexdigest()


def kept(text: str, longest: int = LONGEST) -> str:
    """A message as it is kept: without blanks around it, and with what is private masked.

    Raises Invalid `invalid_message` for nothing, too much, or what cannot be kept.
    """
    text = text.replace("\r\n", "\n").strip()
    why = (
        "Write something first."
        if not text
        else f"This has {len(text)} characters; {longest} fit. Send it in two messages."
        if len(text) > longest
        else "This holds a character that cannot be kept."
        if "\0" in text
        else ""
    )
    if why:
        raise Invalid("invalid_message", why, fields={"text": [why]})
    return mask_text(text).text


def called(author: Account, reader: Account) -> str:
    """What the reader of a thread knows the author by: workers and reviewers meet by their parts, not their names."""
    return f"{author.name} ({author.role})" if reader.role == Role.OWNER else f"The {author.role}"


def excerpt(text: str) -> str:
    """The beginning of a message, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
