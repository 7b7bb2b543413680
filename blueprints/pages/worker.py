"""The worker's pages: the next step, packages, a scenario, what became of it, and what it earned."""

from enum import StrEnum

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed
from blueprints.pages import threads
from blueprints.pages.feedback import AboutForm
from blueprints.pages.onboarding.steps import TOLD
from blueprints.web import reading, settings, transaction, viewer
from codesight import outbox
from codesight.accounts.models import Role
from codesight.analysis import queries as analysis
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim
from codesight.assignments.queries import assignment_of, assignments_of, own_claim, present_claim
from codesight.assignments.rules import next_to_record, pause_left, state_at, time_is_short
from codesight.capture import uploads
from codesight.capture.models import UploadKind
from codesight.checks import queries as checks
from codesight.clock import now
from codesight.errors import Problem
from codesight.gigs import queries as gigs
from codesight.gigs.models import OnboardingStep, Package
from codesight.gigs.rules import may_take
from codesight.lifecycle import UNDER_WAY, WITH_THE_WORKER, AssignmentState, WaveState
from codesight.payouts import queries as payouts
from codesight.payouts.rules import CHANNEL_NAMES
from codesight.recordings import queries as recordings
from codesight.recordings.rules import UNFINISHED
from codesight.reviews.feedback import queries as said
from codesight.reviews.queries import latest_review
from codesight.workers.models import Worker
from codesight.workers.onboarding import device
from codesight.workers.onboarding.steps import missing_step, progress
from codesight.workers.queries import worker
from codesight.workers.standing.models import Suspension
from codesight.workers.standing.queries import standing_against, suspensions_of
from codesight.workers.standing.rules import scope_words, speaks_enough, suspended

bp = Blueprint("worker", __name__)


class NextStep(StrEnum):
    """The one thing to do now."""

    ONBOARD = "onboard"
    REVISE = "revise"
    RECORD = "record"
    RESUME = "resume"
    CHOOSE = "choose"
    WAIT = "wait"
    DONE = "done"


def next_step(
    onboarded: bool, claim: PackageClaim | None, waiting: Assignment | None, worked_before: bool, paused: bool
) -> NextStep:
    """What the home page asks for; `waiting` is the assignment whose turn it is.

    Work that was begun comes first: a step that is asked again stands in the way of the next claim only.
    """
    if waiting is not None:
        if paused:
            return NextStep.RESUME
        return NextStep.REVISE if waiting.state == AssignmentState.REVISION_REQUESTED else NextStep.RECORD
    if claim is not None:
        return NextStep.WAIT
    if not onboarded:
        return NextStep.ONBOARD
    return NextStep.DONE if worked_before else NextStep.CHOOSE


def closed_because(
    me: Worker,
    package: Package,
    missing: OnboardingStep | None,
    claim: PackageClaim | None,
    barred: Suspension | None,
) -> str | None:
    """Why a worker cannot take a package now and what opens it; None when they can. `missing` is the next step."""
    if not may_take(me.level, package.level):
        return f"It asks for level {package.level}; yours is {me.level}."
    if not speaks_enough(me.narration, package.narration):
        return "It asks for more narration than your accepted recordings have. Say more of what you think."
    if barred is not None:
        return suspended(barred).message
    if claim is not None:
        mine = claim.package_id == package.id
        return "You have this package now." if mine else "It opens when your present package is finished."
    if me.wave.state != WaveState.OPEN:
        return "This round of workers is not open now. You keep your account; look in again."
    return None if missing is None else _OPENS_WHEN.get(missing, "It opens when you have done all the first steps.")


_OPENS_WHEN = {OnboardingStep.CONSENT: "It opens when you have accepted the consent."}


@bp.get("/home")
@needs(Role.WORKER)
def home() -> ResponseReturnValue:
    """The next step, what is under way, and news."""
    moment = now()
    with reading() as db:
        me = worker(db, viewer().id)
        claim, mine = present_claim(db, me.account_id, moment), assignments_of(db, me.account_id)
        waiting, steps = next_to_record(mine, moment), progress(db, me)
        paused = claim is not None and bool(pause_left(claim, moment))
        return render_template(
            "worker/home.html",
            step=next_step(missing_step(steps) is None, claim, waiting, bool(mine), paused),
            steps=steps,
            missing=missing_step(steps),
            told=TOLD,
            waiting=waiting,
            claim=claim,
            paused=paused,
            under_way=[a for a in mine if state_at(a, moment) in UNDER_WAY],
            finished=[a for a in mine if state_at(a, moment) not in UNDER_WAY][:10],
            states={a.id: state_at(a, moment) for a in mine},
            short={a.id for a in mine if time_is_short(a, moment)},
            sessions={s.assignment_id: s for s in reversed(recordings.sessions_for(db, viewer(), 200))},
            notices=outbox.unread(db, me.account_id),
            barred=[one for one in suspensions_of(db, me.account_id) if one.in_force(moment)],
            scope_words=scope_words,
            earned=payouts.balance(db, me.account_id, me.gig.currency),
            currency=me.gig.currency,
        )


