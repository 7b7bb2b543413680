"""What the owner decides about who is given what."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.accounts.actions import audit
from codesight.assignments.actions.holding import lock_package
from codesight.assignments.models import Assignment, ScenarioSite, Slot, SlotState
from codesight.errors import Conflict, Invalid
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Gig, Scenario
from codesight.lifecycle import AssignmentState


@dataclass(frozen=True, slots=True)
class Terms:
    """How a gig's scenarios are given out from now on; what was claimed keeps the terms of its claim."""

    start_hours: int
    times_per_worker: int
    gold_percent: int
    fee_bp: int


def offer(db: Session, scenario_ids: Sequence[int], per_scenario: int) -> None:
    """Want this many more demonstrations of each scenario."""
    last = sa.select(Slot.scenario_id, sa.func.max(Slot.number)).where(Slot.scenario_id.in_(scenario_ids))
    numbers = {row[0]: row[1] for row in db.execute(last.group_by(Slot.scenario_id))}
    new = [
        {"scenario_id": one.id, "number": numbers.get(one.id, 0) + place, "gig_id": one.gig_id, "tier": one.tier}
        for one in db.scalars(sa.select(Scenario).where(Scenario.id.in_(scenario_ids)).order_by(Scenario.id))
        for place in range(1, per_scenario + 1)
    ]
    if new:
        db.execute(sa.insert(Slot), new)


def hand_over(db: Session, scenario: Scenario, successor: Scenario) -> None:
    """The demonstrations still wanted of a scenario are wanted of its successor; who has one keeps it."""
    lock_package(db, gig_queries.package(db, scenario.gig_id, scenario.tier.value))
    unclaimed = sa.update(Slot).where(Slot.scenario_id == scenario.id, Slot.state == SlotState.OPEN)
    db.execute(unclaimed.values(scenario_id=successor.id))
    successor.pinned_at = scenario.pinned_at


def set_terms(db: Session, gig: Gig, terms: Terms, *, by: int, now: datetime) -> None:
    """Change how scenarios are given out. Raises Invalid `invalid_terms` with every field that cannot be so."""
    wrong = {
        field: [f"From {least} to {most}."]
        for field, least, most in (
            ("start_hours", 1, 24 * 90),
            ("times_per_worker", 1, 100),
            ("gold_percent", 0, 100),
            ("fee_bp", 0, 10_000),
        )
        if not least <= getattr(terms, field) <= most
    }
    if wrong:
        raise Invalid("invalid_terms", "Some of this cannot be so: " + ", ".join(wrong) + ".", fields=wrong)
    before = {field: getattr(gig, field) for field in asdict(terms)}
    gig.start_hours, gig.times_per_worker = terms.start_hours, terms.times_per_worker
    gig.gold_percent, gig.fee_bp = terms.gold_percent, terms.fee_bp
    audit(db, "terms_set", f"gig:{gig.id}", {"before": before, "after": asdict(terms)}, now=now, by=by)
    db.flush()


def pin(db: Session, scenario: Scenario, *, by: int, now: datetime) -> None:
    """Give a scenario out before all others, until it is unpinned; doing it twice changes nothing."""
    if scenario.pinned_at is None:
        scenario.pinned_at = now
        audit(db, "scenario_pinned", f"scenario:{scenario.id}", {}, now=now, by=by)
        db.flush()


def unpin(db: Session, scenario: Scenario, *, by: int, now: datetime) -> None:
    """Give a scenario out in its turn again."""
    if scenario.pinned_at is not None:
        scenario.pinned_at = None
        audit(db, "scenario_unpinned", f"scenario:{scenario.id}", {}, now=now, by=by)
        db.flush()


def set_gold(db: Session, scenario: Scenario, gold: bool, *, by: int, now: datetime) -> None:
    """Say whether a scenario is one of those that are mixed in to see how well people do."""
    if scenario.gold != gold:
        scenario.gold = gold
        audit(db, "gold_set", f"scenario:{scenario.id}", {"gold": gold}, now=now, by=by)
        db.flush()


def offer_again(db: Session, assignment: Assignment, *, by: int, now: datetime) -> None:
    """Let a worker be given a scenario once more that they returned or let run out. Raises Conflict `not_given_up`."""
    if assignment.state not in (AssignmentState.RETURNED, AssignmentState.EXPIRED):
        why = "Only what was returned or ran out can be offered to the same worker again."
        raise Conflict("not_given_up", why, state=assignment.state.value)
    if not assignment.may_repeat:
        assignment.may_repeat = True
        audit(db, "offered_again", f"assignment:{assignment.id}", {}, now=now, by=by)
        db.flush()


def note_sites(db: Session, scenario_id: int, sites: Collection[str]) -> None:
    """A scenario was demonstrated on these sites: others are more welcome now."""
    known = sa.select(ScenarioSite.site).where(ScenarioSite.scenario_id == scenario_id, ScenarioSite.site.in_(sites))
    new = set(sites).difference(db.scalars(known))
    db.add_all(ScenarioSite(scenario_id=scenario_id, site=site) for site in sorted(new))
    db.flush()
