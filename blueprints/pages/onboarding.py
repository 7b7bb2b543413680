"""The steps before the first package: what they are, why each is asked, and a page for each."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput

from blueprints.access import needs
from blueprints.forms import ensure_pressed
from blueprints.web import reading, settings, storage, transaction, viewer
from codesight.accounts.models import Role
from codesight.capture import uploads
from codesight.capture.models import UploadKind
from codesight.checks import queries as checks
from codesight.checks.training import TASK
from codesight.clock import now
from codesight.errors import Conflict, Invalid
from codesight.gigs.models import OnboardingStep
from codesight.recordings import queries as recordings
from codesight.recordings.rules import UNFINISHED
from codesight.workers.onboarding import device, profile, quiz
from codesight.workers.onboarding.models import AgeBand, Experience, HowOften, Profile, ShopsOn
from codesight.workers.onboarding.steps import missing_step, progress
from codesight.workers.queries import worker

bp = Blueprint("onboarding", __name__, url_prefix="/onboarding")


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

NOT_SAID = SelectChoice("", "I’d rather not say")


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """What a worker says about themselves."""

    country = SelectField("Country you live in", [DataRequired("Choose your country.")])
    languages = SelectMultipleField(
        "Languages you speak well",
        [DataRequired("Choose at least one.")],
        choices=[SelectChoice(code, name) for code, name in profile.LANGUAGES.items()],
        option_widget=CheckboxInput(),
    )
    experience = RadioField(
        "How well do you know online shopping?",
        [InputRequired("Choose one.")],
        choices=[
            SelectChoice(Experience.LITTLE.value, "I do it now and then"),
            SelectChoice(Experience.SOME.value, "I know my way around"),
            SelectChoice(Experience.MUCH.value, "I do it all the time and know many shops"),
        ],
    )
    age_band = SelectField(
        "Your age",
        choices=[NOT_SAID, *(SelectChoice(band.value, band.value.replace("_", " ")) for band in AgeBand)],
    )
    buys_online = SelectField(
        "How often do you buy online?",
        choices=[
            NOT_SAID,
            SelectChoice(HowOften.WEEKLY.value, "Every week"),
            SelectChoice(HowOften.MONTHLY.value, "Every month"),
            SelectChoice(HowOften.SELDOM.value, "A few times a year"),
        ],
    )
    shops_on = SelectField(
        "What do you mostly shop with?",
        choices=[
            NOT_SAID,
            SelectChoice(ShopsOn.PHONE.value, "A phone"),
            SelectChoice(ShopsOn.COMPUTER.value, "A computer"),
            SelectChoice(ShopsOn.BOTH.value, "Both"),
        ],
    )

    def show(self, said: Profile) -> None:
        """Begin with what was said before."""
        self.country.data, self.languages.data = said.country, list(said.languages)
        self.experience.data = said.experience.value
        self.age_band.data = said.age_band.value if said.age_band else ""
        self.buys_online.data = said.buys_online.value if said.buys_online else ""
        self.shops_on.data = said.shops_on.value if said.shops_on else ""

    def answers(self) -> profile.Answers:
        """What was entered."""
        return profile.Answers(
            country=self.country.data or "",
            languages=self.languages.data or [],
            experience=Experience(self.experience.data),
            age_band=AgeBand(self.age_band.data) if self.age_band.data else None,
            buys_online=HowOften(self.buys_online.data) if self.buys_online.data else None,
            shops_on=ShopsOn(self.shops_on.data) if self.shops_on.data else None,
        )


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


@bp.route("/profile", methods=["GET", "POST"])
@needs(Role.WORKER)
def profile_page() -> ResponseReturnValue:
    """Who somebody is, as far as they want to say; it can be changed at any time."""
    form = ProfileForm()
    form.country.choices = [
        SelectChoice("", "Choose …"),
        *(SelectChoice(code, name) for code, name in profile.countries().items()),
    ]
    with reading() as db:
        said = profile.profile(db, viewer().id)
    if form.validate_on_submit():
        with transaction() as db:
            profile.save(db, viewer().id, form.answers(), now=now())
        flash("Thank you. Your profile is saved, and you can change it at any time.")
        return redirect(url_of_next() if said is None else url_for(".overview"))
    if said is not None and not form.is_submitted():
        form.show(said)
    return render_template("onboarding/profile.html", form=form, said=said), 422 if form.errors else 200


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


@bp.get("/quiz")
@needs(Role.WORKER)
def quiz_page() -> ResponseReturnValue:
    """The open attempt, or how it stands and a button that begins one."""
    with reading() as db:
        version = worker(db, viewer().id).gig.quiz_version
        attempts = quiz.attempts(db, viewer().id, version)
    if attempts and attempts[-1].handed_in_at is None:
        return render_template("onboarding/quiz.html", attempt=attempts[-1], questions=quiz.shown(attempts[-1]))
    until = quiz.next_try(attempts, quiz.QUIZZES[version]) if attempts else None
    return render_template(
        "onboarding/quiz_start.html",
        quiz=quiz.QUIZZES[version],
        last=attempts[-1] if attempts else None,
        passed=any(attempt.passed for attempt in attempts),
        until=until if until and until > now() else None,
    )


@bp.post("/quiz/start")
@needs(Role.WORKER)
def quiz_start() -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    ensure_pressed()
    try:
        with transaction() as db:
            quiz.start(db, viewer().id, worker(db, viewer().id).gig.quiz_version, now=now())
    except Conflict as problem:
        flash(problem.message, "error")
    return redirect(url_for(".quiz_page"))


@bp.post("/quiz/<int:attempt_id>")
@needs(Role.WORKER)
def quiz_hand_in(attempt_id: int) -> ResponseReturnValue:
    """Count the answers, once however often they are sent."""
    ensure_pressed()
    with reading() as db:
        attempt = quiz.own_attempt(db, viewer().id, attempt_id)
    answers = {q.id: given for q, _ in quiz.shown(attempt) if (given := request.form.get(q.id, type=int)) is not None}
    try:
        with transaction() as db:
            quiz.hand_in(db, quiz.own_attempt(db, viewer().id, attempt_id), answers, now=now())
    except Invalid as problem:
        return render_template(
            "onboarding/quiz.html",
            attempt=attempt,
            questions=quiz.shown(attempt),
            answers=answers,
            wrong=problem.details["fields"],
        ), 422
    return redirect(url_for(".quiz_result", attempt_id=attempt_id))


@bp.get("/quiz/<int:attempt_id>")
@needs(Role.WORKER)
def quiz_result(attempt_id: int) -> ResponseReturnValue:
    """What was right, and for each wrong answer why."""
    with reading() as db:
        attempt = quiz.own_attempt(db, viewer().id, attempt_id)
        attempts = quiz.attempts(db, viewer().id, attempt.version)
    if attempt.handed_in_at is None:
        return redirect(url_for(".quiz_page"))
    until = quiz.next_try(attempts, quiz.QUIZZES[attempt.version])
    return render_template(
        "onboarding/quiz_result.html",
        attempt=attempt,
        quiz=quiz.QUIZZES[attempt.version],
        wrong=quiz.wrong(attempt),
        until=until if until and until > now() else None,
        passed=any(one.passed for one in attempts),
    )
