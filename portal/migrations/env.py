"""Alembic's entry: the models' metadata, and one transaction for the whole upgrade on both databases.

The caller hands over a URL (``sqlalchemy.url``) or an open connection (``config.attributes["connection"]``)
that has begun nothing yet.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, text

from portal.database import engine_for
from portal.migrations import load_models
from surveys.db import Base, UTCDateTime

UPGRADE_LOCK = 0x706F7274616C
"""Taken on PostgreSQL, so that two machines cannot upgrade at the same time."""


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """A migration names plain column types only: our own may change after it was written."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, JSON):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def _upgrade(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # SQLite rebuilds a table to alter it, and ignores this pragma inside a transaction.
        _raw(connection, "PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=True,
            transactional_ddl=True,
        )
        with connection.begin():
            if not sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
            context.run_migrations()
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"the migration broke references: {broken}")
    finally:
        if sqlite:
            _raw(connection, "PRAGMA foreign_keys=ON")


def _raw(connection: Connection, statement: str) -> None:
    raw = connection.connection.driver_connection
    if raw is not None:
        raw.execute(statement)


load_models()
given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _upgrade(given)
else:
    engine = engine_for(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as fresh:
        _upgrade(fresh)
    engine.dispose()
