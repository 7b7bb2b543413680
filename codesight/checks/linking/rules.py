"""How alike two streams of events are: a sketch that finds candidates, and a look that decides. Pure.

Two people who follow the same goal on the same site press the same things, but never at the same pace. A copy keeps
the pace, also with another clock, a little jitter and some events lost.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import blake2b
from itertools import pairwise
from urllib.parse import urlsplit

from codesight.capture.rules import Event, text_of
from codesight.checks.base import ACTIONS

MOST_ACTS = 800
"""What comes behind that is not looked at: aligning costs the square of it."""
FEWEST_ACTS = 12
"""Less tells nothing about who did it."""
SHINGLE = 3
BANDS, ROWS = 16, 2
"""Two streams that share half of their shingles meet in a band with 99 %; see Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", chapter 3."""
ALIKE = 0.75
"""Share of acts that must be found again, and of the pauses between them that must be as long."""
PAUSE_MS = 500.0
"""Shorter ones are the browser's, and the same for everybody."""
FEWEST_PAUSES = 8
JITTER_MS, JITTER = 120.0, 0.05
"""Pauses are as long as each other within so much, and that share of them."""

_MASK = 2**64 - 1
_DICE = random.Random(20_261_121)
_HASHES = [(_DICE.getrandbits(64) | 1, _DICE.getrandbits(64)) for _ in range(BANDS * ROWS)]


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did: what it was and on what, and when by their own clock."""

    what: str
    t_ms: float


def acts(events: Sequence[Event]) -> list[Act]:
    """What was done on purpose, and the pages that were visited, in their order."""
    told = sorted(events, key=lambda event: (event.t_wall, event.seq))
    kept = [e for e in told if e.type.value in ACTIONS or e.type.value == "navigation"]
    return [Act(_what(event), event.t_wall) for event in kept[:MOST_ACTS]]


def sketch(done: Sequence[Act]) -> list[int]:
    """A key for each band, in 64 bits with a sign; empty for what is too short to tell."""
    if len(done) < FEWEST_ACTS:
        return []
    shingles = {_hash("\x1f".join(a.what for a in done[i : i + SHINGLE])) for i in range(len(done) - SHINGLE + 1)}
    smallest = [min((a * one + b) & _MASK for one in shingles) for a, b in _HASHES]
    keys = [_hash(f"{band}:{smallest[band * ROWS : (band + 1) * ROWS]}") for band in range(BANDS)]
    return [key - 2**64 if key >= 2**63 else key for key in keys]


def likeness(one: Sequence[Act], other: Sequence[Act]) -> float:
    """From 0 to 1: the share of acts found again in the same order, or of pauses of the same length, if smaller."""
    if min(len(one), len(other)) < FEWEST_ACTS:
        return 0.0
    matched = SequenceMatcher(None, [a.what for a in one], [a.what for a in other], autojunk=False)
    pairs = [(b.a + n, b.b + n) for b in matched.get_matching_blocks() for n in range(b.size)]
    same = [(one[j].t_ms - one[i].t_ms, other[m].t_ms - other[n].t_ms) for (i, n), (j, m) in pairwise(pairs)]
    pauses = [(a, b) for a, b in same if max(a, b) >= PAUSE_MS]
    if len(pauses) < FEWEST_PAUSES:
        return 0.0
    as_long = sum(abs(a - b) <= JITTER_MS + JITTER * max(a, b) for a, b in pauses) / len(pauses)
    return min(as_long, 2 * len(pairs) / (len(one) + len(other)))


def _what(event: Event) -> str:
    target = event.target
    if target is None:
        parts = urlsplit(event.url)
        return f"{event.type.value} {parts.netloc}{parts.path}"
    best = target.candidates[0] if target.candidates else None
    where = f"{best.strategy} {best.value}" if best else f"{target.tag} {target.name or target.text}"
    return f"{event.type.value} {where} {text_of(event).casefold()}"


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
