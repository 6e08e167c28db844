"""The files for a real installation say what the code says."""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask, Response, request
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal.application import before_fork
from portal.config import DOCUMENTED
from surveys.changes import Change
from surveys.responses import RESPONSE
from surveys.sealing import Keyring
from tests.conftest import ENCRYPTION_KEYS, SECRET
from tests.journeys.walker import Site
from tests.surveys.questionnaire import samples

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "portal" / "deploy"


def test_no_survey_address_reaches_an_access_log() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert re.search(r"location ~ \^\(/\[a-z\]\[a-z\]\)\?/surveys/ \{[^}]*access_log off;", nginx)
    assert re.search(r"location ~ \^\(/\[a-z\]\[a-z\]\)\?/surveys/ \{[^}]*gzip off;", nginx)
    assert re.search(r"privacy/complaint\|s\)\(/\|\$\) \{[^}]*access_log off;", nginx)
    assert "$remote_addr" not in nginx.partition("log_format")[2].partition(";")[0]
    assert "accesslog = None" in (DEPLOY / "gunicorn.conf.py").read_text()


def test_the_example_names_only_settings_that_are_there() -> None:
    lines = (DEPLOY / "portal.env.example").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert named <= set(DOCUMENTED)


def test_commands_in_units_are_commands() -> None:
    assert "/portal db upgrade" in (DEPLOY / "portal.service").read_text()
    assert "/portal jobs tick" in (DEPLOY / "portal-jobs.service").read_text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_gunicorn_serves_from_preloaded_workers(database_url: str, tmp_path: Path) -> None:
    key_id, key = ENCRYPTION_KEYS[0]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORT")},
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_ENCRYPTION_KEYS": f"{key_id}:{key}",
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")),
        *("--bind", "127.0.0.1:0", "--log-level", "info", "portal:create_app()"),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = ""
            for line in server.stderr:
                found = re.search(r"Listening at: (http://\S+)", line)
                if found:
                    address = found.group(1)
                    break
            answers = [_answer(f"{address}/readyz") for _ in range(6)]
            inherited = _open_files(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            rest = server.stderr.read()
        code = server.wait(timeout=20)
    assert answers == ["ready\n"] * 6, rest
    assert code == 0
    assert not {name for name in inherited if "sqlite3" in name}, "a worker would inherit a connection"


def _open_files(pid: int) -> set[str]:
    return {str(found.readlink()) for found in Path(f"/proc/{pid}/fd").iterdir()}


def test_readying_the_workers_opens_the_pages_and_leaves_no_connection(
    app: Flask, writing: Callable[[], AbstractContextManager[Session]], keys: Keyring, now: dt.datetime
) -> None:
    site = Site(app, writing, keys, now)
    site.publish(samples.every_kind(), "autumn", "KX")
    site.publish(samples.every_kind(), "spring", "SP", opens_in=5)
    site.publish(samples.one_page(), "page", "PG")
    seen: list[str] = []

    def see(response: Response) -> Response:
        seen.append(f"{request.path} {response.status_code}")
        return response

    app.after_request(see)
    engine = app.extensions["portal.database"].engine
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    try:
        before_fork(app)
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
    assert seen[:4] == [
        "/ 200",
        "/surveys/autumn/start 200",
        "/surveys/page/start 200",
        "/surveys/autumn/form 404",
    ]
    assert seen[4:] == ["/surveys/page/form 200", "/surveys/page/form 303", "/surveys/page/sent 200"]
    assert any(statement.startswith("INSERT INTO response ") for statement in sent), (
        "sending was not rehearsed"
    )
    pool = engine.pool
    pool = engine.pool
    assert (pool.checkedin(), pool.checkedout()) == (0, 0)
    with writing() as session:
        for table in (RESPONSE, Change):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def _answer(url: str) -> str:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
