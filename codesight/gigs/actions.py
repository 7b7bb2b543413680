"""Setting up gigs, opening waves, inviting."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from codesight.errors import Invalid
from codesight.gigs.models import Gig, Invitation, Level, Narration, Package, Scenario, Tier, Wave
from codesight.ids import random_text
from codesight.lifecycle import WaveState, move

INVITATION_DAYS = 30
FIRST_GIG = Path(__file__).parent / "first_gig.toml"


FIRST_SLOTS = 5
"""How many demonstrations of each of its scenarios the first gig wants."""


def create_first_gig(db: Session, *, now: datetime) -> tuple[Gig, Wave]:
    """The gig of `first_gig.toml`, with an open wave; its slots are offered by the next stage."""
    plan = tomllib.loads(FIRST_GIG.read_text())
    gig = Gig(title=plan["title"], description=plan["description"], currency=plan["currency"], created_at=now)
    db.add(gig)
    db.flush()
    for offer in plan["packages"]:
        fixed = {
            "tier": Tier(offer["tier"]),
            "level": Level(offer["level"]),
            "narration": Narration(offer["narration"]),
        }
        db.add(Package(gig_id=gig.id, **{**offer, **fixed}))
    for tier, scenarios in plan["scenarios"].items():
        db.add_all(Scenario(gig_id=gig.id, tier=Tier(tier), **scenario) for scenario in scenarios)
    wave = create_wave(db, gig.id, now=now, **plan["wave"])
    open_wave(db, wave, now=now, by=None)
    return gig, wave


def create_wave(db: Session, gig_id: int, *, name: str, quota: int, budget_cents: int, now: datetime) -> Wave:
    """A round of workers, not yet open. Raises Invalid when the gig has one of that name."""
    if db.scalar(sa.select(Wave.id).where(Wave.gig_id == gig_id, Wave.name == name)) is not None:
        raise Invalid("name_taken", "This gig has a wave of that name.", fields={"name": ["Choose another name."]})
    wave = Wave(
        gig_id=gig_id, name=name, quota=quota, budget_cents=budget_cents, state=WaveState.DRAFT, state_since=now
    )
    db.add(wave)
    db.flush()
    return wave


def open_wave(db: Session, wave: Wave, *, now: datetime, by: int | None) -> None:
    """Let workers in."""
    move(db, wave, WaveState.OPEN, now=now, by=by)


def close_wave(db: Session, wave: Wave, *, now: datetime, by: int | None) -> None:
    """Let nobody else in; who has work keeps it."""
    move(db, wave, WaveState.CLOSED, now=now, by=by)


def invite(db: Session, wave: Wave, *, note: str, max_uses: int, now: datetime) -> Invitation:
    """A new link into a wave, good for 30 days and `max_uses` workers."""
    invitation = Invitation(
        wave_id=wave.id,
        token=random_text(24),
        note=note,
        max_uses=max_uses,
        expires_at=now + timedelta(days=INVITATION_DAYS),
        created_at=now,
    )
    db.add(invitation)
    db.flush()
    return invitation


def revoke(invitation: Invitation, *, now: datetime) -> None:
    """End a link; doing it twice changes nothing."""
    invitation.revoked_at = invitation.revoked_at or now
