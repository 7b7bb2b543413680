"""How Flask-Security finds and keeps our accounts: everything that it changes in a request is one transaction."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, g
from flask_security.datastore import Datastore, UserDatastore
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from blueprints.web import transaction
from codesight.accounts import actions, queries
from codesight.accounts.models import Account, NamedRole, Passkey
from codesight.clock import now
from codesight.db import reading

_WORK = "to_write_down"


def later(work: Callable[[Session], object]) -> None:
    """Do this in the transaction at the request's end, after what was noted before."""
    g.setdefault(_WORK, []).append(work)


def write_down(response: Response) -> Response:
    """The transaction at the request's end; nothing of it is kept when the request has failed."""
    work = g.pop(_WORK, [])
    if work and response.status_code < 500:
        with transaction() as db:
            for one in work:
                one(db)
    return response


class People(Datastore, UserDatastore):
    """Accounts for Flask-Security. What it gets is detached: it reads, changes, and says `put`."""

    def __init__(self, engine: Engine) -> None:
        Datastore.__init__(self, engine)
        UserDatastore.__init__(self, Account, NamedRole, Passkey)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The account with one attribute of the given value."""
        ((attribute, value),) = kwargs.items()
        with reading(self.db) as db:
            return queries.account_by(db, attribute, value, any_case=case_insensitive)

    def find_role(self, role: str) -> NamedRole:
        """Roles are a closed set on the account; there is no table of them."""
        return NamedRole(role)

    def find_webauthn(self, credential_id: bytes) -> Passkey | None:
        """The passkey of this id."""
        with reading(self.db) as db:
            return queries.passkey(db, credential_id)

    def create_webauthn(self, user: Account, **kwargs: Any) -> None:
        """Keep a new passkey. What it is used for is not asked: see `Passkey.usage`."""
        known = {name: value for name, value in kwargs.items() if name in sa.inspect(Passkey).columns}
        made = Passkey(account_id=user.id, created_at=now(), lastuse_datetime=now(), **known)
        later(lambda db: db.add(made))

    def put(self, model: Any) -> Any:
        """Keep what Flask-Security changed of a row, and nothing else: the rest may be newer in the database."""
        row = getattr(model, "_get_current_object", lambda: model)()
        later(lambda db: _write_changes(db, row))
        return model

    def delete(self, model: Any) -> None:
        """Remove a row."""
        later(lambda db: db.execute(sa.delete(type(model)).where(type(model).id == model.id)))

    def set_uniquifier(self, user: Account, uniquifier: str | None = None) -> None:
        """A new name in cookies and links: all the old ones are worthless, and the list of sign-ins says so."""
        super().set_uniquifier(user, uniquifier)
        later(lambda db: actions.end_sign_ins(db, user.id, now=now()))

    def mf_get_recovery_codes(self, user: Account) -> list[str]:
        """Something for every code that is left; the codes themselves are not kept."""
        with reading(self.db) as db:
            return list(queries.unspent_codes(db, user.id))

    def commit(self) -> None:
        """Nothing to do: the request's end commits."""


def _write_changes(db: Session, row: Any) -> None:
    columns = sa.inspect(type(row)).column_attrs
    changed = {a.key: a.value for a in sa.inspect(row).attrs if a.key in columns and a.history.has_changes()}
    if changed:
        db.execute(sa.update(type(row)).where(type(row).id == row.id).values(**changed))
    for key, value in changed.items():
        set_committed_value(row, key, value)
