"""Two processes over one database never show officers figures that differ by fewer than 25 people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from flask import Flask

from portal.counting import counting
from surveys import surveys
from surveys.results import shown
from tests.conftest import NOW
from tests.portal import publishing
from tests.portal.publishing import PACK

SLUG = "local-2026"


def look(app: Flask) -> tuple[int, list[dict[str, object]]]:
    """How many people the figures are of, and the figures, as one process shows them."""
    with app.app_context(), publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        made, _, _ = counting().published(session, survey.id, NOW)
        people = counting().responses_shown(session, survey.id, NOW)
        return people, [table.as_json() for table in made.tables]


def test_two_processes_show_one_set_of_figures(database_url: str, tmp_path: Path) -> None:
    """Each looks at another moment; between two sweeps both say the same, whatever came in meanwhile."""
    apps = [next(publishing.application(database_url, tmp_path, NOW)) for _ in range(2)]
    first, second = apps
    publishing.loaded(first, PACK, NOW)

    def come(number: int, seed: int) -> None:
        with publishing.store(first).writing() as session:
            survey = surveys.by_slug(session, SLUG)
            assert survey is not None
            publishing.answered(session, survey, number, PACK, seed=seed)

    try:
        come(120, 1)
        people, tables = look(first)
        assert people == 0
        assert "'answered': None" in str(tables)
        assert "'percent': 1" not in str(tables)
        publishing.settled(first, NOW)
        settled = look(first)
        assert settled[0] == 120
        come(24, 2)
        publishing.settled(second, NOW + dt.timedelta(minutes=1))
        assert look(second) == look(first) == settled
        come(1, 3)
        assert look(second) == look(first) == settled
        publishing.settled(second, NOW + dt.timedelta(minutes=2))
        assert look(first) == look(second)
        assert look(first)[0] == 145
    finally:
        for app in apps:
            publishing.store(app).engine.dispose()


def test_of_two_sweeps_at_once_one_settles(database_url: str, tmp_path: Path) -> None:
    app = next(publishing.application(database_url, tmp_path, NOW))
    publishing.loaded(app, PACK, NOW)
    store = publishing.store(app)
    try:
        with store.reading() as session:
            survey = surveys.by_slug(session, SLUG)
            assert survey is not None
            slow = shown.work_out(session, survey.id)
        publishing.settled(app, NOW)
        with store.writing() as session:
            assert not shown.keep(session, slow, now=NOW)
        with store.reading() as session:
            assert not shown.due(session)
    finally:
        store.engine.dispose()
