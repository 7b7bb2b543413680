"""Who may take which package, and what a gig's plan must be like. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from codesight.errors import Invalid
from codesight.gigs.models import Invitation, Level, Narration, Scenario, Tier

CURRENCIES = ("USD", "EUR", "GBP", "AUD", "CAD", "CHF", "CZK", "DKK", "INR", "NOK", "NZD", "PLN", "SEK")
"""What gigs can be paid in: currencies with a hundred cents to the unit, which is what amounts are kept in."""

QUOTAS = (8, 25, 50, 100)
"""How many workers the first waves let in; the ones after that as many as the last."""

GOAL_LENGTHS = range(10, 301)
CATEGORY_LENGTH = 40
CONSTRAINT_LENGTH = 80
MOST_CONSTRAINTS = 8
MOST_LINES = 500
"""Scenarios that can be pasted at once."""

_ORDER = list(Level)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class PackagePlan:
    """A tier's offer as the owner wants it; the names are those of `Package`."""

    tier: Tier
    price_cents: int
    bonus_cents: int
    scenario_count: int
    minutes: int
    level: Level
    narration: Narration


@dataclass(frozen=True)
class ScenarioPlan:
    """One shopping goal as the owner wants it; the names are those of `Scenario`."""

    category: str
    goal: str
    constraints: tuple[str, ...]


def may_take(has: Level, asked: Level) -> bool:
    """Whether a worker of level `has` may take a package that asks for level `asked`."""
    return _ORDER.index(has) >= _ORDER.index(asked)


def over(link: Invitation, now: datetime) -> str:
    """Why a link lets nobody in any more, in words; empty while it does."""
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at <= now:
        return "expired"
    return "used up" if link.uses >= link.max_uses else ""


def next_quota(waves: int) -> int:
    """How many workers the wave after so many should let in."""
    return QUOTAS[min(waves, len(QUOTAS) - 1)]


def scenario(category: str, goal: str, constraints: Iterable[str]) -> ScenarioPlan:
    """A scenario out of what somebody typed. Raises Invalid with what is wrong by field."""
    plan = ScenarioPlan(_tidy(category), _tidy(goal), tuple(kept for c in constraints if (kept := _tidy(c))))
    fields: dict[str, list[str]] = {}
    if not 1 <= len(plan.category) <= CATEGORY_LENGTH:
        fields["category"] = [f"A category of 1 to {CATEGORY_LENGTH} characters."]
    if len(plan.goal) not in GOAL_LENGTHS:
        fields["goal"] = [f"A goal of {GOAL_LENGTHS[0]} to {GOAL_LENGTHS[-1]} characters."]
    if not 1 <= len(plan.constraints) <= MOST_CONSTRAINTS:
        fields["constraints"] = [f"Between 1 and {MOST_CONSTRAINTS} things to look out for."]
    elif any(len(one) > CONSTRAINT_LENGTH for one in plan.constraints):
        fields["constraints"] = [f"At most {CONSTRAINT_LENGTH} characters for each thing to look out for."]
    if any(_CONTROL.search(text) for text in (plan.category, plan.goal, *plan.constraints)):
        fields.setdefault("goal", ["No control characters."])
    if fields:
        said = " ".join(why for reasons in fields.values() for why in reasons)
        raise Invalid("invalid_scenario", said, fields=fields)
    return plan


def scenarios(text: str) -> list[ScenarioPlan]:
    """Scenarios out of pasted lines `category | goal | constraint; constraint`; a tab serves as well as the bar.

    Empty lines are passed over. Raises Invalid `invalid_scenarios` that names each line that cannot be used and why.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid("invalid_scenarios", f"At most {MOST_LINES} lines at once.", lines=[])
    plans, problems, seen = [], [], dict[str, int]()
    for number, line in lines:
        parts = re.split(r"[|\t]", line.strip())
        if len(parts) != 3:
            problems.append(f"Line {number}: write category | goal | what to look out for; and more of it.")
            continue
        try:
            plan = scenario(parts[0], parts[1], parts[2].split(";"))
        except Invalid as problem:
            problems.append(f"Line {number}: {problem.message}")
            continue
        if plan.goal in seen:
            problems.append(f"Line {number}: the same goal as in line {seen[plan.goal]}.")
        seen.setdefault(plan.goal, number)
        plans.append(plan)
    if problems:
        raise Invalid("invalid_scenarios", " ".join(problems), lines=problems)
    return plans


def ensure_enough(plan: PackagePlan, scenarios: int) -> None:
    """Raises Invalid when a package can never be claimed with so many scenarios, or is worth less than a cent each."""
    if scenarios < plan.scenario_count:
        why = f"{plan.tier.value.title()} asks for {plan.scenario_count} scenarios, and there are {scenarios}."
        raise Invalid("too_few_scenarios", why, fields={"scenario_count": [why]})
    if plan.price_cents < plan.scenario_count:
        why = f"{plan.tier.value.title()} pays less than a cent for a scenario."
        raise Invalid("price_too_small", why, fields={"price": [why]})


def area(scenarios: Sequence[Scenario]) -> str:
    """What most of the goals are about, in words: `clothing and electronics`."""
    common = Counter(one.category for one in scenarios).most_common(2)
    return " and ".join(category for category, _ in common)


def _tidy(text: str) -> str:
    return " ".join(text.split())
