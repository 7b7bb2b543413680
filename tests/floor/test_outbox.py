"""What people are told: in the product always, by mail as the policy and they themselves have it, each thing once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import digests, letters, outbox
from codesight.accounts.models import Role
from codesight.config import Settings
from codesight.db import reading, transaction
from codesight.errors import NotFound
from codesight.outbox import Notice
from codesight.outgoing import OutgoingMail
from codesight.policy import POLICY, Delivery, Kind, choices_for
from tests.support.people import NOW, make_account

EIGHT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def somebody(engine: Engine) -> int:
    with transaction(engine) as db:
        make_account(db, Role.WORKER)  # noise
        return make_account(db, Role.WORKER).id


def mails(engine: Engine) -> list[OutgoingMail]:
    with reading(engine) as db:
        return list(db.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)))


def test_the_policy_has_a_row_for_every_kind_and_names_roles_that_exist() -> None:
    assert set(POLICY) == set(Kind)
    assert {role for row in POLICY.values() for role in row.who} - {"guest"} == set(Role)
    for role in Role:
        for kind in choices_for(role):
            assert POLICY[kind].product


@pytest.mark.parametrize("kind", [Kind.ACCOUNT, Kind.PAYOUT, Kind.BOOKS, Kind.OVERFLOW])
def test_what_is_about_security_or_money_is_never_off(engine: Engine, kind: Kind) -> None:
    assert not POLICY[kind].can_be_off
    ann = somebody(engine)
    with transaction(engine) as db, pytest.raises(ValueError, match="cannot be off"):
        outbox.choose(db, ann, kind, Delivery.OFF)


def test_each_thing_is_mailed_once_as_the_person_has_it_and_nothing_of_what_was_undone(engine: Engine) -> None:
    ann = somebody(engine)
    with pytest.raises(RuntimeError), transaction(engine) as db:
        outbox.tell(db, ann, "review:9", "Undone.", "/", now=NOW)
        raise RuntimeError
    with transaction(engine) as db:
        outbox.choose(db, ann, Kind.LEVEL, Delivery.OFF)
        outbox.choose(db, ann, Kind.PAYOUT, Delivery.DIGEST)
        for _ in range(2):
            outbox.tell(db, ann, "review:1", "Five stars!", "/submissions/1", now=NOW)
            outbox.tell(db, ann, "level:1", "You are expert.", "/packages", now=NOW)
            outbox.tell(db, ann, "payout:1", "$20 is on its way.", "/earnings", now=NOW)
        with pytest.raises(ValueError, match="weather"):
            outbox.tell(db, ann, "weather:1", "It rains.", "/", now=NOW)
    assert [(mail.subject, mail.text) for mail in mails(engine)] == [("A review of your recording", "Five stars!")]
    with reading(engine) as db:
        assert outbox.unread_count(db, ann) == 3


def test_of_two_processes_that_tell_the_same_thing_at_once_one_does(engine: Engine) -> None:
    ann, start = somebody(engine), Barrier(4)

    def run(_: int) -> None:
        start.wait()
        with transaction(engine) as db:
            outbox.tell(db, ann, "review:1", "Five stars!", "/submissions/1", now=NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert len(mails(engine)) == 1
    with reading(engine) as db:
        assert outbox.unread_count(db, ann) == 1


def test_a_digest_comes_once_a_day_at_the_persons_hour_and_only_with_something_in_it(engine: Engine) -> None:
    ann = somebody(engine)
    hour = timedelta(hours=1)
    with transaction(engine) as db:
        outbox.choose(db, ann, Kind.REVIEW, Delivery.DIGEST)
        digests.set_time(db, ann, 17, "Asia/Tokyo")  # eight in the morning in UTC
        outbox.tell(db, ann, "review:1", "Five stars!", "/", now=EIGHT - 3 * hour)
        assert digests.due(db, now=EIGHT - hour) == []
        assert digests.due(db, now=EIGHT) == [ann]
        assert digests.write(db, ann, now=EIGHT)
        assert not digests.write(db, ann, now=EIGHT)
        outbox.tell(db, ann, "review:2", "Four stars.", "/", now=EIGHT + hour)
        assert digests.due(db, now=EIGHT + 2 * hour) == []  # not before its hour has come again
    tomorrow, start = EIGHT + 24 * hour, Barrier(3)

    def run(_: int) -> bool:
        start.wait()
        with transaction(engine) as db:
            return digests.write(db, ann, now=tomorrow)

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(run, range(3))) == [False, False, True]
    assert [mail.text for mail in mails(engine)] == ["- Five stars!", "- Four stars."]
    with transaction(engine) as db:
        assert digests.due(db, now=tomorrow + 24 * hour) == []
        assert not digests.write(db, ann, now=tomorrow + 24 * hour)
    assert len(mails(engine)) == 2


def test_the_clock_of_the_zone_counts_also_when_it_is_put_forward() -> None:
    # Clocks in Berlin went from 2:00 to 3:00 on 29 March 2026.
    before, after = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert digests.last_time(8, "Europe/Berlin", before) == datetime(2026, 3, 28, 7, tzinfo=UTC)
    assert digests.last_time(8, "Europe/Berlin", after) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert digests.last_time(23, "America/Los_Angeles", before) == datetime(2026, 3, 28, 6, tzinfo=UTC)


def test_a_change_of_mind_neither_loses_nor_repeats_anything(engine: Engine) -> None:
    ann = somebody(engine)
    with transaction(engine) as db:
        outbox.choose(db, ann, Kind.REVIEW, Delivery.DIGEST)
        outbox.choose(db, ann, Kind.LEVEL, Delivery.DIGEST)
        outbox.tell(db, ann, "review:1", "Waits for the digest.", "/", now=EIGHT - timedelta(hours=2))
        outbox.tell(db, ann, "level:1", "Is not wanted any more.", "/", now=EIGHT - timedelta(hours=2))
        outbox.choose(db, ann, Kind.REVIEW, Delivery.NOW)
        outbox.choose(db, ann, Kind.LEVEL, Delivery.OFF)
        outbox.tell(db, ann, "review:2", "Comes at once.", "/", now=EIGHT - timedelta(hours=1))
        digests.write(db, ann, now=EIGHT)
        outbox.choose(db, ann, Kind.LEVEL, Delivery.NOW)
        digests.write(db, ann, now=EIGHT + timedelta(days=1))
    assert [mail.text for mail in mails(engine)] == ["Comes at once.", "- Waits for the digest."]


def test_a_mail_that_is_not_essential_has_a_way_out_that_nobody_can_forge(engine: Engine, settings: Settings) -> None:
    ann, away = somebody(engine), replace(settings, public_url="https://codesight.example")
    with transaction(engine) as db:
        outbox.tell(db, ann, "review:1", "Five stars!", "/submissions/1", now=NOW)
        outbox.tell(db, ann, "payout:1", "$20 is on its way.", "/earnings", now=NOW)
    review, payout = (letters.letter_of(mail, away) for mail in mails(engine))
    assert "https://codesight.example/submissions/1" in review.text
    assert review.unsubscribe.startswith("https://codesight.example/unsubscribe/")
    assert payout.unsubscribe == "" and "unsubscribe" not in payout.text
    token = urlsplit(review.unsubscribe).path.rpartition("/")[2]
    assert letters.read(token, away) == letters.WayOut(Kind.REVIEW, ann, "")
    forged = letters.sign(letters.WayOut(Kind.REVIEW, ann, ""), replace(away, secret_key="t" * 40))
    for wrong in (token[:-1], "x", forged):
        with pytest.raises(NotFound):
            letters.read(wrong, away)
    with transaction(engine) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Notice)) == 2
