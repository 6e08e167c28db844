"""The files for a real installation say what the code says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from portal.config import DOCUMENTED
from tests.conftest import ENCRYPTION_KEYS, SECRET

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "portal" / "deploy"


def test_no_survey_address_reaches_an_access_log() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert re.search(r"location ~ \^\(/\[a-z\]\[a-z\]\)\?/surveys/ \{[^}]*access_log off;", nginx)
    assert re.search(r"location ~ \^\(/\[a-z\]\[a-z\]\)\?/surveys/ \{[^}]*gzip off;", nginx)
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
        finally:
            server.send_signal(signal.SIGTERM)
            rest = server.stderr.read()
        code = server.wait(timeout=20)
    assert answers == ["ready\n"] * 6, rest
    assert code == 0


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
