"""What a gig's workers must have done before their next claim."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed
from blueprints.pages.gigs import bp
from blueprints.web import transaction, viewer
from codesight.accounts.models import Role
from codesight.clock import now
from codesight.errors import Invalid
from codesight.gigs import queries
from codesight.gigs.models import OnboardingStep
from codesight.workers.onboarding import steps

LABELS = {
    OnboardingStep.PROFILE: "Profile: country, languages, experience",
    OnboardingStep.DEVICE: "Check of browser, extension, microphone, screen and disk",
    OnboardingStep.TRAINING: "Practice recording, passed",
    OnboardingStep.QUIZ: "Quiz, passed",
}
"""The consent is not among them: it is always asked."""


@bp.post("/gigs/<int:gig_id>/first-steps")
@needs(Role.OWNER)
def first_steps(gig_id: int) -> ResponseReturnValue:
    """Ask for these steps from now on."""
    ensure_pressed()
    wanted = {OnboardingStep.CONSENT, *(step for step in LABELS if step.value in request.form.getlist("step"))}
    try:
        with transaction() as db:
            gig, version = queries.gig(db, gig_id), request.form.get("quiz_version", "")
            changed = steps.require(db, gig, wanted, version, by=viewer().id, now=now())
        flash(
            "Saved. It counts for the next claim; packages that are claimed can be finished as they are."
            if changed
            else "Nothing was different, so nothing was changed."
        )
    except Invalid as problem:
        flash(problem.message, "error")
    return redirect(url_for(".edit", gig_id=gig_id))
