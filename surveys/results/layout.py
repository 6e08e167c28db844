"""What is counted: the axes people are tallied by, the counters they add to, and how a packed row meets both.

One layout spans all versions of a survey. Axes and nets come from the newest version's document. A counter
carries the ``series`` of its question: 0 is the question as asked now, 1 and up are earlier meanings of it,
which are never added to the present one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from surveys import arrays as np
from surveys.questionnaire.model import Dimension, Net, Questionnaire
from surveys.results.columns import (
    OTHER,
    AnyColumn,
    CodeColumn,
    Columns,
    NumberColumn,
    Rows,
    SetColumn,
    States,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOT_GIVEN = "not-given"
Measure = Literal["responses", "asked", "skipped", "option", "net"]


class Counter(NamedTuple):
    """One thing counted. ``item``: grid row or rank position. ``key``: option, place, point, bin or net."""

    question: str
    series: int
    item: str
    measure: Measure
    key: str = ""


RESPONSES = Counter("", 0, "", "responses")


@dataclass(frozen=True)
class Version:
    """A published version of one survey; ``meaning`` is "first", "same" or "changed"."""

    id: str
    number: int
    meaning: str
    questionnaire: Questionnaire


@dataclass(frozen=True)
class Axis:
    """A dimension with its "not-given" category, which is always the last."""

    key: str
    categories: tuple[str, ...]


class Layout:
    """Axes and counters of a survey, and one :class:`Reader` per version. Versions come oldest first."""

    def __init__(self, versions: Sequence[Version]) -> None:
        if not versions:
            raise ValueError("a layout needs a version")
        self.versions = tuple(versions)
        self.axes = tuple(
            Axis(d.key, (*(c.key for c in d.categories), NOT_GIVEN)) for d in self.questionnaire.dimensions
        )
        self.shape = tuple(len(axis.categories) for axis in self.axes)
        self.cells = math.prod(self.shape)
        self.counters: dict[Counter, int] = {RESPONSES: 0}
        self.sums: dict[tuple[str, int], int] = {}
        self.series = _series(self.versions)
        self.readers = {v.id: Reader(self, v) for v in self.versions}

    @property
    def questionnaire(self) -> Questionnaire:
        return self.versions[-1].questionnaire

    def axis(self, key: str) -> int:
        """The number of an axis. Raises KeyError for a dimension the survey does not have."""
        for number, axis in enumerate(self.axes):
            if axis.key == key:
                return number
        raise KeyError(key)

    def place(self, counter: Counter) -> int:
        return self.counters.setdefault(counter, len(self.counters))

    @cached_property
    def earlier(self) -> tuple[tuple[Version, str, int], ...]:
        """Questions once asked with another meaning or since dropped: last version, question, series."""
        found: dict[tuple[str, int], Version] = {}
        for version in self.versions:
            for question in version.questionnaire.questions:
                series = self.series[version.id][question.id]
                if series > 0:
                    found[question.id, series] = version
        return tuple((version, question, series) for (question, series), version in found.items())


def _series(versions: Sequence[Version]) -> dict[str, dict[str, int]]:
    """Version id to question id to series.

    A version of the same meaning continues every question. A changed one breaks the questions whose identity
    or wording number changed; if it says of none which, it breaks them all.
    """
    ages: dict[str, int] = {}
    raw: list[dict[str, int]] = []
    before: Questionnaire | None = None
    for version in versions:
        document = version.questionnaire
        broken: set[str] = set()
        if before is not None and version.meaning == "changed":
            shared = [q for q in document.questions if q.id in before.question_by_id]
            broken = {
                q.id
                for q in shared
                if (q.identity, q.wording)
                != (before.question_by_id[q.id].identity, before.question_by_id[q.id].wording)
            } or {q.id for q in shared}
        for question in document.questions:
            ages[question.id] = ages.get(question.id, 0) + (question.id in broken)
        raw.append({q.id: ages[q.id] for q in document.questions})
        before = document
    kept = versions[-1].questionnaire.question_by_id
    return {
        version.id: {id: ages[id] - age + (id not in kept) for id, age in of.items()}
        for version, of in zip(versions, raw, strict=True)
    }


# Reading rows of one version ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Coded:
    """A column whose every state adds to some counters."""

    column: CodeColumn | NumberColumn
    by_state: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class _Chosen:
    """Several choices: states, one counter per key, and nets that count a person once."""

    column: SetColumn
    by_state: tuple[tuple[int, ...], ...]
    by_key: tuple[int, ...]
    nets: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True)
class _Ranked:
    """A net over a ranking: a person counts once if any ranked option is in it."""

    columns: tuple[CodeColumn, ...]
    members: NDArray[np.bool_]
    counter: int


@dataclass(frozen=True)
class _Summed:
    column: NumberColumn
    sum: int


class Reader:
    """How the packed rows of one version fall into cells and counters: many at once, or one."""

    def __init__(self, layout: Layout, version: Version) -> None:
        self.columns = Columns(version.questionnaire)
        self._series = layout.series[version.id]
        self._layout = layout
        nets: dict[str, list[Net]] = {}
        for net in layout.questionnaire.nets:
            if self._series.get(net.question) == 0:
                nets.setdefault(net.question, []).append(net)
        self._coded: list[_Coded] = []
        self._chosen: list[_Chosen] = []
        self._ranked: list[_Ranked] = []
        self._summed: list[_Summed] = []
        for question in version.questionnaire.questions:
            self._plan(question, nets.get(question.id, []))
        self._axes = tuple(
            self._placings(dimension, axis)
            for dimension, axis in zip(layout.questionnaire.dimensions, layout.axes, strict=True)
        )

    # Planning

    def _plan(self, question: Any, nets: list[Net]) -> None:
        columns = self.columns.of(question.id)
        for column in columns:
            if isinstance(column, SetColumn):
                self._chosen.append(self._plan_choices(column, nets))
                continue
            ranking = question.kind == "ranking" and not column.is_flag  # type: ignore[union-attr]
            self._coded.append(_Coded(column, self._plan_states(column, [] if ranking else nets, ranking)))
            if isinstance(column, NumberColumn):
                key = (question.id, self._series[question.id])
                self._summed.append(
                    _Summed(column, self._layout.sums.setdefault(key, len(self._layout.sums)))
                )
        if question.kind == "ranking":
            spots = tuple(c for c in columns if isinstance(c, CodeColumn) and not c.is_flag)
            for net in nets:
                members = np.array([False, False, *(key in net.options for key in spots[0].keys)])
                self._ranked.append(_Ranked(spots, members, self._at(question.id, "", "net", net.key)))

    def _plan_states(
        self, column: CodeColumn | NumberColumn, nets: list[Net], ranking: bool
    ) -> tuple[tuple[int, ...], ...]:
        question, item = column.question, column.item
        asked = self._at(question, "" if ranking else item, "asked")
        skipped = self._at(question, "" if ranking else item, "skipped")
        first = not ranking or item == "1"
        found: list[tuple[int, ...]] = [(), (asked, skipped) if first else ()]
        flag = isinstance(column, CodeColumn) and column.is_flag
        for key in column.keys:
            counters = [asked] if first else []
            if not (isinstance(column, NumberColumn) and key == OTHER):
                counters.append(self._at(question, item, "option", key))
            if ranking:
                counters.append(self._at(question, "", "option", key))
            if not flag:
                counters += [self._at(question, item, "net", n.key) for n in nets if key in n.options]
            found.append(tuple(counters))
        return tuple(found)

    def _plan_choices(self, column: SetColumn, nets: list[Net]) -> _Chosen:
        question = column.question
        asked, skipped = self._at(question, "", "asked"), self._at(question, "", "skipped")
        return _Chosen(
            column,
            ((), (asked, skipped), (asked,)),
            tuple(self._at(question, "", "option", key) for key in column.keys),
            tuple(
                (
                    self._at(question, "", "net", net.key),
                    tuple(n for n, key in enumerate(column.keys) if key in net.options),
                )
                for net in nets
            ),
        )

    def _at(self, question: str, item: str, measure: Measure, key: str = "") -> int:
        return self._layout.place(Counter(question, self._series[question], item, measure, key))

    def _placings(self, dimension: Dimension, axis: Axis) -> tuple[tuple[AnyColumn, NDArray[np.intp]], ...]:
        """The columns that can place a person on an axis; the category of each state (or key), -1 none."""
        found: list[tuple[AnyColumn, NDArray[np.intp]]] = []
        for id in dimension.questions:
            for column in self.columns.of(id):
                if column.item:
                    continue
                places = [
                    next((n for n, c in enumerate(dimension.categories) if key in c.answers.get(id, ())), -1)
                    for key in column.keys
                ]
                if not isinstance(column, SetColumn):
                    places = [-1, -1, *places]
                found.append((column, np.array(places, dtype=np.intp)))
        return tuple(found)

    # Many rows

    def cells(self, rows: Rows) -> NDArray[np.int64]:
        """The cell of each of ``n`` respondents: a mixed-radix number over the axes."""
        cells = np.zeros(len(rows), dtype=np.int64)
        for placings, axis in zip(self._axes, self._layout.axes, strict=True):
            last = len(axis.categories) - 1
            found = np.full(len(rows), last, dtype=np.int64)
            for column, places in reversed(placings):
                if isinstance(column, SetColumn):
                    placed = np.where((column.chosen(rows) > 0) & (places >= 0), places, last).min(axis=1)
                    found = np.where(placed < last, placed, found)
                else:
                    placed = places[column.states(rows)]
                    found = np.where(placed >= 0, placed, found)
            cells = cells * len(axis.categories) + found
        return cells

    def tally(self, rows: Rows, group: States, groups: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Adds rows up by group: counts (``groups`` by counters), sums (``groups`` by number questions)."""
        counts = np.zeros((groups, len(self._layout.counters)), dtype=np.int64)
        sums = np.zeros((groups, len(self._layout.sums)), dtype=np.int64)
        counts[:, 0] = np.bincount(group, minlength=groups)
        for coded in self._coded:
            _spread(counts, coded.column.states(rows), group, coded.by_state)
        for chosen in self._chosen:
            _spread(counts, chosen.column.states(rows), group, chosen.by_state)
            bits = chosen.column.chosen(rows)
            for counter, bit in zip(chosen.by_key, bits.T, strict=True):
                counts[:, counter] += np.bincount(group[bit > 0], minlength=groups)
            for counter, members in chosen.nets:
                inside = bits[:, members].any(axis=1) if members else np.zeros(len(rows), dtype=bool)
                counts[:, counter] += np.bincount(group[inside], minlength=groups)
        for ranked in self._ranked:
            inside = np.zeros(len(rows), dtype=bool)
            for column in ranked.columns:
                inside |= ranked.members[column.states(rows)]
            counts[:, ranked.counter] += np.bincount(group[inside], minlength=groups)
        for summed in self._summed:
            given, values = summed.column.values(rows)
            np.add.at(sums[:, summed.sum], group[given], values[given])
        return counts, sums

    # One row

    def cell(self, row: bytes) -> int:
        cell = 0
        for placings, axis in zip(self._axes, self._layout.axes, strict=True):
            last = len(axis.categories) - 1
            found = last
            for column, places in placings:
                if isinstance(column, SetColumn):
                    placed = min((int(p) for n in column.choices(row) if (p := places[n]) >= 0), default=-1)
                else:
                    placed = int(places[column.state(row)])
                if placed >= 0:
                    found = placed
                    break
            cell = cell * len(axis.categories) + found
        return cell

    def counters(self, row: bytes) -> Iterator[int]:
        """Every counter one respondent adds 1 to."""
        yield 0
        for coded in self._coded:
            yield from coded.by_state[coded.column.state(row)]
        for chosen in self._chosen:
            yield from chosen.by_state[chosen.column.state(row)]
            picked = chosen.column.choices(row)
            for place in picked:
                yield chosen.by_key[place]
            for counter, members in chosen.nets:
                if any(place in members for place in picked):
                    yield counter
        for ranked in self._ranked:
            if any(ranked.members[column.state(row)] for column in ranked.columns):
                yield ranked.counter

    def numbers(self, row: bytes) -> Iterator[tuple[int, int]]:
        """Every sum one respondent adds to, with the number."""
        for summed in self._summed:
            value = summed.column.value(row)
            if value is not None:
                yield summed.sum, value


def _spread(
    counts: NDArray[np.int64], states: States, group: States, by_state: tuple[tuple[int, ...], ...]
) -> None:
    groups, width = len(counts), len(by_state)
    seen = np.bincount(group * width + states, minlength=groups * width).reshape(groups, width)
    for state, counters in enumerate(by_state):
        for counter in counters:
            counts[:, counter] += seen[:, state]
