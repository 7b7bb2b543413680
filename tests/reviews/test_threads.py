"""Threads on recordings: who takes part, who is told once, what is kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from codesight.accounts.models import Account, Role
from codesight.db import reading, transaction
from codesight.errors import Invalid, NotFound
from codesight.outbox import Notice
from codesight.outgoing import ChatAlert, OutgoingMail
from codesight.reviews.messages import actions, queries
from codesight.reviews.messages.models import Message
from codesight.workers.models import Worker
from tests.reviews.support import give
from tests.support.people import NOW, World, claim, make_account, submit_for_review


@pytest.fixture
def world(residents: World) -> World:
    return residents


@pytest.fixture
def public_id(engine: Engine, world: World) -> str:
    """The worker's recording, rated by the reviewer; a second reviewer has nothing to do with it."""
    with transaction(engine) as db:
        make_account(db, Role.REVIEWER, "second@example.org")
        submission = submit_for_review(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0])
        give(db, submission, 4, db.get_one(Account, world.reviewer_id))
        return submission.session.public_id


def write(db: Session, public_id: str, author_id: int, text: str = "Hello", key: str = "k") -> Message:
    by = db.get_one(Account, author_id)
    return actions.write(db, queries.thread(db, public_id, by).session, by=by, text=text, key=key, now=NOW)


def told(db: Session) -> list[int]:
    return sorted(db.scalars(sa.select(Notice.account_id).where(Notice.key.startswith("message:"))))


def test_each_message_reaches_each_of_the_others_once(engine: Engine, world: World, public_id: str) -> None:
    start = Barrier(3)

    def press(_: int) -> None:
        start.wait()
        with transaction(engine) as db:
            write(db, public_id, world.worker_id, "Was the size right?")

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(press, range(3)))
    with reading(engine) as db:
        assert len(db.scalars(sa.select(Message)).all()) == 1
        assert told(db) == sorted([world.owner_id, world.reviewer_id])
        mails = db.scalars(sa.select(OutgoingMail.to).where(OutgoingMail.key.startswith("message:"))).all()
        assert sorted(mails) == ["owner@example.org", "reviewer@example.org"]
    with transaction(engine) as db:
        write(db, public_id, world.reviewer_id, "Yes.")
        assert told(db) == sorted([world.owner_id, world.owner_id, world.reviewer_id, world.worker_id])


def test_the_teams_chat_learns_that_a_worker_waits_but_no_name_and_no_word(
    engine: Engine, world: World, public_id: str
) -> None:
    with transaction(engine) as db:
        write(db, public_id, world.worker_id, "My secret question")
        write(db, public_id, world.owner_id, "An answer")
        (alert,) = db.scalars(sa.select(ChatAlert))
        said = f"{alert.title} {alert.text} {alert.path}"
        assert "secret" not in said and "A worker " in alert.text
        assert db.get_one(Account, world.worker_id).email not in said


def test_what_is_private_is_masked_and_what_cannot_be_kept_is_refused(
    engine: Engine, world: World, public_id: str
) -> None:
    with transaction(engine) as db:
        said = write(
            db, public_id, world.worker_id, " Write to ann@example.org,\r\nor 4111 1111 1111 1111. <b>Thanks</b> "
        )
        assert said.text == "Write to [email],\nor [card]. <b>Thanks</b>"
        notices = db.scalars(sa.select(Notice.text).where(Notice.key.startswith("message:"))).all()
        assert all("ann@" not in text and "4111" not in text for text in notices)
        for number, wrong in enumerate(("", "  \n ", "x" * 2001, "a\0b")):
            with pytest.raises(Invalid):
                write(db, public_id, world.worker_id, wrong, key=f"w{number}")


def test_others_find_no_thread(engine: Engine, world: World, public_id: str) -> None:
    with reading(engine) as db:
        second = db.scalar(sa.select(Account).where(Account.email == "second@example.org"))
        for stranger in (db.get_one(Account, world.other_worker_id), second):
            assert stranger is not None
            with pytest.raises(NotFound):
                queries.thread(db, public_id, stranger)


def test_a_reviewer_may_ask_before_the_verdict(engine: Engine, world: World) -> None:
    with transaction(engine) as db:
        waits = submit_for_review(db, claim(db, db.get_one(Worker, world.worker_id)).assignments[0])
        write(db, waits.session.public_id, world.reviewer_id, "Is this the right file?")
        assert world.worker_id in told(db)


def test_whose_account_is_closed_still_reads_writes_and_is_mailed(engine: Engine, world: World, public_id: str) -> None:
    with transaction(engine) as db:
        db.get_one(Account, world.worker_id).active = False
        write(db, public_id, world.worker_id, "Why was my account closed?")
        write(db, public_id, world.owner_id, "Let us look.")
        mails = db.scalars(sa.select(OutgoingMail.path).where(OutgoingMail.account_id == world.worker_id)).all()
        assert mails[-1] == f"/threads/{public_id}"


def test_a_message_is_new_until_it_was_seen(engine: Engine, world: World, public_id: str) -> None:
    with transaction(engine) as db:
        first = write(db, public_id, world.owner_id)
        worker = db.get_one(Account, world.worker_id)
        before = queries.thread(db, public_id, worker)
        assert before.seen < first.id
        actions.look(db, before.session, by=worker, now=NOW)
        assert queries.thread(db, public_id, worker).seen == first.id
        unread = sa.select(Notice.id).where(Notice.key == f"message:{first.id}", Notice.read_at.is_(None))
        assert db.scalars(unread.where(Notice.account_id == world.worker_id)).all() == []
        assert len(db.scalars(unread).all()) == 1  # the reviewer's


def test_workers_and_reviewers_meet_by_their_parts_and_the_owner_knows_the_names(
    engine: Engine, world: World, public_id: str
) -> None:
    with transaction(engine) as db:
        db.get_one(Account, world.worker_id).name = "Ann Worker"
        db.get_one(Account, world.reviewer_id).name = "Rita Reviewer"
        write(db, public_id, world.worker_id, "One")
        write(db, public_id, world.reviewer_id, "Two")
        said = {(n.account_id, n.text) for n in db.scalars(sa.select(Notice).where(Notice.key.startswith("message:")))}
    assert said == {
        (world.owner_id, "Ann Worker (worker) wrote: “One”"),
        (world.reviewer_id, "The worker wrote: “One”"),
        (world.owner_id, "Rita Reviewer (reviewer) wrote: “Two”"),
        (world.worker_id, "The reviewer wrote: “Two”"),
    }
