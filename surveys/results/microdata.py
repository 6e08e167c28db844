"""Coded responses as one long CSV, for analysts: no text anybody wrote, no time, in no order of arrival."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import arrays as np
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import ANSWERED, NOT_ASKED, PLACE_SKIPPED, Column, codebook_of
from surveys.questionnaire.codebook import SKIPPED as SKIPPED_BYTE
from surveys.questionnaire.model import Questionnaire
from surveys.responses import RESPONSE
from surveys.results.exports import BOM, harmless
from surveys.results.follower import layout_of
from surveys.surveys import london_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

SKIPPED = "skipped"
"""Asked and skipped. A blank is "not asked"."""
_PART = 2_000
_FIXED = ("copy", "version")


Together = Literal["place", "people"]
"""What may stand in one row. "place": places without age, sex or equality answers; "people": those without
any place. Nobody, at the command line either, gets both: a row could then point at a person."""
SHORTEST_REASON = 10


def left_out(document: Questionnaire, together: Together) -> frozenset[str]:
    """The questions whose answers an export leaves out, so that no row joins a place and a person's marks."""
    places = {q.id for q in document.questions if q.kind == "place"}
    marks = {q.id for q in document.questions if q.special_category or q.id == document.age_question}
    for part in document.parts:
        if part.after_check:
            marks.update(q.id for page in part.pages for q in page.questions)
    for dimension in document.dimensions:
        mapped = dimension.map or any(id in places for id in dimension.questions)
        (places if mapped else marks).update(dimension.questions)
    return frozenset(marks - places if together == "place" else places)


def reason_of(text: str | None) -> str:
    """Why exact rows leave, for the record. Raises SurveysError ``export.reason`` when it says too little."""
    reason = " ".join((text or "").split())
    if len(reason) < SHORTEST_REASON:
        raise SurveysError("export.reason", field="reason")
    return reason[:300]


def mark_of(whose: str, now: dt.datetime) -> str:
    """Whose copy this is: stands in every line of the file and in the audit log."""
    return f"{london_day(now):%Y%m%d}-{whose}-{secrets.token_hex(3)}"


def responses_csv(
    session: Session, survey_id: str, *, together: Together = "people", mark: str = ""
) -> Iterator[bytes]:
    """Every counted response, a line each, in parts of a few thousand lines.

    ``mark``: a watermark for every line, which says whose copy this is. Neither day, channel nor language is
    in it: they narrow down who answered.

    Columns: copy, version, then each question of the newest version by its id. A question
    with several choices has a column of 1 and 0 for each (``question.choice``); a ranking has ``question.1``
    and so on, a grid ``question.row``; a text only says whether something was written (1).
    """
    layout = layout_of(session, survey_id)
    out = left_out(layout.questionnaire, together)
    columns = [
        (column.question, column.item, tuple(column.codes.values()) if column.kind == "bitmap" else ())
        for column in codebook_of(layout.questionnaire).columns
        if column.question in layout.questionnaire.question_by_id and column.question not in out
    ]
    yield (BOM + ",".join(harmless(name) for name in (*_FIXED, *_names(columns))) + "\r\n").encode()
    lines = {v.id: _Lines(v.questionnaire, v.number, columns, harmless(mark)) for v in layout.versions}
    stored = RESPONSE.c
    query = (
        select(stored.version_id, stored.packed)
        .where(stored.survey_id == survey_id, stored.status == "counted")
        .execution_options(yield_per=_PART)
    )
    for part in session.connection().execute(query).partitions():
        by_version: dict[str, list[Any]] = {}
        for row in part:
            by_version.setdefault(row[0], []).append(row)
        for version, rows in by_version.items():
            yield lines[version].of(rows).encode()


_Wanted = tuple[str, str, tuple[str, ...]]


def _names(columns: Sequence[_Wanted]) -> Iterator[str]:
    for question, item, keys in columns:
        if keys:
            yield from (f"{question}.{key}" for key in keys)
        else:
            yield f"{question}.{item}" if item else question


class _Lines:
    """Turns packed rows of one version into lines, a column at a time."""

    def __init__(
        self, questionnaire: Questionnaire, number: int, wanted: Sequence[_Wanted], mark: str
    ) -> None:
        self._mark = mark
        codebook = codebook_of(questionnaire)
        own = {(c.question, c.item): c for c in codebook.columns}
        self._number, self._width = str(number), codebook.width
        self._cells = [_Cells(own.get((question, item)), keys) for question, item, keys in wanted]

    def of(self, rows: Sequence[Any]) -> str:
        """Lines of rows of (version, packed)."""
        _, packed = zip(*rows, strict=True)
        matrix = np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(rows), self._width)
        columns = [cells.of(matrix) for cells in self._cells]
        fixed = ([self._mark] * len(rows), [self._number] * len(rows))
        return "".join(",".join(line) + "\r\n" for line in zip(*fixed, *columns, strict=True))


class _Cells(dict[bytes, str]):
    """The cells of one column by its bytes; learns as it meets them."""

    def __init__(self, column: Column | None, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._column, self._keys = column, keys
        self._start = column.offset if column else 0
        self._size = column.size if column else 0

    def of(self, rows: NDArray[np.uint8]) -> list[str]:
        """The cells of ``n`` packed rows."""
        packed = np.ascontiguousarray(rows[:, self._start : self._start + self._size]).tobytes()
        if self._size == 0:
            return [self[b""]] * len(rows)
        if self._size == 1:
            text = {code: self[bytes([code])] for code in set(packed)}
            return [text[code] for code in packed]
        return [self[packed[at : at + self._size]] for at in range(0, len(packed), self._size)]

    def __missing__(self, packed: bytes) -> str:
        text = self[packed] = self._say(packed)
        return text

    def _say(self, packed: bytes) -> str:
        column, blanks = self._column, "," * max(len(self._keys) - 1, 0)
        if column is None or not any(packed):
            return blanks
        if column.kind == "single":
            code = int.from_bytes(packed, "little")
            skipped = PLACE_SKIPPED if column.size == 2 else SKIPPED_BYTE
            return SKIPPED if code == skipped else _quoted(column.codes[code])
        state = packed[0]
        if state == NOT_ASKED:
            return blanks
        if state == SKIPPED_BYTE:
            return ",".join([SKIPPED] * max(len(self._keys), 1))
        if column.kind == "bitmap":
            bits = int.from_bytes(packed[1:], "little")
            chosen = {key for code, key in column.codes.items() if bits >> (code - 1) & 1}
            return ",".join("1" if key in chosen else "0" for key in self._keys)
        if column.kind == "number":
            value = int.from_bytes(packed[1:], "little", signed=True)
            return str(value) if state == ANSWERED else _quoted(column.codes[state])
        return "1"


def _quoted(key: str) -> str:
    safe = harmless(key)
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set(',"\r\n') else safe
