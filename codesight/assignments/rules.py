"""What a claim may count on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from codesight import money
from codesight.assignments.models import Assignment
from codesight.gigs.models import Package
from codesight.lifecycle import WITH_THE_WORKER


def prices(package: Package) -> list[int]:
    """Each scenario's part of the package's price, in cents; the sum is exact."""
    return money.split(package.price_cents, package.scenario_count)


def largest_cost(package: Package) -> int:
    """What a claim can cost at most: the price, and a bonus for every scenario."""
    return package.price_cents + package.bonus_cents * package.scenario_count


def lease_end(now: datetime, hours: int) -> datetime:
    """Until when a claimed scenario stays reserved."""
    return now + timedelta(hours=hours)


def has_expired(assignment: Assignment, now: datetime) -> bool:
    """Whether the lease has run out on the worker; computed when read, so that no scheduler is needed for it."""
    return assignment.state in WITH_THE_WORKER and assignment.lease_until <= now


def next_to_record(assignments: Sequence[Assignment], now: datetime) -> Assignment | None:
    """The first one that waits for the worker; a revision comes before new work."""
    waiting = [a for a in assignments if a.state in WITH_THE_WORKER and not has_expired(a, now)]
    return min(waiting, key=lambda a: (a.state != "revision_requested", a.state != "active", a.id), default=None)
