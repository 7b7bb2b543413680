"""Setting up gigs, opening waves, inviting. Whatever the owner changes leaves a line in the audit."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts.actions import audit
from codesight.errors import Conflict, Invalid
from codesight.gigs import queries, rules
from codesight.gigs.models import Gig, Invitation, Level, Narration, Package, Scenario, Tier, Wave
from codesight.gigs.rules import PackagePlan, ScenarioPlan
from codesight.ids import random_text
from codesight.lifecycle import WaveState, move

INVITATION_DAYS = 30
FIRST_GIG = Path(__file__).parent / "first_gig.toml"


FIRST_SLOTS = 5
"""How many demonstrations of each of its scenarios the first gig wants."""


def create_first_gig(db: Session, *, now: datetime) -> tuple[Gig, Wave]:
    """The gig of `first_gig.toml`, with an open wave; its slots are offered by the next stage."""
    plan = tomllib.loads(FIRST_GIG.read_text())
    offers = [
        PackagePlan(
            **{
                **offer,
                "tier": Tier(offer["tier"]),
                "level": Level(offer["level"]),
                "narration": Narration(offer["narration"]),
            }
        )
        for offer in plan["packages"]
    ]
    scenarios = {
        Tier(tier): [rules.scenario(**scenario) for scenario in listed] for tier, listed in plan["scenarios"].items()
    }
    texts = {name: plan[name] for name in ("title", "description", "currency")}
    gig = create_gig(db, **texts, packages=offers, scenarios=scenarios, now=now, by=None)
    wave = create_wave(db, gig.id, now=now, **plan["wave"])
    open_wave(db, wave, now=now, by=None)
    return gig, wave


def create_gig(
    db: Session,
    *,
    title: str,
    description: str,
    currency: str,
    packages: Sequence[PackagePlan],
    scenarios: Mapping[Tier, Sequence[ScenarioPlan]],
    now: datetime,
    by: int | None,
) -> Gig:
    """A gig with its packages and scenarios; it has no wave yet, so nobody can come.

    Raises Invalid `too_few_scenarios`, `price_too_small`, `goal_taken`.
    """
    gig = Gig(title=title, description=description, currency=currency, created_at=now)
    db.add(gig)
    db.flush()
    for plan in packages:
        rules.ensure_enough(plan, len(scenarios[plan.tier]))
        db.add(Package(gig_id=gig.id, **dataclasses.asdict(plan)))
    audit(db, "gig_made", f"gig:{gig.id}", {"title": title, "currency": currency}, now=now, by=by)
    for tier, plans in scenarios.items():
        add_scenarios(db, gig, tier, plans, now=now, by=by)
    return gig


def reword(db: Session, gig: Gig, *, title: str, description: str, now: datetime, by: int) -> bool:
    """Give a gig other words; False when they are the same. Its currency stays: claims and budgets are in it."""
    before = {"title": gig.title, "description": gig.description}
    changed = {name: new for name, new in (("title", title), ("description", description)) if before[name] != new}
    if changed:
        gig.title, gig.description = title, description
        details = {name: {"before": before[name], "after": new} for name, new in changed.items()}
        audit(db, "gig_reworded", f"gig:{gig.id}", {**details}, now=now, by=by)
    return bool(changed)


def change_package(db: Session, package: Package, plan: PackagePlan, *, now: datetime, by: int) -> bool:
    """Offer a package on other terms from now on; False when they are the same.

    Whoever has claimed it keeps what the claim says. Raises Invalid `too_few_scenarios`, `price_too_small`.
    """
    _lock(db, package)
    wanted = {name: value for name, value in dataclasses.asdict(plan).items() if name != "tier"}
    before = {name: getattr(package, name) for name in wanted}
    changed = {name: {"before": before[name], "after": new} for name, new in wanted.items() if before[name] != new}
    if not changed:
        return False
    rules.ensure_enough(plan, sum(one.tier == package.tier for one in queries.scenarios(db, package.gig_id)))
    for name in changed:
        setattr(package, name, wanted[name])
    audit(db, "package_changed", f"package:{package.id}", {**changed}, now=now, by=by)
    db.flush()
    return True


def add_scenarios(
    db: Session, gig: Gig, tier: Tier, plans: Sequence[ScenarioPlan], *, now: datetime, by: int | None
) -> list[Scenario]:
    """More goals for a tier; their slots are offered by the next stage. Raises Invalid `goal_taken`."""
    made = [
        Scenario(gig_id=gig.id, tier=tier, category=p.category, goal=p.goal, constraints=list(p.constraints))
        for p in plans
    ]
    _write_scenarios(db, made)
    audit(db, "scenarios_added", f"gig:{gig.id}", {"tier": tier.value, "count": len(made)}, now=now, by=by)
    return made


def retire_scenario(db: Session, scenario: Scenario, *, now: datetime, by: int) -> None:
    """Give a scenario to nobody new; a second time changes nothing. Raises Conflict `scenario_needed`."""
    package = queries.package(db, scenario.gig_id, scenario.tier.value)
    _lock(db, package)
    db.refresh(scenario)
    if scenario.retired_at is not None:
        return
    left = sum(one.tier == scenario.tier for one in queries.scenarios(db, scenario.gig_id)) - 1
    if left < package.scenario_count:
        raise Conflict(
            "scenario_needed",
            f"{scenario.tier.value.title()} asks for {package.scenario_count} scenarios. Add another one first.",
        )
    scenario.retired_at = now
    audit(db, "scenario_retired", f"scenario:{scenario.id}", {"goal": scenario.goal}, now=now, by=by)
    db.flush()


def replace_scenario(db: Session, scenario: Scenario, plan: ScenarioPlan, *, now: datetime, by: int) -> Scenario:
    """Word a goal anew: a new scenario takes the old one's place, and recordings stay with the words they followed.

    The same words give the scenario itself. Raises Conflict `scenario_retired`, Invalid `goal_taken`.
    """
    if scenario.retired_at is not None:
        raise Conflict("scenario_retired", "This scenario is not given to anybody any more, so it cannot be changed.")
    if plan == ScenarioPlan(scenario.category, scenario.goal, tuple(scenario.constraints)):
        return scenario
    scenario.retired_at = now
    db.flush()
    made = Scenario(gig_id=scenario.gig_id, tier=scenario.tier, category=plan.category, goal=plan.goal)
    made.constraints = list(plan.constraints)
    _write_scenarios(db, [made])
    details: dict[str, object] = {"before": scenario.goal, "after": made.goal, "replaced_by": made.id}
    audit(db, "scenario_replaced", f"scenario:{scenario.id}", details, now=now, by=by)
    return made


def _lock(db: Session, package: Package) -> None:
    # As a claim does: it is made on the old terms or on the new ones, and changes come one after the other.
    db.execute(sa.update(Package).where(Package.id == package.id).values(minutes=Package.minutes))
    db.refresh(package)


def _write_scenarios(db: Session, made: Sequence[Scenario]) -> None:
    try:
        with db.begin_nested():
            db.add_all(made)
    except IntegrityError as problem:  # no look beforehand: the index decides, whoever else adds at this moment
        why = "This gig has one of these goals already. Each goal is there once."
        raise Invalid("goal_taken", why, fields={"goal": [why]}) from problem


def create_wave(
    db: Session, gig_id: int, *, name: str, quota: int, budget_cents: int, now: datetime, by: int | None = None
) -> Wave:
    """A round of workers, not yet open. Raises Invalid when the gig has one of that name."""
    if db.scalar(sa.select(Wave.id).where(Wave.gig_id == gig_id, Wave.name == name)) is not None:
        raise Invalid("name_taken", "This gig has a wave of that name.", fields={"name": ["Choose another name."]})
    wave = Wave(
        gig_id=gig_id, name=name, quota=quota, budget_cents=budget_cents, state=WaveState.DRAFT, state_since=now
    )
    db.add(wave)
    db.flush()
    details: dict[str, object] = {"name": name, "quota": quota, "budget_cents": budget_cents}
    audit(db, "wave_made", f"wave:{wave.id}", details, now=now, by=by)
    return wave


def open_wave(db: Session, wave: Wave, *, now: datetime, by: int | None) -> None:
    """Let workers in."""
    move(db, wave, WaveState.OPEN, now=now, by=by)
    audit(db, "wave_opened", f"wave:{wave.id}", {}, now=now, by=by)


def close_wave(db: Session, wave: Wave, *, now: datetime, by: int | None) -> None:
    """Let nobody else in; who has work keeps it."""
    move(db, wave, WaveState.CLOSED, now=now, by=by)
    audit(db, "wave_closed", f"wave:{wave.id}", {}, now=now, by=by)


def set_budget(db: Session, wave: Wave, cents: int, *, now: datetime, by: int) -> bool:
    """Give a wave another budget; False when it has it already.

    Raises Invalid `budget_too_small` when more than that is spent or promised.
    """
    # Locks the wave's row, so that no claim promises money between the look and the change.
    db.execute(sa.update(Wave).where(Wave.id == wave.id).values(quota=Wave.quota))
    db.refresh(wave)
    before = wave.budget_cents
    if cents == before:
        return False
    if cents < wave.spent_cents + wave.reserved_cents:
        why = "More than that is spent or promised to workers already."
        raise Invalid("budget_too_small", why, fields={"budget": [why]})
    wave.budget_cents = cents
    audit(db, "wave_budget_set", f"wave:{wave.id}", {"before": before, "after": cents}, now=now, by=by)
    db.flush()
    return True


def invite(
    db: Session,
    wave: Wave,
    *,
    note: str,
    max_uses: int,
    now: datetime,
    days: int = INVITATION_DAYS,
    marketplace: str = "",
    by: int | None = None,
) -> Invitation:
    """A new link into a wave, good for so many days and for `max_uses` workers; one for a single order."""
    invitation = Invitation(
        wave_id=wave.id,
        token=random_text(24),
        note=note,
        marketplace=marketplace,
        max_uses=max_uses,
        expires_at=now + timedelta(days=days),
        created_at=now,
    )
    db.add(invitation)
    db.flush()
    details: dict[str, object] = {"wave": wave.id, "marketplace": marketplace, "max_uses": max_uses, "days": days}
    audit(db, "link_made", f"invitation:{invitation.id}", details, now=now, by=by)
    return invitation


def revoke(db: Session, invitation: Invitation, *, now: datetime, by: int | None = None) -> None:
    """End a link; doing it twice changes nothing."""
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        audit(db, "link_revoked", f"invitation:{invitation.id}", {}, now=now, by=by)
