"""An attacker with nothing but public addresses: what two looks, or all files, say about one person."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from portal.drawing import drawer
from surveys import erasure, responses, surveys
from surveys.erasure import Ledger
from surveys.questionnaire.codebook import codebook_of
from surveys.records import Response
from surveys.results import releases
from surveys.results.releases import MOVES_BY
from surveys.surveys import Survey
from tests.office import sign_in
from tests.portal import publishing
from tests.portal.publishing import KEYS, PACK

NOW = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
OPEN, CLOSED = "local-2026", "local-2025"


@pytest.fixture(scope="module")
def answered(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A partnership with answers, made once; each test gets a copy."""
    place = tmp_path_factory.mktemp("attacks") / "portal.sqlite3"
    shutil.copyfile(sqlite_template, place)
    for app in publishing.application(f"sqlite:///{place}", place.parent, NOW):
        publishing.loaded(app, PACK, NOW)
        with publishing.store(app).writing() as session:
            for slug in (OPEN, CLOSED):
                publishing.answered(session, survey_of(session, slug), 180, PACK)
    with sqlite3.connect(place) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place


@pytest.fixture
def app(answered: Path, tmp_path: Path) -> Iterator[Flask]:
    copy = tmp_path / "portal.sqlite3"
    shutil.copyfile(answered, copy)
    yield from publishing.application(f"sqlite:///{copy}", tmp_path, NOW)


def survey_of(session: Any, slug: str) -> Survey:
    found = surveys.by_slug(session, slug)
    assert found is not None
    return found


def publish(app: Flask, slug: str, now: dt.datetime, *, drawn: bool = False, **more: Any) -> None:
    """``drawn``: with its charts and pictures, for whoever looks at every public document."""
    with app.app_context(), publishing.store(app).writing() as session:
        draw = drawer(session) if drawn else None
        releases.make(session, survey_of(session, slug), by="x", now=now, keys=KEYS, draw=draw, **more)


def everything(app: Flask, slug: str, client: Any = None) -> dict[str, str]:
    """Every public document about a survey's results, as text, by address."""
    browser = client or app.test_client()
    found: dict[str, str] = {}

    def look(address: str) -> Any:
        answer = browser.get(address)
        body = answer.get_data()
        name = address.rpartition("/")[2]
        if answer.status_code == 200 and name == "share.png":
            found[address] = hashlib.sha256(body).hexdigest()
        elif answer.status_code == 200 and name.endswith(".docx"):
            document = Document(io.BytesIO(body))
            cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
            found[address] = "\n".join([*(p.text for p in document.paragraphs), *cells])
        elif answer.status_code == 200 and name in ("results.zip", "results.xlsx"):
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                names = [one for one in packed.namelist() if "docProps" not in one]
                found[address] = "\n".join(packed.read(one).decode() for one in sorted(names))
        elif answer.status_code == 200:
            found[address] = re.sub(r'name="csrf_token" value="[^"]+"', "", body.decode())
        return answer

    look(f"/results/{slug}"), look(f"/pl/results/{slug}"), look("/results"), look("/")
    for address in (f"/results/{slug}/topics.docx", f"/results/{slug}/share.png"):
        look(address)
    about = look(f"/api/v1/surveys/{slug}")
    for brief in about.get_json()["releases"]:
        whole = look(brief["url"]).get_json()
        for table in whole["tables"]:
            pinned = f"?release={brief['number']}"
            for ending in (".csv", "/figure.json", "/order.json", "/since.json", "/figure", "/picture.svg"):
                look(f"/results/{slug}/{table['key']}{ending}{pinned}")
    for name in ("data-dictionary.csv", "files/results.docx", "files/results.xlsx", "files/results.zip"):
        look(f"/results/{slug}/{name}")
    return found


def tables(app: Flask, slug: str) -> list[dict[str, Any]]:
    about = app.test_client().get(f"/api/v1/surveys/{slug}").get_json()
    newest = about["releases"][-1]["url"]
    found: list[dict[str, Any]] = app.test_client().get(newest).get_json()["tables"]
    return found


