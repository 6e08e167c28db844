"""The plan as a spreadsheet: written for people, read back as a whole or not at all.

One sheet a kind, one row an item. A row without a key is new. A row whose key and version are known changes
that version; any fault in any row, and nothing is taken over.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import plan
from portal.partnership.plan import KINDS, Plan
from surveys.errors import SurveysError
from surveys.results.exports import harmless
from surveys.sealing import Keyring

LARGEST = 1 << 20
LARGEST_UNPACKED = 1 << 24
MOST_ROWS = 1000

HEADS: Mapping[str, tuple[str, ...]] = {
    "objective": ("key", "version", "title", "outcome", "priority", "partner", "evaluation"),
    "target": (
        "key", "version", "objective", "title", "unit", "count", "up", "baseline", "baseline_on", "aim",
        "due", "term", "source", "partner",
    ),
    "action": (
        "key", "version", "objective", "title", "partners", "area", "place", "resources", "due", "review_on",
        "causes", "evaluation",
    ),
}  # fmt: skip
SHEETS = {"objective": "Objectives", "target": "Targets", "action": "Actions"}
LONG = frozenset({"title", "outcome", "causes", "resources", "evaluation"})
WIDE, NARROW = 40, 16
LISTS = ("partners", "causes")
TRUTHS = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True)
class Fault:
    """One wrong cell or row. ``code``: of a refusal, or ``formula``, ``head``, ``truth``, ``rows``."""

    sheet: str
    row: int
    field: str
    code: str
    facts: Mapping[str, Any]


def write(session: Session, found: Plan) -> bytes:
    """The plan as XLSX; no text in it runs as a formula."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, plain)
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    there = plan.items(session, found.year)
    for kind in KINDS:
        sheet = book.add_worksheet(SHEETS[kind])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, head in enumerate(HEADS[kind]):
            sheet.set_column(column, column, WIDE if head in LONG else NARROW)
            sheet.write_string(0, column, head, bold)
        for row, one in enumerate((one for one in there if one.kind == kind), 1):
            longest = 1
            body = plan.BODIES[kind].model_validate(one.body).model_dump(mode="json")
            cells = body | {"key": one.key, "version": one.version, "objective": one.parent}
            for column, head in enumerate(HEADS[kind]):
                value = cells[head]
                if isinstance(value, bool):
                    sheet.write_string(row, column, "yes" if value else "no", wrapped)
                elif isinstance(value, int | float):
                    sheet.write_number(row, column, value, wrapped)
                elif value:
                    text = "; ".join(value) if isinstance(value, list) else value
                    sheet.write_string(row, column, harmless(text), wrapped)
                    longest = max(longest, 1 + len(text) // (WIDE if head in LONG else NARROW))
            sheet.set_row(row, min(15 * longest, 400))  # not every program works the height out
    book.close()
    return out.getvalue()


def read(
    session: Session, found: Plan, content: bytes, *, by: str, now: dt.datetime, keys: Keyring
) -> dict[str, int]:
    """Takes over every row that is new or different; says how many were ``added`` and ``changed``.

    Raises ``plan.sheet_large``, ``plan.not_sheet``, or ``plan.sheet`` with all its ``faults``;
    the caller rolls back, so nothing is half taken over.
    """
    done = {"added": 0, "changed": 0}
    faults: list[Fault] = []
    new: dict[str, str] = {}
    book = _open(content)
    for kind in KINDS:
        for row, cells in _rows(book, kind, faults):
            try:
                act = _take(session, found, kind, cells, new, by=by, now=now, keys=keys)
            except SurveysError as problem:
                facts = {name: value for name, value in problem.facts.items() if name != "field"}
                field = "objective" if problem.field == "parent" else problem.field or ""
                faults.append(Fault(SHEETS[kind], row, field, problem.code, facts))
                continue
            if act is not None:
                done[act] += 1
    if faults:
        raise SurveysError("plan.sheet", field="file", faults=faults)
    return done


def _take(
    session: Session,
    found: Plan,
    kind: str,
    cells: dict[str, Any],
    new: dict[str, str],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> str | None:
    """One row: ``added``, ``changed``, or None when it is as it was."""
    key, version = cells.pop("key", None), cells.pop("version", None)
    parent = cells.pop("objective", None)
    parent = new.get(parent, parent)
    if kind != "objective" and parent is None:
        raise SurveysError("plan.parent", field="parent")
    how: dict[str, Any] = {"by": by, "now": now, "keys": keys}
    there = None if key is None else plan.item(session, found.year, key)
    if there is None:
        if key is not None and version is not None:
            raise SurveysError("plan.no_item", field="key", key=key)
        title = str(cells.get("title", "")).strip()
        for one in plan.items(session, found.year):
            if (one.kind, one.parent, one.body["title"]) == (kind, parent, title):
                raise SurveysError("plan.there", field="title", key=one.key)
        made = plan.put(session, found, kind, cells, parent=parent, **how)
        if key is not None:
            new[key] = made.key
        return "added"
    if there.kind != kind:
        raise SurveysError("plan.no_item", field="key", key=key)
    stored = plan.checked(session, kind, cells)
    if stored == there.body and parent == there.parent and not there.withdrawn:
        return None
    seen = int(version) if isinstance(version, int | float) else -1
    plan.put(session, found, kind, cells, key=key, parent=parent, owner=there.owner, seen_version=seen, **how)
    return "changed"


def _rows(book: Any, kind: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The filled rows of a sheet with their numbers, as people see them."""
    name = SHEETS[kind]
    if name not in book.sheetnames:
        faults.append(Fault(name, 0, "", "sheet", {}))
        return
    lines = book[name].iter_rows(max_row=MOST_ROWS + 2, max_col=40)
    heads = [str(cell.value or "").strip() for cell in next(lines, ())]
    while heads and not heads[-1]:
        heads.pop()
    wrong = [head for head in (*heads, *HEADS[kind]) if head not in heads or head not in HEADS[kind]]
    if wrong or len(set(heads)) != len(heads):
        faults.append(Fault(name, 1, ", ".join(wrong) or "twice", "head", {}))
        return
    for row, line in enumerate(lines, 2):
        cells = dict(zip(heads, line, strict=False))
        filled = {head: cell for head, cell in cells.items() if cell.value not in (None, "")}
        if not filled:
            continue
        if row > MOST_ROWS + 1:
            faults.append(Fault(name, row, "", "rows", {"most": MOST_ROWS}))
            return
        formulas = [head for head, cell in filled.items() if cell.data_type in ("f", "e")]
        faults += [Fault(name, row, head, "formula", {}) for head in formulas]
        truths = [
            head
            for head in ("count", "up")
            if head in filled and str(filled[head].value).lower() not in TRUTHS
        ]
        faults += [Fault(name, row, head, "truth", {}) for head in truths]
        if not formulas and not truths:
            yield row, {head: _value(head, cell.value) for head, cell in filled.items()}


def _value(head: str, given: Any) -> Any:
    if head in ("count", "up"):
        return TRUTHS[str(given).lower()]
    if isinstance(given, dt.datetime):
        return given.date().isoformat()
    if head in ("version", "baseline", "aim") and not isinstance(given, str):
        return given
    # An apostrophe in front only kept the text from running as a formula.
    text = str(given).strip()
    text = text[1:] if text[:1] == "'" else text
    return [one.strip() for one in text.split(";") if one.strip()] if head in LISTS else text


def _open(content: bytes) -> Any:
    import openpyxl

    if len(content) > LARGEST:
        raise SurveysError("plan.sheet_large", field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_UNPACKED:
                raise SurveysError("plan.sheet_large", field="file")
        return openpyxl.load_workbook(io.BytesIO(content))
    except SurveysError:
        raise
    except Exception as error:  # a broken workbook fails in as many ways as there are parts in it
        raise SurveysError("plan.not_sheet", field="file") from error
