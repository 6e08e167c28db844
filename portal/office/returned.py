"""The spreadsheet an organisation sent back: its answers into the boxes of the typing page, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from portal import workbooks
from portal.forms.office.keying import Blank, blanks
from portal.forms.questions import Setting
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire

SHEET = "Questions"
HEADS = ("Question", "In short", "How to answer", "Answers and their codes", "Your answer")
SEVERAL = re.compile(r"[\n;]+")


@dataclass(frozen=True)
class Returned:
    """``typed``: box to what goes into it. ``rows``: box to its row. ``strange``: rows of no question."""

    typed: Mapping[str, str]
    rows: Mapping[str, int]
    strange: tuple[int, ...]


def to_fill_in(document: Questionnaire) -> bytes:
    """The questions as a spreadsheet, with the codes the typing page takes."""
    rows = []
    for question, blank in _boxes(document):
        answers = "\n".join(f"{code}: {words}" for code, words in blank.codes if words)
        kind = "Several codes" if blank.many else "One code" if blank.codes else "In words"
        rows.append((question, str(blank.label), kind, answers, ""))
    return workbooks.write({SHEET: (HEADS, rows)}, wide=(HEADS[0], HEADS[3], HEADS[4]))


def read(document: Questionnaire, file: IO[bytes] | None) -> Returned:
    """What was filled in. Rows may be moved about; a row whose question was changed is strange.

    Raises as :func:`workbooks.read`, and ``upload.not_ours`` when it is not the sheet we gave out.
    """
    found = workbooks.read(cast(BinaryIO | None, file)).get(SHEET.lower())
    if not found or not any({HEADS[0], HEADS[1]} <= set(row.cells) for row in found):
        raise SurveysError("upload.not_ours", field="file")
    waiting: dict[tuple[str, str], list[Blank]] = {}
    for question, blank in _boxes(document):
        waiting.setdefault((_plain(question), _plain(str(blank.label))), []).append(blank)
    typed, rows, strange = {}, {}, []
    for row in found:
        there = waiting.get((_plain(row.cells.get(HEADS[0], "")), _plain(row.cells.get(HEADS[1], ""))))
        answer = row.cells.get(HEADS[4], "")
        if there:
            blank = there.pop(0)
            typed[blank.name], rows[blank.name] = _coded(blank, answer), row.number
        elif answer:
            strange.append(row.number)
    return Returned(typed, rows, tuple(strange))


def _boxes(document: Questionnaire) -> list[tuple[str, Blank]]:
    setting = Setting(document, document.source_locale, {}, {})
    return [
        (str(setting.said(question.text)), blank)
        for question in document.questions
        for blank in blanks(question, setting, lambda _name: "")
    ]


def _coded(blank: Blank, answer: str) -> str:
    """The codes of an answer given by its words, or by its whole line; anything else as it stands."""
    if not blank.codes:
        return answer
    known: dict[str, str] = {}
    for code, words in blank.codes:
        known |= {_plain(f"{code}: {words}"): code, _plain(code): code}
        known.setdefault(_plain(str(words)), code)
    parts = SEVERAL.split(answer) if blank.many else [answer]
    return " ".join(known.get(_plain(part), part.strip()) for part in parts if part.strip())


def _plain(words: Any) -> str:
    return " ".join(str(words).casefold().split())
