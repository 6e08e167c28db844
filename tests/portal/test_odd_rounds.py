"""Rounds that went oddly: each gives a sentence on page and in files, never a crash or a NaN."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.partnership.places import Margin
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.records import Response
from tests import bundles
from tests.conftest import NOW
from tests.pages import Page
from tests.portal import publishing
from tests.portal.publishing import PACK

SLUG = "local-2025"
Answers = dict[str, Any]
PEOPLE = ("sex", "age", "ethnic")


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    for app in publishing.application(sqlite_copy, tmp_path, NOW):
        publishing.loaded(app, PACK, NOW)
        yield app


def as_it_is(answers: Answers) -> Answers:
    return answers


def refused(answers: Answers) -> Answers:
    """Nobody says who they are."""
    return {key: "prefer-not" if key in PEOPLE else value for key, value in answers.items()}


def skipped(answers: Answers) -> Answers:
    """Nobody answers one question, and nobody chooses one topic of another."""
    topics = [key for key in answers.get("topics") or () if key != "roads"]
    first = answers.get("first-topic")
    kept = {**answers, "scam": None} if "scam" in answers else dict(answers)
    if topics:
        kept |= {"topics": topics} | ({"first-topic": topics[0]} if first == "roads" else {})
    return kept


ROUNDS: dict[str, tuple[int, Callable[[Answers], Answers], dict[str, float], str]] = {
    "one response": (1, as_it_is, {}, "Fewer than 10 people answered"),
    "all refused": (60, refused, {}, "Figures are not weighted:"),
    "nobody answered, nobody chose": (120, skipped, {}, "fewer than 10"),
    "margin that cannot be met": (200, as_it_is, {"Female": 3.0, "Male": 97.0}, "Figures are not weighted:"),
    "category missing from the census": (200, as_it_is, {"Female": 51.0}, "Method and limits"),
}


@pytest.mark.parametrize("name", ROUNDS)
def test_an_odd_round_is_told_in_sentences(app: Flask, tmp_path: Path, name: str) -> None:
    number, change, census, said = ROUNDS[name]
    with publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        document = publishing.answered(session, survey, number, PACK)
        for row in session.scalars(select(Response).where(Response.survey_id == survey.id)):
            row.answers = change(dict(row.answers))
            row.packed = codebook_of(document).pack(row.answers)
        for category, share in census.items():
            session.add(
                Margin(
                    source="An odd count", as_of=dt.date(2026, 3, 21), variable="sex", category=category,
                    percent=share,
                )
            )  # fmt: skip
    publishing.released(app, SLUG, NOW, weighted=True)
    client = app.test_client()
    told = {
        address: client.get(address)
        for prefix in ("", "/pl")
        for address in (
            f"{prefix}/results/{SLUG}", f"{prefix}/results/{SLUG}/comparisons.csv",
            f"{prefix}/results/{SLUG}/data-dictionary.csv", f"{prefix}/results/{SLUG}/topics.csv",
            f"{prefix}/results/{SLUG}/files/results.docx", f"{prefix}/results/{SLUG}/files/results.xlsx",
            f"{prefix}/results/{SLUG}/files/results.zip",
        )
    }  # fmt: skip
    told |= {a: client.get(a) for a in (f"/results/{SLUG}/scam.json", f"/api/v1/surveys/{SLUG}/releases/1")}
    for address, answer in told.items():
        assert answer.status_code == 200, address
        body = answer.get_data()
        if address.endswith("zip"):
            code, printed = bundles.checked(bundles.unpacked(body, tmp_path / "bundle"))
            assert code == 0, printed.rpartition(" differ")[2]
        if address.endswith(("docx", "xlsx", "zip")):
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                body = b"\n".join(packed.read(one) for one in packed.namelist() if "media" not in one)
        text = body.decode("utf-8", "replace")
        assert not re.search(r"\b(?:NaN|nan|Infinity)\b(?![-_.])|\bNone (?:%|people|answered)|None%", text), (
            address
        )
    page = Page(told[f"/results/{SLUG}"])
    assert said in page.main
    assert "Figures are not weighted" in page.main or "Weighted to the census by" in page.main


def test_an_empty_survey_has_no_results_and_says_so(app: Flask) -> None:
    with pytest.raises(SurveysError, match=r"release\.empty"):
        publishing.released(app, SLUG, NOW, weighted=True)
    client = app.test_client()
    assert "not out yet" in Page(client.get(f"/results/{SLUG}")).text
    for address in ("files/results.xlsx", "comparisons.csv", "topics.csv"):
        assert client.get(f"/results/{SLUG}/{address}").status_code == 404
