"""Inviting by mail: one link, one mail, and no more to who does not want them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from codesight import outbox
from codesight.db import reading, transaction
from codesight.errors import Conflict
from codesight.gigs import actions as gigs
from codesight.gigs.models import Invitation, Wave
from codesight.outgoing import OutgoingMail
from codesight.reviews.messages import actions
from tests.support.people import NOW, World


@pytest.fixture
def world(residents: World) -> World:
    return residents


def invite(engine: Engine, world: World, address: str = "Ann@example.org", days: int = 0) -> int:
    with transaction(engine) as db:
        wave = db.get_one(Wave, world.wave_id)
        return actions.invite(db, wave, address, days=7, by=world.owner_id, now=NOW + timedelta(days=days)).id


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as refusal:
        act()
    return refusal.value.code


def mails(engine: Engine) -> list[OutgoingMail]:
    with reading(engine) as db:
        theirs = sa.select(OutgoingMail).where(OutgoingMail.key.startswith("invitation:"))
        return list(db.scalars(theirs.order_by(OutgoingMail.id)))


def test_somebody_gets_one_mail_with_a_link_of_their_own(engine: Engine, world: World) -> None:
    start = Barrier(3)

    def press(_: int) -> str:
        start.wait()
        try:
            invite(engine, world)
        except Conflict as problem:
            return problem.code
        return "sent"

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(press, range(3))) == ["invited_already", "invited_already", "sent"]
    (mail,) = mails(engine)
    with reading(engine) as db:
        link = db.scalars(sa.select(Invitation).where(Invitation.note.startswith("By mail"))).one()
    assert (mail.to, mail.path, link.max_uses) == ("ann@example.org", f"/join/{link.token}", 1)


def test_another_link_is_sent_once_the_first_is_over_but_not_to_who_has_joined(engine: Engine, world: World) -> None:
    first = invite(engine, world)
    with transaction(engine) as db:
        gigs.revoke(db, db.get_one(Invitation, first), now=NOW)
    second = invite(engine, world)
    assert refused(lambda: invite(engine, world)) == "invited_already"
    with transaction(engine) as db:
        db.get_one(Invitation, second).uses = 1
    assert refused(lambda: invite(engine, world, days=30)) == "joined_already"
    assert len(mails(engine)) == 2


def test_who_asked_for_no_more_gets_no_more_and_a_closed_wave_invites_nobody(engine: Engine, world: World) -> None:
    with transaction(engine) as db:
        outbox.refuse_mail(db, "ann@example.org", now=NOW)
    assert refused(lambda: invite(engine, world)) == "mail_unwanted"
    with transaction(engine) as db:
        gigs.close_wave(db, db.get_one(Wave, world.wave_id), now=NOW, by=world.owner_id)
    assert refused(lambda: invite(engine, world, "bob@example.org")) == "wave_closed"
    assert mails(engine) == []
