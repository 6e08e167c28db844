"""The migrations make what the models say, on both databases, and append-only tables stay so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal import schema
from portal.database import engine_for
from portal.migrations import append_only, load_models
from surveys.db import Base

load_models()
GUARDED = sorted(table.name for table in Base.metadata.tables.values() if table.info.get("append_only"))


def test_the_migrated_tables_equal_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata
        )
    assert found == []


def test_the_migrated_checks_equal_the_models(engine: Engine) -> None:
    """Alembic does not compare CHECK constraints."""
    inspector = inspect(engine)
    for name, table in Base.metadata.tables.items():
        wanted = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in inspector.get_check_constraints(name)} == wanted, name


def test_every_append_only_table_is_guarded_after_migrating(engine: Engine) -> None:
    assert {"audit_entry", "survey_version"} <= set(GUARDED)
    sqlite = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    postgresql = "SELECT event_object_table FROM information_schema.triggers"
    with engine.connect() as connection:
        names = connection.scalars(text(sqlite if engine.dialect.name == "sqlite" else postgresql))
        assert sorted(set(names)) == GUARDED


def test_postgresql_takes_no_samples_of_what_is_sealed(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite keeps no samples")
    sampled = text(
        "SELECT attrelid::regclass || '.' || attname FROM pg_attribute WHERE atttypid = 'bytea'::regtype "
        "AND attrelid > 16383 AND attstattarget IS DISTINCT FROM 0 AND attrelid IN "
        "(SELECT oid FROM pg_class WHERE relkind = 'r')"
    )
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_attribute WHERE attname = 'sealed'"))
        assert connection.scalars(sampled).all() == []


def test_sqlite_tables_of_answers_keep_no_order_of_arrival(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite numbers its rows")
    for name, table in Base.metadata.tables.items():
        if table.dialect_options["sqlite"]["with_rowid"] is False:
            with engine.connect() as connection:
                sql = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": name})
            assert str(sql).rstrip().endswith("WITHOUT ROWID"), name


def test_the_newest_migration_is_the_one_alembic_finds() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.newest()]


@pytest.mark.parametrize(
    ("files", "newest"),
    [
        ({}, None),
        ({"a": None}, "a"),
        ({"a": None, "b": "a", "c": "b"}, "c"),
        ({"a": None, "b": "a", "c": "a", "d": ("b", "c")}, "d"),
    ],
)
def test_the_newest_migration_follows_all_others(
    files: dict[str, Any], newest: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", _written(tmp_path, files))
    assert schema.newest() == newest


def test_two_newest_migrations_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", _written(tmp_path, {"a": None, "b": "a", "c": "a"}))
    with pytest.raises(RuntimeError, match="'b', 'c'"):
        schema.newest()


def _written(folder: Path, files: dict[str, Any]) -> Path:
    (folder / "versions").mkdir()
    for revision, before in files.items():
        words = f"revision: str = {revision!r}\ndown_revision = {before!r}\n"
        (folder / "versions" / f"{revision}.py").write_text(words)
    return folder


def test_a_connection_may_be_handed_over(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert schema.stands_at(engine) == schema.newest()
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'half.sqlite3'}")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as patched:
        patched.setattr(MigrationContext, "run_migrations", _then(MigrationContext.run_migrations, broken))
        with pytest.raises(RuntimeError, match="half way"):
            schema.upgrade(engine)
    assert inspect(engine).get_table_names() == []
    schema.upgrade(engine)
    assert schema.stands_at(engine) == schema.newest()
    engine.dispose()


def _then(first: Any, last: Any) -> Any:
    def both(*given: Any, **named: Any) -> None:
        first(*given, **named)
        last()

    return both


@contextmanager
def operations(session: Session) -> Iterator[Connection]:
    """Alembic's ``op`` at work on this session's connection."""
    connection = session.connection()
    with Operations.context(MigrationContext.configure(connection)):
        yield connection


def test_a_guard_can_be_taken_off_and_put_back(session: Session) -> None:
    write = text("INSERT INTO audit_entry VALUES (2026, 1, '2026-01-01', 'a', 'b', 'c', '{}', '', :mac)")
    with operations(session) as connection:
        connection.execute(write, {"mac": b"m"})
        append_only.unguard("audit_entry")
        connection.execute(text("UPDATE audit_entry SET actor = 'z'"))
        append_only.guard("audit_entry")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("UPDATE audit_entry SET actor = 'y'"))
    session.rollback()
