"""Who takes part, in sums only: no figure here is about fewer than five people."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.workers.onboarding.models import Profile

FEWEST = 5
"""People; a smaller group could be recognised."""
NOT_SAID = "not said"


@dataclass(frozen=True)
class Group:
    """One answer and how many gave it; None for a small group, and for one that would give a small group away."""

    answer: str
    people: int | None
    few: bool
    """Fewer than five people gave it."""


def answers(db: Session) -> dict[str, list[Group]]:
    """For each question of the profile its answers, the largest group first."""
    columns = {"age": Profile.age_band, "buys online": Profile.buys_online, "shops on": Profile.shops_on}
    found = {}
    for question, column in columns.items():
        counted = db.execute(sa.select(column, sa.func.count()).group_by(column))
        found[question] = hidden_when_small({row[0].value if row[0] else NOT_SAID: row[1] for row in counted})
    return found


def hidden_when_small(counts: Mapping[str, int]) -> list[Group]:
    """The groups of one question, small ones without their size. Pure.

    The number of workers is known from elsewhere. If one group alone were hidden, or several with fewer than five
    people together, a subtraction would find them: then the next larger one is hidden too.
    """
    by_size = Counter(counts).most_common()
    shown = [size for _, size in by_size if size >= FEWEST]
    hidden = [size for _, size in by_size if size < FEWEST]
    while hidden and shown and (len(hidden) == 1 or sum(hidden) < FEWEST):
        hidden.append(shown.pop())
    return [
        Group(answer, size if place < len(shown) else None, size < FEWEST)
        for place, (answer, size) in enumerate(by_size)
    ]
