"""The server is killed in the middle of a crowd of submissions: nothing anybody was thanked for is lost."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from surveys import responses
from tests.benchmarks import house, load
from tests.benchmarks.fifteen import form_body

FORM = "/surveys/fifteen/form"
NUMBER = re.compile(r"\bBN[0-9A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
CLIENTS = 6


class Crowd:
    """Visitors who send answers until the server goes away, and keep the receipt numbers they were shown."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.shown: list[str] = []
        self.thanked = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)

    def _send(self, first: int) -> None:
        salt = first
        try:
            while True:
                visitor = load.Visitor(self.port, FORM)
                if not visitor.send(form_body(salt)):
                    return
                with self._lock:
                    self.thanked += 1
                found = NUMBER.search(visitor.last)
                if found:
                    with self._lock:
                        self.shown.append(found.group(0))
                salt += CLIENTS
        except (OSError, http.client.HTTPException):
            return


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from portal.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(
        command, env=house.environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    house.wait_for(port, "/healthz", server)
    return server


@pytest.mark.parametrize("after", [12, 40])
def test_no_receipt_is_lost_and_none_is_shown_for_nothing(tmp_path: Path, after: int) -> None:
    built = house.build(tmp_path)
    port = house.free_port()
    server = start(tmp_path, port)
    crowd = Crowd(port)
    crowd.start()
    deadline = time.monotonic() + 60
    while crowd.thanked < after and time.monotonic() < deadline:
        time.sleep(0.005)
    server.kill()
    server.wait(10)
    crowd.join()

    assert len(crowd.shown) >= after
    assert len(set(crowd.shown)) == len(crowd.shown)
    again = start(tmp_path, port)
    try:
        assert load.Visitor(port, FORM).send(form_body(999))
    finally:
        again.kill()
        again.wait(10)
    with built.store.reading() as session:
        kept = responses.counts(session, built.survey.id)
        for number in crowd.shown:
            responses.find_response(session, number, keys=built.keys)
    # A client may have been cut off between the commit and the answer; never the other way round.
    assert len(crowd.shown) + 1 <= kept <= len(crowd.shown) + 1 + CLIENTS
