"""The migrations lead to the tables that the code describes, and the database keeps its promises."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from codesight.accounts.actions import audit
from codesight.accounts.models import AuditEntry
from codesight.db import transaction
from codesight.tables import MODULES, metadata
from tests.architecture.source import ROOT
from tests.support.people import NOW


def test_the_models_equal_the_migrations(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_module_with_tables_is_in_the_list() -> None:
    present = {str(path.relative_to(ROOT)) for path in (ROOT / "codesight").glob("*/models.py")}
    listed = {str(module.__file__).removeprefix(f"{ROOT}/") for module in MODULES}
    assert present <= listed


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_what_was_audited_cannot_be_changed(engine: Engine, verb: str) -> None:
    with transaction(engine) as db:
        audit(db, "seen", "account:1", {}, now=NOW, by=None)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), transaction(engine) as db:
        db.execute(sa.text(verb))
    with transaction(engine) as db:
        assert [entry.action for entry in db.scalars(sa.select(AuditEntry))] == ["seen"]


def test_the_database_refuses_a_word_outside_a_closed_set(engine: Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction(engine) as db:
        db.execute(
            sa.text(
                "INSERT INTO account (email, name, password, role, active, fs_uniquifier, created_at) "
                "VALUES ('a@example.org', 'A', 'x', 'emperor', true, 'u', '2026-11-21 12:00:00')"
            )
        )
