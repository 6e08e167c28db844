"""Sweeps find their own work, may run twice, and one that fails stops no other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from portal import condition, jobs
from portal.database import Database
from portal.jobs import JOBS, Desk, Job, run
from portal.ticking import make_queue, ticker
from surveys.sealing import Canary, Keyring
from tests.conftest import ENCRYPTION_KEYS, SECRET, settings_for

NEWER = ("t2", "bmV3ZXItb25seS1uZXdlci1vbmx5LW5ld2VyLW9ubHk=")


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, keys: Keyring, now: dt.datetime) -> Desk:
    return Desk(Database(engine, tmp_path), keys, now)


def test_every_job_runs_on_an_empty_database(desk: Desk, tmp_path: Path) -> None:
    settled = run(desk, nightly=True)
    assert list(settled) == [job.name for job in JOBS]
    assert {name for name, number in settled.items() if number} <= {"empty-log", "scrub"}
    assert (tmp_path / condition.TICK_FILE).exists()


def test_light_jobs_alone_run_often(desk: Desk) -> None:
    assert list(run(desk)) == [job.name for job in JOBS if not job.nightly]


def test_a_job_that_fails_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran = []

    def fail(_desk: Desk) -> int:
        raise RuntimeError

    def follow(_desk: Desk) -> int:
        ran.append("second")
        return 1

    monkeypatch.setattr(jobs, "JOBS", (Job("first", fail), Job("second", follow)))
    with pytest.raises(ExceptionGroup):
        run(desk)
    assert ran == ["second"]
    assert not (tmp_path / condition.TICK_FILE).exists()


def test_reseal_moves_everything_to_the_newest_key(desk: Desk) -> None:
    newer = Keyring(
        (("t2", "bmV3ZXItb25seS1uZXdlci1vbmx5LW5ld2VyLW9ubHk="), *ENCRYPTION_KEYS), SECRET.encode()
    )
    told: list[int] = []
    assert jobs.reseal(Desk(desk.store, newer, desk.now), told.append) == 1
    assert told == [1]
    with desk.store.reading() as session:
        assert session.scalars(select(Canary.key_id)).all() == ["t2"]
    jobs.reseal(desk_with_old_newest(desk))


def desk_with_old_newest(desk: Desk) -> Desk:
    """Puts the row back under the tests' key: the row is shared by the tests of one PostgreSQL database."""
    both = Keyring(
        (*ENCRYPTION_KEYS, ("t2", "bmV3ZXItb25seS1uZXdlci1vbmx5LW5ld2VyLW9ubHk=")), SECRET.encode()
    )
    return Desk(desk.store, both, desk.now)


def test_last_tick_age_is_unknown_before_the_first_run(tmp_path: Path) -> None:
    assert condition.last_tick_age(tmp_path, 0.0) is None


def test_the_ticker_runs_both_sweeps(desk: Desk, database_url: str, tmp_path: Path) -> None:
    consumer = ticker(settings_for(database_url, tmp_path), desk.store, desk.keys)
    tasks = {name.rsplit(".", 1)[-1]: task for name, task in consumer.huey._registry._registry.items()}
    assert set(tasks) == {"often", "nightly"}
    for task in tasks.values():
        consumer.huey.execute(task())
    assert (tmp_path / condition.TICK_FILE).exists()
    if desk.store.engine.dialect.name == "postgresql":
        with desk.store.engine.begin() as connection:
            for table in ("kv", "schedule", "task", "counter"):
                connection.execute(text(f"DROP TABLE IF EXISTS huey_{table}"))


def test_the_queue_follows_the_database(tmp_path: Path) -> None:
    queue = make_queue(settings_for(f"sqlite:///{tmp_path}/x.sqlite3", tmp_path))
    assert type(queue).__name__ == "SqliteHuey"