def figures(table: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for group in table["groups"]:
        for name in ("asked", "answered", "skipped"):
            if group[name] is not None:
                yield f"{table['key']}/{group['key']}/{name}", group[name]
        for row in group["rows"]:
            if row["count"] is not None:
                yield f"{table['key']}/{group['key']}/{row['key']}", row["count"]


def test_one_more_answer_changes_no_public_document(app: Flask) -> None:
    publish(app, OPEN, NOW, drawn=True, interim=True)
    before = everything(app, OPEN)
    with publishing.store(app).writing() as session:
        publishing.answered(session, survey_of(session, OPEN), 1, PACK, seed=99)
    assert everything(app, OPEN) == before
    with app.app_context(), publishing.store(app).writing() as session:
        survey = survey_of(session, OPEN)
        survey.closes_at = NOW + DAY
    app.extensions["portal.clock"].now = NOW + 2 * DAY
    publish(app, OPEN, NOW + 2 * DAY)
    first, closing = (
        app.test_client().get(f"/api/v1/surveys/{OPEN}/releases/{number}").get_json() for number in (1, 2)
    )
    assert closing["tables"] == first["tables"]
    assert closing["responses"] == first["responses"]


def test_taking_answers_back_changes_no_public_document(app: Flask, tmp_path: Path) -> None:
    publish(app, CLOSED, NOW, drawn=True)
    before = everything(app, CLOSED)
    with publishing.store(app).writing() as session:
        survey = survey_of(session, CLOSED)
        one = session.scalars(select(Response.id).where(Response.survey_id == survey.id).limit(1)).one()
        ledger = Ledger(tmp_path / "ledger")
        erasure.erase(
            session, survey.id, one, by="x", reason=erasure.REASONS[0], keys=KEYS, now=NOW, ledger=ledger
        )
        assert responses.counts(session, survey.id) == 179
    shutil.rmtree(app.extensions["portal.settings"].data_dir / "files")
    assert everything(app, CLOSED) == before


def test_every_public_figure_is_rounded_and_none_is_small(app: Flask) -> None:
    publish(app, CLOSED, NOW)
    for table in tables(app, CLOSED):
        for place, number in figures(table):
            assert number >= 10, place
            assert number % 5 == 0, place


def test_no_percentage_says_more_than_the_rounded_counts_beside_it(app: Flask) -> None:
    publish(app, CLOSED, NOW)
    for table in tables(app, CLOSED):
        for group in table["groups"]:
            for row in group["rows"]:
                if row["percent"] is not None:
                    base = group["answered"]
                    assert base >= 30
                    assert row["percent"] == (200 * row["count"] + base) // (2 * base)


def test_a_lone_person_in_a_ward_is_seen_nowhere(app: Flask) -> None:
    """With and without one woman from a ward where nobody else answered: the same words everywhere."""
    texts = []
    for present in (True, False):
        with publishing.store(app).writing() as session:
            survey = survey_of(session, CLOSED)
            version = surveys.current_version(session, survey.id)
            assert version is not None
            document = surveys.questionnaire_of(version)
            rows = session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
            lone = [one for one in rows if one.answers.get("place") == "reach"]
            if present:  # exactly one person answers about this parish
                if not lone:
                    lone = [next(one for one in rows if one.answers.get("place") == "ely")]
                    answers = {**lone[0].answers, "place": "reach"}
                    lone[0].answers, lone[0].packed = answers, codebook_of(document).pack(answers)
                assert lone
            for extra in lone[1 if present else 0 :]:
                session.delete(extra)
        counted = tables_now(app)
        texts.append(counted)
    assert texts[0] == texts[1]


def tables_now(app: Flask) -> str:
    """What a release of this moment would show of the parish, without publishing it."""
    with app.app_context(), publishing.store(app).reading() as session:
        made = releases.prepare(session, survey_of(session, CLOSED), now=NOW)
    shown = [
        row
        for table in made.content["tables"]
        if table["question"] == "place"
        for group in table["groups"]
        for row in group["rows"]
        if row["key"] == "reach"
    ]
    assert shown  # the parish is named in the table, with or without the person
    assert all(row["count"] is None and row["percent"] is None for row in shown)
    return json.dumps(shown)


def test_all_minus_a_group_leaves_no_small_group(app: Flask) -> None:
    """Everybody less any shown group leaves ten people or more: both figures may be 2.5 off by rounding."""
    publish(app, CLOSED, NOW)
    tried = 0
    for table in tables(app, CLOSED):
        whole, *parts = table["groups"]
        for group in parts if table["by"] and whole["answered"] is not None else ():
            if group["answered"] is not None:
                tried += 1
                assert whole["answered"] - group["answered"] >= 10 - 5, (table["key"], group["key"])
    assert tried > 20


def test_results_so_far_move_only_in_batches(app: Flask) -> None:
    publish(app, OPEN, NOW, interim=True)
    with publishing.store(app).writing() as session:
        publishing.answered(session, survey_of(session, OPEN), 40, PACK, seed=3)
    app.extensions["portal.clock"].now = NOW + DAY
    publish(app, OPEN, NOW + DAY, interim=True)
    one, two = (
        app.test_client().get(f"/api/v1/surveys/{OPEN}/releases/{number}").get_json() for number in (1, 2)
    )
    for old, new in zip(one["tables"], two["tables"], strict=True):
        for was, now in zip(old["groups"], new["groups"], strict=True):
            if was["asked"] is not None and now["asked"] is not None and was != now:
                assert abs(now["asked"] - was["asked"]) >= MOVES_BY - 5, (old["key"], was["key"])


def test_no_picture_draws_or_tells_a_hidden_figure(app: Flask) -> None:
    """A bar for every share that is shown and for no other; no number in it that the table does not give."""
    publish(app, CLOSED, NOW, drawn=True)
    hidden = bars = 0
    for table in tables(app, CLOSED):
        answer = app.test_client().get(f"/results/{CLOSED}/{table['key']}/picture.svg")
        drawing = answer.get_data(as_text=True)
        assert answer.status_code == 200
        lengths = re.findall(
            r'<rect [^>]*width="([0-9.]+)" height="(?:24|18)" fill="#(?:006172|d8dcdb)"', drawing
        )
        shares = [row["percent"] for group in table["groups"] for row in group["rows"]]
        shown = [share for share in shares if share is not None]
        hidden += len(shares) - len(shown)
        if (table["by"] is None and table["kind"] != "grid") or table["net"]:
            assert len(lengths) == len(shown), table["key"]
            per_point = {
                round(float(x) / n, 1)
                for x, n in zip(sorted(map(float, lengths)), sorted(shown), strict=True)
            }
            assert not per_point or max(per_point) - min(per_point) <= 0.1, table["key"]
        else:  # the leading answers only
            assert len(lengths) <= len(shown), table["key"]
        bars += len(lengths)
        told = " ".join(re.findall(r"<(?:desc|text|tspan)[^>]*>([^<]*)", drawing))
        given = {f"{number:,}" for _, number in figures(table)} | {str(share) for share in shown}
        for number in re.findall(r"\b([0-9][0-9,]*) (?:people|person)", told):
            assert number in given, (table["key"], number)
        for share in re.findall(r": ([0-9]+)%", told):
            assert share in given, (table["key"], share)
    assert hidden > 100
    assert bars > 100


def test_an_officer_sees_the_same_public_pages_and_drafts_stay_inside(app: Flask) -> None:
    publish(app, CLOSED, NOW, drawn=True)
    officer = sign_in(app, "analyst", "consultation", "administrator")
    assert everything(app, CLOSED, officer) == everything(app, CLOSED)
    stranger = app.test_client()
    for address in (
        f"/office/releases/{CLOSED}", f"/office/releases/{OPEN}", "/office/desk", "/office/board",
        f"/results/{OPEN}?release=1", f"/results/{OPEN}/topics.csv", f"/api/v1/surveys/{OPEN}/releases/1",
        f"/results/{OPEN}/files/results.zip", f"/results/{OPEN}/topics/figure.json",
    ):  # fmt: skip
        assert stranger.get(address).status_code in (302, 404), address


def test_unknown_filters_are_ignored(app: Flask) -> None:
    """No query narrows a public table to fewer people."""
    publish(app, CLOSED, NOW)
    client = app.test_client()
    for address in (f"/results/{CLOSED}/topics.csv", f"/api/v1/surveys/{CLOSED}/releases/1"):
        plain = client.get(address).get_data()
        for query in ("?ward=E05011567", "?where=age:65", "?age=65&sex=female", "?limit=1", "?by=ward"):
            assert client.get(address + query).get_data() == plain
