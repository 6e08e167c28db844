"""Answers as one packed row of bytes and back: what counting reads, a few dozen bytes a response.

The layout follows the document, switched-off questions included, so that switching one on moves nothing.

single   1 byte: 0 not asked, 255 skipped, else the code. Rating: value - low + 1, specials their own code.
         Ranking: one per position. Grid: one per row. Place: 2 bytes little-endian, 65535 skipped, specials
         60000 + code.
bitmap   1 byte (0 not asked, 255 skipped, 1 answered), then a little-endian bitmap, option = bit code - 1.
number   1 byte (0, 255, 1 for a value, else a special's code), then the value, little-endian signed, 4 bytes.
flag     1 byte: 0 not asked, 255 skipped, 1 something was written. Texts and write-ins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from surveys.errors import SurveysError
from surveys.questionnaire.model import Answer, Answers, Questionnaire
from surveys.questionnaire.plan import plan_of

NOT_ASKED, ANSWERED, SKIPPED = 0, 1, 255
PLACE_SKIPPED, PLACE_SPECIAL = 65535, 60000

ColumnKind = Literal["single", "bitmap", "number", "flag"]


@dataclass(frozen=True)
class Column:
    """One field of the packed row. ``codes``: code to stable key in document order; a point is its digits."""

    question: str
    item: str
    """Grid row, rank position ("1"), write-in option; else empty."""
    kind: ColumnKind
    offset: int
    size: int
    codes: Mapping[int, str]


class _Field:
    """A column at work: writes one value into a row and reads it back."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.start, self.end = column.offset, column.offset + column.size
        self.state_end = self.end if column.kind == "single" else self.start + 1
        self.skipped = PLACE_SKIPPED if column.kind == "single" and column.size == 2 else SKIPPED
        self.code_of = {key: code for code, key in column.codes.items()}
        self.reads_as: Mapping[str, int] = {}
        """Rating: a point's digits to the number that stands in answers."""

    def write(self, row: bytearray, value: Any) -> None:
        """Raises KeyError, TypeError, AttributeError or OverflowError for a value that is no answer here."""
        kind = self.column.kind
        if value is None:
            row[self.start : self.state_end] = self.skipped.to_bytes(self.state_end - self.start, "little")
        elif kind == "flag":
            row[self.start] = ANSWERED
        elif kind == "bitmap":
            row[self.start] = ANSWERED
            bits = sum(1 << (self.code_of[key] - 1) for key in value)
            row[self.start + 1 : self.end] = bits.to_bytes(self.column.size - 1, "little")
        elif kind == "single":
            code = self.code_of[str(value) if self.reads_as else value]
            row[self.start : self.end] = code.to_bytes(self.column.size, "little")
        elif isinstance(value, str):
            row[self.start] = self.code_of[value]
        else:
            row[self.start] = ANSWERED
            row[self.start + 1 : self.end] = value.to_bytes(4, "little", signed=True)

    def asked(self, row: bytes) -> bool:
        return any(row[self.start : self.state_end])

    def read(self, row: bytes) -> Any:
        kind, codes = self.column.kind, self.column.codes
        state = int.from_bytes(row[self.start : self.state_end], "little")
        if state == self.skipped:
            return None
        if kind == "single":
            return self.reads_as.get(codes[state], codes[state])
        if kind == "flag":
            return True
        if kind == "number" and state != ANSWERED:
            return codes[state]
        value = int.from_bytes(row[self.start + 1 : self.end], "little", signed=kind == "number")
        return value if kind == "number" else [key for code, key in codes.items() if value >> (code - 1) & 1]


@dataclass(frozen=True)
class _Entry:
    """One answer (a question's or a write-in's) and the columns it fills."""

    name: str
    shape: Literal["plain", "ranking", "grid"]
    fields: tuple[_Field, ...]


