"""A partnership with a closed, released survey and an open one, for the tests of public pages."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy.orm import Session

from portal import create_app, drawing
from portal.database import Database
from portal.outside import outside
from portal.partnership import packs, rounds
from portal.partnership.demonstration import leanings_of
from portal.partnership.invention import respondent
from surveys import surveys
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import prune
from surveys.records import Response
from surveys.results import releases, shown
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import ENCRYPTION_KEYS, SECRET, Clock, settings_for
from tests.pages import PageClient

PACK = Path("portal/packs/east_cambridgeshire")
BY = "cli:test"
KEYS = Keyring(ENCRYPTION_KEYS, SECRET.encode())


def loaded(app: Flask, folder: Path, now: dt.datetime) -> None:
    """The pack's texts, and its surveys published a long time before ``now``."""
    pack = packs.read(folder)
    with store(app).writing() as session:
        packs.load(session, pack, by=BY, now=now, keys=KEYS)
        for plan in pack.rounds:
            rounds.publish(
                session, plan, pack.questionnaires, area_set=pack.area_set, today=now.date(),
                by=BY, now=now - dt.timedelta(days=600), keys=KEYS,
            )  # fmt: skip


def answered(session: Session, survey: Survey, number: int, folder: Path, seed: int = 7) -> Questionnaire:
    """So many invented responses, put into the store as they would stand there after sending."""
    version = surveys.current_version(session, survey.id)
    assert version is not None
    document = surveys.questionnaire_of(version)
    leanings, chance, book = leanings_of(folder), Random(seed), codebook_of(document)
    for _ in range(number):
        invented = respondent(document, leanings, chance)
        answers = prune(document, invented.answers, accepted=invented.accepted)
        texts = {q.id for q in document.questions if q.kind in ("short-text", "long-text")}
        stored = {k: True if (k in texts or "." in k) and v else v for k, v in answers.items()}
        session.add(
            Response(
                survey_id=survey.id, survey_kind=survey.kind, version_id=version.id,
                submission_hash=secrets.token_bytes(32), receipt_hash=secrets.token_bytes(32),
                answers=stored, packed=book.pack(stored), record_key=chance.randrange(256),
                locale=invented.locale, submitted_on=dt.date(2025, 10, 1),
            )
        )  # fmt: skip
    session.flush()
    return document


def released(app: Flask, slug: str, now: dt.datetime, *, weighted: bool = False) -> None:
    with app.app_context(), store(app).writing() as session:
        survey = surveys.by_slug(session, slug)
        assert survey is not None
        beyond = outside(session, survey, weighted=weighted)
        releases.make(
            session, survey, by=BY, now=now, keys=KEYS, draw=drawing.drawer(session), outside=beyond
        )


def settled(app: Flask, now: dt.datetime) -> None:
    """What everybody in the office may see, as the next sweep would settle it."""
    shown.settle_all(store(app).reading, store(app).writing, now=now)


def store(app: Flask) -> Database:
    found: Database = app.extensions["portal.database"]
    return found


def application(url: str, data_dir: Path, now: dt.datetime) -> Iterator[Flask]:
    app = create_app(settings_for(url, data_dir))
    app.extensions["portal.clock"] = Clock(now)
    app.test_client_class = PageClient
    yield app
    store(app).engine.dispose()
