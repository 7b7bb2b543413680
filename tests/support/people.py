"""People and their work in a test's database, made by the product's own verbs, with noise around them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts import rules as account_rules
from codesight.accounts.actions import create_account
from codesight.accounts.models import Account, Role
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim
from codesight.config import Settings
from codesight.db import engine_for, migrate, reading, transaction
from codesight.gigs import actions as gigs
from codesight.gigs import queries as gig_queries
from codesight.gigs.models import Level, Narration, Tier, Wave
from codesight.lifecycle import AssignmentState, move
from codesight.outgoing import OutgoingMail
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession, Submission
from codesight.workers import actions as workers
from codesight.workers.models import Channel, Worker
from codesight.workers.onboarding import device, profile, quiz, steps
from codesight.workers.onboarding.models import Experience
from codesight.workers.standing import actions as standing
from codesight.workers.standing.models import SuspensionScope
from tests.support.shared import share_rules, share_statements

NOW = datetime.now(UTC).replace(microsecond=0)
"""The moment the tests begin: pages look at the real clock, so a fixed day would let every lease run out one day."""
PASSWORD = "correct horse battery"
QUICK = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
"""For Argon2. A good hash is slow on purpose, and tests sign in a thousand times."""


def make_account(db: Session, role: Role, email: str | None = None, password_hash: str = "x") -> Account:
    """An account of a role; without an address it gets one of its own."""
    address = email or f"{role}{len(db.scalars(select(Account.id)).all())}@example.org"
    name = f"A {role}"
    return create_account(db, email=address, name=name, password_hash=password_hash, role=role, now=NOW, confirmed=True)


def make_gig(db: Session, *, budget_cents: int = 1_000_000, quota: int = 1000, slots: int = 5) -> Wave:
    """The first gig with slots and an open wave of the given budget."""
    gig, wave = gigs.create_first_gig(db, now=NOW)
    gig.title += f" {gig.id}"
    wave.budget_cents, wave.quota = budget_cents, quota
    assignments.offer(db, [scenario.id for scenario in gig_queries.scenarios(db, gig.id)], slots)
    return wave


SPEAKS = {Level.ENTRY: Narration.SOME, Level.EXPERIENCED: Narration.THOUGHTS, Level.EXPERT: Narration.DETAILED}
"""How fully workers of a level speak."""


def make_worker(db: Session, wave: Wave, *, level: Level = Level.EXPERT, email: str | None = None) -> Worker:
    """A worker of the wave who has done all that is asked for before a claim."""
    account = make_account(db, Role.WORKER, email)
    worker = workers.enlist(db, account, wave, channel=Channel.PAYPAL, channel_address=account.email, now=NOW)
    worker.level, worker.narration = level, SPEAKS[level]
    workers.consent(db, account.id, now=NOW)
    onboard(db, worker)
    return worker


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
GOOD_DEVICE = device.Measured(
    extension_version="9.0.0",
    extension_connected=True,
    microphone_level=0.6,
    screen_brightest=200,
    screen_changes=20,
    free_bytes=10**10,
)


def onboard(db: Session, worker: Worker) -> None:
    """Do all steps after the consent, by the verbs that the pages use."""
    profile.save(db, worker.account_id, profile.Answers("DE", ["en"], Experience.SOME), now=NOW)
    device.check(db, worker.account_id, CHROME, GOOD_DEVICE, now=NOW)
    steps.training_passed(db, worker.account_id, "1", now=NOW)
    attempt = quiz.start(db, worker.account_id, worker.gig.quiz_version, now=NOW)
    quiz.hand_in(db, attempt, right_answers(attempt.version), now=NOW)


def right_answers(version: str) -> dict[str, int]:
    """What passes a version of the quiz."""
    return {question.id: question.right for question in quiz.QUIZZES[version].question}


def claim(db: Session, worker: Worker, tier: str = "basic", now: datetime = NOW) -> PackageClaim:
    """The worker's claim of a tier."""
    package = gig_queries.package(db, worker.gig_id, tier)
    return assignments.claim(db, worker, package, lease_hours=72, now=now)


def suspend(
    engine: Engine, worker_id: int, scope: SuspensionScope = SuspensionScope.ALL, tier: Tier | None = None
) -> int:
    """Suspend a worker, in a transaction of its own, as any process may do it. Returns the suspension's id."""
    with transaction(engine) as db:
        by = make_account(db, Role.OWNER)
        worker = db.get_one(Worker, worker_id)
        made = standing.suspend(db, worker, scope, tier=tier, reason="Copies.", until=None, by=by.id, now=NOW)
        return made.id


def record(db: Session, assignment: Assignment) -> RecordingSession:
    """A session of the assignment that is recording."""
    session = recordings.open_session(db, assignment, now=NOW)
    recordings.begin(db, session, video_started_ms=NOW.timestamp() * 1000, now=NOW)
    return session


