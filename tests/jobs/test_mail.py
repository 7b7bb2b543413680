"""Mail: written in a transaction, sent once by the worker, tried again, and forgotten when it is out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import outbox, outgoing
from codesight.adapters.mail import NotSent, SmtpMail
from codesight.clock import now
from codesight.db import after_commit, reading, transaction
from codesight.letters import letter_of
from codesight.outgoing import OutgoingMail
from jobs import mail, pipeline
from jobs import queue as queues
from jobs.sweep import LET_GO_OF_MAIL_AFTER, RING_AGAIN_AFTER, sweep
from tests.jobs.conftest import Installation
from tests.support.smtp import MailServer

TEXT = "Follow this link: https://codesight.example/recover/secret"


def write(engine: Engine, key: str = "payout:1", at: datetime | None = None) -> int:
    """A mail in the outbox, beside two that are at their end."""
    at = at or now()
    with transaction(engine) as db:
        for number in (1, 2):
            noise = outbox.post(db, f"account:noise{number}", to="b@example.org", subject="Other", text="", now=at)
            if noise is not None:
                outgoing.sent(db, OutgoingMail, noise.id, now=at)
        written = outbox.post(db, key, to="a@example.org", subject="Hello", text=TEXT, now=at)
        assert written is not None
        return written.id


def row(engine: Engine, mail_id: int) -> OutgoingMail:
    with reading(engine) as db:
        return db.get_one(OutgoingMail, mail_id)


@pytest.fixture
def server(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """The installation has a mail server."""
    with MailServer().running() as server:
        parts = replace(installation.parts, mail=SmtpMail(server.url()))
        monkeypatch.setattr(mail, "platform", lambda: parts)
        yield server


def test_a_mail_is_sent_after_the_commit_and_then_holds_no_more_what_it_said(
    installation: Installation, server: MailServer
) -> None:
    here = installation.parts
    with transaction(here.engine) as db:
        written = outbox.post(db, "payout:1", to="a@example.org", subject="Hello", text=TEXT, now=now())
        assert written is not None
        after_commit(db, lambda: pipeline.written(here.settings.redis_url, [(OutgoingMail, written.id)]))
        assert installation.waiting("mail") == 0
    installation.run_jobs()
    assert [message.get_content().strip() for message in server.taken] == [TEXT]
    sent = row(here.engine, written.id)
    assert sent.sent_at is not None
    assert (sent.text, sent.claimed_at, sent.tries) == ("", None, 1)
    mail.send(written.id)
    assert len(server.taken) == 1


def test_what_was_not_committed_is_not_sent(installation: Installation, server: MailServer) -> None:
    here = installation.parts
    with pytest.raises(RuntimeError), transaction(here.engine) as db:
        written = outbox.post(db, "payout:1", to="a@example.org", subject="Hello", text=TEXT, now=now())
        assert written is not None
        after_commit(db, lambda: pipeline.written(here.settings.redis_url, [(OutgoingMail, written.id)]))
        raise RuntimeError
    installation.run_jobs()
    sweep()
    assert (server.taken, installation.waiting("mail")) == ([], 0)


def test_nobody_is_written_to_twice_about_the_same(engine: Engine) -> None:
    write(engine)
    with transaction(engine) as db:
        assert outbox.post(db, "payout:1", to="a@example.org", subject="x", text="x", now=now()) is None
        assert outbox.post(db, "payout:2", to="a@example.org", subject="x", text="x", now=now()) is not None


def test_of_many_jobs_one_gets_the_mail(engine: Engine) -> None:
    mail_id, together = write(engine), Barrier(8)

    def claim(_: int) -> bool:
        with engine.connect():  # races show on a warm pool only
            together.wait()
        with transaction(engine) as db:
            return outgoing.claim(db, OutgoingMail, mail_id, now=now()) is not None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1


def test_a_refused_mail_is_tried_again_ever_later_and_given_up_after_two_days(engine: Engine) -> None:
    begun, moment, waits = now(), now(), []
    mail_id = write(engine, at=begun)
    while True:
        with transaction(engine) as db:
            if waits:
                assert outgoing.claim(db, OutgoingMail, mail_id, now=moment - timedelta(seconds=1)) is None
            assert outgoing.claim(db, OutgoingMail, mail_id, now=moment) is not None
            if not outgoing.not_sent(db, OutgoingMail, mail_id, "451 later", for_good=False, now=moment):
                break
        due = row(engine, mail_id).due_at
        waits.append(due - moment)
        moment = due
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) == timedelta(hours=1)
    assert timedelta(days=2) < moment - begun < timedelta(days=2, hours=2)
    gone = row(engine, mail_id)
    assert (gone.given_up_at, gone.text, gone.problem) == (moment, "", "451 later")


def test_an_address_that_does_not_exist_is_tried_once(installation: Installation, server: MailServer) -> None:
    server.answers["RCPT"] = "550 no such person"
    mail_id = write(installation.parts.engine)
    mail.send(mail_id)
    gone = row(installation.parts.engine, mail_id)
    assert gone.given_up_at is not None
    assert "no such person" in gone.problem
    server.answers.clear()
    mail.send(mail_id)
    assert server.taken == []


def test_the_sweep_rings_for_mail_whose_message_was_lost(installation: Installation, server: MailServer) -> None:
    engine = installation.parts.engine
    fresh, lost = write(engine, "payout:1"), write(engine, "payout:2", at=now() - RING_AGAIN_AFTER)
    sweep()
    assert installation.waiting("mail") == 1
    installation.run_jobs()
    assert row(engine, lost).sent_at is not None
    assert row(engine, fresh).sent_at is None


def test_a_mail_whose_job_was_killed_goes_out_again_as_the_same_mail(
    installation: Installation, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = installation.parts.engine
    began = now() - LET_GO_OF_MAIL_AFTER - timedelta(seconds=1)
    mail_id = write(engine, at=began)
    with transaction(engine) as db:
        claimed = outgoing.claim(db, OutgoingMail, mail_id, now=began)
    assert claimed is not None
    SmtpMail(server.url()).send(letter_of(claimed, installation.parts.settings))  # and here it is killed
    mail.send(mail_id)
    assert len(server.taken) == 1
    sweep()
    installation.run_jobs()
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert row(engine, mail_id).sent_at is not None


def test_mail_goes_before_what_takes_long(installation: Installation) -> None:
    redis_url = installation.parts.settings.redis_url
    pipeline.submitted(redis_url, 1)
    pipeline.written(redis_url, [(OutgoingMail, 1)])
    first = queues.queue(redis_url).get_jobs()[0]
    assert first.func_name == "jobs.mail.send"


def test_a_server_that_is_away_leaves_the_mail_waiting(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def send(self, letter: object) -> None:
            raise NotSent("nobody answers", for_good=False)

    parts = replace(installation.parts, mail=Away())
    monkeypatch.setattr(mail, "platform", lambda: parts)
    mail_id = write(installation.parts.engine)
    mail.send(mail_id)
    waits = row(installation.parts.engine, mail_id)
    assert (waits.text, waits.problem, waits.claimed_at, waits.given_up_at) == (TEXT, "nobody answers", None, None)
    assert waits.due_at > now()


def test_the_database_keeps_no_text_of_a_mail_that_is_out(engine: Engine) -> None:
    mail_id = write(engine)
    with pytest.raises(sa.exc.IntegrityError), transaction(engine) as db:
        db.execute(sa.update(OutgoingMail).where(OutgoingMail.id == mail_id).values(sent_at=now()))
