"""The reviewer's pages: the queue, and one recording with all that speaks for and against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import RatingForm, show_refusal
from blueprints.pages import threads
from blueprints.present import Moment, timeline
from blueprints.web import Session, reading, settings, storage, transaction, viewer
from codesight import money
from codesight.accounts.models import Role
from codesight.analysis import queries as analysis
from codesight.analysis.models import AnalysisRun, Step, Transcript
from codesight.assignments.models import Assignment
from codesight.capture import events, uploads
from codesight.capture.models import Upload, UploadKind
from codesight.checks import queries as checks
from codesight.checks.models import CheckRun
from codesight.clock import now
from codesight.errors import Invalid, NotFound, Problem
from codesight.payouts import actions as payouts
from codesight.recordings import queries as recordings
from codesight.recordings.models import RecordingSession, Submission
from codesight.reviews import actions as reviews
from codesight.reviews import queries
from codesight.reviews.models import ReasonCode, Review
from codesight.reviews.rules import CONSEQUENCES, Answers, decides, earned

bp = Blueprint("review", __name__)

STARS = {5: "Exceptional", 4: "Good", 3: "Acceptable", 2: "Needs improvement", 1: "Rejected"}


@dataclass(frozen=True)
class Evidence:
    """All that is known of one recording."""

    session: RecordingSession
    submission: Submission | None
    """None until it is handed in."""
    screen: Upload | None
    microphone: Upload | None
    moments: list[Moment]
    checks: list[tuple[str, CheckRun]]
    """Each with its title."""
    steps: Sequence[Step]
    transcript: Transcript | None
    analyses: dict[str, AnalysisRun]
    reviews: Sequence[Review]
    """Newest first."""

    @property
    def findings(self) -> int:
        return sum(len(run.findings) for _, run in self.checks)


@bp.get("/review")
@needs(Role.REVIEWER, Role.OWNER)
def queue() -> ResponseReturnValue:
    """What waits for a verdict, and one button to begin."""
    with reading() as db:
        return render_template(
            "review/queue.html",
            waiting=queries.queue(db, viewer(), now=now()),
            count=queries.waiting_count(db, viewer()),
            stats=queries.stats(db, viewer(), now=now()),
        )


@bp.get("/review/next")
@needs(Role.REVIEWER, Role.OWNER)
def next_one() -> ResponseReturnValue:
    """To the recording that has waited longest, but for those that the reviewer passed over."""
    passed = _passed()
    with reading() as db:
        waiting = queries.next_in_queue(db, viewer(), passed)
    if waiting is not None:
        return redirect(url_for(".session", public_id=waiting.session.public_id, skip=passed))
    flash("You passed over the rest; it still waits here." if passed else "Done: nothing waits for review.")
    return redirect(url_for(".queue"))


@bp.get("/review/<public_id>")
@needs(Role.REVIEWER, Role.OWNER)
def session(public_id: str) -> ResponseReturnValue:
    """One recording, its evidence and the verdict bar."""
    return _page(public_id, RatingForm(formdata=None))


@bp.post("/review/<public_id>")
@needs(Role.REVIEWER, Role.OWNER)
def rate(public_id: str) -> ResponseReturnValue:
    """Save the verdict and go on to the next recording."""
    form = RatingForm()
    if not form.validate_on_submit():
        return _page(public_id, form), 422
    try:
        review = _rate(public_id, form)
    except Invalid as problem:
        for name, why in problem.details["fields"].items():
            form[name].errors = why
        return _page(public_id, form), 422
    except Problem as problem:
        show_refusal(problem)
        return redirect(url_for(".session", public_id=public_id))
    flash(f"Saved: {STARS[review.rating].lower()}, {review.rating} of 5 stars.")
    return redirect(url_for(".next_one", skip=_passed()))


def evidence(db: Session, public_id: str) -> Evidence:
    """Raises Malformed and NotFound."""
    session = recordings.session_for(db, public_id, viewer())
    submission = recordings.submission_of_session(db, session.id)
    return Evidence(
        session=session,
        submission=submission,
        screen=uploads.find(db, session.id, UploadKind.SCREEN),
        microphone=uploads.find(db, session.id, UploadKind.MICROPHONE),
        moments=timeline(session, events.read(db, session.id)),
        checks=[(checks.title(run.name), run) for run in checks.runs(db, submission.id)] if submission else [],
        steps=analysis.steps(db, submission.id) if submission else [],
        transcript=analysis.transcript(db, submission.id) if submission else None,
        analyses={run.name: run for run in analysis.runs(db, submission.id)} if submission else {},
        reviews=queries.reviews_of(db, submission.id) if submission else [],
    )


def address(upload: Upload | None) -> str | None:
    """Where a browser plays an upload; None while there is nothing that plays."""
    return storage().get_url(upload.playable_key) if upload and upload.playable_key else None


def consequence(stars: int, assignment: Assignment, currency: str) -> str:
    """What a rating means for this recording's worker, in a few words."""
    leads_to, both = CONSEQUENCES[stars], earned(stars, assignment.price_cents, assignment.bonus_cents)
    if not decides(stars):
        return "back for revision"
    if not leads_to.pays:
        return "no pay"
    bonus = f" + {money.text(both.bonus, currency)} bonus" if leads_to.bonus else ""
    return money.text(both.pay, currency) + bonus + (", invited again" if leads_to.invited else "")


def _passed() -> list[int]:
    # The submissions that the reviewer passed over; as many as fit into an address, and none too large for a column.
    return [number for number in request.args.getlist("skip", int) if 0 < number < 2**31][-50:]


def _page(public_id: str, form: RatingForm) -> str:
    with reading() as db:
        found = evidence(db, public_id)
        left = queries.waiting_count(db, viewer())
    if found.submission is None:
        raise NotFound("not_handed_in", "This recording has not been handed in yet, so there is nothing to rate.")
    latest = found.reviews[0] if found.reviews else None
    if not form.is_submitted():
        form.show(latest)
    assignment = found.session.assignment
    return render_template(
        "review/session.html",
        evidence=found,
        form=form,
        latest=latest,
        thread=threads.panel(public_id),
        left=left,
        video=address(found.screen),
        narration=address(found.microphone),
        stars=[(n, word, consequence(n, assignment, assignment.claim.currency)) for n, word in STARS.items()],
        passed=[*_passed(), found.submission.id],
    )


def _rate(public_id: str, form: RatingForm) -> Review:
    moment = now()
    with transaction() as db:
        submission = recordings.submission_of_session(db, recordings.session_for(db, public_id, viewer()).id)
        if submission is None:
            raise NotFound("not_handed_in", "This recording has not been handed in yet.")
        review = reviews.rate(
            db,
            submission,
            by=viewer(),
            stars=form.stars.data,
            usable=form.usable.data,
            answers=Answers(form.plays.data, form.narrated.data, form.realistic.data, form.worth_pay.data),
            reason_code=ReasonCode(form.reason_code.data) if form.reason_code.data else None,
            note=form.note.data or "",
            seconds=form.seconds.data,
            replaces=form.replaces.data or 0,
            now=moment,
            lease_hours=settings().lease_hours,
        )
        payouts.post_review(db, review, now=moment)
    return review
