"""The portal as a browser meets it: a server over a small demonstration, with a survey in every state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import waitress
from flask import Flask
from sqlalchemy import func, select

from portal import create_app
from portal.config import site_root
from portal.database import Database
from portal.drawing import drawer
from portal.partnership import demonstration, packs
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.responses import Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import ENCRYPTION_KEYS, NOW, SECRET, Clock, build, settings_for
from tests.journeys.walker import Site
from tests.surveys.questionnaire import samples

PACK = site_root() / "portal" / "packs" / "east_cambridgeshire"
LAST_YEAR, THIS_YEAR, ORGANISATIONS = "local-2025", "local-2026", "organisations-2026"
EVERY_KIND, ONE_PAGE = "every-kind", "one-page"
STATES = {"coming": "coming", "closed": "closed", "grace": "grace", "paused": "paused", "gone": "withdrawn"}
"""Surveys that cannot be answered now, by slug, with their state."""

PLACES = {
    "littleport": 70.0,
    "haddenham": 65.0,
    "burwell": 60.0,
    "bottisham": 60.0,
    "sutton": 50.0,
    "mepal": 8.0,
}
"""Few wards with many answers, so that a small demonstration still has a map with figures on it."""


def prepare(folder: Path) -> Path:
    """A database with the pack, last year's results, this year's surveys, and a survey in every state."""
    path = folder / "portal.sqlite3"
    url = f"sqlite:///{path}"
    build(url)
    app = create_app(settings_for(url, folder))
    app.extensions["portal.clock"] = Clock(NOW)
    store: Database = app.extensions["portal.database"]
    keys: Keyring = app.extensions["portal.keys"]
    pack = packs.read(PACK)
    leanings = demonstration.leanings_of(PACK)
    few = replace(
        leanings,
        responses={"2025": 330, "2026": 20},
        weights={**leanings.weights, "place": PLACES},
    )
    with app.app_context():
        demonstration.carry_out(
            store.writing, pack, keys=keys, now=NOW, reading=store.reading, drawer=drawer, leanings=few
        )
    site = Site(app, store.writing, keys, NOW)
    site.publish(samples.every_kind(), EVERY_KIND, "KX")
    site.publish(samples.one_page(), ONE_PAGE, "KY")
    site.publish(samples.small(), "coming", "KA", opens_in=5)
    site.publish(samples.small(), "closed", "KB", opens_in=-40, closes_in=-10)
    site.publish(samples.small(), "grace", "KC", closes_in=-0.01)
    site.publish(samples.small(), "paused", "KD")
    site.change("paused", surveys.pause)
    site.publish(samples.small(), "gone", "KE")
    site.change("gone", surveys.withdraw_survey)
    store.engine.dispose()
    return path


@dataclass
class Served:
    """A running server and the ways a test reaches behind it."""

    app: Flask
    url: str
    clock: Clock
    keys: Keyring = field(default_factory=lambda: Keyring(ENCRYPTION_KEYS, SECRET.encode()))

    @property
    def store(self) -> Database:
        store: Database = self.app.extensions["portal.database"]
        return store

    def count(self, slug: str) -> int:
        """How many responses the survey holds."""
        with self.store.reading() as session:
            wanted = select(func.count()).select_from(Response).join(Survey, Response.survey_id == Survey.id)
            return session.scalar(wanted.where(Survey.slug == slug)) or 0

    def document(self, slug: str) -> Questionnaire:
        """The questionnaire people answer now."""
        with self.store.reading() as session:
            survey = surveys.by_slug(session, slug)
            assert survey is not None
            version = surveys.current_version(session, survey.id)
            assert version is not None
            return surveys.questionnaire_of(version)


@contextmanager
def serve(database: Path, folder: Path) -> Iterator[Served]:
    """Serves the database on a port of its own, in a thread of this process; its clock stands still."""
    app = create_app(settings_for(f"sqlite:///{database}", folder))
    clock = Clock(NOW)
    app.extensions["portal.clock"] = clock
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Served(app, f"http://127.0.0.1:{server.effective_port}", clock)
    finally:
        _stop(server.close, thread)
        store: Database = app.extensions["portal.database"]
        store.engine.dispose()


def _stop(close: Callable[[], None], thread: threading.Thread) -> None:
    close()
    thread.join(timeout=5)
