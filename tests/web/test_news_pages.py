"""Writing to a group, and inviting by mail, on the owner's pages."""

import re

import sqlalchemy as sa
from flask import Flask

from codesight.accounts.models import Role
from codesight.db import reading, transaction
from codesight.outgoing import OutgoingMail
from codesight.reviews.messages.actions import tell_some
from codesight.reviews.messages.models import News
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import NOW, World, client_for, make_worker, sign_in
from tests.web.browsing import send

pytestmark = on_sqlite


def hidden(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("seen", "key")}  # type: ignore[index]


def test_the_owner_sees_exactly_who_gets_it_confirms_once_and_sees_who_has_read_it(app: Flask, world: World) -> None:
    owner, engine = client_for(app, Role.OWNER), app.extensions["codesight"].engine
    page = owner.get("/owner/news/new?standing=never_claimed").get_data(as_text=True)
    assert "worker@example.org" in page and "other@example.org" not in page and "1 worker" in page
    said = {"title": "A new wave", "text": "It opens <b>tomorrow</b>.", **hidden(page)}
    for _ in range(2):
        answer = send(owner, "/owner/news/new?standing=never_claimed", None, **said)
        assert answer.location == "/owner/news"
    with transaction(engine) as db:
        (news,) = db.scalars(sa.select(News))
        assert tell_some(db, news.id, now=NOW) == 1
    worker = client_for(app, Role.WORKER)
    assert "A new wave" in worker.get("/messages").get_data(as_text=True)
    assert "It opens &lt;b&gt;tomorrow&lt;/b&gt;." in worker.get(f"/news/{news.id}").get_data(as_text=True)
    assert sign_in(app, "other@example.org").get(f"/news/{news.id}").status_code == 404
    sent = owner.get("/owner/news").get_data(as_text=True)
    assert "1 of 1" in sent and re.search(r'data-label="Read">1<', sent)


def test_a_group_that_changes_before_the_button_is_pressed_is_shown_again_with_what_was_written(
    app: Flask, world: World
) -> None:
    owner, engine = client_for(app, Role.OWNER), app.extensions["codesight"].engine
    said = {"title": "Hello", "text": "Kept words", **hidden(owner.get("/owner/news/new").get_data(as_text=True))}
    with transaction(engine) as db:
        make_worker(db, db.get_one(Worker, world.worker_id).wave, email="late@example.org")
    answer = send(owner, "/owner/news/new", None, **said)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "The group has changed" in page and "late@example.org" in page and "Kept words" in page
    said |= hidden(page)
    assert send(owner, "/owner/news/new", None, **said).status_code == 302
    with reading(engine) as db:
        assert len(db.scalars(sa.select(News)).all()) == 1


def test_odd_groups_are_refused_without_a_crash(app: Flask, world: World) -> None:
    owner = client_for(app, Role.OWNER)
    for odd in ("gig=99", "wave=x", "idle=0", "idle=99999999999", "standing=king", "level=%00"):
        assert "Who should read it?" in owner.get(f"/owner/news/new?{odd}").get_data(as_text=True)


def test_somebody_is_invited_from_the_waves_page(app: Flask, world: World) -> None:
    owner, engine = client_for(app, Role.OWNER), app.extensions["codesight"].engine
    with reading(engine) as db:
        gig_id = db.get_one(Worker, world.worker_id).gig_id
    gig, to = f"/owner/gigs/{gig_id}", f"/owner/waves/{world.wave_id}/invite"
    ann = "ann@example.org"
    for address, said in ((ann, "is invited"), (ann, "has a link"), ("ann", "@-sign")):
        send(owner, gig, to, email=address, days="7")
        assert said in owner.get(gig).get_data(as_text=True)
    with reading(engine) as db:
        mail = db.scalars(sa.select(OutgoingMail).where(OutgoingMail.to == "ann@example.org")).one()
    assert app.test_client().get(mail.path).status_code == 200
