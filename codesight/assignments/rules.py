"""What a claim may count on: its price, its time, and which scenarios it is given. Pure."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import NamedTuple
from urllib.parse import urlsplit

from codesight import money
from codesight.assignments.models import Assignment, PackageClaim
from codesight.gigs.models import Package
from codesight.lifecycle import UNDER_WAY, WITH_THE_WORKER, AssignmentState

ALIVE_FOR = timedelta(minutes=30)
"""So long a scenario stays reserved after the last sign of life of its recording, at least."""
EXTEND_EVERY = timedelta(minutes=1)
"""A lease that would grow by less is left alone."""
MOST_EXTENSION = timedelta(hours=12)
"""Further than this beyond its end recording never extends a lease."""
LONGEST_PAUSE = timedelta(hours=48)
"""A package can be paused once, for so long at most."""


def prices(package: Package) -> list[int]:
    """Each scenario's part of the package's price, in cents; the sum is exact."""
    return money.split(package.price_cents, package.scenario_count)


def largest_cost(package: Package, fee_bp: int = 0) -> int:
    """What a claim can cost at most: for every scenario its price, a bonus, and the fee for paying both."""
    return sum(cost(price + package.bonus_cents, fee_bp) for price in prices(package))


def cost(cents: int, fee_bp: int) -> int:
    """What it costs to pay an amount for one scenario: the amount and the fee on it."""
    return cents + money.fee(cents, fee_bp)


KEEPS_OPEN = UNDER_WAY - {AssignmentState.OVERFLOW}
"""As long as one of a package's scenarios is in these states, its worker can take no other package.

What came too late is not among them: the worker shall not wait for the owner's decision.
"""


class Lease(NamedTuple):
    """The times of a reservation."""

    until: datetime
    cap: datetime
    """Beyond this nothing extends it."""
    warn_at: datetime


def lease(begin: datetime, until: datetime) -> Lease:
    """A reservation from `begin` on; the worker is warned when three quarters of the time are over."""
    return Lease(until, until + MOST_EXTENSION, until - (until - begin) / 4)


def lease_end(now: datetime, hours: int) -> datetime:
    """Until when a claimed scenario stays reserved."""
    return now + timedelta(hours=hours)


def has_expired(assignment: Assignment, now: datetime) -> bool:
    """Whether the lease has run out on the worker; computed when read, so that no scheduler is needed for it."""
    return assignment.state in WITH_THE_WORKER and assignment.lease_until <= now


def state_at(assignment: Assignment, now: datetime) -> AssignmentState:
    """The state as people are told it: expired from the end of the lease on, whether or not anybody wrote it down."""
    return AssignmentState.EXPIRED if has_expired(assignment, now) else assignment.state


def is_over(claim: PackageClaim, now: datetime) -> bool:
    """Whether nothing of the package is under way any more, be it written down or not."""
    return not any(a.state in KEEPS_OPEN and not has_expired(a, now) for a in claim.assignments)


def time_is_short(assignment: Assignment, now: datetime) -> bool:
    """Whether three quarters of the worker's time are over."""
    return assignment.state in WITH_THE_WORKER and assignment.warn_at <= now < assignment.lease_until


def wants_extension(assignment: Assignment, now: datetime) -> bool:
    """Whether a sign of life would make the lease longer; what has ended, or has come to its cap, does not grow."""
    soon = assignment.lease_until < now + ALIVE_FOR - EXTEND_EVERY
    return assignment.state in WITH_THE_WORKER and now < assignment.lease_until < assignment.lease_cap and soon


def pause_left(claim: PackageClaim, now: datetime) -> timedelta:
    """How much longer the package is paused; nothing when it is not."""
    return max(claim.pause_until - now, timedelta(0)) if claim.pause_until else timedelta(0)


def paused_for(claim: PackageClaim) -> timedelta:
    """By how much a pause has moved the package's deadlines."""
    return claim.pause_until - claim.paused_at if claim.pause_until and claim.paused_at else timedelta(0)


def next_to_record(assignments: Sequence[Assignment], now: datetime) -> Assignment | None:
    """The first one that waits for the worker; a revision comes before new work."""
    waiting = [a for a in assignments if a.state in WITH_THE_WORKER and not has_expired(a, now)]
    return min(waiting, key=lambda a: (a.state != "revision_requested", a.state != "active", a.id), default=None)


def site_of(url: str) -> str | None:
    """The site of a page's address: its host without `www.`; None for what is no page of the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scenario that could be given to a worker now, with what it would bring the dataset."""

    slot_id: int
    scenario_id: int
    category: str
    demonstrations: int
    """How many there are, or are under way."""
    kind_covered: bool
    """Somebody of the worker's kind has demonstrated it, or is about to."""
    sites: int
    """On how many sites it was demonstrated."""
    gold: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What a worker was given before."""

    categories: Mapping[str, int]
    given: int
    gold: int


def gold_due(past: Past, count: int, percent: int) -> int:
    """How many of the next `count` scenarios are gold, so that the worker's share of gold is the set one."""
    return min(count, max(0, (past.given + count) * percent // 100 - past.gold))


def choose(candidates: Sequence[Candidate], count: int, past: Past, gold: int, seed: int) -> list[Candidate]:
    """The scenarios to give out, at most `count`, in the order in which the worker gets them.

    What is pinned comes first. Of the others at most `gold` are gold, at places that nobody can guess, and the rest
    is what raises the dataset's diversity most, one after the other: each choice counts for the next.
    """
    chosen = [c for c in candidates if c.pinned][:count]
    due = min(gold - sum(c.gold for c in chosen), count - len(chosen))
    mixed_in = [c for c in candidates if c.gold and not c.pinned][: max(0, due)]
    plain = [c for c in candidates if not c.gold and not c.pinned]
    spread = _spread(plain, count - len(chosen) - len(mixed_in), chosen, past.categories)
    dice = random.Random(seed)
    for one in mixed_in:
        spread.insert(dice.randint(0, len(spread)), one)
    return chosen + spread


def gain(candidate: Candidate, by_category: Mapping[str, float], own: Mapping[str, int]) -> float:
    """What a demonstration would add to the dataset's diversity.

    `by_category` is how many demonstrations the scenarios of a category have on average, `own` how many of each
    category the worker has. A scenario nobody has done outweighs everything else, so that the dataset grows evenly.
    """
    return (
        5 / (1 + candidate.demonstrations)
        + (0 if candidate.kind_covered else 2)
        + 1 / (1 + candidate.sites)
        + 1 / (1 + by_category[candidate.category])
        + 1 / (1 + own.get(candidate.category, 0))
    )


def _spread(
    candidates: Iterable[Candidate], count: int, chosen: Iterable[Candidate], own: Mapping[str, int]
) -> list[Candidate]:
    left = list(candidates)
    covered: dict[str, list[int]] = {}
    for c in left:
        covered.setdefault(c.category, []).append(c.demonstrations)
    by_category = {category: fmean(each) for category, each in covered.items()}
    mine = Counter(own) + Counter(c.category for c in chosen)
    found: list[Candidate] = []
    while left and len(found) < count:
        best = max(left, key=lambda c: (gain(c, by_category, mine), -c.scenario_id))
        left.remove(best)
        mine[best.category] += 1
        found.append(best)
    return found
