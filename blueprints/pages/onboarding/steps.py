"""The path with all its steps, the check of the computer, and the practice recording."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.access import needs
from blueprints.forms import ensure_pressed
from blueprints.pages.onboarding import bp
from blueprints.web import reading, settings, storage, viewer
from codesight.accounts.models import Role
from codesight.capture import uploads
from codesight.capture.models import UploadKind
from codesight.checks import queries as checks
from codesight.checks.training import TASK
from codesight.gigs.models import OnboardingStep
from codesight.recordings import queries as recordings
from codesight.recordings.rules import UNFINISHED
from codesight.workers.onboarding import device
from codesight.workers.onboarding.steps import missing_step, progress
from codesight.workers.queries import worker


@dataclass(frozen=True)
class Told:
    """A step as people are told of it."""

    title: str
    why: str
    minutes: int
    view: str
    button: str


TOLD = {
    OnboardingStep.CONSENT: Told(
        "Read what is recorded, and decide",
        "You record your screen, your voice and your clicks. Nobody may do that without having agreed to it.",
        2,
        "account.consent",
        "Read the consent",
    ),
    OnboardingStep.PROFILE: Told(
        "Tell us a little about you",
        "People shop differently. Your country, languages and experience show whether all kinds of people take part.",
        2,
        "onboarding.profile_page",
        "Fill in your profile",
    ),
    OnboardingStep.DEVICE: Told(
        "Check your computer",
        "A recording without sound or picture cannot be paid. One minute now saves you from that.",
        1,
        "onboarding.device_page",
        "Check my computer",
    ),
    OnboardingStep.TRAINING: Told(
        "Make a practice recording",
        "You try everything once in an invented shop. It is not paid, nobody else gets it, and you are told at once "
        "what to do better.",
        5,
        "onboarding.training_page",
        "Go to the practice",
    ),
    OnboardingStep.QUIZ: Told(
        "Answer a few questions",
        "What to say aloud, what to keep private, what is paid: you should know it before you spend your time.",
        4,
        "onboarding.quiz_page",
        "Go to the questions",
    ),
}


@bp.get("")
@needs(Role.WORKER)
def overview() -> ResponseReturnValue:
    """All steps, how each stands, and why it is asked."""
    with reading() as db:
        return render_template("onboarding/overview.html", steps=progress(db, worker(db, viewer().id)), told=TOLD)


@bp.post("/continue")
@needs(Role.WORKER)
def go_on() -> ResponseReturnValue:
    """To the next step that is missing, or home when all are done."""
    ensure_pressed()
    return redirect(url_of_next())


def url_of_next() -> str:
    """The page of the next missing step; home when all are done."""
    with reading() as db:
        step = missing_step(progress(db, worker(db, viewer().id)))
    return url_for(TOLD[step].view if step else "worker.home")


@bp.get("/device")
@needs(Role.WORKER)
def device_page() -> ResponseReturnValue:
    """A test of this very browser; the page measures and the server judges."""
    with reading() as db:
        latest = device.latest(db, viewer().id)
    here = device.browser_of(request.user_agent.string)
    same = latest is not None and latest.browser == here
    return render_template("onboarding/device.html", latest=latest, here=here, same=same)


@bp.get("/training")
@needs(Role.WORKER)
def training_page() -> ResponseReturnValue:
    """The task and the recorder."""
    with reading() as db:
        latest = recordings.latest_training(db, viewer().id)
        return render_template(
            "onboarding/training.html",
            task=TASK,
            minimum=min(TASK.minimum_seconds, settings().minimum_video_seconds),
            attempts=checks.training_attempts(db, viewer().id),
            unfinished=latest if latest and latest.state in UNFINISHED else None,
            settings=settings(),
            oldest_extension=device.OLDEST_EXTENSION,
        )


@bp.get("/training/<public_id>")
@needs(Role.WORKER)
def training_result(public_id: str) -> ResponseReturnValue:
    """What became of a practice recording, and the recording itself."""
    with reading() as db:
        session = recordings.own_training(db, public_id, viewer().id)
        attempt = checks.training_attempt(db, session.id)
        screen = uploads.find(db, session.id, UploadKind.SCREEN)
        missing = missing_step(progress(db, worker(db, viewer().id)))
    video = storage().get_url(screen.playable_key) if screen and screen.playable_key else None
    return render_template(
        "onboarding/training_result.html", attempt=attempt, session=session, video=video, missing=missing
    )
