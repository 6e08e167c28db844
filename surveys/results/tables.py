"""Exact tables: what the counts say, before anything is done to make them safe to show.

For officers with the analyst role, and for :mod:`surveys.results.disclosure`, which alone turns them into
tables that others may see. Numbers are people. Rows and groups come in document order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from surveys import arrays as np
from surveys.errors import SurveysError
from surveys.questionnaire.model import Breakdown, Net, Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.results.columns import WROTE
from surveys.results.cube import Cube, Where
from surveys.results.layout import Counter, Layout, Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALL = "all"
WHO = "who"
FIRST_CHOICE = "first"
"""Suffix of a ranking's second table: who put an option first, beside who ranked it at all."""
FIRST_FIVE = "first-five"
"""Suffix of its third, where people rank more than five: who put an option among the first five."""
FIVE = ("1", "2", "3", "4", "5")
TEXTS = ("short-text", "long-text")
EXCLUSIVE = ("one", "place", "rating", "number", "grid", *TEXTS)
"""Kinds whose answers exclude each other: their rows add up to the people who answered."""


class Row(NamedTuple):
    key: str
    people: int


@dataclass(frozen=True)
class Group:
    """People a run of rows is about. ``asked`` = ``answered`` + ``skipped``; the not asked are the rest."""

    key: str
    asked: int
    skipped: int
    rows: tuple[Row, ...]

    @property
    def answered(self) -> int:
        return self.asked - self.skipped


@dataclass(frozen=True)
class ExactTable:
    """One question, for everybody or by one dimension. ``base``: the question whose asked and answered count.

    By a dimension the first group is everybody ("all") and the sum of the others. ``item`` names the grid row
    of a grid broken down; ``adds_up``: the rows share out the people who answered; ``net_of``: the answers
    that a net adds up; ``where``: the filter of an officer's table, which can never be published.
    """

    key: str
    question: str
    kind: str
    base: str
    groups: tuple[Group, ...]
    by: str | None = None
    net: str | None = None
    item: str | None = None
    series: int = 0
    adds_up: bool = False
    special: bool = False
    place: bool = False
    net_of: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()


class _Ask:
    """Reads counters off one line of the cube: totals, or one category of an axis."""

    def __init__(self, layout: Layout, line: NDArray[np.int64]) -> None:
        self._counters, self._line = layout.counters, line

    def __call__(self, question: str, series: int, item: str, measure: Measure, key: str = "") -> int:
        place = self._counters.get(Counter(question, series, item, measure, key))
        return 0 if place is None else int(self._line[place])


def topline(
    cube: Cube, question: str, *, where: Where | None = None, own_base: bool = False
) -> tuple[ExactTable, ...]:
    """The tables of one question for everybody: one, or two or three for a ranking.

    Pick-then-one is counted among the people who answered the question it picks from, unless ``own_base``.
    Raises SurveysError ``table.unknown`` for a question that is not asked.
    """
    return _toplines(cube.layout, cube.totals(where), _question(cube, question), 0, where, own_base)


def all_toplines(cube: Cube, questionnaire: Questionnaire | None = None) -> tuple[ExactTable, ...]:
    """The toplines of every released question, in document order."""
    totals, document = cube.totals(), questionnaire or cube.layout.questionnaire
    return tuple(
        table
        for question in document.questions
        if question.released
        for table in _toplines(cube.layout, totals, question, 0, None, False)
    )


def earlier(cube: Cube) -> tuple[tuple[int, ExactTable], ...]:
    """Toplines of released questions as once asked with another meaning, with their last version's number."""
    totals = cube.totals()
    found: list[tuple[int, ExactTable]] = []
    for version, id, series in cube.layout.earlier:
        question = version.questionnaire.question_by_id[id]
        if question.released:
            document = version.questionnaire
            tables = _toplines(cube.layout, totals, question, series, None, True, document)
            found += [(version.number, table) for table in tables]
    return tuple(found)


