"""The demonstration: last year's results out, this year's survey open, and done once only."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from portal.accounts import links, people
from portal.cli import main
from portal.partnership import approvals, readiness, rounds
from surveys.audit import Entry
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.conftest import ENCRYPTION_KEYS, SECRET

PACKS = Path(__file__).parents[2] / "portal" / "packs"
NORTHMOOR = Path(__file__).parents[1] / "packs" / "northmoor"
KEYS = Keyring(ENCRYPTION_KEYS, SECRET.encode())
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    key_id, key = ENCRYPTION_KEYS[0]
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORTAL_DATABASE_URL", sqlite_copy)
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    monkeypatch.setenv("PORTAL_ENCRYPTION_KEYS", f"{key_id}:{key}")

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    return invoke


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The East Cambridgeshire demonstration with fewer invented people."""
    folder = tmp_path / "small"
    shutil.copytree(PACKS / "east_cambridgeshire", folder)
    file = folder / "demonstration.toml"
    words = re.sub(r'"2025" = \d+', '"2025" = 40', file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r'"2026" = \d+', '"2026" = 12', words), encoding="utf-8")
    return folder


def test_a_demonstration_is_carried_out_once(run: Run, small: Path, sqlite_copy: str) -> None:
    assert run("db", "upgrade").exit_code == 0
    first = run("demo", small)
    assert first.exit_code == 0
    assert "local-2025: 40 invented answers" in first.output
    assert "local-2025: results published" in first.output
    with Session(create_engine(sqlite_copy)) as session:
        round_ = rounds.by_slug(session, "2025")
        assert round_ is not None
        now = dt.datetime.now(dt.UTC)
        found = {one.code: one.state for one in readiness.check(session, round_, now, {})}
        missing = {code for code, state in found.items() if state == "missing"}
        assert missing == {"privacy", "helplines", "safeguarding"}
        [signed] = approvals.approvals_of(session, round_)
        assert approvals.valid(session, round_) is not None
        assert "(invented)" in people.name_of(session, signed.by)
        for officer in people.everyone(session, left=True):
            account = session.get_one(people.Account, officer.id)
            assert (account.password_hash, account.sealed, officer.roles) == (None, None, frozenset())
            with pytest.raises(SurveysError, match=r"officer\.left"):
                links.recover(
                    session, officer, kind="password", by=replace(officer, id="x"), now=now, keys=KEYS
                )
        assert people.everyone(session) == ()
        before = session.scalar(select(func.count()).select_from(Entry))
    second = run("demo", small)
    assert second.exit_code == 0
    with Session(create_engine(sqlite_copy)) as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == before
    assert "local-2025: as it was" in second.output
    assert "results published" not in second.output
    assert run("responses", "count", "local-2026").output.strip() == "12"
    assert run("check").exit_code == 0


def test_nothing_is_invented_for_a_real_partnership(run: Run, tmp_path: Path) -> None:
    real = tmp_path / "real"
    shutil.copytree(NORTHMOOR, real)
    file = real / "pack.toml"
    file.write_text(
        "\n".join(line for line in file.read_text().splitlines() if not line.startswith("demonstration")),
        encoding="utf-8",
    )
    assert run("db", "upgrade").exit_code == 0
    refused = run("demo", real)
    assert refused.exit_code == 1
    assert "not a demonstration" in refused.output


def test_an_unknown_setting_of_a_demonstration_stops_it(run: Run, small: Path) -> None:
    file = small / "demonstration.toml"
    file.write_text("typo = 1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("db", "upgrade").exit_code == 0
    refused = run("demo", small)
    assert refused.exit_code == 1
    assert "typo" in refused.output
