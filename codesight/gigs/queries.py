"""Reading gigs."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from codesight.errors import NotFound
from codesight.gigs.models import Gig, Invitation, Package, Scenario, Tier, Wave


@dataclass(frozen=True)
class WholeGig:
    """A gig with all that belongs to it."""

    gig: Gig
    packages: Sequence[Package]
    scenarios: Sequence[Scenario]
    waves: Sequence[Wave]
    links: Sequence[Invitation]


def all_gigs(db: Session) -> Sequence[Gig]:
    """Every gig with its packages, newest first."""
    return db.scalars(sa.select(Gig).options(selectinload(Gig.packages)).order_by(Gig.id.desc())).all()


def gig(db: Session, gig_id: int) -> Gig:
    """Raises NotFound."""
    found = db.get(Gig, gig_id)
    if found is None:
        raise NotFound("gig_not_found", "There is no such gig.")
    return found


def whole(db: Session, gig: Gig) -> WholeGig:
    """The gig with its packages, scenarios, waves and links."""
    return WholeGig(
        gig=gig,
        packages=packages(db, gig.id),
        scenarios=scenarios(db, gig.id),
        waves=waves(db, gig.id),
        links=invitations(db, gig.id),
    )


def package(db: Session, gig_id: int, tier: str) -> Package:
    """The gig's package of a tier. Raises NotFound `unknown_tier`."""
    if tier in set(Tier):
        found = db.scalar(sa.select(Package).where(Package.gig_id == gig_id, Package.tier == Tier(tier)))
        if found is not None:
            return found
    raise NotFound("unknown_tier", f"There is no package {tier[:40]!r} in this gig.", tiers=[t.value for t in Tier])


def packages(db: Session, gig_id: int) -> Sequence[Package]:
    """The gig's packages in ascending order."""
    found = db.scalars(sa.select(Package).where(Package.gig_id == gig_id)).all()
    return sorted(found, key=lambda package: list(Tier).index(package.tier))


def scenarios(db: Session, gig_id: int) -> Sequence[Scenario]:
    """The scenarios that the gig gives to workers, in the order they were made."""
    given = sa.select(Scenario).where(Scenario.gig_id == gig_id, Scenario.retired_at.is_(None))
    return db.scalars(given.order_by(Scenario.id)).all()


def scenario(db: Session, scenario_id: int) -> Scenario:
    """A scenario, a retired one too. Raises NotFound."""
    found = db.get(Scenario, scenario_id)
    if found is None:
        raise NotFound("scenario_not_found", "There is no such scenario.")
    return found


def waves(db: Session, gig_id: int) -> Sequence[Wave]:
    """The gig's waves, oldest first."""
    return db.scalars(sa.select(Wave).where(Wave.gig_id == gig_id).order_by(Wave.id)).all()


def all_waves(db: Session) -> Sequence[Wave]:
    """The waves of all gigs, newest first."""
    return db.scalars(sa.select(Wave).order_by(Wave.id.desc())).all()


def wave(db: Session, wave_id: int) -> Wave:
    """Raises NotFound."""
    found = db.get(Wave, wave_id)
    if found is None:
        raise NotFound("wave_not_found", "There is no such wave.")
    return found


def invitations(db: Session, gig_id: int) -> Sequence[Invitation]:
    """The links into the gig's waves, newest first."""
    of_gig = sa.select(Invitation).join(Invitation.wave).options(joinedload(Invitation.wave))
    return db.scalars(of_gig.where(Wave.gig_id == gig_id).order_by(Invitation.id.desc())).all()


def invitation(db: Session, token: str) -> Invitation:
    """The invitation of a link. Raises NotFound."""
    known = sa.select(Invitation).where(Invitation.token == token).options(joinedload(Invitation.wave))
    # PostgreSQL takes no NUL in a comparison either.
    found = db.scalar(known) if token.isalnum() else None
    if found is None:
        raise NotFound("invitation_not_found", "This invitation link is not known. Ask whoever sent it for a new one.")
    return found
