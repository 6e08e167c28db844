"""Every kind of question on the analyst's desk: with people, with one person, with nobody."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from surveys import surveys
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.records import Response
from tests.conftest import NOW
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal import publishing
from tests.surveys.conftest import CLOSES, OPENS
from tests.surveys.results.people import document, people

SURVEYS = {"many": 220, "one": 1, "nobody": 0}


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("kinds")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, publishing.PACK, NOW)
        for place, (slug, number) in enumerate(SURVEYS.items()):
            _published(app, slug, f"K{'ABC'[place]}", number)
        yield app


def _published(app: Flask, slug: str, prefix: str, number: int) -> None:
    asked: Questionnaire = document()
    noted = {"by": "cli:tests", "now": OPENS - dt.timedelta(days=1), "keys": publishing.KEYS}
    with publishing.store(app).writing() as session:
        survey = surveys.create(
            session, slug=slug, key=asked.key, kind=asked.kind, receipt_prefix=prefix, **noted
        )
        version = surveys.publish_version(session, survey, asked, meaning="first", **noted)
        window = {"opens_at": OPENS, "closes_at": CLOSES, "withdraw_until": dt.date(2026, 12, 13)}
        surveys.schedule(session, survey, **window, **noted)
        for answers in people(number, number, asked):
            session.add(
                Response(
                    survey_id=survey.id, survey_kind=survey.kind, version_id=version.id,
                    submission_hash=secrets.token_bytes(32), receipt_hash=secrets.token_bytes(32),
                    answers=dict(answers), packed=codebook_of(asked).pack(answers), record_key=1,
                    locale="en_GB", submitted_on=NOW.date(),
                )
            )  # fmt: skip


@pytest.fixture(scope="module")
def analyst(app: Flask) -> PageClient:
    return sign_in(app, "analyst")


@pytest.mark.parametrize("slug", SURVEYS)
def test_every_kind_has_figures_or_a_sentence(analyst: PageClient, slug: str) -> None:
    token = dict(Page(analyst.get("/office/desk")).form("Sign out").fields)["csrf_token"]
    assert analyst.get(f"/office/desk/{slug}").status_code == 200
    said = ""
    for question in document().questions:
        assert analyst.get(f"/office/desk/{slug}/{question.id}").status_code == 200
        asked = {"by": "age", "against": "safe-day", "compared": "many", "weighted": "y", "csrf_token": token}
        if question.id == "safe-day":
            asked["against"] = "help-known:" + document().question_by_id["help-known"].rows[0].key
        if question.kind in ("short-text", "long-text"):
            refused = analyst.post(
                f"/office/desk/{slug}/{question.id}/exact",
                data=asked,
                headers={"Origin": "http://localhost"},
            )
            assert refused.status_code == 422  # what people wrote is not crossed with anything
            del asked["against"]
        if slug == "many":
            asked["compared"] = "one"
        answer = analyst.post(
            f"/office/desk/{slug}/{question.id}/exact", data=asked, headers={"Origin": "http://localhost"}
        )
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, question.id
        assert not re.search(r">\s*(nan|inf|None)(%|\s*<)", page), question.id
        said += Page(answer).main
    wanted = {
        "many": ["By points for places (Borda)", "Plackett-Luce", "on a scale of", "those who gave a number"],
        "one": ["Asked 1"],
        "nobody": [
            "Nobody answered",
            "so there is no order",
            "so there is no mean",
            "Nobody has answered yet",
        ],
    }
    for words in wanted[slug]:
        assert words in said
