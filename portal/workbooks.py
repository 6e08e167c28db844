"""Spreadsheets out and in: every cell is text, harmless when opened, and comes back as it went out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from surveys.errors import SurveysError
from surveys.results.exports import harmless

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Table = tuple[Sequence[str], Iterable[Sequence[str | int | None]]]
"""Headings and rows."""


@dataclass(frozen=True)
class Row:
    """One row of a sheet, numbered as the spreadsheet program does; empty cells are left out."""

    number: int
    cells: Mapping[str, str]


def write(tables: Mapping[str, Table], *, wide: Sequence[str] = (), hidden: Sequence[str] = ()) -> bytes:
    """A workbook with these sheets; the first row stays in sight. ``wide``: headings with long texts.

    ``hidden``: headings of columns that only a program reads.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    book.remove(book.active)
    for name, (headings, rows) in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(headings))
        for cell in sheet[1]:
            cell.font = Font(name="Calibri", size=11, bold=True)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0  # as many pages long as it takes, one wide
        widths = [48 if any(heading.startswith(one) for one in wide) else 16 for heading in headings]
        for n, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(n)].width = width
            sheet.column_dimensions[get_column_letter(n)].hidden = headings[n - 1] in hidden
        for row in rows:
            sheet.append([None] * len(headings))
            for n, value in enumerate(row, start=1):
                cell = sheet.cell(sheet.max_row, n)
                if isinstance(value, str):
                    cell.value = harmless(_storable(value))
                    cell.data_type = "s"
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
                elif value is not None:
                    cell.value = value
            sheet.row_dimensions[sheet.max_row].height = row_height(row, widths)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_height(row: Sequence[str | int | None], widths: Sequence[int]) -> float:
    """How high a row of wrapped cells must be, in points: not every program works it out."""
    lines = 1
    for value, width in zip(row, widths, strict=False):
        if isinstance(value, str):
            lines = max(lines, sum(1 + len(line) // width for line in value.split("\n")))
    return min(15.0 * lines, 400.0)


def _storable(text: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))[:32_000]


def read(file: BinaryIO | None) -> dict[str, list[Row]]:
    """Every sheet's rows by name, in lower case. Formulas are refused, never carried out.

    Raises ``upload.empty``, ``upload.too_large``, ``upload.unreadable`` (with ``field``), and
    ``upload.formula`` with ``cells``.
    """
    from openpyxl import load_workbook

    content = file.read(MOST_BYTES + 1) if file is not None else b""
    if not content:
        raise SurveysError("upload.empty", field="file")
    if len(content) > MOST_BYTES:
        raise SurveysError("upload.too_large", field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise SurveysError("upload.too_large", field="file")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        found: dict[str, list[Row]] = {}
        formulas: list[str] = []
        for sheet in book.worksheets:
            found[sheet.title.strip().lower()] = _rows(sheet, formulas)
    except SurveysError:
        raise
    except Exception as problem:  # a hostile file can break the reader anywhere
        raise SurveysError("upload.unreadable", field="file") from problem
    if formulas:
        raise SurveysError("upload.formula", field="file", cells=tuple(formulas))
    return found


def _rows(sheet: object, formulas: list[str]) -> list[Row]:
    headings: list[str] = []
    rows: list[Row] = []
    for number, line in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):  # type: ignore[attr-defined]
        if number > MOST_ROWS:
            raise SurveysError("upload.too_large", field="file")
        values = [_said(cell) for cell in line]
        if number == 1:
            headings = values
            continue
        cells = {h: v for h, v in zip(headings, values, strict=False) if h and v != ""}
        formulas += [
            f"{getattr(sheet, 'title', '')}!{cell.coordinate}"
            for cell in line
            if getattr(cell, "data_type", "") == "f"
        ]
        if cells:
            rows.append(Row(number, cells))
    return rows


def _said(cell: object) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()
    return text[1:].strip() if text.startswith("'") and harmless(text[1:]) == text else text