def cross(
    cube: Cube, question: str, by: str, *, net: str | None = None, where: Where | None = None
) -> tuple[ExactTable, ...]:
    """One question (or one net of it) by one dimension: one table, or one per row of a grid.

    The first group is everybody, the last those who gave no category. Raises SurveysError ``table.unknown``.
    """
    layout, asked = cube.layout, _question(cube, question)
    document = layout.questionnaire
    if not any(axis.key == by for axis in layout.axes):
        raise SurveysError("table.unknown", question=question, by=by)
    summed = next((n for n in nets_of(document, question) if n.key == net), None)
    if net is not None and summed is None:
        raise SurveysError("table.unknown", question=question, net=net)
    dimension = next(d for d in document.dimensions if d.key == by)
    places = range(len(layout.counters))
    lines = [cube.totals(where), *cube.across(by, places, where)]
    keys = (ALL, *layout.axes[layout.axis(by)].categories)
    items = [row.key for row in asked.rows] if asked.kind == "grid" else [""]
    by_place = dimension.map or any(
        q in document.question_by_id and document.question_by_id[q].kind == "place"
        for q in dimension.questions
    )
    base, named = _base(asked, False), f"{question}.{{}}" if asked.kind == "grid" else question
    tables = []
    for item in items:
        rows: _Rows = [(net, item, "net", net)] if net else _rows(document, asked, item)
        suffix = f".by.{by}.{net}" if net else f".by.{by}"
        tables.append(
            ExactTable(
                key=named.format(item) + suffix,
                question=question,
                kind=asked.kind,
                base=base,
                groups=tuple(
                    _group(key, _Ask(layout, line), question, base, 0, item, rows)
                    for key, line in zip(keys, lines, strict=True)
                ),
                by=by,
                net=net,
                item=item or None,
                adds_up=net is None and asked.kind in EXCLUSIVE,
                special=asked.special_category or dimension.special_category,
                place=by_place or asked.kind == "place",
                net_of=tuple(summed.options) if summed else (),
                where=tuple(sorted((where or {}).items())),
            )
        )
    return tuple(tables)


def menu(cube: Cube) -> tuple[ExactTable, ...]:
    """The fixed menu of a release: every topline in document order, then the document's breakdowns."""
    document = cube.layout.questionnaire
    broken_down = (t for entry in document.breakdowns for t in _broken_down(cube, entry))
    return (*all_toplines(cube), *broken_down)


def profile(cube: Cube) -> tuple[ExactTable, ...]:
    """Who answered: one table per dimension, keys ``who.<dimension>``; the base is who gave a category."""
    document, found = cube.layout.questionnaire, []
    for axis in cube.layout.axes:
        people = cube.across(axis.key, [0])[:, 0].tolist()
        dimension = next(d for d in document.dimensions if d.key == axis.key)
        rows = tuple(Row(key, number) for key, number in zip(axis.categories[:-1], people, strict=False))
        found.append(
            ExactTable(
                key=f"{WHO}.{axis.key}",
                question=dimension.questions[0],
                kind="one",
                base=f"{WHO}.{axis.key}",
                groups=(Group(ALL, sum(people), people[-1], rows),),
                adds_up=True,
                special=dimension.special_category,
                place=dimension.map,
            )
        )
    return tuple(found)


def _broken_down(cube: Cube, entry: Breakdown) -> tuple[ExactTable, ...]:
    question = cube.layout.questionnaire.question_by_id.get(entry.question)
    if question is None or not question.released:
        return ()
    return cross(cube, entry.question, entry.by, net=entry.net)


def clashes(cube: Cube, tables: Sequence[ExactTable], *, below: int) -> set[tuple[str, str]]:
    """Table and group keys to hide: groups of two dimensions that almost coincide, for the same answers.

    Two groups that share nobody but ``below`` people or fewer on either side could be subtracted from each
    other. Of each such pair the one in the later table goes. Groups of the very same people stay.
    """
    found: set[tuple[str, str]] = set()
    broken_down = [table for table in tables if table.by is not None]
    for place, later in enumerate(broken_down):
        for before in broken_down[:place]:
            if before.by == later.by or (before.question, before.item) != (later.question, later.item):
                continue
            shared = _answered_by(cube, before, str(before.by), str(later.by))
            sizes, others = shared.sum(axis=1), shared.sum(axis=0)
            for a, b in np.argwhere(shared >= below):
                apart = (sizes[a] - shared[a, b], others[b] - shared[a, b])
                if max(apart) < below and max(apart) > 0:
                    found.add((later.key, later.groups[1 + int(b)].key))
    return found


def _answered_by(cube: Cube, table: ExactTable, first: str, second: str) -> NDArray[np.int64]:
    counters = cube.layout.counters
    asked = counters[Counter(table.base, 0, table.item or "", "asked")]
    skipped = counters[Counter(table.base, 0, table.item or "", "skipped")]
    return cube.overlap(first, second, asked) - cube.overlap(first, second, skipped)


