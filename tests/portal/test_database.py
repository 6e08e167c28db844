"""Two kinds of session: one reads, one writes in its turn and says honestly when it could not."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from flask import Flask, g
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from portal import database
from portal.database import Database, engine_for, read_session, writing
from portal.errors import NotSaved
from portal.partnership.pages import Revision
from tests.conftest import NOW


def revision(key: str = "a", number: int = 1, words: str = "") -> Revision:
    row = Revision(kind="notice", key=key, locale="", number=number, state="draft", body={"text": words})
    row.by, row.at, row.origin = "test", NOW, "test"
    return row


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Database:
    return Database(engine, tmp_path)


def count(store: Database) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Revision)) or 0


def test_writing_commits_at_the_end_of_the_block(store: Database) -> None:
    with store.writing() as session:
        session.add(revision())
        session.flush()
        assert count(store) == 0
    assert count(store) == 1


def test_writing_rolls_back_when_the_block_raises(store: Database) -> None:
    def change() -> None:
        with store.writing() as session:
            session.add(revision())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert count(store) == 0


def test_writing_gives_its_turn_back_after_a_fault(store: Database) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add_all([revision(), revision()])
    with store.writing() as session:
        session.add(revision())
    assert count(store) == 1


def test_reading_refuses_a_change(store: Database) -> None:
    with store.reading() as session:
        session.add(revision())
        with pytest.raises(RuntimeError, match="only reads"):
            session.flush()


def test_writers_at_once_all_succeed(store: Database) -> None:
    def add(number: int) -> None:
        with store.writing() as session:
            read = session.scalar(select(func.count()).select_from(Revision)) or 0
            session.add(revision(f"k{number}", read + 1))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(store) == 12


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_writers_see_what_the_one_before_wrote(store: Database) -> None:
    numbers = []
    for number in range(3):
        with store.writing() as session:
            numbers.append(session.scalar(select(func.count()).select_from(Revision)))
            session.add(revision(f"k{number}"))
    assert numbers == [0, 1, 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_set_to_keep_what_it_acknowledged(engine: Engine) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
    assert found == wanted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_locked_by_somebody_else_is_not_saved(
    store: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "PRAGMA busy_timeout=50"))
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotSaved), store.writing() as session:
        session.add(revision())
    other.execute("ROLLBACK")
    other.close()
    with store.writing() as session:
        session.add(revision())
    assert count(store) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_not_saved(store: Database) -> None:
    def change() -> None:
        with store.writing() as session:
            pages = session.execute(text("PRAGMA page_count")).scalar()
            session.execute(text(f"PRAGMA max_page_count={pages}"))
            for number in range(200):
                session.add(revision(f"k{number}", words="x" * 4000))

    with pytest.raises(NotSaved) as caught:
        change()
    assert caught.value.args == ("OperationalError",)
    assert count(store) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_missing_lock_folder_is_not_saved(engine: Engine, tmp_path: Path) -> None:
    store = Database(engine, tmp_path / "gone")
    with pytest.raises(NotSaved), store.writing():
        pass


def test_errors_do_not_quote_what_was_written(store: Database) -> None:
    with pytest.raises(IntegrityError) as caught, store.writing() as session:
        session.add_all([revision(words="secret"), revision(words="secret")])
    assert "secret" not in str(caught.value)


def test_a_get_request_must_not_write(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="GET"), writing():
        pass


def test_the_request_has_one_session_for_reads(app: Flask) -> None:
    with app.test_request_context("/"):
        assert read_session() is read_session()
        database.end_reading()
        assert "read_session" not in g


def test_an_unknown_file_cannot_be_opened(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/none/portal.sqlite3")
    store = Database(engine, tmp_path)
    with pytest.raises(NotSaved), store.writing() as session:
        session.add(revision())
