"""Sending money: one Protocol, and the twin of an installation without a payment service."""

from dataclasses import dataclass
from typing import Protocol

from codesight.errors import Conflict


@dataclass(frozen=True)
class Transfer:
    """One payment that is to be sent. `key` is made from our own payout and is the same on every try."""

    key: str
    payout_id: int
    destination: str
    cents: int
    currency: str


class Payments(Protocol):
    """Whatever can send money to workers."""

    name: str
    sends: bool
    """Whether the machine sends money itself; if not, a person pays from the file and marks what is paid."""

    def send(self, transfer: Transfer) -> str:
        """Send, once for each key, and return the service's id of it; Conflict `paid_by_hand` if `sends` is False."""


class ManualPayments:
    """The machine sends nothing: it writes the file and a person pays. It never pretends that money moved."""

    name = "manual"
    sends = False

    def send(self, transfer: Transfer) -> str:
        """Refuses always, with what to do instead."""
        raise Conflict(
            "paid_by_hand",
            "Payments are made by hand here. Download the batch's file, pay, and mark each payment as paid.",
            payout=transfer.payout_id,
        )
