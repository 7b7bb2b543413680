"""Which steps a worker has done, and which are missing before a claim."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from codesight.accounts.actions import audit
from codesight.errors import Invalid
from codesight.gigs.models import Gig, OnboardingStep
from codesight.workers.models import Consent, Worker
from codesight.workers.onboarding import device, quiz
from codesight.workers.onboarding.models import DeviceCheck, Profile, QuizAttempt, TrainingPass
from codesight.workers.rules import CONSENT_SHA256

CODES = {
    OnboardingStep.CONSENT: "consent_missing",
    OnboardingStep.PROFILE: "profile_missing",
    OnboardingStep.DEVICE: "device_not_checked",
    OnboardingStep.TRAINING: "training_not_passed",
    OnboardingStep.QUIZ: "quiz_not_passed",
}
"""What a claim is refused with as long as the step is missing."""

ASKED_FOR = {
    OnboardingStep.CONSENT: "Read and accept the consent first.",
    OnboardingStep.PROFILE: "Fill in your profile first.",
    OnboardingStep.DEVICE: "Check your browser, microphone and screen first.",
    OnboardingStep.TRAINING: "Pass the practice recording first.",
    OnboardingStep.QUIZ: "Pass the quiz first.",
}


class StepState(enum.StrEnum):
    """How a step stands."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Progress:
    """One required step of one worker."""

    step: OnboardingStep
    state: StepState

    @property
    def code(self) -> str | None:
        """What a claim is refused with because of it; None when it is done."""
        return None if self.state == StepState.DONE else CODES[self.step]


def progress(db: Session, worker: Worker) -> list[Progress]:
    """The steps that the worker's gig asks for, in order; the first one that is not done is next."""
    done, found = _done(db, worker), list[Progress]()
    for step in _required(worker.gig):
        missing = step not in done
        is_next = missing and all(one.state == StepState.DONE for one in found)
        state = StepState.NEXT if is_next else StepState.LATER if missing else StepState.DONE
        found.append(Progress(step, state))
    return found


def missing_step(steps: Sequence[Progress]) -> OnboardingStep | None:
    """The next step to do; None when all are done."""
    return next((one.step for one in steps if one.state == StepState.NEXT), None)


def require(
    db: Session, gig: Gig, steps: Collection[OnboardingStep], quiz_version: str, *, by: int, now: datetime
) -> bool:
    """Say what the gig's workers must have done before their next claim; False when nothing is different.

    Raises Invalid `consent_required`, `unknown_quiz`.
    """
    if OnboardingStep.CONSENT not in steps:
        raise Invalid("consent_required", "Nobody is recorded who has not agreed to it: the consent stays.")
    if quiz_version not in quiz.QUIZZES:
        raise Invalid("unknown_quiz", "There is no such version of the quiz.")
    before = {"steps": gig.onboarding, "quiz": gig.quiz_version}
    after = {"steps": [step.value for step in OnboardingStep if step in steps], "quiz": quiz_version}
    if before == after:
        return False
    gig.onboarding, gig.quiz_version = [step.value for step in OnboardingStep if step in steps], quiz_version
    audit(db, "onboarding_set", f"gig:{gig.id}", {"before": before, "after": after}, now=now, by=by)
    db.flush()
    return True


def training_passed(db: Session, account_id: int, task: str, *, now: datetime) -> None:
    """The worker has passed the training task; the first time counts."""
    try:
        with db.begin_nested():
            db.add(TrainingPass(account_id=account_id, task=task, at=now))
    except IntegrityError:  # passed before
        return


def _required(gig: Gig) -> list[OnboardingStep]:
    return [step for step in OnboardingStep if step.value in gig.onboarding]


def _done(db: Session, worker: Worker) -> set[OnboardingStep]:
    mine = worker.account_id
    agreed = sa.exists().where(Consent.account_id == mine, Consent.text_sha256 == CONSENT_SHA256)
    checked = sa.select(DeviceCheck.extension_version).where(DeviceCheck.account_id == mine, DeviceCheck.passed)
    answered = sa.exists().where(
        QuizAttempt.account_id == mine, QuizAttempt.version == worker.gig.quiz_version, QuizAttempt.passed.is_(True)
    )
    # In one statement: every claim asks this.
    consent, profile, extension, training, passed = db.execute(
        sa.select(
            agreed,
            sa.exists().where(Profile.account_id == mine),
            checked.order_by(DeviceCheck.id.desc()).limit(1).scalar_subquery(),
            sa.exists().where(TrainingPass.account_id == mine),
            answered,
        )
    ).one()
    each = {
        OnboardingStep.CONSENT: consent,
        OnboardingStep.PROFILE: profile,
        OnboardingStep.DEVICE: device.still_counts(extension),
        OnboardingStep.TRAINING: training,
        OnboardingStep.QUIZ: passed,
    }
    return {step for step, is_done in each.items() if is_done}
