"""The files themselves: Word, PDF, XLSX, and the bundle with a script that recomputes every percentage."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Mapping, Sequence
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portal import raster
from portal.documents.report import Report, Table
from portal.papers.book import Book
from surveys.results import exports
from surveys.results.comparison_files import comparisons_csv

Content = Mapping[str, Any]
SCRIPTS = ("recompute.py", "check_files.py")
PRINT = Path(__file__).with_name("print.css")
PICTURE_WIDTH = 1200
"""Of a picture in a Word file, in pixels: 180 to the inch across the page."""
INLINE = "data:image/svg+xml;base64,"
BUNDLED_AT = (2000, 1, 1, 0, 0, 0)
"""One moment for every file of a bundle: the same release gives the same bytes."""
_one_at_a_time = threading.Lock()
"""Making a PDF takes seconds and much memory: one is enough."""


@cache
def can_make_pdf() -> bool:
    """Whether the optional package for PDF is installed, and the system's library it draws text with."""
    return find_spec("weasyprint") is not None and find_library("pangoft2-1.0") is not None


def word(report: Report) -> bytes:
    """The report as a Word file an officer can edit: real headings, real tables, the language set."""
    book = Book(report.title, report.language, dt.datetime(*BUNDLED_AT))
    book.say(f"{report.when} {report.answered}.")
    if report.demonstration:
        book.say(report.invented)
    if report.note:
        book.say(report.note)
    book.listed(report.findings)
    for table in report.tables:
        _tell(book, table, raster.png(table.picture, PICTURE_WIDTH) if table.picture else None)
    book.heading(report.method_title)
    book.listed(report.method)
    return book.saved()


def figure(report: Report, table: Table, picture: bytes | None) -> bytes:
    """One figure of the report as a Word file: wording, finding, base, picture, table and method."""
    book = Book(report.title, report.language, dt.datetime(*BUNDLED_AT))
    book.say(report.when)
    if report.demonstration:
        book.say(report.invented)
    _tell(book, table, picture)
    book.heading(report.method_title)
    book.listed(report.method)
    return book.saved()


def _tell(book: Book, table: Table, picture: bytes | None = None) -> None:
    book.heading(table.title)
    for words in (table.wording, table.finding, table.base):
        book.say(words, kept=True)
    if picture is not None:
        book.picture(picture, title=table.title, about=table.alt, width=17)
    figures = len(table.heads) - 1
    widths = (17 - 3.0 * figures, *(3.0 for _ in range(figures))) if figures < 4 else ()
    book.table(table.heads, table.rows, title=table.title, about=table.base, widths=widths)
    if table.note:
        book.say(table.note)


def pdf(html: str) -> bytes:
    """A tagged PDF (PDF/UA-1) of a finished page that refers to nothing outside itself."""
    from weasyprint import CSS, HTML

    style = CSS(string=PRINT.read_text(encoding="utf-8"), url_fetcher=_inside)
    with _one_at_a_time:
        page = HTML(string=html, url_fetcher=_inside)
        made: bytes = page.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[style])
    return made


def _inside(url: str, *_args: object, **_more: object) -> Any:
    """Only a drawing that stands in the page itself."""
    from weasyprint.urls import URLFetcherResponse

    if not url.startswith(INLINE):
        raise ValueError("a report loads nothing from outside")
    drawing = base64.b64decode(url.removeprefix(INLINE))
    return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})


def inline(drawing: str) -> str:
    """The address of a drawing that stands in the page itself."""
    return INLINE + base64.b64encode(drawing.encode()).decode()


def spreadsheet(content: Content, locale: str, words: Mapping[str, str], method: Sequence[str]) -> bytes:
    """Figures, comparisons, codebook and method as sheets; text never runs as a formula."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(written, options | {"strings_to_numbers": False})
    bold = book.add_format({"bold": True, "text_wrap": True})
    for name, body in (
        ("Figures", exports.tables_csv(content, locale, words)),
        ("Comparisons", comparisons_csv(content, locale, words)),
        ("Codebook", exports.dictionary_csv(content, locale, words)),
        ("Method", exports.to_csv([("method",), *((line,) for line in method)])),
    ):
        sheet = book.add_worksheet(name)
        for at, row in enumerate(exports.rows_of(body)):
            for column, cell in enumerate(row):
                if at and cell.isascii() and cell.removeprefix("-").isdecimal():
                    sheet.write_number(at, column, int(cell))
                else:
                    sheet.write_string(at, column, cell, bold if at == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 20, 18)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
    return written.getvalue()


def bundle(
    content: Content,
    locales: Mapping[str, Mapping[str, str]],
    methods: Mapping[str, Sequence[str]],
    sha256: str,
) -> bytes:
    """Everything released, to keep: figures, codebook, the release itself, checksums, and a script.

    ``locales``: the interface's words by language; ``methods``: how it was made. It holds no
    row about any one person.
    """
    files: dict[str, bytes] = {
        "release.json": json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True).encode(),
        **{name: Path(__file__).with_name(f"{name}.txt").read_bytes() for name in SCRIPTS},
        "README.txt": _about(content, sha256).encode(),
    }
    for locale, words in locales.items():
        files[f"figures-{locale}.csv"] = exports.tables_csv(content, locale, words)
        files[f"comparisons-{locale}.csv"] = comparisons_csv(content, locale, words)
        files[f"method-{locale}.txt"] = "".join(f"{line}\n" for line in methods[locale]).encode()
        files[f"codebook-{locale}.csv"] = exports.dictionary_csv(content, locale, words)
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, BUNDLED_AT), body, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _about(content: Content, sha256: str) -> str:
    return "\n".join(
        (
            f"Results of {content['survey']}, release {content['number']}, published {content['made_on']}.",
            f"SHA-256 of the release as canonical JSON: {sha256}",
            "",
            "release.json    everything released: rounded tables, wording, method, what is hidden and why",
            "figures-*.csv   every table under each other, in each language",
            "comparisons-*.csv  with the census, with the survey before, how sure the order of topics is,",
            "                each group with the rest, everybody with and without a campaign",
            "method-*.txt    how the figures were made and what they cannot say",
            "codebook-*.csv  what every column, question, answer and rule means",
            "recompute.py    python3 recompute.py (uses check_files.py): checks every file against",
            "                SHA256SUMS, release.json against the fingerprint above, every line of every",
            "                CSV against release.json; works every percentage, comparison and finding out",
            "                again from the rounded counts; lists what these files cannot give. Ends with",
            "                0 when nothing differs, else with 1 and a line for each thing that does",
            "SHA256SUMS      checksums of these files",
            "",
            "Whoever changes every file alike is found out by the fingerprint alone: the site that",
            "published these results gives it as sha256 of the release (/api/v1).",
            "",
            "Counts under 10 are hidden and all others rounded to 5. Rows about single people are never",
            "released: an analyst of the partnership can reproduce the counts inside.",
            "",
        )
    )
