"""Packed rows read as columns: which answer each respondent gave, as small whole numbers.

Every column turns a byte row (one respondent) or a matrix of byte rows (``n`` by the codebook's width) into
*states*: 0 not asked, 1 asked and skipped, 2 and up the column's ``keys`` in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from surveys import arrays as np
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import (
    ANSWERED,
    NOT_ASKED,
    PLACE_SKIPPED,
    SKIPPED,
    Codebook,
    Column,
    codebook_of,
)
from surveys.questionnaire.model import Questionnaire

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rows: TypeAlias = "NDArray[np.uint8]"
States: TypeAlias = "NDArray[np.intp]"

ABSENT, PASSED, FIRST = 0, 1, 2
"""States: not asked, skipped, and the first of a column's keys."""
_UNKNOWN = -1
OTHER = ""
"""Key of the last state of a number column: a value that lies in no bin."""
WROTE = "wrote"
"""Key of a text's or write-in's one answer."""


class CodeColumn:
    """One code per respondent: a choice, a place, a rank position, a grid row, or that a text was written."""

    def __init__(self, column: Column) -> None:
        self.question, self.item = column.question, column.item
        self.is_flag = column.kind == "flag"
        codes = {ANSWERED: WROTE} if self.is_flag else dict(column.codes)
        self.keys = tuple(codes.values())
        self._start, self._size = column.offset, column.size
        self._states = np.full(256**column.size, _UNKNOWN, dtype=np.intp)
        self._states[NOT_ASKED] = ABSENT
        self._states[SKIPPED if column.size == 1 else PLACE_SKIPPED] = PASSED
        for state, code in enumerate(codes, FIRST):
            self._states[code] = state
        self._list: list[int] = self._states.tolist()

    def states(self, rows: Rows) -> States:
        """States of ``n`` rows. Raises SurveysError ``row.unreadable`` for an unknown code."""
        code = rows[:, self._start].astype(np.intp)
        if self._size == 2:
            code |= rows[:, self._start + 1].astype(np.intp) << 8
        return _known(self._states[code], self.question)

    def state(self, row: bytes) -> int:
        code = row[self._start] if self._size == 1 else row[self._start] | row[self._start + 1] << 8
        return _known_one(self._list[code], self.question)


