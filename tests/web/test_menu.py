"""The menu says where one is, on the pages below its entries too."""

import re

import pytest
from flask import Flask

from codesight.accounts.models import Role
from codesight.db import transaction
from codesight.workers.models import Worker
from tests.support.database import on_sqlite
from tests.support.people import World, claim, client_for

pytestmark = on_sqlite

HERE = re.compile(r'<a class="nav-link active"[^>]*aria-current="page">([^<]+)</a>')


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (Role.OWNER, {
            "/owner": "Overview", "/owner/gigs/1/edit": "Gigs", "/owner/scenarios/1": "Gigs",
            "/owner/work/given-up": "Work", "/owner/feedback": "Workers", "/owner/audit": "System",
            "/payments/books": "Payments",
        }),
        (Role.PAYER, {"/payments": "Due", "/payments/batches": "Batches", "/payments/books": "Books"}),
        (Role.WORKER, {
            "/help": "Help", "/help/feedback": "Help", "/scenarios/{mine}": "Home", "/standing": "Packages",
            "/account": None,
        }),
    ],
)  # fmt: skip
def test_exactly_the_entry_one_is_below_is_marked(
    app: Flask, world: World, role: Role, places: dict[str, str | None]
) -> None:
    with transaction(app.extensions["codesight"].engine) as db:
        mine = claim(db, db.get_one(Worker, world.worker_id)).assignments[0].id
    client = client_for(app, role)
    for path, title in places.items():
        page = client.get(path.format(mine=mine))
        assert page.status_code == 200, path
        assert HERE.findall(page.get_data(as_text=True)) == ([title] if title else []), path
