"""Tables of the desk laid out: rows and heads for pages, plain JSON for pages and charts alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal import maps
from portal.figure_words import classes
from portal.reading import ALL, NOT_GIVEN, Reading, base_words, hidden_words, line_words, net_share
from surveys.results.rounding import Policy
from surveys.results.tables import ExactTable

Cell = dict[str, Any] | str

MOST_ACROSS = 8
"""Answers that stand side by side; with more of them than groups, the groups do."""


def table_of(reading: Reading, wards: Sequence[maps.Ward] = ()) -> list[dict[str, Any]]:
    """One released table laid out: heads and rows, all words from the reading."""
    title = reading.title.text
    base: dict[str, Any] = {"key": reading.key, "title": title, "rules": reading.rules}
    if reading.by is None and reading.kind != "grid":
        block = reading.first
        rows = [
            {
                "name": line.label.text,
                "cells": [_percent(line, block.hidden), _people(line, block.hidden)],
                "bar": line.percent,
                "muted": line.aside,
            }
            for line in reading.sorted_lines(block)
        ]
        foot = (
            f"Asked: {base_words(block, 'asked')}. Answered: {base_words(block, 'answered')}. "
            f"Skipped: {base_words(block, 'skipped')}."
        )
        if block.hidden:
            foot += f" {hidden_words(block).capitalize()}."
        return [{**base, "kind": "topline", "rows": rows, "foot": foot}]
    by = f" by {reading.by_title.text.lower()}" if reading.by else ""
    if reading.net is not None:
        drawn = _on_map(reading, wards)
        named = classes(maps.breaks(net_share(reading))) if drawn else []
        legend = [{"level": level, "text": text} for level, text in enumerate(named, start=1)]
        rows = _groups(reading, drawn)
        return [{**base, "title": title + by, "kind": "groups", "rows": rows, "legend": legend}]
    keys = list(dict.fromkeys(line.key for block in reading.blocks for line in block.lines))
    heads = ["Group", "People who answered", *(_name(reading, key) for key in keys)]
    title += by
    groups: list[list[Cell]] = [
        [
            block.label.text,
            {"text": base_words(block, "answered"), "few": block.answered is None},
            *(_percent(block.line(key), block.hidden) for key in keys),
        ]
        for block in reading.blocks
    ]
    lines = len(groups)
    heads, groups = turned(heads, groups)
    return [{**base, "title": title, "kind": "matrix", "heads": heads, "rows": groups, "lines": lines}]


def turned(heads: list[str], groups: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """The same figures with an answer a row and a group a column, where there are many answers."""
    answers = len(heads) - 2
    if answers <= MOST_ACROSS or len(groups) >= answers:
        return heads, groups
    across = ["Answer", *(str(group[0]) for group in groups)]
    rows = [[head, *(group[place] for group in groups)] for place, head in enumerate(heads) if place]
    return across, rows


def _on_map(reading: Reading, wards: Sequence[maps.Ward]) -> tuple[maps.Ward, ...]:
    mapped = wards if reading.by is not None and reading.by.map else ()
    return maps.in_order(ward for ward in mapped if reading.block(ward.key))


def _groups(reading: Reading, wards: Sequence[maps.Ward]) -> list[dict[str, Any]]:
    """One figure by group: a row with a bar for each; wards with the numbers they have on the map."""
    numbers = {ward.key: number for number, ward in enumerate(wards, start=1)}
    rows = []
    for block in reading.blocks:
        line = block.lines[0] if block.lines else None
        number = f"{numbers[block.key]} " if block.key in numbers else ""
        answered: Cell = {"text": base_words(block, "answered"), "few": block.answered is None}
        rows.append(
            {
                "name": f"{number}{block.label.text}",
                "cells": [_percent(line, block.hidden), answered],
                "bar": line.percent if line is not None and not block.hidden else None,
                "muted": block.key in (ALL, NOT_GIVEN),
            }
        )
    return rows


def _name(reading: Reading, key: str) -> str:
    if reading.net is not None:
        return reading.title.text
    return reading.answer(key).text


def _percent(line: Any, hidden: str) -> Cell:
    if line is None or hidden:
        return {"text": "hidden", "few": True}
    if line.percent is not None:
        return f"{line.percent}%"
    if line.protects:
        return {"text": "hidden", "few": True}
    few = line.count is None or line.count < Policy().percent_base
    return {"text": "too few" if few else "not a share", "few": True}


def _people(line: Any, hidden: str) -> Cell:
    if hidden or line.count is None:
        return {"text": "hidden" if hidden else line_words(line), "few": True}
    return {"text": str(line.count), "narrow": f"{line.count} people"}


def exact_json(table: ExactTable) -> dict[str, Any]:
    """An exact table in the form pages and charts read, its percentages whole."""
    return {
        "key": table.key,
        "question": table.question,
        "kind": table.kind,
        "base": table.base,
        "by": table.by,
        "net": table.net,
        "item": table.item,
        "groups": [
            {
                "key": group.key,
                "asked": group.asked,
                "answered": group.answered,
                "skipped": group.skipped,
                "hidden": None,
                "rows": [
                    {
                        "key": row.key,
                        "count": row.people,
                        "percent": round(100 * row.people / group.answered) if group.answered else None,
                        "hidden": None,
                    }
                    for row in group.rows
                ],
                "withheld": [],
            }
            for group in table.groups
        ],
    }
