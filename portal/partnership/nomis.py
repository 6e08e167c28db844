"""Census tables as Nomis gives them, read as downloaded: nothing has to be changed by hand.

Nomis writes CSV in three shapes: a query with areas down and categories across, the same the other way round,
and the bulk files. A query says "Population", "Units" and "Date" above the table, and notes may follow it.
Every fault names its line and column, both counted from 1.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveys.errors import SurveysError

CENSUS_DAY = dt.date(2021, 3, 21)
LARGEST_FILE = 2_000_000
TOTAL = "total"
_CODE_HEADS = ("mnemonic", "geography code", "area code")
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d+")


@dataclass(frozen=True)
class Area:
    name: str
    code: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class CensusTable:
    """One downloaded table. ``categories`` leave out the total, which is ``total`` in every area's counts."""

    title: str
    population: str
    units: str
    year: int
    note: str
    """Where Nomis says it comes from, as written."""
    categories: tuple[str, ...]
    areas: tuple[Area, ...]
    sha256: str

    @property
    def name(self) -> str:
        """The table's short name ("TS007A"), or nothing."""
        found = re.search(r"\b(TS|RM|KS|QS)\d{3}[A-Z]?\b", self.title)
        return found.group() if found else ""

    @property
    def as_of(self) -> dt.date:
        return CENSUS_DAY if self.year == CENSUS_DAY.year else dt.date(self.year, 6, 30)

    def area(self, code_or_name: str) -> Area:
        """Raises SurveysError ``census.area_missing``."""
        wanted = code_or_name.strip().casefold()
        for area in self.areas:
            if wanted in (area.code.casefold(), area.name.casefold()):
                return area
        raise SurveysError("census.area_missing", field="area", area=code_or_name)

    def source(self, area: str) -> str:
        parts = (self.title, self.population, area, self.note, f"sha256 {self.sha256[:12]}")
        return ". ".join(part.strip(" .") for part in parts if part)