def nets_of(document: Questionnaire, question: str) -> tuple[Net, ...]:
    return tuple(net for net in document.nets if net.question == question)


# Rows and groups ------------------------------------------------------------------------------------------

_Rows = Sequence[tuple[str, str | tuple[str, ...], Measure, str]]
"""For each row its key, and item (or items summed), measure and key of the counter behind it."""


def _question(cube: Cube, id: str) -> Any:
    question = cube.layout.questionnaire.question_by_id.get(id)
    if question is None:
        raise SurveysError("table.unknown", question=id)
    return question


def _base(question: Any, own: bool) -> str:
    return str(question.of if question.kind == "one-of" and not own else question.id)


def _rows(document: Questionnaire, question: Any, item: str) -> _Rows:
    return [(key, item, "option", key) for key in answer_keys(document, question)]


def answer_keys(document: Questionnaire, question: Any) -> tuple[str, ...]:
    """The keys of a question's rows, in order: points or bins or places first, then options."""
    options = tuple(plan_of(document).options[question.id])
    if question.kind in TEXTS:
        return (WROTE,)
    if question.kind == "number":
        return (*(b.key for b in sorted(question.bins, key=lambda b: b.first)), *options)
    if question.kind == "rating":
        return (*(str(n) for n in range(question.low, question.high + 1)), *options)
    if question.kind == "place":
        return (*(p.key for p in document.places_at(question.level)), *options)
    return options


def _toplines(
    layout: Layout,
    totals: NDArray[np.int64],
    question: Any,
    series: int,
    where: Where | None,
    own_base: bool,
    document: Questionnaire | None = None,
) -> tuple[ExactTable, ...]:
    document, ask = document or layout.questionnaire, _Ask(layout, totals)
    base = _base(question, own_base)
    runs: list[tuple[str, list[tuple[str, str, _Rows]]]] = []
    shared_out = question.kind in EXCLUSIVE or (base == question.id and question.kind == "one-of")
    if question.kind == "grid":
        runs.append((question.id, [(r.key, r.key, _rows(document, question, r.key)) for r in question.rows]))
    else:
        runs.append((question.id, [(ALL, "", _rows(document, question, ""))]))
    if question.kind == "ranking":
        runs.append((f"{question.id}.{FIRST_CHOICE}", [(ALL, "", _rows(document, question, "1"))]))
        if question.top > len(FIVE):
            five = [(key, FIVE, measure, at) for key, _, measure, at in _rows(document, question, "")]
            runs.append((f"{question.id}.{FIRST_FIVE}", [(ALL, "", five)]))
    return tuple(
        ExactTable(
            key=key,
            question=question.id,
            kind=question.kind,
            base=base,
            groups=tuple(_group(g, ask, question.id, base, series, item, rows) for g, item, rows in groups),
            series=series,
            adds_up=shared_out or key.endswith(f".{FIRST_CHOICE}"),
            special=question.special_category,
            place=question.kind == "place",
            where=tuple(sorted((where or {}).items())),
        )
        for key, groups in runs
    )


def _group(key: str, ask: _Ask, question: str, base: str, series: int, item: str, rows: _Rows) -> Group:
    return Group(
        key=key,
        asked=ask(base, series, item, "asked"),
        skipped=ask(base, series, item, "skipped"),
        rows=tuple(
            Row(
                row,
                sum(
                    ask(question, series, one, measure, at) for one in ((of,) if isinstance(of, str) else of)
                ),
            )
            for row, of, measure, at in rows
        ),
    )


# As plain JSON, for the private frozen copy a release keeps ------------------------------------------------


def as_json(table: ExactTable) -> dict[str, Any]:
    return {
        "key": table.key, "question": table.question, "kind": table.kind, "base": table.base, "by": table.by,
        "net": table.net, "item": table.item, "series": table.series, "adds_up": table.adds_up,
        "special": table.special, "place": table.place, "net_of": [*table.net_of],
        "groups": [
            {"key": g.key, "asked": g.asked, "skipped": g.skipped, "rows": [[*row] for row in g.rows]}
            for g in table.groups
        ],
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> ExactTable:
    groups = tuple(
        Group(g["key"], g["asked"], g["skipped"], tuple(Row(key, people) for key, people in g["rows"]))
        for g in kept["groups"]
    )
    return ExactTable(**{**kept, "groups": groups, "net_of": tuple(kept["net_of"])})


def regrouped(table: ExactTable, groups: tuple[Group, ...]) -> ExactTable:
    """The same table with other groups."""
    return replace(table, groups=groups)
