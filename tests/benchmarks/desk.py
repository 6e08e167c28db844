"""An officer's pages of results over a full survey: CPU of a whole request once the counts are warm."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

from flask.testing import FlaskClient

from portal import create_app
from portal.config import Settings
from portal.database import Database
from tests.benchmarks import house
from tests.office import sign_in
from tests.pages import Page, PageClient

TIMES = 15


def pages(built: house.House) -> dict[str, float]:
    """Milliseconds of CPU a page, by what it shows."""
    app = create_app(Settings.load(house.environment(built.folder)))
    app.test_client_class = PageClient
    client = sign_in(app, "analyst")
    address = f"/office/desk/{built.survey.slug}"
    token = dict(Page(client.get(address)).form("Sign out").fields)["csrf_token"]

    def exact(question: str, **asked: str) -> Callable[[], object]:
        return lambda: client.post(
            f"{address}/{question}/exact",
            data={"csrf_token": token, **asked},
            headers={"Origin": "http://localhost"},
        )

    with patch.object(PageClient, "open", FlaskClient.open):  # nobody reads the pages while they are timed
        found = {
            "question": _cpu(lambda: client.get(f"{address}/topics")),
            "exact question": _cpu(exact("topics")),
            "exact question by ward, of one age": _cpu(exact("topics", by="ward", **{"where-age": "35-44"})),
        }
    store: Database = app.extensions["portal.database"]
    store.engine.dispose()
    return found


def _cpu(act: Callable[[], object]) -> float:
    act()
    act()
    times = []
    for _ in range(TIMES):
        started = time.process_time()
        act()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)