def read(content: bytes) -> CensusTable:
    """The table in a downloaded file.

    Raises SurveysError, field "file": ``census.too_large``, ``census.not_text``, ``census.no_table``,
    ``census.no_year``, or with ``line`` and ``column``: ``census.not_a_number`` (``found``),
    ``census.wrong_width``, ``census.twice`` (``found``).
    """
    if len(content) > LARGEST_FILE:
        raise _fault("census.too_large", most=LARGEST_FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _fault("census.not_text")
    try:
        lines = [(number, [cell.strip() for cell in row]) for number, row in _numbered(text)]
    except csv.Error as problem:
        raise _fault("census.not_text") from problem
    head = next((place for place in range(len(lines)) if _starts_table(lines, place)), None)
    if head is None:
        raise _fault("census.no_table")
    said = _preamble(lines[:head])
    number, heads = lines[head]
    body = []
    for at, row in lines[head + 1 :]:
        if not any(row) or len([cell for cell in row if cell]) == 1:
            break
        if len(row) != len(heads):
            raise _fault("census.wrong_width", line=at, column=min(len(row), len(heads)), wanted=len(heads))
        body.append((at, row))
    shape = (
        _bulk
        if _place(heads, ("geography code",)) is not None and "date" in _lower(heads)
        else (_areas_down if _place(heads, _CODE_HEADS) is not None else _categories_down)
    )
    areas = shape(number, heads, body, said)
    year = _year(said.get("date", ""), body, heads)
    categories = tuple(key for key in areas[0].counts if key != TOTAL)
    if not categories and len(areas) < 2:  # totals of many areas are a table: the areas are its categories
        raise _fault("census.no_table")
    return CensusTable(
        title=said["title"] or heads[-1].split(":")[0],
        population=said.get("population", ""),
        units=said.get("units", ""),
        year=year,
        note=said.get("note", ""),
        categories=categories,
        areas=areas,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _fault(code: str, **facts: object) -> SurveysError:
    return SurveysError(code, field="file", **facts)


def _numbered(text: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, row


def _lower(heads: Sequence[str]) -> list[str]:
    return [head.casefold() for head in heads]


def _place(heads: Sequence[str], wanted: Sequence[str]) -> int | None:
    lower = _lower(heads)
    return next((lower.index(name) for name in wanted if name in lower), None)


def _starts_table(lines: Sequence[tuple[int, list[str]]], place: int) -> bool:
    """A line of heads: at least two, none of them a number, and a line below that ends in what may be one."""
    heads = lines[place][1]
    if len(heads) < 2 or heads[0].rstrip().endswith(":") or not all(heads[1:]):
        return False
    if any(_NUMBER.fullmatch(head) for head in heads[1:]) and not _year_heads(heads):
        return False
    following = next((row for _, row in lines[place + 1 : place + 3] if any(row)), [])
    return len(following) >= 2


def _year_heads(heads: Sequence[str]) -> bool:
    return all(re.fullmatch(r"(19|20)\d\d|%|value|number", head.casefold()) for head in heads[1:])


def _preamble(lines: Sequence[tuple[int, list[str]]]) -> dict[str, str]:
    said = {"title": "", "note": ""}
    for _, row in lines:
        cells = [cell for cell in row if cell]
        if len(cells) >= 2 and cells[0].rstrip().endswith(":"):
            said[cells[0].rstrip(" :").casefold()] = cells[1]
        elif len(cells) == 1 and not said["title"]:
            said["title"] = cells[0]
        elif len(cells) == 1 and not said["note"]:
            said["note"] = cells[0]
    return said


def _year(said: str, body: Sequence[tuple[int, list[str]]], heads: Sequence[str]) -> int:
    date = _place(heads, ("date",))
    places = [said, *(row[date] for _, row in body[:1] if date is not None), *heads[1:]]
    for text in places:
        found = re.search(r"\b(19|20)\d\d\b", text)
        if found:
            return int(found.group())
    raise _fault("census.no_year")


def _count(cell: str, line: int, column: int) -> int:
    if not _NUMBER.fullmatch(cell):
        raise _fault("census.not_a_number", line=line, column=column + 1, found=cell[:40])
    return int(cell.replace(",", ""))


def _category(head: str) -> str:
    """The head without the variable's name before it, when it has one ("Age: Total", "Sex: Female; …")."""
    name = head.split("; measures:")[0].strip()
    is_total = re.fullmatch(r"(all categories.*|.*\btotal\b.*)", name.casefold())
    return TOTAL if is_total else name


def _areas_down(
    number: int, heads: Sequence[str], body: Sequence[tuple[int, list[str]]], said: Mapping[str, str]
) -> tuple[Area, ...]:
    code = _place(heads, _CODE_HEADS) or 0
    columns = [n for n, head in enumerate(heads) if n not in (0, code) and head not in ("%", "percent")]
    return _across(number, heads, body, columns, name=0, code=code)


def _bulk(
    number: int, heads: Sequence[str], body: Sequence[tuple[int, list[str]]], said: Mapping[str, str]
) -> tuple[Area, ...]:
    fixed = {n for n, head in enumerate(_lower(heads)) if head in ("date", "geography", "geography code")}
    name, code = _place(heads, ("geography",)), _place(heads, ("geography code",))
    if name is None or code is None:
        raise _fault("census.no_table")
    columns = [n for n in range(len(heads)) if n not in fixed]
    prefix = heads[columns[0]].split(":")[0] + ":" if columns else ""
    cut = [head.removeprefix(prefix).strip() if prefix else head for head in heads]
    return _across(number, cut, body, columns, name=name, code=code)


def _across(
    number: int,
    heads: Sequence[str],
    body: Sequence[tuple[int, list[str]]],
    columns: Sequence[int],
    *,
    name: int,
    code: int,
) -> tuple[Area, ...]:
    named: dict[str, int] = {}
    for column in columns:
        category = _category(heads[column])
        if category in named:
            raise _fault("census.twice", line=number, column=column + 1, found=heads[column][:40])
        named[category] = column
    if not body or not named:
        raise _fault("census.no_table")
    return tuple(
        Area(row[name], row[code], {key: _count(row[n], line, n) for key, n in named.items()})
        for line, row in body
    )


def _categories_down(
    number: int, heads: Sequence[str], body: Sequence[tuple[int, list[str]]], said: Mapping[str, str]
) -> tuple[Area, ...]:
    columns = [n for n, head in enumerate(heads) if n and head not in ("%", "percent")]
    seen: dict[str, tuple[int, list[str]]] = {}
    for line, row in body:
        category = _category(row[0])
        if category in seen:
            raise _fault("census.twice", line=line, column=1, found=row[0][:40])
        seen[category] = line, row
    if not seen or not columns:
        raise _fault("census.no_table")
    alone = len(columns) == 1
    return tuple(
        Area(
            (said.get("area name") or heads[n]) if alone else heads[n],
            "",
            {key: _count(row[n], line, n) for key, (line, row) in seen.items()},
        )
        for n in columns
    )
