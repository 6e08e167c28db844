"""Each question with and without a campaign: for officers as it may be published, then for everybody."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import openpyxl
import pytest
from docx import Document
from flask import Flask
from sqlalchemy.orm import Session

from portal import jobs
from portal.public import documents, results
from surveys import responses, surveys
from surveys.questionnaire.model import Answer
from surveys.results import compositions, exports, releases
from surveys.sealing import Keyring
from tests import bundles
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
LETTER = (
    "Please bring back the night bus between our villages because the road is dark and somebody will be hurt"
)
WORDS = "dark road lights park school noise cars river market youth club help time walk safe".split()
CAMPAIGN, OTHERS = 60, 90


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def answered(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> None:
    """Sixty copies of a letter, 90 other texts. One of the campaign alone reported nothing."""
    every, dice = samples.every_kind(), Random(4)
    Site(app, writing, keys, now).publish(every)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for n in range(CAMPAIGN + OTHERS):
            inside = n < CAMPAIGN
            topics = ["asb", "roads"] if n % 2 else ["roads"]
            if n % 5 == 0:
                topics = ["scams"]
            reported = "no" if n == 0 or (not inside and n % 3 == 0) else "yes"
            why = LETTER if inside else " ".join(dice.choices(WORDS, k=12))
            asked: dict[str, Answer] = {"age": "25-64", "topics": topics, "reported": reported, "why": why}
            responses.submit_direct(
                session, survey, version, every, asked, token=str(n), locale="en_GB", may_publish=True,
                keys=keys, now=now,
            )  # fmt: skip
    jobs.group_campaigns(jobs.Desk(app.extensions["portal.database"], keys, now))


@pytest.mark.usefixtures("answered")
def test_officers_see_what_might_be_published_and_everybody_what_was(
    app: Flask, writing: Writing, keys: Keyring, clock: Clock
) -> None:
    officer = sign_in(app, "consultation")
    page = officer.page("/office/campaigns/autumn")
    page = officer.page(page.link("Each question with and without"))
    assert page.h1 == "With and without campaigns: Local survey"
    assert "Scams" in page.main
    assert "150" in page.main
    assert "90" in page.main
    sign_in(app, "safeguarding").page("/office/campaigns/autumn/tables", 403)
    visitor = PageClient(app)
    visitor.page("/results/autumn/with-and-without", 404)
    after = clock.pass_by(days=60)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        made = releases.make(session, survey, by="o", now=after, keys=keys)
        tables = {table["question"]: table for table in made.content["with_without"]}
    page = visitor.page("/results/autumn")
    page = visitor.page(page.link("Each question with and without people who sent nearly the same words"))
    assert page.h1 == "With and without a campaign"
    assert page.main.count("Without them") >= len(tables)
    assert {group["key"] for table in tables.values() for group in table["groups"]} == {"all", "rest"}
    assert "topics" in tables
    assert "reported" not in tables  # 31 without, 30 with: the one of the campaign would be seen
    assert visitor.page("/pl/results/autumn/with-and-without").html.count("Bez nich") >= len(tables)


FIGURE = re.compile(r"\d[\d,]*%?|fewer than 10|hidden to protect [a-z ]+|too few to give a percentage")


def figures_of(cells: list[str]) -> Counter[str]:
    """Figures as printed, and the words in place of one."""
    return Counter(cell for cell in cells if FIGURE.fullmatch(cell))


@pytest.mark.usefixtures("answered")
def test_every_number_with_and_without_is_in_every_file(
    app: Flask, writing: Writing, keys: Keyring, clock: Clock, tmp_path: Path
) -> None:
    """What the page shows stands in CSV, spreadsheet, Word file, the report behind the PDF, and the API."""
    after = clock.pass_by(days=60)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        prepared = releases.prepare(session, survey, now=after)
        said = {"topics": {"en_GB": "Roads came first, the board says"}}
        chosen = compositions.composed(prepared, left_out=("age",), written=said)
        made = releases.store(session, chosen, by="o", now=after, keys=keys)
        content = dict(made.content)
    visitor = PageClient(app)
    assert "age" not in {table["question"] for table in content["with_without"]}  # left out means everywhere
    html = visitor.page("/results/autumn/with-and-without").html
    page = [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<td\b.*?</td>", html, re.DOTALL)
    ]
    wanted = figures_of(page)
    assert sum(wanted.values()) > 40

    rows = exports.rows_of(visitor.get("/results/autumn/comparisons.csv").data)
    lines = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    campaign = [line for line in lines if line["comparison"] == "campaign"]
    cells = [
        line["value"] + ("%" if line["measure"].endswith("_share") and line["value"].isdigit() else "")
        for line in campaign
        if not line["measure"].endswith("_answered")
    ]
    assert figures_of(cells) == wanted
    bases = {(line["table"], line["measure"]): line["value"] for line in campaign if not line["key"]}
    assert (bases["topics", "everybody_answered"], bases["topics", "without_answered"]) == ("150", "90")

    sheet = openpyxl.load_workbook(io.BytesIO(visitor.get("/results/autumn/files/results.xlsx").data))
    told = [
        ["" if cell is None else str(cell) for cell in row]
        for row in sheet["Comparisons"].iter_rows(values_only=True)
    ]
    assert told == rows

    word = Document(io.BytesIO(visitor.get("/results/autumn/files/results.docx").data))
    own = [table for table in word.tables if table.rows[0].cells[-1].text == "Without them: people"]
    assert len(own) == len(content["with_without"])
    assert figures_of([c.text for t in own for row in t.rows[1:] for c in row.cells[1:]]) == wanted

    with app.test_request_context("/"):
        shown = results.published(results.survey_or_404("autumn"))
        assert shown is not None
        laid = documents.report_of(shown)  # what the PDF is drawn from
    printed = [t for t in laid.tables if t.key.startswith("without-")]
    assert figures_of([cell for t in printed for row in t.rows for cell in row[1:]]) == wanted
    assert all("answered" in table.finding for table in printed)

    folder = bundles.unpacked(visitor.get("/results/autumn/files/results.zip").data, tmp_path / "bundle")
    assert bundles.checked(folder)[0] == 0
    forged = bundles.release(folder)
    next(t for t in forged["with_without"] if t["question"] == "topics")["groups"][0]["answered"] += 5
    bundles.forge(folder, forged)
    bundles.resealed(folder)
    code, told_wrong = bundles.checked(folder)
    assert (code, "with and without a campaign topics.by" in told_wrong) == (1, True)

    whole = visitor.get("/api/v1/surveys/autumn/releases/1").get_json()
    assert whole["with_without"] == json.loads(json.dumps(content["with_without"]))
    assert whole["without_campaigns"] == content["without_campaigns"] == 90
    assert whole["written"] == said
    alone = visitor.get("/api/v1/surveys/autumn/releases/1/tables/topics").get_json()
    assert alone["written"] == said["topics"]
    assert [one["question"] for one in alone["with_without"]] == ["topics"]
    assert visitor.get("/pl/results/autumn/comparisons.csv").status_code == 200


def test_without_a_campaign_there_is_nothing_to_see(
    app: Flask, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    officer = sign_in(app, "consultation")
    officer.page("/office/campaigns/autumn/tables", 404)
    Site(app, writing, keys, now).publish(samples.every_kind())
    assert "Nothing can be shown" in officer.page("/office/campaigns/autumn/tables").main
