"""Backups hold no keys and no order of arrival; a restore erases again; an upgrade can go back."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text

from portal import custody, schema
from portal.custody import Custody, CustodyError
from portal.database import Database
from portal.partnership.pages import Revision
from surveys import audit, erasure
from surveys.changes import Change
from surveys.sealing import Keyring
from tests.conftest import settings_for


@pytest.fixture
def care(engine: Engine, database_url: str, tmp_path: Path, keys: Keyring, now: dt.datetime) -> Custody:
    store = Database(engine, tmp_path)
    return Custody(settings_for(database_url, tmp_path), store, keys, now)


def put(care: Custody, *names: str) -> None:
    with care.store.writing() as session:
        for name in names:
            row = Revision(kind="notice", key=name, locale="", number=1, state="draft", body={})
            row.by, row.at, row.origin = "test", care.now, "test"
            session.add(row)
        session.execute(insert(Change).values(survey_id="s", response_id="r", op="submit", xid=1))


def there(care: Custody) -> tuple[list[str], int]:
    with care.store.reading() as session:
        names = list(session.scalars(select(Revision.key).order_by(Revision.key)))
        return names, session.scalar(select(func.count()).select_from(Change)) or 0


@pytest.fixture
def whole_database(database_url: str, engine: Engine) -> Iterator[None]:
    """Restoring replaces tables: a shared PostgreSQL database is left as it was found, migrated and empty."""
    yield
    schema.upgrade(engine)


@pytest.mark.usefixtures("whole_database")
def test_restore_brings_back_what_was_backed_up_without_the_order_of_arrival(
    care: Custody, tmp_path: Path
) -> None:
    put(care, "kept")
    kept = custody.backup(care, tmp_path / "backup.tar.gz")
    put(care, "later")
    told: list[tuple[int, int]] = []
    again = custody.restore(replace(care, progress=lambda done, of: told.append((done, of))), kept)
    assert (again, there(care)) == (0, (["kept"], 0))
    with care.store.reading() as session:
        assert [entry.action for entry in audit.entries(session)] == ["database.restore"]
        assert audit.check(session, care.keys) == []


def test_a_backup_is_private_and_names_what_it_is(care: Custody, tmp_path: Path) -> None:
    path = custody.backup(care, tmp_path / "backup.tar.gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        facts = json.load(manifest)
        names = tar.getnames()
    assert names == ["manifest.json", custody.CONTENT[care.kind]]
    assert (facts["kind"], facts["revision"]) == (care.kind, schema.newest())
    assert facts["made_at"] == "2026-11-10T12:00:00+00:00"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".custody")] == []


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    folder.mkdir()
    for member in tar.getmembers():
        packed = tar.extractfile(member)
        assert packed is not None
        (folder / member.name).write_bytes(packed.read())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_holds_no_key_and_no_change(care: Custody, tmp_path: Path) -> None:
    put(care, "a")
    path = custody.backup(care, tmp_path / "backup.tar.gz")
    with tarfile.open(path) as tar:
        unpack(tar, tmp_path / "out")
    copy = tmp_path / "out" / "portal.sqlite3"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM change_log").fetchone() == (0,)
    for secret in (care.settings.secret_key, care.settings.encryption_keys[0][1]):
        assert secret.encode() not in copy.read_bytes()


def test_a_backup_never_overwrites(care: Custody, tmp_path: Path) -> None:
    (tmp_path / "backup.tar.gz").write_text("mine")
    with pytest.raises(CustodyError, match="exists already"):
        custody.backup(care, tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").read_text() == "mine"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_into_a_missing_folder_is_refused(care: Custody, tmp_path: Path) -> None:
    with pytest.raises(CustodyError, match="is not a folder"):
        custody.backup(care, tmp_path / "none" / "backup.tar.gz")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_or_foreign_backup_is_refused_and_nothing_changes(care: Custody, tmp_path: Path) -> None:
    put(care, "kept")
    whole = custody.backup(care, tmp_path / "backup.tar.gz")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:2000])
    text_file = tmp_path / "notes.txt"
    text_file.write_text("not a backup")
    changed = tmp_path / "changed.tar.gz"
    with tarfile.open(whole) as tar:
        unpack(tar, tmp_path / "out")
    (tmp_path / "out" / "portal.sqlite3").write_bytes(b"SQLite format 3\0")
    with tarfile.open(changed, "w:gz") as tar:
        for name in ("manifest.json", "portal.sqlite3"):
            tar.add(tmp_path / "out" / name, name)
    for source, said in ((cut, "not a whole backup"), (text_file, "not a whole"), (changed, "is damaged")):
        with pytest.raises(CustodyError, match=said):
            custody.restore(care, source)
    assert there(care)[0] == ["kept"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_restore_reads_the_ledger_beside_the_database(care: Custody, tmp_path: Path) -> None:
    kept = custody.backup(care, tmp_path / "backup.tar.gz")
    ledger = erasure.Ledger(care.settings.ledger_path)
    ledger.append(erasure.Erased("survey", "gone-already", "erase"))
    assert custody.restore(care, kept) == 0
    assert list(ledger) == [erasure.Erased("survey", "gone-already", "erase")]


@pytest.mark.usefixtures("whole_database")
def test_upgrade_keeps_a_backup(care: Custody, tmp_path: Path) -> None:
    put(care, "kept")
    kept = custody.upgrade(care)
    assert kept == tmp_path / "backups" / f"before-{schema.newest()}-20261110T120000.tar.gz"
    assert there(care)[0] == ["kept"]


@pytest.mark.usefixtures("whole_database")
def test_an_upgrade_that_fails_puts_everything_back(care: Custody, monkeypatch: pytest.MonkeyPatch) -> None:
    put(care, "kept")

    def half_way(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM revision"))
        raise RuntimeError("step 2 of 3")

    with monkeypatch.context() as patched:
        patched.setattr(schema, "upgrade", half_way)
        with pytest.raises(
            CustodyError, match=r"^The upgrade failed \(step 2 of 3\)\. The database is as it was"
        ):
            custody.upgrade(care)
    assert there(care)[0] == ["kept"]
