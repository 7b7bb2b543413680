"""What a fresh installation begins with."""

import re

import sqlalchemy as sa
from flask import Flask

from codesight.accounts.models import Account, Role
from codesight.assignments.models import Slot
from codesight.config import Settings
from codesight.db import reading, transaction
from codesight.gigs import queries as gigs
from codesight.reports import books
from codesight.workers.models import Worker
from jobs import first_start
from tests.support.people import confirm, onboard
from tests.web.answers import body, rows

LINE = re.compile(r"  (\w+) +(\S+@\S+) +(\S+)")


def test_the_printed_passwords_sign_in_for_every_role_and_the_link_lets_a_worker_in(
    app: Flask, settings: Settings
) -> None:
    notice, *people, link, mail = first_start.ensure(settings)
    assert mail == f"Mails are files in {settings.var}/mail until MAIL_URL names a server."
    assert "shown this once" in notice
    found = [match.groups() for line in people if (match := LINE.fullmatch(line))]
    assert {role for role, _, _ in found} == {role.value for role in Role}
    assert len({password for _, _, password in found}) == 4
    for role, email, password in found:
        client = app.test_client()
        assert client.post("/login", json={"email": email, "password": password + "x"}).status_code == 400
        assert client.post("/login", json={"email": email, "password": password}).status_code == 200
        assert (client.get("/api/admin/recent").status_code == 200) is (role == "owner")
        assert (client.get("/api/packages").status_code == 200) is (role == "worker")
    address = link.partition(": ")[2]
    assert address.startswith("http://localhost/join/")
    assert app.test_client().get(address.removeprefix("http://localhost")).status_code == 200
    newcomer = {
        "invitation": address.rpartition("/")[2], "email": "new@example.org", "password": "correct horse battery",
        "name": "New", "channel": "wise", "channel_address": "new@example.org", "consent": True,
    }  # fmt: skip
    assert app.test_client().post("/api/workers", json=newcomer).status_code == 202
    confirm(app, "new@example.org")
    client = app.test_client()
    client.post("/login", json={"email": "new@example.org", "password": "correct horse battery"})
    assert [step["state"] for step in body(client.get("/api/onboarding"))["steps"]] == ["done", "next", *3 * ["later"]]
    with transaction(app.extensions["codesight"].engine) as db:
        onboard(db, db.scalars(sa.select(Worker).order_by(Worker.account_id.desc()).limit(1)).one())
    assert len(body(client.post("/api/packages/basic/claim"))["claim"]["assignments"]) == 5


def test_the_first_gig_is_ready_to_be_worked_on(app: Flask, settings: Settings) -> None:
    first_start.ensure(settings)
    with reading(app.extensions["codesight"].engine) as db:
        (gig,) = gigs.all_gigs(db)
        assert [(p.tier.value, p.price_cents) for p in gigs.packages(db, gig.id)] == [
            ("basic", 2000), ("standard", 3500), ("premium", 5000),
        ]  # fmt: skip
        scenarios = gigs.scenarios(db, gig.id)
        assert len(scenarios) >= 30
        assert len(db.scalars(sa.select(Slot.id)).all()) == 5 * len(scenarios)
        assert [wave.state.value for wave in gigs.waves(db, gig.id)] == ["open"]
        (invitation,) = gigs.invitations(db, gig.id)
        assert invitation.max_uses > 0
        assert books.check(db) == []


def test_a_second_start_finds_what_is_there_and_prints_nothing(app: Flask, settings: Settings) -> None:
    first_start.ensure(settings)
    before = rows(app)
    assert first_start.ensure(settings) == []
    assert rows(app) == before


def test_passwords_are_kept_as_hashes_only(app: Flask, settings: Settings) -> None:
    printed = first_start.ensure(settings)
    with reading(app.extensions["codesight"].engine) as db:
        kept = db.scalars(sa.select(Account.password)).all()
    assert all(hashed.startswith("$argon2id$") for hashed in kept)
    assert not any(hashed in line for hashed in kept for line in printed)
