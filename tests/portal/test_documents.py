"""One release as Word, PDF, XLSX and bundle: every number of the page is in each, and none besides."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from docx import Document
from flask import Flask

from portal import svg
from portal.documents import files, report
from portal.documents.report import Report
from portal.public import documents, results
from surveys import surveys
from surveys.results import exports, releases
from surveys.results.releases import fingerprint
from tests.conftest import NOW
from tests.portal import pdf_tags, publishing

SLUG = "local-2025"


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("documents")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, publishing.PACK, NOW)
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, SLUG)
            assert survey is not None
            publishing.answered(session, survey, 260, publishing.PACK)
        publishing.released(app, SLUG, NOW)
        yield app


@pytest.fixture(scope="module")
def content(app: Flask) -> dict[str, Any]:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        release = releases.current(session, survey.id)
        assert release is not None
        return dict(release.content)


def fetched(app: Flask, name: str, prefix: str = "") -> bytes:
    answer = app.test_client().get(f"{prefix}/results/{SLUG}/files/{name}")
    assert answer.status_code == 200
    assert answer.mimetype == documents.KINDS[name]
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.get_data()


def figures(content: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """(table, count, percent) of every row the release shows."""
    return [
        (table["key"], _text(row["count"]), None if row["percent"] is None else f"{row['percent']}%")
        for table in content["tables"]
        for group in table["groups"]
        if not group["hidden"]
        for row in group["rows"]
    ]


def _text(count: int | None) -> str | None:
    return None if count is None else f"{count:,}"


def report_in(app: Flask) -> Report:
    with app.test_request_context("/"):
        shown = results.published(results.survey_or_404(SLUG))
        assert shown is not None
        return documents.report_of(shown)


def test_the_report_has_every_figure_and_no_other(app: Flask, content: dict[str, Any]) -> None:
    laid = report_in(app)
    beside = ("order-", "since-", "beside-", "rest-")
    by_key = {table.key: table for table in laid.tables if not table.key.startswith(beside)}
    assert len(laid.tables) > len(by_key)
    assert set(by_key) == {table["key"] for table in content["tables"]}
    for key in by_key:
        wanted = sorted(str(c or "") for k, c, _ in figures(content) if k == key and c)
        own = [row for row in by_key[key].rows if "People who answered" not in row]
        told = sorted(row[-1] for row in own if row[-1].replace(",", "").isdecimal())
        assert told == wanted, key
        shares = sorted(p for k, _, p in figures(content) if k == key and p)
        assert sorted(row[-2] for row in by_key[key].rows if row[-2].endswith("%")) == shares, key


def test_the_word_file_says_what_the_report_says(app: Flask, content: dict[str, Any]) -> None:
    document = Document(io.BytesIO(fetched(app, "results.docx")))
    own = [table for table in document.tables if table.rows[0].cells[-1].text == "People"]
    assert len(own) == len(content["tables"])
    cells = [[cell.text for cell in row.cells] for table in own for row in table.rows[1:]]
    cells = [row for row in cells if "People who answered" not in row]
    counts = sorted(row[-1] for row in cells if row[-1].replace(",", "").isdecimal())
    assert counts == sorted(c for _, c, _ in figures(content) if c)
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert len(headings) == len(document.tables) + 1
    assert document.core_properties.language == "en-GB"


def test_the_spreadsheet_is_the_csv(app: Flask, content: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetched(app, "results.xlsx")))
    rows = book["Figures"].iter_rows(values_only=True)
    sheet = [["" if cell is None else str(cell) for cell in row] for row in rows]
    assert sheet == exports.rows_of(exports.tables_csv(content, "en_GB"))
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)


def test_the_bundle_recomputes_itself_with_the_standard_library_alone(
    app: Flask, content: dict[str, Any], tmp_path: Path
) -> None:
    body = fetched(app, "results.zip")
    assert body == fetched(app, "results.zip", "/pl")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        packed.extractall(tmp_path)
    sums = dict(reversed(line.split("  ")) for line in (tmp_path / "SHA256SUMS").read_text().splitlines())  # type: ignore[misc]
    for name, wanted in sums.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == wanted
    done = subprocess.run(
        [sys.executable, "-I", "-S", "recompute.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    shares = sum(1 for _, _, share in figures(content) if share)
    assert f"fingerprint {fingerprint(content)}" in done.stdout
    assert f"\n{shares} worked out again: percent\n" in done.stdout
    assert "\n0 differ" in done.stdout
    kept = json.loads((tmp_path / "release.json").read_text())
    row = next(r for t in kept["tables"] for g in t["groups"] for r in g["rows"] if r["percent"] is not None)
    row["percent"] += 1
    (tmp_path / "release.json").write_text(json.dumps(kept))
    broken = subprocess.run([sys.executable, "-I", "-S", "recompute.py"], cwd=tmp_path, capture_output=True)
    assert broken.returncode == 1


@pytest.fixture(scope="module")
def pdf(app: Flask) -> tuple[pypdf.PdfReader, pdf_tags.Tag]:
    if not files.can_make_pdf():
        pytest.skip("the optional package for PDF is not installed")
    return pdf_tags.read(fetched(app, "results.pdf"))


def tables_in(root: pdf_tags.Tag) -> dict[str, list[list[str]]]:
    """The rows of the table under each heading; what a page break repeats or splits is joined again."""
    found: dict[str, list[list[str]]] = {}
    under = ""
    for tag in root.iter("H2", "Table"):
        if tag.name == "H2":
            under = tag.said
            continue
        heads, *rows = tag.rows
        whole = found.setdefault(under, [heads])
        assert whole[0] == heads, under
        whole += rows
    return found


def test_the_pdf_itself_says_every_figure_in_the_place_of_its_table(
    app: Flask, content: dict[str, Any], pdf: tuple[pypdf.PdfReader, pdf_tags.Tag]
) -> None:
    laid = report_in(app)
    told = tables_in(pdf[1])
    assert list(told) == [pdf_tags.plain(table.title) for table in laid.tables]
    for table in laid.tables:
        printed = [[pdf_tags.plain(cell) for cell in row] for row in (table.heads, *table.rows)]
        assert told[pdf_tags.plain(table.title)] == printed, table.key
    titles = {table.key: pdf_tags.plain(table.title) for table in laid.tables}
    for key in {table["key"] for table in content["tables"]}:
        cells = [row for row in told[titles[key]][1:] if "People who answered" not in row]
        counts = sorted(row[-1] for row in cells if row[-1].replace(",", "").isdecimal())
        assert counts == sorted(c for k, c, _ in figures(content) if k == key and c), key
        shares = sorted(row[-2] for row in cells if row[-2].endswith("%"))
        assert shares == sorted(p for k, _, p in figures(content) if k == key and p), key


def test_pictures_stand_before_their_tables_in_pdf_and_word_and_say_what_they_show(
    app: Flask, content: dict[str, Any], pdf: tuple[pypdf.PdfReader, pdf_tags.Tag]
) -> None:
    laid = report_in(app)
    wanted = {
        pdf_tags.plain(table.title): pdf_tags.plain(table.alt)
        for table in laid.tables
        if table.key in ("topics", "order-topics", "safe-day", "why-not", "safe-dark.by.ward.unsafe")
    }
    assert len(wanted) == 5
    under, found, told = "", {}, set()
    for tag in pdf[1].iter("H2", "Figure", "Table"):
        if tag.name == "H2":
            under = tag.said
        elif tag.name == "Figure":
            assert under not in told, under
            found[under] = pdf_tags.plain(tag.alt)
        else:
            told.add(under)
    assert wanted.items() <= found.items()
    assert all("People who answered: " in alt or under.startswith("How sure") for under, alt in found.items())
    quiet = {
        table.title for table in laid.tables if table.key in ("age", "sex", "topics.by.age", "what-change")
    }
    assert not quiet & set(found)
    document = Document(io.BytesIO(fetched(app, "results.docx")))
    alts = [pdf_tags.plain(shape._inline.docPr.get("descr")) for shape in document.inline_shapes]
    assert alts == list(found.values())
    assert all(0 < shape.width.cm <= 17 and shape.height.cm < 25 for shape in document.inline_shapes)


def test_a_release_of_earlier_days_has_no_pictures_and_its_report_no_gap(
    app: Flask, content: dict[str, Any]
) -> None:
    with app.test_request_context("/"):
        shown = results.published(results.survey_or_404(SLUG))
        assert shown is not None
        bare = documents.report_of(shown)
        assert report.pictured(bare, content, shown.document, {}) == bare
        whole = '<svg xmlns="x" width="1200" height="400" viewBox="0 0 1200 400"></svg>'
        assert svg.body_of(whole) == whole
        told = report.pictured(bare, content, shown.document, {"topics": {"picture": whole}})
        assert [table.key for table in told.tables if table.picture] == ["topics"]


def test_the_pdf_is_tagged_named_and_in_its_language(pdf: tuple[pypdf.PdfReader, pdf_tags.Tag]) -> None:
    reader, root = pdf
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    (heading,) = root.iter("H1")
    assert reader.metadata is not None
    assert reader.metadata.title == heading.said != ""
    assert {len(row) for table in root.iter("Table") for row in table.rows} <= {3, 4, 5, 6}
    for row in root.iter("TR"):
        assert row.inside[0].name == "TH"


@pytest.mark.skipif(not files.can_make_pdf(), reason="the optional package for PDF is not installed")
def test_the_pdf_is_in_the_readers_language(app: Flask) -> None:
    reader, root = pdf_tags.read(fetched(app, "results.pdf", "/pl"))
    assert dict(reader.trailer["/Root"])["/Lang"] == "pl"
    assert "Metoda" in " ".join(tag.said for tag in root.iter("H2"))


def test_no_other_file_is_offered(app: Flask) -> None:
    client = app.test_client()
    for name in ("results.exe", "secrets.json", "..%2Fsecrets.json", "portal.sqlite3"):
        assert client.get(f"/results/{SLUG}/files/{name}").status_code == 404
    assert client.get("/results/local-2026/files/results.zip").status_code == 404


def test_a_full_disk_costs_only_time(app: Flask, tmp_path: Path) -> None:
    place = app.extensions["portal.settings"].data_dir / "files"
    shutil.rmtree(place, ignore_errors=True)
    place.write_text("in the way")
    assert fetched(app, "results.xlsx").startswith(b"PK")
    place.unlink()
