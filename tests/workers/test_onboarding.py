"""The steps before a claim: what is missing, in words and codes; and the quiz, whose attempts count once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight.accounts.models import AuditEntry, Role
from codesight.assignments.models import PackageClaim
from codesight.db import reading, transaction
from codesight.errors import Conflict, Invalid, NotAllowed
from codesight.gigs.models import Gig, OnboardingStep
from codesight.workers import actions as workers
from codesight.workers.models import Channel, Consent, Worker
from codesight.workers.onboarding import device, profile, quiz, steps
from codesight.workers.onboarding.models import Experience, QuizAttempt, TrainingPass
from codesight.workers.rules import CONSENT_SHA256
from tests.support.people import CHROME, GOOD_DEVICE, NOW, claim, make_account, make_gig, make_worker, right_answers

STEP = OnboardingStep


def newcomer(engine: Engine) -> int:
    """A worker who has joined and done nothing else, beside one who has done everything."""
    with transaction(engine) as db:
        wave = make_gig(db)
        make_worker(db, wave)
        account = make_account(db, Role.WORKER)
        made = workers.enlist(db, account, wave, channel=Channel.PAYPAL, channel_address=account.email, now=NOW)
        return made.account_id


def refused(engine: Engine, worker_id: int) -> str | None:
    """The code that a claim is refused with, and that it left nothing behind."""
    try:
        with transaction(engine) as db:
            claim(db, db.get_one(Worker, worker_id))
            raise LookupError
    except NotAllowed as problem:
        with reading(engine) as db:
            assert db.scalar(sa.select(PackageClaim.id).where(PackageClaim.worker_id == worker_id)) is None
        return problem.code
    except LookupError:
        return None


def pass_quiz(engine: Engine, worker_id: int, version: str = "1") -> None:
    with transaction(engine) as db:
        quiz.hand_in(db, quiz.start(db, worker_id, version, now=NOW), right_answers(version), now=NOW)


def test_each_step_that_is_missing_refuses_a_claim_by_its_own_code_until_all_are_done(engine: Engine) -> None:
    me = newcomer(engine)
    assert refused(engine, me) == "consent_missing"
    with transaction(engine) as db:
        workers.consent(db, me, now=NOW)
    assert refused(engine, me) == "profile_missing"
    with transaction(engine) as db:
        profile.save(db, me, profile.Answers("DE", ["en"], Experience.LITTLE), now=NOW)
    assert refused(engine, me) == "device_not_checked"
    with transaction(engine) as db:
        assert not device.check(db, me, CHROME, device.Measured(), now=NOW).passed
    assert refused(engine, me) == "device_not_checked"
    with transaction(engine) as db:
        assert device.check(db, me, CHROME, GOOD_DEVICE, now=NOW).passed
    assert refused(engine, me) == "training_not_passed"
    with transaction(engine) as db:
        for _ in range(2):  # passing again changes nothing
            steps.training_passed(db, me, "1", now=NOW)
        assert db.query(TrainingPass).filter_by(account_id=me).count() == 1
    assert refused(engine, me) == "quiz_not_passed"
    with reading(engine) as db:
        standing = steps.progress(db, db.get_one(Worker, me))
    assert [one.state for one in standing] == ["done", "done", "done", "done", "next"]
    pass_quiz(engine, me)
    assert refused(engine, me) is None


def test_the_owner_says_what_is_asked_but_the_consent_stays(engine: Engine) -> None:
    me = newcomer(engine)
    with transaction(engine) as db:
        owner, gig = make_account(db, Role.OWNER), db.get_one(Worker, me).gig
        workers.consent(db, me, now=NOW)
        with pytest.raises(Invalid) as problem:
            steps.require(db, gig, {STEP.QUIZ}, "1", by=owner.id, now=NOW)
        assert problem.value.code == "consent_required"
        with pytest.raises(Invalid):
            steps.require(db, gig, {STEP.CONSENT}, "of long ago", by=owner.id, now=NOW)
        assert steps.require(db, gig, {STEP.CONSENT, STEP.PROFILE}, "1", by=owner.id, now=NOW)
        assert not steps.require(db, gig, {STEP.PROFILE, STEP.CONSENT}, "1", by=owner.id, now=NOW)
        entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "onboarding_set")).one()
        assert entry.details["after"] == {"steps": ["consent", "profile"], "quiz": "1"}
    assert refused(engine, me) == "profile_missing"
    with transaction(engine) as db:
        profile.save(db, me, profile.Answers("DE", ["en"], Experience.LITTLE), now=NOW)
    assert refused(engine, me) is None


# Another text or another version is asked again; what is under way can be finished.
def test_a_new_text_and_a_new_quiz_stop_the_next_claim_and_not_the_work_under_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quiz.QUIZZES, "2", quiz.QUIZZES["1"])
    with transaction(engine) as db:
        me = make_worker(db, make_gig(db)).account_id
        begun = claim(db, db.get_one(Worker, me)).id
        db.get_one(Worker, me).gig.quiz_version = "2"
    with transaction(engine) as db:
        assert claim(db, db.get_one(Worker, me)).id == begun  # it stays theirs
        db.get_one(PackageClaim, begun).closed_at = NOW
        for one in db.get_one(PackageClaim, begun).assignments:
            db.delete(one)
    with transaction(engine) as db, pytest.raises(NotAllowed) as problem:
        claim(db, db.get_one(Worker, me))
    assert problem.value.code == "quiz_not_passed"
    pass_quiz(engine, me, "2")
    with transaction(engine) as db:
        db.execute(sa.update(Consent).where(Consent.account_id == me).values(text_sha256="0" * 64))
    with transaction(engine) as db, pytest.raises(NotAllowed) as problem:
        claim(db, db.get_one(Worker, me))
    assert problem.value.code == "consent_missing"
    with transaction(engine) as db:
        workers.consent(db, me, now=NOW)
        hashes = db.scalars(sa.select(Consent.text_sha256).where(Consent.account_id == me).order_by(Consent.id)).all()
        assert hashes == ["0" * 64, CONSENT_SHA256]  # what was agreed to before stays on record
        claim(db, db.get_one(Worker, me))


def test_an_attempt_keeps_its_order_and_the_next_one_has_another(engine: Engine) -> None:
    me = newcomer(engine)
    with transaction(engine) as db:
        first = quiz.start(db, me, "1", now=NOW)
        assert quiz.start(db, me, "1", now=NOW).id == first.id  # a reload goes on with it
        assert quiz.shown(first) == quiz.shown(first)
        others = [QuizAttempt(version="1", seed=seed) for seed in range(20)]
        assert len({str(quiz.shown(one)) for one in others}) > 15
        for one in others:
            assert {q.id for q, _ in quiz.shown(one)} == set(right_answers("1"))
            assert all(dict(options) == dict(enumerate(q.options)) for q, options in quiz.shown(one))


def test_who_fails_waits_longer_after_some_tries_and_is_told_why(engine: Engine) -> None:
    me = newcomer(engine)
    wrong = {q: (right + 1) % 3 for q, right in right_answers("1").items()}
    moment = NOW
    for minutes in (10, 10, 24 * 60):
        with transaction(engine) as db:
            attempt = quiz.start(db, me, "1", now=moment)
            with pytest.raises(Invalid) as problem:
                quiz.hand_in(db, attempt, {"narration": 1}, now=moment)
            assert problem.value.code == "quiz_unanswered"
            assert not quiz.hand_in(db, attempt, wrong, now=moment).passed
            assert (attempt.score, len(quiz.wrong(attempt))) == (0, 8)
            assert quiz.wrong(attempt)[0][0].because
        with transaction(engine) as db, pytest.raises(Conflict) as wait:
            quiz.start(db, me, "1", now=moment + timedelta(minutes=minutes) - timedelta(seconds=1))
        assert wait.value.code == "quiz_wait"
        moment += timedelta(minutes=minutes)
    pass_quiz_at = moment
    with transaction(engine) as db:
        assert quiz.hand_in(db, quiz.start(db, me, "1", now=pass_quiz_at), right_answers("1"), now=pass_quiz_at).passed
    with transaction(engine) as db, pytest.raises(Conflict) as done:
        quiz.start(db, me, "1", now=moment + timedelta(days=2))
    assert done.value.code == "quiz_passed"


def test_two_tabs_begin_one_attempt_and_count_it_once(engine: Engine) -> None:
    me = newcomer(engine)
    wrong = {q: (right + 1) % 3 for q, right in right_answers("1").items()}
    together = Barrier(2)

    def tab(answers: dict[str, int]) -> tuple[int, int | None]:
        together.wait()
        with transaction(engine) as db:
            attempt = quiz.start(db, me, "1", now=NOW)
        together.wait()
        with transaction(engine) as db:
            counted = quiz.hand_in(db, db.get_one(QuizAttempt, attempt.id), answers, now=NOW)
            return counted.id, counted.score

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(tab, [wrong, right_answers("1")]))
    assert results[0] == results[1]
    with reading(engine) as db:
        assert len(quiz.attempts(db, me, "1")) == 1


def test_every_quiz_can_be_passed_and_every_answer_is_explained() -> None:
    for made in quiz.QUIZZES.values():
        assert 1 <= made.pass_mark <= len(made.question)
        assert len({q.id for q in made.question}) == len(made.question)
        assert all(0 <= q.right < len(q.options) and len(q.because) > 20 for q in made.question)
    assert msgspec.toml.decode((quiz.FOLDER / "1.toml").read_bytes())["pass_mark"] == 6
    assert Gig.quiz_version.default.arg in quiz.QUIZZES  # type: ignore[attr-defined]


def test_a_profile_can_be_changed_and_refuses_what_is_not_on_its_lists(engine: Engine) -> None:
    me = newcomer(engine)
    names = profile.countries()
    assert (len(names) > 240, names["US"], names["DE"]) == (True, "United States", "Germany")
    with transaction(engine) as db:
        profile.save(db, me, profile.Answers("DE", ["en", "en"], Experience.LITTLE), now=NOW)
        profile.save(db, me, profile.Answers("FR", ["fr", "en"], Experience.MUCH), now=NOW)
        said = profile.profile(db, me)
        assert said is not None
        assert (said.country, said.languages, said.experience, said.age_band) == ("FR", ["en", "fr"], "much", None)
        with pytest.raises(Invalid) as problem:
            profile.save(db, me, profile.Answers("XX", [], Experience.MUCH), now=NOW)
        assert set(problem.value.details["fields"]) == {"country", "languages"}
