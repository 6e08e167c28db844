"""Declarative base, named constraints and the column types shared by every table."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    LargeBinary,
    MetaData,
    Result,
    Table,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, stored as naive UTC; refuses naive values."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
JsonOrNull = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""For columns that may be empty: None is NULL, not JSON's null."""
JsonValue = Any


def new_id() -> str:
    """A random identifier of 128 bits: says nothing about order or time."""
    return secrets.token_urlsafe(16)


_AS_OF = "as_of"


def look_back(session: Session, moment: dt.datetime | None) -> None:
    """From now on this session alone reads what stood at that moment, of all that keeps its history.

    None: it reads what stands now again.
    """
    session.info[_AS_OF] = moment


def as_of(session: Session) -> dt.datetime | None:
    """The past moment this session reads; None when it reads what stands now."""
    moment: dt.datetime | None = session.info.get(_AS_OF)
    return moment


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE, DELETE or INSERT touched."""
    return cast(CursorResult[Any], result).rowcount


def on_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


SQLITE_APPEND_ONLY = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
POSTGRESQL_APPEND_ONLY = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$",
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


def append_only_statements(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that make a table refuse UPDATE and DELETE on this dialect."""
    known = {"sqlite": SQLITE_APPEND_ONLY, "postgresql": POSTGRESQL_APPEND_ONLY}
    return tuple(statement.format(table=table) for statement in known[dialect])


SQLITE_LIFTS = ("DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete")
POSTGRESQL_LIFTS = (
    "DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
    "DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
)


@contextmanager
def unguarded(connection: Connection, table: Any) -> Iterator[None]:
    """Lets the one act of this block change an append-only table, within its transaction."""
    name = cast(Table, table).name
    for statement in SQLITE_LIFTS if on_sqlite(connection) else POSTGRESQL_LIFTS:
        connection.exec_driver_sql(statement.format(table=name))
    yield
    for statement in append_only_statements(name, connection.dialect.name):
        connection.exec_driver_sql(statement)


def append_only(table: Any) -> None:
    """Declares a model's table append-only: its triggers are made wherever it is created."""
    cast(Table, table).info["append_only"] = True


@event.listens_for(Table, "after_create")
def _make_append_only(table: Table, connection: Connection, **_options: object) -> None:
    # Alembic writes a table's info into the migration, so a table created there is guarded as well.
    if table.info.get("append_only"):
        for statement in append_only_statements(table.name, connection.dialect.name):
            connection.exec_driver_sql(statement)


def unsampled_statements(table: Table) -> tuple[str, ...]:
    """Keeps PostgreSQL from copying values of binary columns into its statistics.

    ANALYZE, which autovacuum runs at moments of its own, puts samples of every column into ``pg_statistic``.
    There they outlive the rows: a ciphertext would still be in the database's files after its erasure.
    """
    columns = [c.name for c in table.columns if isinstance(c.type, LargeBinary)]
    return tuple(f"ALTER TABLE {table.name} ALTER COLUMN {column} SET STATISTICS 0" for column in columns)


@event.listens_for(Table, "after_create")
def _keep_out_of_statistics(table: Table, connection: Connection, **_options: object) -> None:
    if not on_sqlite(connection):
        for statement in unsampled_statements(table):
            connection.exec_driver_sql(statement)
