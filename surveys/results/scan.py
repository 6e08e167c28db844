"""Question by question, from the packed rows: what the cube does not hold. For officers; never published.

A scan of a hundred thousand responses takes a fraction of a second, so it runs when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import arrays as np
from surveys.errors import SurveysError
from surveys.responses import RESPONSE
from surveys.results.columns import (
    ABSENT,
    FIRST,
    OTHER,
    CodeColumn,
    NumberColumn,
    Rows,
    SetColumn,
)
from surveys.results.cube import CHUNK, Where
from surveys.results.layout import Layout
from surveys.results.ranking import Ballot
from surveys.results.tables import EXCLUSIVE, ExactTable, Group, Row, answer_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Batch = tuple[str, Rows]
"""A version's id and packed rows of it."""


@dataclass(frozen=True)
class Crossed:
    """``table``: groups are the answers of the second question (people who chose several are in several).

    ``weighted``: groups by rows, shares of those who answered (0 without a base); ``effective`` and what they
    weigh together (``weight``): by group.
    """

    table: ExactTable
    weighted: Floats
    effective: Floats
    weight: Floats


def batches(session: Session, survey_id: str, layout: Layout) -> Iterator[Batch]:
    """Every counted response of a survey, some thousands at a time."""
    query = (
        select(RESPONSE.c.version_id, RESPONSE.c.packed)
        .where(RESPONSE.c.survey_id == survey_id, RESPONSE.c.status == "counted")
        .execution_options(yield_per=CHUNK)
    )
    for part in session.connection().execute(query).partitions():
        by_version: dict[str, list[bytes]] = {}
        for version, packed in part:
            by_version.setdefault(version, []).append(packed)
        for version, rows in by_version.items():
            reader = layout.readers.get(version)
            if reader is not None:
                yield version, reader.columns.matrix(rows)


def crossed(
    layout: Layout,
    stored: Iterable[Batch],
    question: str,
    against: str,
    *,
    item: str = "",
    against_item: str = "",
    where: Where | None = None,
    weights: Mapping[int, float] | None = None,
) -> Crossed:
    """One question by the answers of another, each of its newest meaning. ``item``: the row of a grid.

    ``weights``: by cell number of the layout; everybody counts 1 without. Raises SurveysError
    ``table.unknown`` for a question that is not asked, a grid without its row, or a text.
    """
    document = layout.questionnaire
    first, second = _asked(document, question, item), _asked(document, against, against_item)
    keys, groups = answer_keys(document, first), answer_keys(document, second)
    people = np.zeros((len(groups), len(keys)))
    heavy = np.zeros((len(groups), len(keys)))
    asked, answered = np.zeros(len(groups)), np.zeros(len(groups))
    sums, squares = np.zeros(len(groups)), np.zeros(len(groups))
    base = first.of if first.kind == "one-of" else question
    for version, rows in stored:
        reader, series = layout.readers[version], layout.series[version]
        if any(series.get(id) != 0 for id in {question, against, base}):
            continue
        cells = reader.cells(rows)
        inside = _inside(layout, cells, where or {})
        rows, cells = rows[inside], cells[inside]
        chosen, _, _ = _answers(reader.columns.of(question), item, keys, rows)
        _, was_asked, gave = _answers(reader.columns.of(base), item, (), rows)
        member, _, _ = _answers(reader.columns.of(against), against_item, groups, rows)
        weight = _weights(cells, weights)
        people += member.T @ chosen
        heavy += (member * weight[:, None]).T @ chosen
        asked += member.T @ was_asked
        answered += member.T @ gave
        sums += member.T @ (gave * weight)
        squares += member.T @ (gave * weight**2)
    table = ExactTable(
        key=f"{question}.against.{against}",
        question=question,
        kind=first.kind,
        base=base,
        groups=tuple(
            Group(
                key,
                int(asked[n]),
                int(asked[n] - answered[n]),
                tuple(Row(answer, int(people[n, m])) for m, answer in enumerate(keys)),
            )
            for n, key in enumerate(groups)
        ),
        item=item or None,
        adds_up=first.kind in EXCLUSIVE,
        special=first.special_category or second.special_category,
        place="place" in (first.kind, second.kind),
        where=tuple(sorted((where or {}).items())),
    )
    shares = np.divide(heavy, sums[:, None], out=np.zeros_like(heavy), where=sums[:, None] > 0)
    effective = np.divide(sums**2, squares, out=np.zeros_like(sums), where=squares > 0)
    return Crossed(table, shares, effective, sums)


