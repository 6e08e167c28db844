"""A round of 1,500, weighted, compared with the year before, released and corrected; every figure found."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
import pytest
from docx import Document
from flask import Flask, render_template
from sqlalchemy import select

from portal.documents import files
from portal.public import documents, results
from surveys import surveys
from surveys.questionnaire.codebook import codebook_of
from surveys.records import Response
from surveys.results import releases
from surveys.results.weights import Weights, bounds
from tests.office import sign_in
from tests.pages import Page, PageClient, parse, words
from tests.portal import publishing
from tests.portal.publishing import PACK
from tests.portal.test_public_results import shown_cell

LATER = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
BEFORE, SLUG = "local-2025", "local-2026"


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The year before is out; of this year's 1,500 twice as many as live here are women of 55 and over."""
    folder = tmp_path_factory.mktemp("weighted")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, LATER):
        publishing.loaded(app, PACK, LATER - dt.timedelta(days=66))
        with publishing.store(app).writing() as session:
            for slug, number in ((BEFORE, 300), (SLUG, 1500)):
                survey = surveys.by_slug(session, slug)
                assert survey is not None
                document = publishing.answered(session, survey, number, PACK, seed=number)
            rows = session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
            for place, row in enumerate(sorted(rows, key=lambda row: row.packed)):  # ids are random
                given = dict(row.answers)
                if place % 3 == 0 and given.get("sex") == "male":
                    given["sex"] = "female"
                    row.answers, row.packed = given, codebook_of(document).pack(given)
        publishing.released(app, BEFORE, LATER)
        yield app


def page(client: PageClient, address: str) -> Page:
    return Page(client.get(address))


@pytest.fixture(scope="module")
def public(app: Flask) -> Element:
    """The results page after the whole way through the office: composed, weighted, approved, published."""
    ann, ben = sign_in(app, "consultation", name="Ann"), sign_in(app, "consultation", name="Ben")
    form = next(f for f in page(ann, "/office/releases").forms() if f"/{SLUG}/begin" in f.action)
    origin = {"Origin": "http://localhost"}
    shown = Page(ann.post(form.action, data=dict(form.fields), headers=origin, follow_redirects=True))
    assert "Figures are not weighted." in shown.main
    shown = ann.submit(shown, {"weighted": "y"}, "Save")
    assert "Weighted to the census by: Age, Sex" in shown.main
    ready = ben.submit(page(ben, f"/office/releases/{SLUG}"), {}, "Approve")
    ben.submit(ready, {}, "Publish now")
    root, _ = parse(app.test_client().get(f"/results/{SLUG}").get_data(as_text=True))
    return root


@pytest.fixture(scope="module")
def content(app: Flask, public: Element) -> dict[str, Any]:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        release = releases.all_of(session, survey.id)[0]
        return dict(release.content)


