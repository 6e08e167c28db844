"""Tables of the desk laid out: rows and heads for pages, plain JSON for pages and charts alike."""

from __future__ import annotations

from typing import Any

from portal.reading import Reading, base_words, hidden_words, line_words
from surveys.results.tables import ExactTable

Cell = dict[str, Any] | str


def table_of(reading: Reading) -> list[dict[str, Any]]:
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
    keys = list(dict.fromkeys(line.key for block in reading.blocks for line in block.lines))
    heads = ["Group", "People who answered", *(_name(reading, key) for key in keys)]
    groups: list[list[Cell]] = [
        [
            block.label.text,
            {"text": base_words(block, "answered"), "few": block.answered is None},
            *(_percent(block.line(key), block.hidden) for key in keys),
        ]
        for block in reading.blocks
    ]
    by = f" by {reading.by_title.text.lower()}" if reading.by else ""
    return [{**base, "title": title + by, "kind": "matrix", "heads": heads, "rows": groups}]


def _name(reading: Reading, key: str) -> str:
    if reading.net is not None:
        return reading.title.text
    return reading.answer(key).text


def _percent(line: Any, hidden: str) -> Cell:
    if line is None or hidden:
        return {"text": "hidden", "few": True}
    if line.percent is not None:
        return f"{line.percent}%"
    return {"text": "hidden" if line.protects else "too few", "few": True}


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
