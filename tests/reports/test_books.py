"""The books: they hold through anything that the product can do, and they find what it must not do."""

from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account
from codesight.assignments import actions as assignments
from codesight.assignments.models import Assignment, PackageClaim, Slot, SlotState
from codesight.db import transaction
from codesight.gigs.models import Wave
from codesight.lifecycle import AssignmentState, PayoutState, StateChange, move
from codesight.payouts.actions import make_batch, mark_paid
from codesight.payouts.models import EntryKind, LedgerEntry, Payout, PayoutLine
from codesight.recordings.queries import submission
from codesight.reports import books
from codesight.workers.models import Channel, Worker
from tests.reports.histories import History
from tests.reviews.support import give, rate_and_post
from tests.support.people import NOW, World, claim, make_worker, make_world, submit_for_review

HISTORIES = {"sqlite": 100, "postgresql": 20}


@pytest.mark.uncounted
def test_the_books_balance_after_every_random_history(engine: Engine) -> None:
    seen: Counter[str] = Counter()
    with Session(engine) as db:
        people = make_world(db)
        wave = db.get_one(Wave, people.wave_id)
        make_worker(db, wave)
        wave.budget_cents = 12_000  # tight, so that histories meet its end
        db.commit()
        for seed in range(HISTORIES[engine.dialect.name]):
            history = History(db, people, seed)
            history.run(steps=20)
            assert books.check(db) == [], f"history {seed}"
            seen.update(db.scalars(sa.select(LedgerEntry.kind)))
            seen.update(db.scalars(sa.select(StateChange.after)))
            db.rollback()
    # Histories that never get anywhere would prove nothing.
    met = {*EntryKind, *AssignmentState, *PayoutState} - {
        AssignmentState.RESERVED,
        PayoutState.SENDING, PayoutState.FAILED, PayoutState.UNKNOWN,
    }  # fmt: skip
    if engine.dialect.name == "sqlite":  # twenty are too few to meet everything by chance
        assert not [what for what in met if not seen[what]]


