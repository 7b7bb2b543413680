"""How Alembic reaches the database and the tables."""

from typing import Any

from alembic import context

from codesight.db import UtcDateTime, engine_for
from codesight.tables import metadata


def plain_types(kind: str, item: Any, autogen_context: Any) -> Any:
    """Migrations speak of SQLAlchemy's own types: they must run when our classes have long changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


engine = engine_for(context.config.attributes["url"])
with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=plain_types,
        compare_type=True,
    )
    context.run_migrations()
engine.dispose()
