"""The consent's text and whether an invitation still lets somebody in."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

from codesight.errors import Conflict, Invalid
from codesight.gigs.models import Invitation
from codesight.lifecycle import WaveState
from codesight.workers.models import Channel

CONSENT_VERSION = "1"
CONSENT_TEXT = (Path(__file__).parent / "consent.md").read_text()
CONSENT_SHA256 = hashlib.sha256(CONSENT_TEXT.encode()).hexdigest()


def ensure_open(invitation: Invitation, now: datetime) -> None:
    """Raises Conflict with the reason when the link no longer lets anybody in."""
    if invitation.revoked_at is not None:
        raise Conflict("invitation_revoked", "This invitation was withdrawn. Ask whoever sent it for a new one.")
    if invitation.expires_at <= now:
        raise Conflict("invitation_expired", "This invitation has expired. Ask whoever sent it for a new one.")
    if invitation.uses >= invitation.max_uses:
        raise Conflict("invitation_used_up", "This invitation has been used up. Ask whoever sent it for a new one.")
    if invitation.wave.state != WaveState.OPEN:
        raise Conflict("wave_closed", "This round of workers is not open now. Your link works again when it opens.")


def channel_of(invitation: Invitation) -> Channel | None:
    """How a marketplace wants its workers paid: there and nowhere else. None where workers choose."""
    name = invitation.marketplace.lower()
    return Channel(name) if name in set(Channel) else None


def ordered(invitation: Invitation, order_number: str) -> str:
    """The order number that ties the account to the marketplace's order, without the `#` that people copy with it.

    Raises Invalid `order_number_missing` when the link is a marketplace's and there is none.
    """
    kept = order_number.strip().lstrip("#").strip()
    if invitation.marketplace and not kept:
        why = f"Enter the number of your order at {invitation.marketplace}: it is how your pay finds you."
        raise Invalid("order_number_missing", why, fields={"order_number": [why]})
    return kept


def channel_key(channel: Channel, address: str) -> str:
    """The same for two ways of writing one payout account, and only for those; says nothing to who reads it.

    A mail address counts the same at every channel: it is one person's. Google's mail ignores dots, and what follows
    a plus, in the name (support.google.com/mail/answer/7436150); the plus means the same with most others.
    """
    plain = "".join(address.casefold().split())
    name, at, host = plain.rpartition("@")
    if at and name:
        name, host = name.partition("+")[0], "gmail.com" if host == "googlemail.com" else host
        plain = f"mail:{name.replace('.', '') if host == 'gmail.com' else name}@{host}"
    else:
        plain = f"{channel}:{re.sub(r'[^0-9a-z]', '', plain) or plain}"
    return hashlib.sha256(plain.encode()).hexdigest()
