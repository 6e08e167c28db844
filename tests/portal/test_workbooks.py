"""Spreadsheets: text stays text, formulas never run, and other tools read our forms."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pyxform.xls2xform import convert

from portal import workbooks
from portal.partnership.survey_models import models
from surveys.errors import SurveysError
from surveys.questionnaire.xlsform import rows
from tests.surveys.questionnaire import samples

HOSTILE = [
    "=1+1",
    "+44",
    "-3",
    "@SUM(A1)",
    "\t=x",
    " =x",
    "＝1",
    "plain",
    "'quoted",
    "a\nb",
    "-",
    "=cmd|' /C calc'!A0",
]
DOCUMENTS = {
    "every kind": samples.every_kind(),
    "named": samples.named(),
    "one page": samples.one_page(),
    **{f"model {key}": document for key, document in models().items()},
}


def refused(code: str, content: bytes) -> SurveysError:
    with pytest.raises(SurveysError, match=f"^{code}$") as told:
        workbooks.read(io.BytesIO(content))
    return told.value


def test_hostile_cells_are_harmless_and_come_back_as_they_were() -> None:
    content = workbooks.write({"Texts": (["words"], [[words] for words in HOSTILE])})
    sheet: Any = load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert not [
        cell.value for cell in sheet["A"] if cell.value.lstrip()[:1] in "=+-@＝" and cell.value != "-"
    ]
    back = [row.cells["words"] for row in workbooks.read(io.BytesIO(content))["texts"]]
    assert back == [words.strip() for words in HOSTILE]


@pytest.mark.parametrize(
    ("row", "height"),
    [(["short", None, 7], 15), (["x" * 100, ""], 45), (["a\nb\nc"], 45), (["x" * 99_999], 400)],
)
def test_a_row_is_as_high_as_its_longest_cell_needs(row: list[Any], height: float) -> None:
    assert workbooks.row_height(row, [48, 16, 16]) == height


def test_a_formula_is_refused_with_its_cell() -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["name"])
    sheet.append(["=1+1"])
    out = io.BytesIO()
    book.save(out)
    assert refused("upload.formula", out.getvalue()).facts["cells"] == ("Sheet!A2",)


def test_what_is_no_spreadsheet_is_refused() -> None:
    refused("upload.empty", b"")
    refused("upload.unreadable", b"PK\x03\x04 not really")
    refused("upload.unreadable", b"name,label\n")
    refused("upload.too_large", b"x" * (workbooks.MOST_BYTES + 1))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (workbooks.MOST_UNPACKED + 1))
    refused("upload.too_large", bomb.getvalue())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_tools_read_the_exported_form(name: str) -> None:
    document = DOCUMENTS[name]
    headings = rows.headings(document)
    tables = {
        sheet: (headings[sheet], [[row.get(heading) for heading in headings[sheet]] for row in found])
        for sheet, found in rows.export(document).items()
    }
    for found in tables.values():
        assert len(found[0]) == len(set(found[0]))
    made = convert(workbooks.write(tables), file_type=".xlsx", validate=False)
    assert "<h:html" in made.xform
    assert made.warnings == []
