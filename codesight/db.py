"""The database: one base for all tables, and the two ways to talk to it, reading and in a transaction.

SQLite and PostgreSQL run the same code. Transactions begin and end at the edges (web, jobs, socket, launcher).
"""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session

_HOOKS = "after_commit"


class Base(DeclarativeBase):
    """Base of all tables; constraints get names, so that migrations can speak of them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware moments in UTC on both databases (SQLite itself knows no zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value!r}")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def closed_set(kind: type[enum.StrEnum], name: str | None = None) -> sa.Enum:
    """Column type for one of a closed set of words; the database refuses any other (a CHECK, named after the set)."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=name or kind.__name__.lower(),
    )


def engine_for(url: str) -> Engine:
    """An engine with the settings that each database needs."""
    if url.startswith("sqlite"):
        # Writers wait for each other. Whoever comes last in a crowd rather waits for long than is told of a mistake.
        engine = sa.create_engine(
            url, connect_args={"timeout": 60, "check_same_thread": False}, pool_size=20, max_overflow=100
        )
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins deferred and writes later fails at once when another one wrote in between,
    # whatever the busy timeout; one that begins immediate waits its turn.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back by an exception.

    After the commit it runs what `after_commit` noted.
    """
    with Session(engine, expire_on_commit=False) as db:
        with db.begin():
            yield db
        for hook in db.info.pop(_HOOKS, []):
            hook()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads. Does not wait for writers on SQLite; ends without a commit."""
    with Session(engine.execution_options(reading=True), expire_on_commit=False, autoflush=False) as db:
        yield db


def after_commit(db: Session, hook: Callable[[], object]) -> None:
    """Do this once the transaction has been committed, and not at all if it fails. Queueing belongs here."""
    db.info.setdefault(_HOOKS, []).append(hook)


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest version of the tables."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