def hand_in(db: Session, assignment: Assignment) -> Submission:
    """A submission of the assignment, as the worker leaves it."""
    session = record(db, assignment)
    recordings.end(db, session, now=NOW)
    return recordings.submit(db, session, note="", now=NOW)


def submit_for_review(db: Session, assignment: Assignment) -> Submission:
    """A submission of the assignment that has been checked and waits for a reviewer."""
    submission = hand_in(db, assignment)
    move(db, assignment, AssignmentState.CHECKING, now=NOW)
    move(db, assignment, AssignmentState.IN_REVIEW, now=NOW)
    return submission


@cache
def password_hash() -> str:
    """A hash of `PASSWORD` that is quick to verify; see `app`."""
    return PasswordHasher(**QUICK).hash(PASSWORD)


@dataclass(frozen=True)
class World:
    """A database with somebody in every role, and other people's work around them."""

    wave_id: int
    worker_id: int
    other_worker_id: int
    owner_id: int
    reviewer_id: int
    payer_id: int


def make_world(db: Session, password_hash: str = "x") -> World:
    """Two gigs, a worker in each, and the people who run them; the other worker has a claim and a session."""
    wave, other_wave = make_gig(db), make_gig(db)
    other = make_worker(db, other_wave, email="other@example.org")
    record(db, claim(db, other).assignments[0])
    worker = make_worker(db, wave, email="worker@example.org")
    for account_id in (worker.account_id, other.account_id):
        account = db.get(Account, account_id)
        assert account is not None
        account.password = password_hash
    staff = {role: make_account(db, role, f"{role}@example.org", password_hash) for role in Role if role != Role.WORKER}
    return World(
        wave_id=wave.id,
        worker_id=worker.account_id,
        other_worker_id=other.account_id,
        owner_id=staff[Role.OWNER].id,
        reviewer_id=staff[Role.REVIEWER].id,
        payer_id=staff[Role.PAYER].id,
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation in a temporary folder."""
    environ = {
        "VAR": str(tmp_path / "var"),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "s" * 40,
        "PUBLIC_URL": "http://localhost",
        # Tests sign in often, and with a password alone; what these settings do has tests of its own.
        "REQUIRE_SECOND_FACTOR": "none",
        "SIGN_IN_LIMIT_PER_ADDRESS": "10000 per minute",
        "SIGN_IN_LIMIT_PER_ACCOUNT": "10000 per minute",
        "SIGN_UP_LIMIT": "10000 per minute",
    }
    return Settings.from_env(environ)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled templates lie for the next test."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def app(settings: Settings, compiled_templates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The real application on a database of each kind; only that passwords are hashed quickly and templates kept."""
    from blueprints.app import create_app

    share_rules()
    made = create_app(settings)
    share_statements(made.extensions["codesight"].engine)
    monkeypatch.setattr(account_rules, "_HASHER", PasswordHasher(**QUICK))
    made.extensions["security"].pwd_context.update(**{f"argon2__{name}": value for name, value in QUICK.items()})
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled_templates))
    yield made
    made.extensions["codesight"].engine.dispose()


WORLDS: dict[str, World] = {}
"""Who is in the databases that `settle` has filled, by their kind."""


def settle(address: str) -> None:
    """Fill an empty database with tables and people, to be copied for each test that takes `world`."""
    migrate(address)
    engine = engine_for(address)
    with transaction(engine) as db:
        WORLDS[engine.dialect.name] = make_world(db, password_hash())
    engine.dispose()


@pytest.fixture
def with_people() -> Callable[[str], None]:
    """A test that takes this begins with people in its database: see `database.database_url`."""
    return settle


@pytest.fixture
def residents(with_people: object, engine: Engine) -> World:
    """People in the database of a test that needs no application."""
    return WORLDS[engine.dialect.name]


@pytest.fixture
def world(with_people: object, app: Flask) -> World:
    """People in the application's database, all with the password `PASSWORD`."""
    return WORLDS[app.extensions["codesight"].engine.dialect.name]


def sign_in(app: Flask, email: str) -> FlaskClient:
    """A browser that is signed in as the person of this address."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = CHROME
    answer = client.post("/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return client


def client_for(app: Flask, role: Role) -> FlaskClient:
    """A browser that is signed in as somebody of the role (see `world`)."""
    return sign_in(app, f"{role}@example.org")


def letters(app: Flask, to: str) -> list[OutgoingMail]:
    """The mails that wait to be sent to an address, oldest first."""
    with reading(app.extensions["codesight"].engine) as db:
        theirs = select(OutgoingMail).where(OutgoingMail.to == to)
        return list(db.scalars(theirs.order_by(OutgoingMail.id)))


def link_in(app: Flask, to: str) -> str:
    """The path of the first link in the last mail to an address."""
    found = re.search(r"http://localhost(/\S+)", letters(app, to)[-1].text)
    assert found is not None
    return found[1]


def confirm(app: Flask, email: str) -> None:
    """Follow the link in the mail that a sign-up has sent."""
    assert app.test_client().get(link_in(app, email)).location == "/login"
