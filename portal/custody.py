"""Backups without keys or order of arrival, restores that erase again, and upgrades that can go back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine

from portal import schema
from portal.config import Settings
from portal.database import Database
from surveys import audit, changes, erasure
from surveys.sealing import Keyring

LEFT_OUT = ("change_log", "code_attempt", "outgoing")
"""Tables whose rows never leave: the order of arrival, guesses at codes, letters that must not go again."""

CONTENT = {"sqlite": "portal.sqlite3", "postgresql": "portal.dump"}
DUMP = (
    "--format=custom",
    "--no-owner",
    "--exclude-table=huey_*",
    *(f"--exclude-table-data={table}" for table in LEFT_OUT),
)
RESTORE = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
PAGES_A_STEP = 256

Progress = Callable[[int, int], None]
"""Told (done, of) as long work goes on."""


class CustodyError(Exception):
    """One plain sentence about why a backup, restore or upgrade did not happen."""


def _quiet(_done: int, _of: int) -> None:
    return


@dataclass(frozen=True)
class Custody:
    """A database in somebody's care: what is needed to copy it, replace it and prove it whole."""

    settings: Settings
    store: Database
    keys: Keyring
    now: dt.datetime
    progress: Progress = _quiet

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def kind(self) -> str:
        return self.engine.dialect.name


# Backing up -----------------------------------------------------------------------------------------------


def backup(care: Custody, target: Path) -> Path:
    """Writes one file (0600) with the whole database as of one moment; the portal may go on serving.

    Raises CustodyError; an incomplete file never stands under the target's name.
    """
    if target.exists():
        raise CustodyError(f"{target} exists already: choose another name.")
    with _folder(target.parent) as folder:
        content = folder / CONTENT[care.kind]
        if care.kind == "sqlite":
            _copy_sqlite(_file_of(care.engine), content, care.progress)
            _leave_out(content)
        else:
            _run("pg_dump", care.engine.url, *DUMP, f"--file={content}")
        facts = {
            "kind": care.kind,
            "revision": schema.stands_at(care.engine),
            "made_at": care.now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "sha256": _sha(content),
        }
        manifest = folder / "manifest.json"
        manifest.write_text(json.dumps(facts, indent=2))
        packed = folder / "backup.tar.gz"
        with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
            tar.add(manifest, manifest.name)
            tar.add(content, content.name)
        packed.chmod(0o600)
        with packed.open("rb") as file:
            os.fsync(file.fileno())
        os.link(packed, target)
    care.settings.backed_up_path.touch()
    return target


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reader,
            closing(sqlite3.connect(target)) as writer,
        ):
            reader.backup(writer, pages=PAGES_A_STEP, progress=lambda _s, left, of: progress(of - left, of))
    except sqlite3.Error as problem:
        raise CustodyError(f"The database could not be copied: {problem}.") from problem