class NumberColumn:
    """A whole number as its bin or special answer. ``keys``: specials, then bins, then :data:`OTHER`."""

    def __init__(self, column: Column, question: Any) -> None:
        self.question, self.item = column.question, column.item
        bins = sorted(question.bins, key=lambda b: b.first)
        self.specials = tuple(column.codes.values())
        self.keys = (*self.specials, *(b.key for b in bins), OTHER)
        self._start = column.offset
        self._firsts = np.array([b.first for b in bins], dtype=np.int64)
        self._lasts = np.array([b.last for b in bins], dtype=np.int64)
        self._states = np.full(256, _UNKNOWN, dtype=np.intp)
        self._states[NOT_ASKED], self._states[SKIPPED] = ABSENT, PASSED
        for state, code in enumerate(column.codes, FIRST):
            self._states[code] = state
        self._states[ANSWERED] = ABSENT  # replaced by the bin of the value
        self._first_bin = FIRST + len(self.specials)

    def values(self, rows: Rows) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Who gave a number, and the numbers (0 for everybody else)."""
        given = rows[:, self._start] == ANSWERED
        raw = np.ascontiguousarray(rows[:, self._start + 1 : self._start + 5]).view("<i4")[:, 0]
        return given, np.where(given, raw, 0).astype(np.int64)

    def states(self, rows: Rows) -> States:
        states = self._states[rows[:, self._start]]
        given, values = self.values(rows)
        return _known(np.where(given, self._bin(values), states), self.question)

    def value(self, row: bytes) -> int | None:
        if row[self._start] != ANSWERED:
            return None
        return int.from_bytes(row[self._start + 1 : self._start + 5], "little", signed=True)

    def state(self, row: bytes) -> int:
        value = self.value(row)
        if value is None:
            return _known_one(int(self._states[row[self._start]]), self.question)
        return int(self._bin(np.array([value], dtype=np.int64))[0])

    def _bin(self, values: NDArray[np.int64]) -> States:
        outside = self._first_bin + len(self._firsts)
        if not len(self._firsts):
            return np.full(len(values), outside, dtype=np.intp)
        at = np.searchsorted(self._firsts, values, side="right") - 1
        inside = (at >= 0) & (values <= self._lasts[np.maximum(at, 0)])
        return np.where(inside, self._first_bin + at, outside).astype(np.intp)


class SetColumn:
    """Several choices: a state (0, 1, or 2 for answered) and one column of 0 and 1 for each of ``keys``."""

    def __init__(self, column: Column) -> None:
        self.question, self.item = column.question, ""
        self.keys = tuple(column.codes.values())
        self._bits = np.array([code - 1 for code in column.codes], dtype=np.intp)
        self._start, self._end = column.offset, column.offset + column.size
        self._known = sum(1 << int(bit) for bit in self._bits)

    def states(self, rows: Rows) -> States:
        state = rows[:, self._start]
        states = np.select(
            [state == NOT_ASKED, state == SKIPPED, state == ANSWERED], [ABSENT, PASSED, FIRST], _UNKNOWN
        )
        return _known(states.astype(np.intp), self.question)

    def chosen(self, rows: Rows) -> NDArray[np.uint8]:
        """Who chose what: ``n`` by ``len(keys)`` of 0 and 1."""
        packed = np.ascontiguousarray(rows[:, self._start + 1 : self._end])
        return np.unpackbits(packed, axis=1, bitorder="little")[:, self._bits]

    def state(self, row: bytes) -> int:
        found = {NOT_ASKED: ABSENT, SKIPPED: PASSED, ANSWERED: FIRST}.get(row[self._start], _UNKNOWN)
        return _known_one(found, self.question)

    def choices(self, row: bytes) -> list[int]:
        """Places in ``keys`` of what one respondent chose."""
        bits = int.from_bytes(row[self._start + 1 : self._end], "little") & self._known
        return [n for n, bit in enumerate(self._bits.tolist()) if bits >> bit & 1] if bits else []


AnyColumn = CodeColumn | NumberColumn | SetColumn


def _known(states: States, question: str) -> States:
    if len(states) and int(states.min()) == _UNKNOWN:
        raise SurveysError("row.unreadable", question=question)
    return states


def _known_one(state: int, question: str) -> int:
    if state == _UNKNOWN:
        raise SurveysError("row.unreadable", question=question)
    return state


class Columns:
    """The columns of every question that is switched on, in the order of the packed row."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        codebook: Codebook = codebook_of(questionnaire)
        self.width = codebook.width
        found: list[AnyColumn] = []
        for column in codebook.columns:
            question = questionnaire.question_by_id.get(column.question)
            if question is None:
                continue
            if column.kind == "bitmap":
                found.append(SetColumn(column))
            elif column.kind == "number":
                found.append(NumberColumn(column, question))
            else:
                found.append(CodeColumn(column))
        self.all: tuple[AnyColumn, ...] = tuple(found)

    def of(self, question: str) -> tuple[AnyColumn, ...]:
        """The columns of one question: several for a ranking, a grid, or a question with write-ins."""
        return tuple(column for column in self.all if column.question == question)

    def matrix(self, packed: Sequence[bytes]) -> Rows:
        """Packed rows, ``n`` by ``width`` bytes. Raises SurveysError ``row.unreadable`` on a wrong length."""
        joined = b"".join(packed)
        if len(joined) != len(packed) * self.width or any(len(row) != self.width for row in packed):
            raise SurveysError("row.unreadable", question="")
        return np.frombuffer(joined, dtype=np.uint8).reshape(len(packed), self.width)
