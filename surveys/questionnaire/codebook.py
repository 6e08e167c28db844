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

    def __init__(self, column: Column, integers: bool = False) -> None:
        self.column = column
        self.integers = integers
        self.start, self.end = column.offset, column.offset + column.size
        self.skipped = PLACE_SKIPPED if column.kind == "single" and column.size == 2 else SKIPPED
        self.code_of = {key: code for code, key in column.codes.items()}

    def write(self, row: bytearray, value: Any) -> None:
        kind = self.column.kind
        if kind == "single":
            code = self.skipped if value is None else self.code_of[str(value) if self.integers else value]
            row[self.start : self.end] = code.to_bytes(self.column.size, "little")
        elif kind == "flag":
            row[self.start] = SKIPPED if value is None else ANSWERED
        elif value is None:
            row[self.start] = SKIPPED
        elif kind == "bitmap":
            row[self.start] = ANSWERED
            bits = sum(1 << (self.code_of[key] - 1) for key in value)
            row[self.start + 1 : self.end] = bits.to_bytes(self.column.size - 1, "little")
        elif isinstance(value, str):
            row[self.start] = self.code_of[value]
        else:
            row[self.start] = ANSWERED
            row[self.start + 1 : self.end] = value.to_bytes(4, "little", signed=True)

    def asked(self, row: bytes) -> bool:
        return any(row[self.start : self.start + (2 if self.column.size == 2 else 1)])

    def read(self, row: bytes) -> Any:
        kind, codes = self.column.kind, self.column.codes
        if kind == "single":
            code = int.from_bytes(row[self.start : self.end], "little")
            if code == self.skipped:
                return None
            return int(codes[code]) if self.integers and codes[code].isdigit() else codes[code]
        state = row[self.start]
        if state == SKIPPED:
            return None
        if kind == "flag":
            return True
        if kind == "bitmap":
            bits = int.from_bytes(row[self.start + 1 : self.end], "little")
            return [key for code, key in codes.items() if bits >> (code - 1) & 1]
        if state == ANSWERED:
            return int.from_bytes(row[self.start + 1 : self.end], "little", signed=True)
        return codes[state]


@dataclass(frozen=True)
class _Entry:
    """One answer (a question's or a write-in's) and the fields it fills."""

    name: str
    shape: Literal["plain", "ranking", "grid"]
    fields: tuple[_Field, ...]


class Codebook:
    """The packed layout of one questionnaire: ``width`` bytes a row, ``columns`` in order of offset."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.width = 0
        columns: list[Column] = []
        self._entries: dict[str, _Entry] = {}
        options = plan_of(questionnaire).options

        def place(question: str, item: str, kind: ColumnKind, size: int, codes: Mapping[int, str]) -> Column:
            column = Column(question, item, kind, self.width, size, codes)
            columns.append(column)
            self.width += size
            return column

        for question in questionnaire.all_questions:
            id = question.id
            codes = {o.code: o.key for o in options[id].values()}
            layout = _LAYOUTS.get(question.kind)
            entry = _Entry(id, "plain", ())
            if question.kind == "several":
                highest = max((*codes, 1))
                entry = _plain(place(id, "", "bitmap", 1 + max(2, (highest + 7) // 8), codes))
            elif question.kind == "ranking":
                spots = (place(id, str(n), "single", 1, codes) for n in range(1, question.top + 1))
                entry = _Entry(id, "ranking", tuple(_Field(c) for c in spots))
            elif question.kind == "grid":
                rows = (place(id, row.key, "single", 1, codes) for row in question.rows)
                entry = _Entry(id, "grid", tuple(_Field(c) for c in rows))
            elif question.kind == "rating":
                points = {n - question.low + 1: str(n) for n in range(question.low, question.high + 1)}
                column = place(id, "", "single", 1, {**points, **codes})
                entry = _Entry(id, "plain", (_Field(column, integers=True),))
            elif question.kind == "place":
                places = {p.code: p.key for p in questionnaire.places_at(question.level)}
                specials = {PLACE_SPECIAL + code: key for code, key in codes.items()}
                entry = _plain(place(id, "", "single", 2, {**places, **specials}))
            else:
                kind, size = layout or ("single", 1)
                entry = _plain(place(id, "", kind, size, codes))
            self._entries[id] = entry
            for key in plan_of(questionnaire).write_ins[id]:
                self._entries[f"{id}.{key}"] = _plain(place(id, key, "flag", 1, {}), name=f"{id}.{key}")
        self.columns = tuple(columns)

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
        """The answers of one row, in document order; texts come back as True."""
        answers: dict[str, Answer] = {}
        for name, entry in self._entries.items():
            if not entry.fields or not entry.fields[0].asked(packed):
                continue
            if entry.shape == "plain":
                answers[name] = entry.fields[0].read(packed)
            else:
                answers[name] = _read_many(entry, packed)
        return answers


_LAYOUTS: dict[str, tuple[ColumnKind, int]] = {
    "number": ("number", 5),
    "short-text": ("flag", 1),
    "long-text": ("flag", 1),
}


def _plain(column: Column, name: str = "") -> _Entry:
    return _Entry(name or column.question, "plain", (_Field(column),))


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
