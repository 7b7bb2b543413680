"""A suspension stops new work, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, AuditEntry
from codesight.assignments.models import Assignment
from codesight.db import transaction
from codesight.errors import Problem
from codesight.gigs.models import Tier
from codesight.outbox import Notice
from codesight.payouts import queries as payouts
from codesight.payouts.models import LedgerEntry, Payout
from codesight.recordings import actions as recordings
from codesight.recordings.models import RecordingSession
from codesight.recordings.queries import ensure_may_go_on
from codesight.reports import books
from codesight.workers.models import Worker
from codesight.workers.standing import actions as standing
from codesight.workers.standing.models import Suspension, SuspensionScope
from tests.assignments.conftest import House
from tests.assignments.conftest import house as house  # a gig with its people
from tests.reports.histories import History
from tests.reviews.support import rate_and_post
from tests.support.people import NOW, claim, make_world, record, submit_for_review

ALL, GIG, TIER = SuspensionScope


def suspend(
    house: House,
    scope: SuspensionScope = ALL,
    tier: Tier | None = None,
    until: datetime | None = None,
    reason: str = "Recordings of others.",
) -> Suspension:
    return standing.suspend(
        house.db, house.worker, scope, tier=tier, reason=reason, until=until, by=house.owner.id, now=NOW
    )


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as refused:
        act()
    return refused.value.code


# Scope: all work, one gig, one tier.
@pytest.mark.parametrize(
    ("scope", "tier", "basic", "premium"),
    [(ALL, None, False, False), (GIG, None, False, False), (TIER, Tier.PREMIUM, True, False)],
)
def test_a_suspension_stops_claims_of_its_scope_only(
    house: House, scope: SuspensionScope, tier: Tier | None, basic: bool, premium: bool
) -> None:
    suspend(house, scope, tier)
    for name, free in (("premium", premium), ("basic", basic)):
        if free:
            assert claim(house.db, house.worker, name).package.tier == name
        else:
            assert refusal(lambda name=name: claim(house.db, house.worker, name)) == "suspended"
    assert claim(house.db, house.noise).id  # nobody else is stopped


def test_it_says_why_and_until_when_and_ends_by_itself(house: House) -> None:
    until = NOW + timedelta(days=3)
    suspend(house, until=until)
    with pytest.raises(Problem) as refused:
        claim(house.db, house.worker)
    assert "Recordings of others." in refused.value.message
    assert refused.value.details["until"] == until.isoformat()
    assert claim(house.db, house.worker, now=until).id  # nothing had to happen for that


def test_what_is_being_made_stops_and_what_was_recorded_is_handed_in(house: House) -> None:
    first, second, third, *_ = claim(house.db, house.worker).assignments
    stopped, running = record(house.db, first), record(house.db, second)
    recordings.end(house.db, stopped, now=NOW)
    suspend(house)
    assert refusal(lambda: recordings.open_session(house.db, third, now=NOW)) == "suspended"
    assert refusal(lambda: ensure_may_go_on(house.db, running.id, NOW)) == "suspended"
    ensure_may_go_on(house.db, stopped.id, NOW)
    recordings.end(house.db, running, now=NOW)
    ensure_may_go_on(house.db, running.id, NOW)  # its last parts may still arrive
    for session in (stopped, running):
        assert recordings.submit(house.db, session, note="", now=NOW).id
    fresh = sa.select(RecordingSession.id).where(RecordingSession.assignment_id == third.id)
    assert house.db.scalars(fresh).all() == []


def test_a_recording_that_was_opened_before_does_not_begin(house: House) -> None:
    opened = recordings.open_session(house.db, claim(house.db, house.worker).assignments[0], now=NOW)
    suspend(house, TIER, Tier.BASIC)
    assert refusal(lambda: recordings.begin(house.db, opened, video_started_ms=1.0, now=NOW)) == "suspended"


def test_it_is_appealed_once_and_answered_once(house: House) -> None:
    made = suspend(house)
    standing.appeal(house.db, made, "It was my sister's computer.", now=NOW)
    assert refusal(lambda: standing.appeal(house.db, made, "Please!", now=NOW)) == "appealed_already"
    standing.answer(house.db, made, upheld=True, reason="The voice is yours.", by=house.owner.id, now=NOW)
    again = {"upheld": True, "reason": "Well.", "by": house.owner.id, "now": NOW}
    assert refusal(lambda: standing.answer(house.db, made, **again)) == "answered_already"
    assert refusal(lambda: claim(house.db, house.worker)) == "suspended"


def test_an_appeal_that_is_granted_lifts_it_and_all_of_it_is_audited_and_told(house: House) -> None:
    made = suspend(house)
    standing.appeal(house.db, made, "I can explain.", now=NOW)
    standing.answer(house.db, made, upheld=False, reason="You are right.", by=house.owner.id, now=NOW)
    assert claim(house.db, house.worker).id
    lines = house.db.scalars(sa.select(AuditEntry).where(AuditEntry.subject == f"account:{house.worker.account_id}"))
    assert [line.action for line in lines if line.by == house.owner.id] == [
        "suspended", "suspension_lifted", "appeal_answered",
    ]  # fmt: skip
    told = house.db.scalars(sa.select(Notice.text).where(Notice.key.like("suspension:%")).order_by(Notice.id)).all()
    assert ["suspended from all new work" in told[0], told[1]] == [
        True, "Your suspension is lifted: your appeal was answered.",
    ]  # fmt: skip
    assert refusal(lambda: standing.lift(house.db, made, reason="Once more.", by=house.owner.id, now=NOW))


def test_the_same_is_not_suspended_twice_and_an_end_must_lie_ahead(house: House) -> None:
    suspend(house, TIER, Tier.BASIC)
    assert refusal(lambda: suspend(house, TIER, Tier.BASIC)) == "suspended_already"
    assert suspend(house, TIER, Tier.PREMIUM).id
    assert refusal(lambda: suspend(house, until=NOW)) == "invalid_suspension"
    assert refusal(lambda: suspend(house, reason=" ")) == "invalid_suspension"
    assert refusal(lambda: suspend(house, TIER)) == "invalid_suspension"


def money(db: Session, worker_id: int) -> object:
    entries = sa.select(LedgerEntry.kind, LedgerEntry.debit, LedgerEntry.credit, LedgerEntry.cents)
    due = sa.select(Payout.cents, Payout.state).where(Payout.worker_id == worker_id)
    booked = sorted(tuple(row) for row in db.execute(entries))
    return booked, sorted(tuple(row) for row in db.execute(due)), payouts.balance(db, worker_id, "USD")


def earn(db: Session, worker: Worker, reviewer: Account, suspension: Callable[[], object] = lambda: None) -> object:
    """Two recordings are handed in, one is accepted; then what `suspension` does; then the other is."""
    first, second, *_ = claim(db, worker).assignments
    rate_and_post(db, submit_for_review(db, first), 5, reviewer)
    later = submit_for_review(db, second)
    suspension()
    rate_and_post(db, later, 3, reviewer)
    return money(db, worker.account_id)


@pytest.mark.parametrize("scope", [ALL, GIG])
def test_what_was_earned_is_booked_and_due_as_without_a_suspension(house: House, scope: SuspensionScope) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), house.db.begin_nested():
        without = earn(house.db, house.worker, house.reviewer)
        raise Undone
    house.db.expire_all()
    assert earn(house.db, house.worker, house.reviewer, lambda: suspend(house, scope)) == without


def test_suspending_anybody_at_any_time_changes_no_amount_and_no_book(engine: Engine) -> None:
    """Random histories: the moment of a suspension and of its end never shows in ledger, dues and payouts."""
    for seed in range(6):
        with engine.connect() as connection, connection.begin() as outer, Session(connection) as db:
            people = make_world(db)
            history = History(db, people, seed)
            history.run(25)
            before = money(db, people.worker_id), sorted(db.scalars(sa.select(Assignment.reserved_cents)))
            made = standing.suspend(
                db, db.get_one(Worker, people.worker_id), ALL, reason="A look.", until=None, by=people.owner_id, now=NOW
            )
            db.flush()
            assert (money(db, people.worker_id), sorted(db.scalars(sa.select(Assignment.reserved_cents)))) == before
            standing.lift(db, made, reason="Done.", by=people.owner_id, now=NOW)
            db.flush()
            assert money(db, people.worker_id) == before[0]
            assert books.check(db) == []
            outer.rollback()
    with transaction(engine) as db:
        assert db.scalars(sa.select(Suspension)).all() == []
