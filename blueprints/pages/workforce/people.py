"""Everybody who records, and one of them."""

from enum import StrEnum
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.pages.workforce import bp
from blueprints.pages.workforce.forms import NARRATION_WORDS, LevelForm, ReasonForm, SuspendForm
from blueprints.web import LARGEST_ID, reading
from codesight.accounts.models import Role
from codesight.assignments.queries import assignments_of
from codesight.checks.linking import queries as links
from codesight.clock import now
from codesight.gigs import queries as gigs
from codesight.gigs.models import Level
from codesight.payouts import rules as payout_rules
from codesight.reports import audit, people, roster
from codesight.workers import queries as workers
from codesight.workers.standing import queries as standing
from codesight.workers.standing.rules import measures, next_level, scope_words

Chosen = TypeVar("Chosen", bound=StrEnum)

PAGE = 50
"""Rows of a table on one page."""


@bp.get("/workers")
@needs(Role.OWNER)
def index() -> ResponseReturnValue:
    """Everybody who records: by level, wave, state, flags, name or address."""
    wave_id = request.args.get("wave", type=int)
    wanted = roster.Wanted(
        level=_chosen(Level, "level"),
        wave_id=wave_id if wave_id is not None and 0 < wave_id <= LARGEST_ID else None,
        state=_chosen(roster.State, "state"),
        flagged=request.args.get("flagged") == "1",
        text=request.args.get("text", "").strip()[:80].replace("\0", ""),
        sort=_chosen(roster.Sort, "sort") or roster.Sort.NEWEST,
        after=request.args.get("after", "")[:200].replace("\0", ""),
    )
    with reading() as db:
        return render_template(
            "workforce/index.html",
            found=roster.page(db, wanted, now=now(), limit=PAGE),
            wanted=wanted,
            waves=gigs.all_waves(db),
            levels=Level,
            states=roster.State,
            sorts=roster.Sort,
            channels=payout_rules.CHANNEL_NAMES,
            appeals=standing.unanswered(db),
            links=links.undismissed(db),
        )


@bp.get("/workers/<int:account_id>")
@needs(Role.OWNER)
def one(account_id: int) -> ResponseReturnValue:
    """A worker with levels, numbers, suspensions, flags and the audit."""
    moment = now()
    with reading() as db:
        worker = workers.worker(db, account_id)
        version, rule = standing.rule(db)
        numbers = standing.numbers(db, account_id)
        above = next_level(worker.level)
        suspensions = standing.suspensions_of(db, account_id)
        form = LevelForm(formdata=None, level=worker.level.value, narration=worker.narration.value)
        return render_template(
            "workforce/worker.html",
            worker=worker,
            standing=people.standings(db, [account_id])[account_id],
            work=assignments_of(db, account_id)[:10],
            numbers=numbers,
            version=version,
            above=above,
            measures=measures(rule, above or worker.level, numbers),
            suspensions=suspensions,
            in_force=[one.id for one in suspensions if one.in_force(moment)],
            scope_words=scope_words,
            flags=links.flags(db, account_id),
            trail=audit.trail(db, audit.Wanted(subject=f"account:{account_id}"), 10),
            form=form,
            suspend_form=SuspendForm(formdata=None),
            reason_form=ReasonForm(formdata=None),
            channels=payout_rules.CHANNEL_NAMES,
            spoken=NARRATION_WORDS,
        )


def _chosen(kind: type[Chosen], name: str) -> Chosen | None:
    said = request.args.get(name, "")
    return kind(said) if said in set(kind) else None
