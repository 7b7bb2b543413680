"""The verbs: what changes who does which scenario until when."""

from codesight.assignments.actions.claiming import claim
from codesight.assignments.actions.ending import give_back, leave_surplus, submit, take_surplus, verdict
from codesight.assignments.actions.holding import hold, release
from codesight.assignments.actions.leases import expire, expire_if_over, extend, pause, resume, start, warn
from codesight.assignments.actions.steering import (
    Terms,
    hand_over,
    note_sites,
    offer,
    offer_again,
    pin,
    set_gold,
    set_terms,
    unpin,
)

__all__ = [
    "Terms",
    "claim",
    "expire",
    "expire_if_over",
    "extend",
    "give_back",
    "hand_over",
    "hold",
    "leave_surplus",
    "note_sites",
    "offer",
    "offer_again",
    "pause",
    "pin",
    "release",
    "resume",
    "set_gold",
    "set_terms",
    "start",
    "submit",
    "take_surplus",
    "unpin",
    "verdict",
    "warn",
]