@bp.get("/packages")
@needs(Role.WORKER)
def packages() -> ResponseReturnValue:
    """The three tiers side by side, and why one is closed."""
    with reading() as db:
        me = worker(db, viewer().id)
        claim, missing = present_claim(db, me.account_id, now()), missing_step(progress(db, me))
        offers = [
            (p, closed_because(me, p, missing, claim, standing_against(db, me.account_id, p.gig_id, p.tier, now())))
            for p in gigs.packages(db, me.gig_id)
        ]
        return render_template("worker/packages.html", me=me, offers=offers, claim=claim, hours=settings().lease_hours)


@bp.post("/packages/<tier>/claim")
@needs(Role.WORKER)
def claim(tier: str) -> ResponseReturnValue:
    """Reserve a whole package."""
    ensure_pressed()
    try:
        with transaction() as db:
            me = worker(db, viewer().id)
            package = gigs.package(db, me.gig_id, tier)
            assignments.claim(db, me, package, lease_hours=settings().lease_hours, now=now())
    except Problem as problem:
        flash(problem.message, "error")
        return redirect(url_for("worker.packages"))
    flash(f"The {tier} package is yours: {package.scenario_count} scenarios are reserved for you.")
    return redirect(url_for("worker.home"))


@bp.post("/package/<any(pause, resume):verb>")
@needs(Role.WORKER)
def pause(verb: str) -> ResponseReturnValue:
    """Stop the clock of the present package, or let it run again."""
    ensure_pressed()
    act = assignments.pause if verb == "pause" else assignments.resume
    try:
        with transaction() as db:
            act(db, own_claim(db, viewer().id), now=now())
        flash("The clock stands still. Resume whenever you like." if verb == "pause" else "The clock runs again.")
    except Problem as problem:
        flash(problem.message, "error")
    return redirect(url_for("worker.home"))


@bp.get("/scenarios/<int:assignment_id>")
@needs(Role.WORKER)
def scenario(assignment_id: int) -> ResponseReturnValue:
    """The goal and the recorder."""
    with reading() as db:
        assignment, moment = assignment_of(db, viewer().id, assignment_id), now()
        state = state_at(assignment, moment)
        paused = state in WITH_THE_WORKER and bool(pause_left(assignment.claim, moment))
        latest = recordings.latest_session(db, assignment.id)
        checked = device.passed_in(db, viewer().id, request.user_agent.string)
        must_check = OnboardingStep.DEVICE in worker(db, viewer().id).gig.onboarding
        package = assignment.claim.package
        barred = standing_against(db, viewer().id, package.gig_id, package.tier, moment)
        return render_template(
            "worker/scenario.html",
            assignment=assignment,
            state=state,
            paused=paused,
            short=time_is_short(assignment, moment),
            barred=suspended(barred).message if barred is not None and state in WITH_THE_WORKER else None,
            can_record=state in WITH_THE_WORKER and not paused and barred is None,
            checked=checked,
            oldest_extension=device.OLDEST_EXTENSION,
            must_check=must_check and checked is None,
            unfinished=latest if latest and latest.state in UNFINISHED else None,
            latest=latest,
            settings=settings(),
        )


@bp.get("/submissions/<public_id>")
@needs(Role.WORKER)
def submission(public_id: str) -> ResponseReturnValue:
    """What became of a recording."""
    with reading() as db:
        session = recordings.own_session(db, public_id, viewer().id)
        handed_in = recordings.submission_of_session(db, session.id)
        if handed_in is None:
            return render_template("worker/not_handed_in.html", session=session)
        newest = recordings.submissions_of(db, session.assignment_id)[-1]
        feedback = said.of_submission(db, handed_in.id)
        return render_template(
            "worker/submission.html",
            session=session,
            assignment=session.assignment,
            submission=handed_in,
            newest=newest.id == handed_in.id,
            checks=[(checks.title(run.name), run) for run in checks.runs(db, handed_in.id)],
            analyses=analysis.runs(db, handed_in.id),
            uploads=[upload for kind in UploadKind if (upload := uploads.find(db, session.id, kind))],
            review=latest_review(db, handed_in.id),
            thread=threads.panel(public_id),
            earned=payouts.accrued(db, session.assignment_id),
            feedback=feedback,
            feedback_form=AboutForm.of(feedback),
        )


@bp.get("/earnings")
@needs(Role.WORKER)
def earnings() -> ResponseReturnValue:
    """What was earned, why, and what is paid."""
    with reading() as db:
        me = worker(db, viewer().id)
        return render_template(
            "worker/earnings.html",
            me=me,
            balance=payouts.balance(db, me.account_id, me.gig.currency),
            lines=payouts.earnings(db, me.account_id),
            payouts=payouts.payouts_of(db, me.account_id),
            channels=CHANNEL_NAMES,
        )
