"""Declarative base, named constraints and the column types shared by every table."""

from __future__ import annotations

import datetime as dt
import importlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Result,
    Table,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import TypeEngine

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


class _Json(TypeDecorator[Any]):
    """JSON; JSONB on PostgreSQL, whose dialect is large and stays unloaded where another is used."""

    impl = JSON
    cache_ok = True

    def __init__(self, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.none_as_null = none_as_null

    @property
    def should_evaluate_none(self) -> bool:  # type: ignore[override]
        return not self.none_as_null

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        jsonb = _of_dialect(dialect.name).JSONB
        return dialect.type_descriptor(jsonb(none_as_null=self.none_as_null))


Json = _Json()
JsonOrNull = _Json(none_as_null=True)
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


# What differs between the databases -------------------------------------------------------------------------


def _of_dialect(name: str) -> Any:
    return importlib.import_module(f"sqlalchemy.dialects.{name}")


def upserting(connection: Connection) -> Any:
    """The INSERT of this connection's database, which knows what to do ON CONFLICT."""
    return _of_dialect(connection.dialect.name).insert


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which ``where`` holds."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={"where": where})


@compiles(CreateIndex, "postgresql")
def _create_index(create: CreateIndex, compiler: Any, **more: Any) -> str:
    index = create.element
    if "where" in index.info:
        index.dialect_options["postgresql"]["where"] = text(index.info["where"])
    return str(compiler.visit_create_index(create, **more))
