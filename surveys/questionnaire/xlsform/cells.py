"""The cells of an uploaded form: what differs from our own export, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.xlsform import rows
from surveys.questionnaire.xlsform.expressions import Unreadable, read

Json = dict[str, Any]
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
TEXTS = {"label": "text", "hint": "hint", "x_short": "short", "x_unit": "unit"}
_IN_PARENTHESES = re.compile(r"\(([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?\)\s*$")


def bare_row(row: Mapping[str, str]) -> dict[str, str]:
    """The row as a spreadsheet gives it back: without white space at the ends."""
    return {name: bare for name, value in row.items() if (bare := value.strip())}


@dataclass(frozen=True, order=True)
class SheetFault:
    """One thing wrong with an uploaded sheet; ``row`` as the spreadsheet program counts."""

    sheet: str
    row: int
    column: str
    code: str
    said: str = ""
    """The piece of the cell that is not right."""


@dataclass(frozen=True)
class Line:
    """One row as uploaded: its number and its filled cells by heading."""

    number: int
    cells: Mapping[str, str]


@dataclass
class Taking:
    """One import under way."""

    document: Questionnaire
    base: Json
    survey: Sequence[Line]
    choices: Sequence[Line]
    faults: list[SheetFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        ours = rows.export(self.document)
        self.known = {row["name"]: bare_row(row) for row in ours["survey"] if row["type"] != "end_group"}
        self.known_choices = {(row["list_name"], row["name"]): bare_row(row) for row in ours["choices"]}
        self.questions = {q["id"]: q for p in self.base["parts"] for g in p["pages"] for q in g["questions"]}
        self.pages = {g["id"]: g for p in self.base["parts"] for g in p["pages"]}
        self.parts = {p["id"]: p for p in self.base["parts"]}
        self.lists: dict[str, list[Line]] = {}
        self.names = {line.cells.get("name", "") for line in self.survey}
        self.order = {line.cells.get("name", ""): n for n, line in enumerate(self.survey)}

    def fault(self, sheet: str, line: Line, column: str, code: str, said: str = "") -> None:
        self.faults.append(SheetFault(sheet, line.number, column, code, said[:60]))


def column_of(heading: str) -> tuple[str, str]:
    """What a heading is about and the language it names: "label::Polish (pl)", "x_hint_pl"."""
    if heading.startswith("x_hint_"):
        return "hint", heading.removeprefix("x_hint_")
    name, _, tongue = heading.partition("::")
    return name, tongue


def locale_of(heading: str, document: Questionnaire) -> str:
    """The language a heading names; without one, the source language."""
    _, tongue = column_of(heading)
    if not tongue:
        return document.source_locale
    match = _IN_PARENTHESES.search(tongue)
    code = f"{match[1]}_{match[2]}" if match and match[2] else (match[1] if match else tongue.strip())
    for locale in document.locales:
        if code.lower() in (locale.lower(), locale.split("_")[0].lower()):
            return locale
    return ""


def check_languages(taking: Taking) -> None:
    for sheet, lines in (("survey", taking.survey), ("choices", taking.choices)):
        seen: set[str] = set()
        for line in lines:
            for heading in line.cells:
                name, tongue = column_of(heading)
                if heading not in seen and tongue and name in TEXTS:
                    seen.add(heading)
                    if not locale_of(heading, taking.document):
                        taking.fault(sheet, Line(1, {}), heading, "language.unknown")


def texts_of(taking: Taking, line: Line, ours: Mapping[str, str], name: str, before: Any) -> Json | None:
    """The texts of one column in every language, where they differ from ours; None when none does."""
    texts = dict(before or {})
    changed = False
    there, known = _by_locale(taking, line.cells, name), _by_locale(taking, ours, name)
    for locale in taking.document.locales:
        now = there.get(locale, "")
        if now != known.get(locale, ""):
            changed = True
            if now:
                texts[locale] = now
            else:
                texts.pop(locale, None)
    return texts if changed else None


def _by_locale(taking: Taking, cells: Mapping[str, str], name: str) -> dict[str, str]:
    """A column's texts by language, however its headings call the languages."""
    found: dict[str, str] = {}
    for heading, text in cells.items():
        if text and column_of(heading)[0] == name:
            found.setdefault(locale_of(heading, taking.document), text)
    return found


def yes(taking: Taking, sheet: str, line: Line, heading: str) -> bool:
    said = line.cells.get(heading, "").strip().lower()
    if said not in ("", "yes", "no", "true", "false", "true()", "false()", "1", "0"):
        taking.fault(sheet, line, heading, "yes_no", said)
    return said in ("yes", "true", "true()", "1")


def whole(taking: Taking, sheet: str, line: Line, heading: str) -> int | None:
    said = line.cells.get(heading, "").strip()
    if said and not re.fullmatch(r"-?\d{1,10}(\.0)?", said):
        taking.fault(sheet, line, heading, "number", said)
        return None
    return int(float(said)) if said else None


def set_relevant(taking: Taking, line: Line, ours: Mapping[str, str], thing: Json) -> None:
    if not differs(line, ours, "relevant"):
        return
    said = line.cells.get("relevant", "").strip()
    if not said:
        thing.pop("when", None)
        return
    try:
        thing["when"] = read(said, taking.names)
    except Unreadable as piece:
        taking.fault("survey", line, "relevant", "relevant", str(piece))


def differs(line: Line, ours: Mapping[str, str], heading: str) -> bool:
    return line.cells.get(heading, "") != ours.get(heading, "")