class Codebook:
    """The packed layout of one questionnaire: ``width`` bytes a row, ``columns`` in order of offset."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.width = 0
        self._questionnaire = questionnaire
        self._entries: dict[str, _Entry] = {}
        write_ins = plan_of(questionnaire).write_ins
        for question in questionnaire.all_questions:
            self._entries[question.id] = self._entry(question)
            for key in write_ins[question.id]:
                name = f"{question.id}.{key}"
                self._entries[name] = _Entry(name, "plain", (self._field(question.id, "flag", 1, {}, key),))
        self.columns = tuple(cell.column for entry in self._entries.values() for cell in entry.fields)

    def _field(
        self, id: str, kind: ColumnKind, size: int, codes: Mapping[int, str], item: str = ""
    ) -> _Field:
        column = Column(id, item, kind, self.width, size, codes)
        self.width += size
        return _Field(column)

    def _entry(self, question: Any) -> _Entry:
        id, kind = question.id, question.kind
        codes = {o.code: o.key for o in plan_of(self._questionnaire).options[id].values()}
        if kind == "ranking":
            spots = range(1, question.top + 1)
            return _Entry(id, kind, tuple(self._field(id, "single", 1, codes, str(n)) for n in spots))
        if kind == "grid":
            rows = question.rows
            return _Entry(id, kind, tuple(self._field(id, "single", 1, codes, row.key) for row in rows))
        if kind == "several":
            field = self._field(id, "bitmap", 1 + max(2, (max(codes, default=1) + 7) // 8), codes)
        elif kind == "number":
            field = self._field(id, "number", 5, codes)
        elif kind == "place":
            places = {p.code: p.key for p in self._questionnaire.places_at(question.level)}
            specials = {PLACE_SPECIAL + code: key for code, key in codes.items()}
            field = self._field(id, "single", 2, {**places, **specials})
        elif kind == "rating":
            points = range(question.low, question.high + 1)
            scale = {point - question.low + 1: str(point) for point in points}
            field = self._field(id, "single", 1, {**scale, **codes})
            field.reads_as = {str(point): point for point in points}
        elif kind in ("one", "one-of"):
            field = self._field(id, "single", 1, codes)
        else:
            field = self._field(id, "flag", 1, {})
        return _Entry(id, "plain", (field,))

    def pack(self, answers: Answers) -> bytes:
        """The row of these pruned answers, ``width`` bytes.

        Raises SurveysError ``answers.uncodable`` (``question``) for a question or a choice it does not know.
        """
        row = bytearray(self.width)
        for name, value in answers.items():
            try:
                entry = self._entries[name]
                if entry.shape == "plain":
                    entry.fields[0].write(row, value)
                else:
                    _write_many(entry, row, value)
            except (KeyError, IndexError, TypeError, AttributeError, OverflowError) as problem:
                raise SurveysError("answers.uncodable", question=name) from problem
        return bytes(row)

    def unpack(self, packed: bytes) -> dict[str, Answer]:
        """The answers of one row, in document order; texts come back as True.

        Raises SurveysError ``answers.unreadable`` for a row of another width.
        """
        if len(packed) != self.width:
            raise SurveysError("answers.unreadable", width=self.width, length=len(packed))
        answers: dict[str, Answer] = {}
        for name, entry in self._entries.items():
            if not entry.fields[0].asked(packed):
                continue
            if entry.shape == "plain":
                answers[name] = entry.fields[0].read(packed)
            else:
                answers[name] = _read_many(entry, packed)
        return answers


def _write_many(entry: _Entry, row: bytearray, value: Any) -> None:
    if entry.shape == "grid":
        rows = value or {}
        unknown = rows.keys() - {f.column.item for f in entry.fields}
        if unknown:
            raise KeyError(*unknown)
        for cell in entry.fields:
            cell.write(row, rows.get(cell.column.item))
    else:
        ranked = value or []
        if len(ranked) > len(entry.fields):
            raise IndexError(len(ranked))
        for n, cell in enumerate(entry.fields):
            cell.write(row, ranked[n] if n < len(ranked) else None)


def _read_many(entry: _Entry, packed: bytes) -> Answer:
    values = {cell.column.item: cell.read(packed) for cell in entry.fields}
    if all(v is None for v in values.values()):
        return None
    return values if entry.shape == "grid" else [v for v in values.values() if v is not None]


def codebook_of(questionnaire: Questionnaire) -> Codebook:
    """The codebook of this document, built once per document."""
    kept: Codebook | None = questionnaire.compiled.get("codebook")
    if kept is None:
        kept = questionnaire.compiled["codebook"] = Codebook(questionnaire)
    return kept
