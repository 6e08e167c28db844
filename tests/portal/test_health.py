"""Probes: the process, the database and its migration, the jobs, and counters only when asked for."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from portal import create_app, schema
from portal.condition import TICK_FILE
from portal.config import SettingsError
from tests.conftest import settings_for
from tests.pages import PageClient


def test_the_process_answers(client: PageClient) -> None:
    assert (client.get("/healthz").text, client.get("/healthz").status_code) == ("ok\n", 200)


def test_ready_when_the_database_stands_at_the_newest_migration(client: PageClient) -> None:
    assert (client.get("/readyz").text, client.get("/readyz").status_code) == ("ready\n", 200)


def test_not_ready_at_another_migration(client: PageClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    answer = client.get("/readyz")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": schema.newest()})
    assert (answer.text, answer.status_code) == ("database is not at the newest migration\n", 503)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_not_ready_when_the_jobs_are_late(app: Flask, client: PageClient, tmp_path: Path) -> None:
    app.extensions["portal.settings"] = replace(app.extensions["portal.settings"], jobs=True)
    assert client.get("/readyz").status_code == 200
    (tmp_path / TICK_FILE).touch()
    assert client.get("/readyz").status_code == 200
    long_ago = time.time() - 3600
    os.utime(tmp_path / TICK_FILE, (long_ago, long_ago))
    answer = client.get("/readyz")
    assert (answer.text, answer.status_code) == ("jobs last ran 3600 seconds ago\n", 503)


def test_counters_are_off_unless_asked_for(client: PageClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_counters_name_kinds_of_pages_only(sqlite_copy: str, tmp_path: Path) -> None:
    app = create_app(replace(settings_for(sqlite_copy, tmp_path), metrics=True))
    client = app.test_client()
    client.get("/rounds")
    client.get("/surveys/secret-slug/start")
    counted = client.get("/metrics").text
    assert 'portal_requests_total{kind="public",status="200"} 1.0' in counted
    assert 'portal_requests_total{kind="respond",status="404"} 1.0' in counted
    assert "secret-slug" not in counted
    app.extensions["portal.database"].engine.dispose()


def test_an_unmigrated_database_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^The database is not at this version of the portal"):
        create_app(settings_for(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path))


def test_other_keys_stop_the_start(sqlite_copy: str, tmp_path: Path) -> None:
    settings = settings_for(sqlite_copy, tmp_path)
    other = replace(settings, secret_key="another secret that is long enough to be one")
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY is not the one this database was made with"):
        create_app(other)
    key = "b3RoZXItb25seS1vdGhlci1vbmx5LW90aGVyLW9ubHkh"[:43] + "="
    with pytest.raises(SettingsError, match="does not hold the key this database was sealed with"):
        create_app(replace(settings, encryption_keys=(("t2", key),)))