def ballots(layout: Layout, stored: Iterable[Batch], question: str) -> tuple[list[Ballot], NDArray[np.int64]]:
    """Every order somebody gave to a ranking, as places in its answer keys, and how many gave it."""
    document = layout.questionnaire
    asked = _asked(document, question, "")
    if asked.kind != "ranking":
        raise SurveysError("table.unknown", question=question)
    keys = list(answer_keys(document, asked))
    found: dict[Ballot, int] = {}
    for version, rows in stored:
        if layout.series[version].get(question) != 0:
            continue
        columns = [c for c in layout.readers[version].columns.of(question) if isinstance(c, CodeColumn)]
        spots = [column for column in columns if not column.is_flag]
        states = np.column_stack([column.states(rows) for column in spots])
        orders, many = np.unique(states, axis=0, return_counts=True)
        for order, number in zip(orders.tolist(), many.tolist(), strict=True):
            ballot = tuple(keys.index(spots[0].keys[state - FIRST]) for state in order if state >= FIRST)
            if ballot:
                found[ballot] = found.get(ballot, 0) + number
    return list(found), np.array(list(found.values()), dtype=np.int64)


def _asked(document: Any, id: str, item: str) -> Any:
    question = document.question_by_id.get(id)
    if question is None or question.kind in ("short-text", "long-text"):
        raise SurveysError("table.unknown", question=id)
    if question.kind == "grid" and item not in {row.key for row in question.rows}:
        raise SurveysError("table.unknown", question=id, item=item)
    return question


def _inside(layout: Layout, cells: NDArray[np.int64], where: Where) -> NDArray[np.bool_]:
    inside = np.ones(len(cells), dtype=bool)
    if where:
        axes = np.unravel_index(cells, layout.shape)
        for key, category in where.items():
            number = layout.axis(key)
            inside &= axes[number] == layout.axes[number].categories.index(category)
    return inside


def _weights(cells: NDArray[np.int64], weights: Mapping[int, float] | None) -> Floats:
    if not weights or not len(cells):
        return np.ones(len(cells))
    different, place = np.unique(cells, return_inverse=True)
    return np.array([weights.get(cell, 1.0) for cell in different.tolist()])[place]


def _answers(
    columns: Sequence[CodeColumn | NumberColumn | SetColumn], item: str, keys: Sequence[str], rows: Rows
) -> tuple[Floats, Floats, Floats]:
    """Who gave which of ``keys`` (people by keys), who was asked, who answered; all 0 and 1."""
    chosen = np.zeros((len(rows), len(keys)))
    asked, answered = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    place = {key: number for number, key in enumerate(keys)}
    for column in columns:
        ranked = column.item.isdigit() and not item
        if (isinstance(column, CodeColumn) and column.is_flag) or (column.item != item and not ranked):
            continue
        states = column.states(rows)
        asked |= states != ABSENT
        answered |= states >= FIRST
        if isinstance(column, SetColumn):
            bits = column.chosen(rows)
            for number, key in enumerate(column.keys):
                if key in place:
                    chosen[:, place[key]] = bits[:, number]
            continue
        for state, key in enumerate(column.keys, FIRST):
            if key in place and key != OTHER:
                chosen[:, place[key]] += states == state
    return np.minimum(chosen, 1.0), asked.astype(np.float64), answered.astype(np.float64)
