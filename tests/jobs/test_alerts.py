"""Alerts to the owner's team: written in a transaction, said once in each chat, tried again, and never a secret."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import outbox, outgoing
from codesight.adapters.chat_apprise import AppriseChat
from codesight.adapters.mail import NotSent
from codesight.clock import now
from codesight.db import reading, transaction
from codesight.gigs.models import Wave
from codesight.outbox import Notice
from codesight.outgoing import ChatAlert
from jobs import mail
from jobs.sweep import LET_GO_OF_MAIL_AFTER, sweep
from tests.jobs.conftest import Installation
from tests.support.chat import DISCORD, SLACK, ChatServer


@pytest.fixture
def chats(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """The installation has a Slack and a Discord."""
    with ChatServer().running() as server:
        parts = replace(installation.parts, chat=AppriseChat([SLACK, DISCORD]))
        monkeypatch.setattr(mail, "platform", lambda: parts)
        yield server


def write(engine: Engine, key: str = "books:1") -> int:
    with transaction(engine) as db:
        outbox.alert(db, key, "1 rule of the books no longer holds.", "/payments/books", now=now())
    with reading(engine) as db:
        return db.scalars(sa.select(ChatAlert.id).where(ChatAlert.key == key)).one()


def alerts(engine: Engine) -> list[ChatAlert]:
    with reading(engine) as db:
        return list(db.scalars(sa.select(ChatAlert)))


def services(chats: ChatServer) -> list[str]:
    return sorted(service for service, _ in chats.taken)


def test_an_alert_is_said_once_in_each_chat_by_whoever_is_first(installation: Installation, chats: ChatServer) -> None:
    alert_id = write(installation.parts.engine)
    assert write(installation.parts.engine) == alert_id  # the same again
    start = Barrier(4)

    def run(_: int) -> None:
        start.wait()
        mail.alert(alert_id)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert services(chats) == ["/discord", "/slack"]
    assert "http://localhost/payments/books" in str(chats.taken)
    (row,) = alerts(installation.parts.engine)
    assert (row.sent_at is not None, row.text) == (True, "")


def test_what_was_not_committed_and_what_is_not_worth_it_is_not_said(
    installation: Installation, chats: ChatServer
) -> None:
    engine = installation.parts.engine
    with pytest.raises(RuntimeError), transaction(engine) as db:
        outbox.alert(db, "books:1", "x", "/", now=now())
        raise RuntimeError
    with transaction(engine) as db:
        outbox.alert(db, "review:1", "x", "/", now=now())
    assert alerts(engine) == []


def test_a_chat_that_brakes_gets_it_later_and_the_other_one_not_again(
    installation: Installation, chats: ChatServer
) -> None:
    engine, chats.statuses["/discord"] = installation.parts.engine, 429
    alert_id = write(engine)
    mail.alert(alert_id)
    (row,) = alerts(engine)
    # A braked chat asks for half a minute here; the first wait is a whole one.
    assert row.due_at - now() > timedelta(seconds=50)
    mail.alert(alert_id)
    assert services(chats) == ["/slack"]
    chats.statuses.clear()
    with transaction(engine) as db:
        db.execute(sa.update(ChatAlert).values(due_at=now()))
    mail.alert(alert_id)
    assert services(chats) == ["/discord", "/slack"]


def test_a_job_that_was_killed_between_two_chats_repeats_nothing(installation: Installation, chats: ChatServer) -> None:
    engine = installation.parts.engine
    alert_id = write(engine)
    began = now() - LET_GO_OF_MAIL_AFTER - timedelta(seconds=1)
    with transaction(engine) as db:
        db.execute(sa.update(ChatAlert).values(due_at=began))
        assert outgoing.claim(db, ChatAlert, alert_id, now=began) is not None
        outgoing.reached(db, alert_id, [AppriseChat([SLACK]).names[0]])  # and here it is killed
    mail.alert(alert_id)
    assert chats.taken == []
    sweep()
    installation.run_jobs()
    assert services(chats) == ["/discord"]


def test_books_that_do_not_balance_wake_the_team_once_a_day(installation: Installation, chats: ChatServer) -> None:
    engine = installation.parts.engine
    with transaction(engine) as db:
        db.execute(sa.update(Wave).where(Wave.id == installation.people.wave_id).values(spent_cents=1))
    for _ in range(2):
        sweep()
    (row,) = alerts(engine)
    assert row.key.startswith("books:")
    with reading(engine) as db:
        told = db.scalars(sa.select(Notice).where(Notice.key.startswith("books:"))).all()
    assert [notice.account_id for notice in told] == [installation.people.owner_id]
    assert told[0].mail_id is not None


def test_a_mail_that_is_given_up_is_said_in_the_chat_without_its_address(
    installation: Installation, chats: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def send(self, letter: object) -> None:
            raise NotSent("550 no such person: ann@example.org", for_good=True)

    parts = replace(mail.platform(), mail=Refusing())
    monkeypatch.setattr(mail, "platform", lambda: parts)
    with transaction(installation.parts.engine) as db:
        written = outbox.post(db, "account:1", to="ann@example.org", subject="s", text="secret", now=now())
    assert written is not None
    mail.send(written.id)
    (row,) = alerts(installation.parts.engine)
    mail.alert(row.id)
    assert len(chats.taken) == 2
    assert "ann@" not in str(chats.taken) and "secret" not in str(chats.taken)