class Shop:
    """A database with accepted, rejected, paid and due work, whose books balance."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.people: World = make_world(db)
        reviewer = db.get_one(Account, self.people.reviewer_id)
        first, second = claim(db, db.get_one(Worker, self.people.other_worker_id)).assignments[1:3]
        mine = claim(db, db.get_one(Worker, self.people.worker_id)).assignments
        rate_and_post(db, submit_for_review(db, mine[0]), 5, reviewer)
        batch = make_batch(db, Channel.PAYPAL, "USD", by=self.people.payer_id, now=NOW)
        self.paid = batch.payouts[0]
        mark_paid(db, self.paid, "PP-1", by=self.people.payer_id, now=NOW)
        self.second = submit_for_review(db, mine[1])
        rate_and_post(db, self.second, 3, reviewer)
        rate_and_post(db, submit_for_review(db, mine[2]), 1, reviewer)
        rate_and_post(db, submit_for_review(db, first), 5, reviewer)
        rate_and_post(db, submit_for_review(db, second), 2, reviewer)
        self.waiting = submit_for_review(db, mine[3])
        self.rejected, self.open = mine[2], mine[4]
        self.reviewer = reviewer
        self.due = db.scalars(
            sa.select(Payout).where(Payout.state == PayoutState.DUE, Payout.worker_id == mine[0].worker_id)
        ).one()
        self.account = f"worker:{mine[0].worker_id}"

    def entry(
        self, kind: EntryKind, debit: str, credit: str, cents: int, subject: str, version: int = 9
    ) -> LedgerEntry:
        made = LedgerEntry(
            at=NOW, kind=kind, subject=subject, version=version, debit=debit, credit=credit, cents=cents,
            currency="USD", reason="planted",
        )  # fmt: skip
        self.db.add(made)
        self.db.flush()
        return made

    def wave(self, **values: int) -> None:
        self.db.execute(sa.update(Wave).where(Wave.id == self.people.wave_id).values(**values))


def paid_twice(shop: Shop) -> str:
    shop.entry(EntryKind.PAYOUT, shop.account, "cash:paypal", 500, f"payout:{shop.paid.id}")
    return f"Payout {shop.paid.id} is paid, and 2 ledger entries say that it was paid."


def paid_without_an_entry(shop: Shop) -> str:
    make_batch(shop.db, Channel.PAYPAL, "USD", by=shop.people.payer_id, now=NOW)
    move(shop.db, shop.due, PayoutState.PAID, now=NOW, transfer_id="PP-2")
    return f"Payout {shop.due.id} is paid, and 0 ledger entries say that it was paid."


def paid_another_amount(shop: Shop) -> str:
    make_batch(shop.db, Channel.PAYPAL, "USD", by=shop.people.payer_id, now=NOW)
    move(shop.db, shop.due, PayoutState.PAID, now=NOW, transfer_id="PP-2")
    made = shop.entry(EntryKind.PAYOUT, shop.account, "cash:paypal", 399, f"payout:{shop.due.id}")
    return f"Entry {made.id} pays payout {shop.due.id} with another amount"


def paid_before_it_was_due(shop: Shop) -> str:
    shop.entry(EntryKind.PAYOUT, shop.account, "cash:paypal", 400, f"payout:{shop.due.id}")
    return f"Payout {shop.due.id} is due, and 1 ledger entries"


def paid_a_payout_that_does_not_exist(shop: Shop) -> str:
    made = shop.entry(EntryKind.PAYOUT, shop.account, "cash:paypal", 400, "payout:4711")
    return f"Entry {made.id} pays payout:4711, which does not exist."


def paid_more_than_earned(shop: Shop) -> str:
    shop.entry(EntryKind.PAYOUT, shop.account, "cash:paypal", 900, "payout:4711")
    return f"{shop.account} was paid $5.00 more than earned, and nothing was corrected."


def earned_twice(shop: Shop) -> str:
    shop.entry(EntryKind.PAY, "expense:pay", shop.account, 400, f"submission:{shop.second.id}")
    return f"Assignment {shop.second.assignment_id} is accepted: it should have $4.00 and $0.00 bonus"


def rejected_work_was_paid(shop: Shop) -> str:
    submission = shop.db.scalar(
        sa.text("SELECT id FROM submission WHERE assignment_id = :id").bindparams(id=shop.rejected.id)
    )
    shop.entry(EntryKind.PAY, "expense:pay", shop.account, 400, f"submission:{submission}")
    return f"Assignment {shop.rejected.id} is rejected: it should have $0.00"


def earned_but_in_no_payout(shop: Shop) -> str:
    shop.db.execute(sa.delete(PayoutLine).where(PayoutLine.payout_id == shop.due.id))
    return f"{shop.account} has $4.00 that is in no payout."


def payout_of_another_sum(shop: Shop) -> str:
    shop.db.execute(sa.update(Payout).where(Payout.id == shop.due.id).values(cents=4000))
    return f"Payout {shop.due.id} is 4000 cents; its lines come to 400."


def line_of_another_worker(shop: Shop) -> str:
    theirs = shop.db.scalar(sa.select(Payout.id).where(Payout.worker_id == shop.people.other_worker_id))
    shop.db.execute(sa.update(PayoutLine).where(PayoutLine.payout_id == shop.due.id).values(payout_id=theirs))
    return f"Payout {theirs} holds entry"


def entry_to_the_wrong_account(shop: Shop) -> str:
    made = shop.entry(EntryKind.BONUS, "cash:paypal", shop.account, 100, "submission:4711")
    return f"Entry {made.id} (bonus) goes from cash:paypal to {shop.account}"


def review_that_was_never_booked(shop: Shop) -> str:
    review = give(shop.db, shop.waiting, 4, shop.reviewer)
    return f"Review {review.id} was never booked."


def re_rating_that_was_never_booked(shop: Shop) -> str:
    give(shop.db, shop.second, 5, shop.reviewer, replaces=1)
    return f"Assignment {shop.second.assignment_id} is accepted: it should have $4.00 and $1.00 bonus"


def verdict_without_a_rating(shop: Shop) -> str:
    move(shop.db, shop.waiting.assignment, AssignmentState.ACCEPTED, now=NOW)
    return f"Assignment {shop.waiting.assignment_id} is accepted, but its rating is missing."


def state_that_its_history_does_not_know(shop: Shop) -> str:
    shop.db.execute(sa.update(Assignment).where(Assignment.id == shop.rejected.id).values(state="in_review"))
    return f"Assignment {shop.rejected.id} is in_review; its history ends with rejected."


def reservation_that_was_kept(shop: Shop) -> str:
    shop.wave(reserved_cents=1500)
    return f"Wave {shop.people.wave_id} has reserved 1500 cents; what is under way asks for 1000."


def reservation_that_was_lost(shop: Shop) -> str:
    shop.wave(reserved_cents=500)
    return f"Wave {shop.people.wave_id} has reserved 500 cents; what is under way asks for 1000."


def spending_that_was_forgotten(shop: Shop) -> str:
    shop.wave(spent_cents=500)
    return f"Wave {shop.people.wave_id} has spent 500 cents; its workers earned 900 with fees."


def slot_that_nobody_holds(shop: Shop) -> str:
    slot_id = shop.db.scalars(sa.select(Slot.id).where(Slot.state == SlotState.OPEN).limit(1)).one()
    shop.db.execute(sa.update(Slot).where(Slot.id == slot_id).values(state=SlotState.TAKEN))
    return f"Slot {slot_id} is taken, and 0 assignments hold it."


def slot_that_two_hold(shop: Shop) -> str:
    mine = sa.update(Assignment).where(Assignment.id == shop.open.id)
    shop.db.execute(mine.values(slot_id=shop.waiting.assignment.slot_id))
    return f"Slot {shop.waiting.assignment.slot_id} is taken, and 2 assignments hold it."


def slot_that_is_given_out_though_it_is_held(shop: Shop) -> str:
    shop.db.execute(sa.update(Slot).where(Slot.id == shop.open.slot_id).values(state=SlotState.OPEN))
    return f"Slot {shop.open.slot_id} is open, and 1 assignments hold it."


def returned_work_that_holds_money(shop: Shop) -> str:
    move(shop.db, shop.open, AssignmentState.RETURNED, now=NOW)
    return f"Assignment {shop.open.id} is returned and still holds a slot or money."


def package_that_never_closes(shop: Shop) -> str:
    assignments.give_back(shop.db, shop.open, now=NOW)
    move(shop.db, shop.waiting.assignment, AssignmentState.REJECTED, now=NOW)
    return f"Package claim {shop.open.claim_id} is open, and nothing of it is under way."


def price_that_was_changed_after_the_claim(shop: Shop) -> str:
    shop.db.execute(sa.update(Assignment).where(Assignment.id == shop.open.id).values(price_cents=401))
    return f"Package claim {shop.open.claim_id} is worth 2000 cents; its scenarios come to 2001."


def fee_that_was_not_spent(shop: Shop) -> str:
    shop.db.execute(sa.update(PackageClaim).where(PackageClaim.id == shop.open.claim_id).values(fee_bp=1000))
    return f"Wave {shop.people.wave_id} has spent 900 cents; its workers earned 990 with fees."


MISTAKES = (
    paid_twice, paid_without_an_entry, paid_another_amount, paid_before_it_was_due, paid_a_payout_that_does_not_exist,
    paid_more_than_earned, earned_twice, rejected_work_was_paid, earned_but_in_no_payout, payout_of_another_sum,
    line_of_another_worker, entry_to_the_wrong_account, review_that_was_never_booked, re_rating_that_was_never_booked,
    verdict_without_a_rating, state_that_its_history_does_not_know, reservation_that_was_kept,
    reservation_that_was_lost, spending_that_was_forgotten, slot_that_nobody_holds, slot_that_two_hold,
    slot_that_is_given_out_though_it_is_held, returned_work_that_holds_money, package_that_never_closes,
    price_that_was_changed_after_the_claim, fee_that_was_not_spent,
)  # fmt: skip


def test_every_planted_mistake_is_found_and_named(engine: Engine) -> None:
    with Session(engine) as db:
        shop = Shop(db)
        assert books.check(db) == []
        for plant in MISTAKES:
            with db.begin_nested() as savepoint:
                expected = plant(shop)
                found = books.check(db)
                assert any(expected in sentence for sentence in found), (plant.__name__, expected, found)
                savepoint.rollback()
            db.expire_all()
            assert books.check(db) == [], plant.__name__


def test_a_negative_balance_is_in_order_after_an_owners_correction(engine: Engine) -> None:
    with transaction(engine) as db:
        shop = Shop(db)
        paid = db.scalar(sa.select(LedgerEntry.subject).where(LedgerEntry.kind == EntryKind.BONUS))
        assert paid is not None
        owner = db.get_one(Account, shop.people.owner_id)
        rate_and_post(db, submission(db, int(paid.removeprefix("submission:"))), 1, owner, replaces=1)
        rate_and_post(db, shop.second, 1, owner, replaces=1)
        assert books.check(db) == []


def test_the_books_ask_the_same_number_of_questions_however_much_there_is(engine: Engine) -> None:
    with transaction(engine) as db:
        shop = Shop(db)
        few = questions(db)
        for _ in range(3):
            for assignment in claim(db, make_worker(db, db.get_one(Wave, shop.people.wave_id))).assignments:
                rate_and_post(db, submit_for_review(db, assignment), 4, shop.reviewer)
        assert questions(db) == few


def questions(db: Session) -> int:
    """How many statements one look at the books takes."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(db.connection(), "before_cursor_execute", note)
    assert books.check(db) == []
    sa.event.remove(db.connection(), "before_cursor_execute", note)
    return len(asked)
