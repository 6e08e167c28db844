"""What ``portal check`` looks at: one line for each thing that must be right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, text

from portal import i18n, schema
from portal.config import Settings, SettingsError, site_root
from portal.database import Database
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

KEEPS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""What PostgreSQL needs so that an acknowledged answer survives a power cut."""


@dataclass(frozen=True)
class Line:
    good: bool
    words: str


def lines(settings: Settings, store: Database, keys: Keyring) -> Iterator[Line]:
    """Each check once, in the order in which things are needed."""
    yield Line(True, "settings")
    yield _private(settings)
    stands, newest = schema.stands_at(store.engine), schema.newest()
    yield Line(stands == newest, f"database at {stands}, newest migration {newest}")
    if stands != newest:
        return
    yield _asked("keys fit the database", lambda: _canary(store, keys))
    yield _asked("audit log unbroken", lambda: _audit(store, keys))
    yield from _durable(store.engine)
    yield _asked("languages compiled", i18n.check_compiled)
    yield from _vendored()


def _asked(words: str, look: Callable[[], None]) -> Line:
    try:
        look()
    except (SettingsError, SurveysError) as problem:
        return Line(False, f"{words}: {problem}")
    return Line(True, words)


def _private(settings: Settings) -> Line:
    mode = settings.data_dir.stat().st_mode & 0o777
    return Line(not mode & 0o007, f"data folder {settings.data_dir} closed to strangers (mode {mode:o})")


def _canary(store: Database, keys: Keyring) -> None:
    with store.reading() as session:
        keys.check_canary(session)


def _audit(store: Database, keys: Keyring) -> None:
    with store.reading() as session:
        broken = audit.check(session, keys)
    if broken:
        first = broken[0]
        raise SurveysError(f"audit.{first.code}", year=first.year, number=first.number)


def _durable(engine: Engine) -> Iterator[Line]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for name, wanted in {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}.items():
                found = connection.execute(text(f"PRAGMA {name}")).scalar()
                yield Line(found == wanted, f"{name} is {found}")
            return
        for name, wanted in KEEPS.items():
            found = connection.execute(text(f"SHOW {name}")).scalar()
            yield Line(found == wanted, f"{name} is {found}")


def _vendored() -> Iterator[Line]:
    """The files we took over are the ones we took over."""
    manifest = site_root() / "static" / "vendor" / "manifest.json"
    for package in json.loads(manifest.read_text(encoding="utf-8"))["packages"]:
        served = {name: wanted for name, wanted in package["files"].items() if name.startswith("static/")}
        whole = all(_sum(site_root() / name) == wanted for name, wanted in served.items())
        yield Line(whole, f"{package['name']} {package['version']} is as it was taken over")


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
