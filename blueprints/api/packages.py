"""Packages and claims, for the signed-in worker."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from blueprints import present
from blueprints.access import needs, scoped
from blueprints.repeats import answered_once
from blueprints.web import reading, settings, transaction, viewer
from codesight.accounts.models import Role, Scope
from codesight.assignments import actions as assignments
from codesight.assignments.models import PackageClaim
from codesight.assignments.queries import assignment_of, own_claim, present_claim
from codesight.assignments.rules import pause_left, state_at, time_is_short
from codesight.clock import iso, now
from codesight.gigs import queries as gigs
from codesight.gigs.rules import may_take
from codesight.workers.queries import worker
from codesight.workers.standing.queries import standing_against
from codesight.workers.standing.rules import speaks_enough

bp = Blueprint("api_packages", __name__, url_prefix="/api")


@bp.get("/packages")
@needs(Role.WORKER)
@scoped(Scope.READ)
def listing() -> ResponseReturnValue:
    """The packages of the worker's gig, and whether each is open to them."""
    with reading() as db:
        me = worker(db, viewer().id)
        offers = [
            {
                **present.package(p, me.gig.currency),
                "begin_within_hours": me.gig.start_hours,
                "open": may_take(me.level, p.level)
                and speaks_enough(me.narration, p.narration)
                and standing_against(db, me.account_id, p.gig_id, p.tier, now()) is None,
            }
            for p in gigs.packages(db, me.gig_id)
        ]
    return jsonify(packages=offers)


@bp.post("/packages/<tier>/claim")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def claim(tier: str) -> ResponseReturnValue:
    """Reserve a whole package; claiming again what one has gives the same claim."""
    with transaction() as db:

        def take() -> Response:
            me = worker(db, viewer().id)
            package = gigs.package(db, me.gig_id, tier)
            assignments.claim(db, me, package, lease_hours=settings().lease_hours, now=now())
            return jsonify(claim=_claim(own_claim(db, me.account_id)))

        return answered_once(db, take)


@bp.get("/claim")
@needs(Role.WORKER)
@scoped(Scope.READ)
def current() -> ResponseReturnValue:
    """The worker's present package with its assignments, or null."""
    with reading() as db:
        mine = present_claim(db, viewer().id, now())
        return jsonify(claim=_claim(mine) if mine else None)


@bp.post("/claim/<any(pause, resume):verb>")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def pause(verb: str) -> ResponseReturnValue:
    """Stop the clock of the present package, once and for 48 hours at most, or let it run again."""
    act = assignments.pause if verb == "pause" else assignments.resume
    with transaction() as db:
        mine = own_claim(db, viewer().id)
        act(db, mine, now=now())
        return jsonify(claim=_claim(mine))


@bp.post("/assignments/<int:assignment_id>/return")
@needs(Role.WORKER)
@scoped(Scope.WRITE)
def give_back(assignment_id: int) -> ResponseReturnValue:
    """Return a scenario; twice is the same as once."""
    with transaction() as db:
        assignment = assignment_of(db, viewer().id, assignment_id)
        assignments.give_back(db, assignment, now=now())
    return jsonify(id=assignment_id, state=assignment.state.value)


def _claim(claim: PackageClaim) -> dict[str, object]:
    moment = now()
    return {
        "id": claim.id,
        "tier": claim.package.tier.value,
        "price_cents": claim.price_cents,
        "currency": claim.currency,
        "begin_by": iso(claim.start_until) if claim.started_at is None else None,
        "finish_by": iso(claim.finish_until),
        "paused_until": iso(claim.pause_until) if claim.pause_until and pause_left(claim, moment) else None,
        "can_pause": claim.paused_at is None,
        "assignments": [
            {
                "id": a.id,
                "goal": a.scenario.goal,
                "constraints": a.scenario.constraints,
                "price_cents": a.price_cents,
                "state": state_at(a, moment).value,
                "reserved_until": iso(a.lease_until),
                "time_is_short": time_is_short(a, moment),
            }
            for a in claim.assignments
        ],
    }