def _leave_out(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        for table in LEFT_OUT:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")


# Restoring ------------------------------------------------------------------------------------------------


def restore(care: Custody, source: Path) -> int:
    """Puts the backup in place of what is there, migrates it, and erases again what was erased since.

    Stop the portal first. Returns how many responses had to be erased again. Raises CustodyError.
    """
    _put_back(care, source)
    return settle(care)


def settle(care: Custody) -> int:
    """After a restore: newest migration, the right keys, no order of arrival, every erasure done again."""
    schema.upgrade(care.engine)
    with care.store.writing() as session:
        care.keys.check_canary(session)
        again = erasure.replay(session, erasure.Ledger(care.settings.ledger_path))
        changes.trim_changes(session)
        audit.record(
            session,
            actor="cli:restore",
            action="database.restore",
            subject="database",
            facts={"erased_again": again},
            now=care.now,
            keys=care.keys,
        )
    erasure.scrub(care.engine, fully=True)
    return again


def _put_back(care: Custody, source: Path) -> None:
    with _folder(care.settings.data_dir) as folder:
        content = _unpack(source, folder, care.kind)
        care.engine.dispose()
        if care.kind == "sqlite":
            _replace_sqlite(content, _file_of(care.engine), care.progress)
        else:
            _run("pg_restore", care.engine.url, *RESTORE, str(content))
    care.engine.dispose()


def _take_out(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    """One file by its name, if it is there. Nothing else an archive may hold reaches the disk."""
    try:
        packed = tar.extractfile(name)
    except KeyError:
        return
    if packed is not None:
        with packed, (folder / name).open("wb") as file:
            shutil.copyfileobj(packed, file)


def _unpack(source: Path, folder: Path, kind: str) -> Path:
    """The database inside a backup, whole and of the right kind. Raises CustodyError."""
    try:
        with tarfile.open(source, "r:gz") as tar:
            for name in ("manifest.json", *CONTENT.values()):
                _take_out(tar, name, folder)
        facts = json.loads((folder / "manifest.json").read_text())
        content = folder / CONTENT[facts["kind"]]
        whole = _sha(content) == facts["sha256"]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as problem:
        raise CustodyError(f"{source} is not a whole backup of the portal.") from problem
    if facts["kind"] != kind:
        raise CustodyError(f"{source} was made from {facts['kind']}, this database is {kind}.")
    if not whole:
        raise CustodyError(f"{source} is damaged: its content does not match its own checksum.")
    return content


def _replace_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Page by page into the live file, so that its write-ahead log cannot bring the old pages back."""
    try:
        with (
            closing(sqlite3.connect(source)) as reader,
            closing(sqlite3.connect(target, timeout=5)) as writer,
        ):
            reader.backup(writer, pages=PAGES_A_STEP, progress=lambda _s, left, of: progress(of - left, of))
            writer.execute("PRAGMA journal_mode=WAL")
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as problem:
        said = f"The database could not be replaced: {problem}. Stop the portal first."
        raise CustodyError(said) from problem


# Upgrading ------------------------------------------------------------------------------------------------


def upgrade(care: Custody) -> Path:
    """Backs up, migrates, checks; on any fault puts the backup back. Returns the backup, which stays.

    Raises CustodyError saying what failed and that the database is as it was.
    """
    folder = care.settings.data_dir / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"before-{schema.newest() or 'first'}-{care.now.astimezone(dt.UTC):%Y%m%dT%H%M%S}.tar.gz"
    kept = backup(care, folder / name)
    try:
        schema.upgrade(care.engine)
        with care.store.reading() as session:
            care.keys.check_canary(session)
            broken = audit.check(session, care.keys)
        if broken:
            raise CustodyError("the audit log does not fit")
    except Exception as problem:
        _put_back(care, kept)
        said = f"The upgrade failed ({problem}). The database is as it was, and {kept} stays."
        raise CustodyError(said) from problem
    return kept


# Small pieces ---------------------------------------------------------------------------------------------


def _file_of(engine: Engine) -> Path:
    return Path(engine.url.database or "")


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _folder(beside: Path) -> Iterator[Path]:
    """A private working folder on the same disk, gone afterwards."""
    if not beside.is_dir():
        raise CustodyError(f"{beside} is not a folder.")
    try:
        with tempfile.TemporaryDirectory(dir=beside, prefix=".custody-") as name:
            yield Path(name)
    except OSError as problem:
        raise CustodyError(f"{beside} cannot be used: {problem.strerror}.") from problem


def _run(program: str, url: URL, *arguments: str) -> None:
    """A PostgreSQL program against this database; the password goes by environment, never by argument."""
    path = shutil.which(program)
    if path is None:
        raise CustodyError(f"{program} is not installed: the PostgreSQL client programs are needed for this.")
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [path, f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = "".join(done.stderr.strip().splitlines()[-1:])
        raise CustodyError(f"{program} failed: {last}")
