"""The embedded server: starts with one line, stands slow clients, stops cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.benchmarks import house
from tests.conftest import ENCRYPTION_KEYS, SECRET

SLOW = 300
PATIENCE = 15
"""Seconds an honest client waits: less than the 20 after which the server drops a slow one."""
UNFINISHED = b"POST /surveys/receipt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\nc"


@pytest.fixture
def served(sqlite_copy: str, tmp_path: Path) -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    key_id, key = ENCRYPTION_KEYS[0]
    port = house.free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL")},
        "PORT": str(port),
        "PORTAL_DATABASE_URL": sqlite_copy,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_JOBS": "off",
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_ENCRYPTION_KEYS": f"{key_id}:{key}",
    }
    command = [sys.executable, "-c", "from portal.cli import main; main()", "serve"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}", port, server
        finally:
            server.kill()


def wait_for(port: int, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, server.communicate()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def test_slow_clients_do_not_stop_honest_ones(served: tuple[str, int, subprocess.Popen[str]]) -> None:
    url, port, _server = served
    with ExitStack() as stack:
        for _ in range(SLOW):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            slow.sendall(
                b"POST /surveys/receipt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\nc"
            )
        for _ in range(5):
            with urllib.request.urlopen(f"{url}/rounds", timeout=PATIENCE) as answer:
                assert answer.status == 200


def test_a_stop_is_clean_and_says_nothing(served: tuple[str, int, subprocess.Popen[str]]) -> None:
    url, _port, server = served
    with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
        assert answer.headers.get("Server") is None
    server.send_signal(signal.SIGTERM)
    said, fault = server.communicate(timeout=20)
    assert (server.returncode, said, fault) == (0, f"Serving on {url}\n", "")