def tables_of(root: Element) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Every table of the page: its id, heads, and rows of words."""
    for table in root.iter("table"):
        lines = [
            [shown_cell(cell) for cell in row if cell.get("aria-hidden") != "true"]
            for row in table.iter("tr")
            if "table-group" not in row.get("class", "")
        ]
        yield table.get("id", ""), lines[0], lines[1:]


def numbers(text: str) -> list[str]:
    """The figures of a cell, as bare digits."""
    return [found.replace(",", "") for found in re.findall(r"\d[\d,]*", text)]


def page_figures(root: Element) -> set[tuple[str, str]]:
    """(name of the row or group, figure) of every cell of every table on the page."""
    found = set()
    for id, heads, rows in tables_of(root):
        for row in rows:
            name = re.sub(r"^\d+ ", "", row[0]) if "-by-ward" in id else row[0]  # its number on the map
            for head, cell in zip(heads[1:], row[1:], strict=True):
                if cell.startswith("fewer"):
                    continue
                crossed = len(heads) > 3 and head not in FIXED
                label = head if crossed and not id.startswith(("ranks", "years", "beside", "rest")) else name
                found |= {(label, figure) for figure in numbers(cell.removesuffix(" in 100"))}
    return found


FIXED = ("Share", "Weighted share", "People", "People who answered")


def test_the_page_shows_weighted_beside_unweighted_and_says_how(
    public: Element, content: dict[str, Any]
) -> None:
    by_id = {id: (heads, rows) for id, heads, rows in tables_of(public)}
    weighted = [f"table-{key}" for key in content["weighting"]["tables"] if key != "know-help"]
    assert len(weighted) > 8
    for id in weighted:
        assert by_id[id][0] == ["Answer", "Share", "Weighted share", "People"]
    assert any(row[1] != row[2] for id in weighted for row in by_id[id][1])
    assert "table-sex" in by_id
    assert "Weighted share" not in by_id["table-sex"][0]
    assert not any("Weighted share" in heads for id, (heads, _) in by_id.items() if "-by-" in id)
    said = words(next(e for e in public.iter("section") if e.get("id") == "method"))
    assert "Weights lie between 0.3 and 3 times the mean" in said
    assert "1,000 times" in said
    assert "representative" not in said
    assert [id for id in by_id if id.startswith("years-")]
    assert {"beside-age", "beside-sex", "ranks-topics"} <= set(by_id)


def test_every_figure_of_the_page_is_in_csv_and_spreadsheet(app: Flask, public: Element) -> None:
    wanted = page_figures(public)
    assert len(wanted) > 500
    client = app.test_client()
    with zipfile.ZipFile(io.BytesIO(client.get(f"/results/{SLUG}/files/results.zip").get_data())) as packed:
        texts = [packed.read(name).decode("utf-8-sig") for name in packed.namelist() if "-en_GB.csv" in name]
    lines = [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/results/{SLUG}/files/results.xlsx").get_data()), read_only=True
    )
    sheets = []
    for name in ("Figures", "Comparisons"):
        heads, *rows = book[name].iter_rows(values_only=True)
        sheets += [
            dict(zip(map(str, heads), ("" if cell is None else str(cell) for cell in row), strict=True))
            for row in rows
        ]
    for told in (lines, sheets):
        drawn = [row for row in told if row.get("measure") == "first_three"]
        # The page calls 100 and 0 of 100 draws "over 99" and "under 1": nothing drawn is certain.
        words_for = {"100": "99", "0": "1"}
        known = {(row["label"], words_for[row["value"]]) for row in drawn if row["value"] in words_for}
        for row in told:
            for name in ("group_label", "answer_label", "label"):
                figures = [v for k, v in row.items() if k in FIGURES and v]
                known |= {(row[name], n) for v in figures for n in numbers(v)} if row.get(name) else set()
        everyone = {("Everyone", n) for label, n in known if label == "Everyone who answered"}
        answered = {("People who answered", n) for _, n in known}
        lost = wanted - known - everyone - answered
        assert not lost, sorted(lost)[:40]


FIGURES = ("asked", "answered", "skipped", "count", "percent", "weighted", "value")


def test_every_figure_of_the_page_is_in_the_report_word_and_pdf(app: Flask, public: Element) -> None:
    wanted = page_figures(public)
    word = Document(io.BytesIO(app.test_client().get(f"/results/{SLUG}/files/results.docx").get_data()))
    rows = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    text = {p.text for p in word.paragraphs}
    bases = {n for line in text for n in numbers(line)}
    known = {(cell, n) for row in rows for cell in row for other in row for n in numbers(other)}
    known |= {("Everyone", n) for label, n in known if label == "Everyone who answered"}
    lost = {(label, n) for label, n in wanted - known if n not in bases}
    grouped = {(label, n) for label, n in lost if label == "People who answered"}
    assert not lost - grouped, sorted(lost - grouped)[:40]
    with app.test_request_context("/"):
        shown = results.published(results.survey_or_404(SLUG))
        assert shown is not None
        laid = documents.report_of(shown)
        html = render_template("documents/results.html", report=laid, lang="en-GB", dir="ltr")
    root, _ = parse(html)
    printed = [[words(cell) for cell in row] for row in root.iter("tr")]
    assert sorted(map(tuple, printed)) == sorted(map(tuple, rows))
    if files.can_make_pdf():
        answer = app.test_client().get(f"/results/{SLUG}/files/results.pdf")
        assert answer.get_data()[:5] == b"%PDF-"


def test_the_json_is_the_release_and_the_script_reproduces_it(
    app: Flask, content: dict[str, Any], tmp_path: Path
) -> None:
    client = app.test_client()
    told = client.get(f"/api/v1/surveys/{SLUG}/releases/1").get_json()
    for name in ("tables", "weighting", "beside", "since", "orders", "against", "words", "findings"):
        assert told[name] == content[name], name
    alone = client.get(f"/results/{SLUG}/topics.json").get_json()
    assert alone["order"] == content["orders"]["topics"]
    with zipfile.ZipFile(io.BytesIO(client.get(f"/results/{SLUG}/files/results.zip").get_data())) as packed:
        packed.extractall(tmp_path)
        assert "method-pl.txt" in packed.namelist()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "recompute.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    weighted = sum(
        row["weighted"] is not None for t in content["tables"] for g in t["groups"] for row in g["rows"]
    )
    assert weighted > 50
    assert done.stdout.count("made from the weights") == weighted
    assert "\n0 differ" in done.stdout
    for worked in ("percent", "share of those who answered", "difference", "place"):
        assert f"worked out again: {worked}\n" in done.stdout


def test_weighted_over_unweighted_tells_no_hidden_count(app: Flask, content: dict[str, Any]) -> None:
    """Somebody who knows every weight and every public figure: hidden counts keep four possible values."""
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        counts = releases.exact_counts(session, releases.all_of(session, survey.id)[0])
    weights = counts.weights
    assert isinstance(weights, Weights)
    exact = {table.key: table for table in counts.tables}
    public = {table["key"]: table for table in content["tables"]}
    tried = 0
    for key, table in public.items():
        if not table["by"] or table["net"] or table["question"] not in content["weighting"]["tables"]:
            continue
        top = public[table["question"]]["groups"][0]
        total, own = weights.groups[top_key := (table["question"], "all")].total, exact[key]
        assert top_key in weights.groups
        for place, row in enumerate(own.groups[0].rows):
            shown = next(one for one in top["rows"] if one["key"] == row.key)
            if shown["weighted"] is None or table["groups"][0]["rows"][place]["count"] is None:
                continue
            boxes, means, hidden = [], [], []
            for at, (group, seen) in enumerate(zip(own.groups[1:], table["groups"][1:], strict=True)):
                count, people = seen["rows"][place]["count"], group.rows[place].people
                boxes.append((max(count - 2, 10), count + 2) if count is not None else (0, 9))
                means.append(weights.groups[key, group.key].rows[place] / people if people else 1.0)
                if count is None and people < 10:
                    hidden.append(at)
            base, everybody = top["answered"], exact[table["question"]].groups[0].answered
            apart = base / 200 + 2.5  # half of one per cent, and the rounding to 5
            middle = shown["weighted"] * base / 100
            whole = ((middle - apart) / everybody * total, (middle + apart) / everybody * total)
            every = (shown["count"] - 2, shown["count"] + 2)
            for at in hidden:
                low, high = bounds(at, boxes, means, every, whole)
                before = bounds(at, boxes, [1.0] * len(means), every, (0, 1e9))
                tried += 1
                assert min(high, 9) - low + 1 >= min(4, min(before[1], 9) - before[0] + 1), (key, row.key)
    assert tried > 30


def test_a_correction_keeps_the_earlier_release_and_its_weights(app: Flask, public: Element) -> None:
    ann, ben = sign_in(app, "consultation", name="Ann"), sign_in(app, "consultation", name="Ben")
    form = next(f for f in page(ann, "/office/releases").forms() if f"/{SLUG}/begin" in f.action)
    origin = {"Origin": "http://localhost"}
    ann.post(form.action, data=dict(form.fields), headers=origin, follow_redirects=True)
    shown = page(ann, f"/office/releases/{SLUG}")
    ann.submit(shown, {"note": "A label is mended.", "weighted": "y"}, "Save")
    ben.submit(ben.submit(page(ben, f"/office/releases/{SLUG}"), {}, "Approve"), {}, "Publish now")
    client = app.test_client()
    first, second = (client.get(f"/api/v1/surveys/{SLUG}/releases/{n}").get_json() for n in (1, 2))
    assert second["tables"] == first["tables"]
    assert json.dumps(second["words"]["en_GB"]).count("A label is mended.") == 1
    assert "Wagi mieszczą się między 0,3 a 3 średniej" in json.dumps(
        second["words"]["pl"], ensure_ascii=False
    )
    assert "Liczb nie ważono" not in json.dumps(second["words"]["pl"], ensure_ascii=False)
    for address in (f"/results/{SLUG}?release=1", f"/pl/results/{SLUG}", f"/results/{SLUG}/comparisons.csv"):
        assert client.get(address).status_code == 200
