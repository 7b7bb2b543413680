"""How Flask-Security finds and keeps our accounts."""

from typing import Any

from flask_security.datastore import Datastore, UserDatastore
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from codesight.accounts.models import Account, NamedRole
from codesight.db import reading, transaction


class People(Datastore, UserDatastore):  # type: ignore[misc]
    """Accounts for Flask-Security. No session stays open: each look-up reads, each change is its own transaction."""

    def __init__(self, engine: Engine) -> None:
        Datastore.__init__(self, engine)
        UserDatastore.__init__(self, Account, NamedRole)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The account with one attribute of the given value; detached, for reading."""
        ((attribute, value),) = kwargs.items()
        column = getattr(Account, attribute)
        same = func.lower(column) == str(value).lower() if case_insensitive else column == value
        with reading(self.db) as db:
            return db.scalar(select(Account).where(same))

    def find_role(self, role: str) -> NamedRole:
        """Roles are a closed set on the account; there is no table of them."""
        return NamedRole(role)

    def put(self, model: Account) -> Account:
        """Keep what Flask-Security changed."""
        with transaction(self.db) as db:
            db.merge(model)
        return model

    def commit(self) -> None:
        """Nothing to do: `put` has committed."""
