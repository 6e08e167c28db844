"""Triggers that make a table refuse UPDATE and DELETE, for migrations that alter such a table.

``op.create_table(..., info={"append_only": True})``, as autogenerate writes it, makes them by itself. SQLite
loses them when a batch operation rebuilds the table: :func:`unguard` before, :func:`guard` after.
"""

from __future__ import annotations

from alembic import op

from surveys.db import append_only_statements

SQLITE_DROPS = ("DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete")
POSTGRESQL_DROPS = (
    "DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
    "DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
)


def guard(*tables: str) -> None:
    """Makes the tables append-only on the database at hand."""
    for table in tables:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def unguard(*tables: str) -> None:
    """Takes the triggers off again, before a table is altered or dropped."""
    drops = SQLITE_DROPS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_DROPS
    for table in tables:
        for statement in drops:
            op.execute(statement.format(table=table))
