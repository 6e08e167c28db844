"""Released tables laid out for the page: rows, heads and words, never a number of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from portal import maps
from portal.figure_words import classes
from portal.public.blueprint import spoken_label
from portal.reading import (
    ALL,
    NOT_GIVEN,
    Block,
    Line,
    Reading,
    base_words,
    count_words,
    hidden_words,
    line_words,
    net_share,
    people,
    percent_words,
    weighted_words,
)

Cell = dict[str, Any]
Row = dict[str, Any]


def share(line: Line | None) -> Cell:
    """A share in per cent, or the words for a missing one."""
    if line is None:
        return {"text": gettext("not asked"), "few": True}
    if line.percent is None and line.count is not None:
        return {"text": gettext("too few"), "few": True}
    return {"text": percent_words(line), "few": line.percent is None}


def _weighted(line: Line) -> Cell:
    words = weighted_words(line)
    if line.weighted is None:
        return {"text": words, "few": True}
    return {"text": words, "narrow": gettext("%(share)s weighted", share=words)}


def counted(number: int | None) -> Cell:
    """A number of people; on a phone with the word, because its column head is gone."""
    if number is None:
        return {"text": count_words(None), "few": True}
    return {"text": count_words(number), "narrow": people(number)}


def counted_line(line: Line) -> Cell:
    return {"text": line_words(line), "few": True} if line.count is None else counted(line.count)


def topline(reading: Reading, weighted: bool = False) -> list[Row]:
    """One row an answer: its share, with ``weighted`` the weighted one beside it, the people, and a bar."""
    return [
        {
            "name": spoken_label(line.label),
            "cells": [share(line), *([_weighted(line)] if weighted else []), counted_line(line)],
            "bar": line.percent,
            "muted": line.aside,
        }
        for line in reading.sorted_lines(reading.first)
    ]


def wrote(reading: Reading) -> list[Row]:
    """A text question: only how many wrote something."""
    return [{"name": spoken_label(x.label), "cells": [counted_line(x)]} for x in reading.first.lines]


def by_group(reading: Reading) -> list[Row]:
    """A net by a dimension: one row a group."""
    return [
        {
            "name": spoken_label(block.label),
            "cells": [_net(block), _people(block)],
            "bar": _net_percent(block),
            "muted": block.key in (ALL, NOT_GIVEN),
        }
        for block in reading.blocks
    ]


def by_ward(reading: Reading, numbers: Mapping[str, int]) -> list[list[Any]]:
    """The table beside a map: each ward with its number on it."""
    rows = []
    for block in reading.blocks:
        name = spoken_label(block.label)
        if block.key in numbers:
            name = Markup("{} {}").format(numbers[block.key], name)
        rows.append([name, _net(block), _base(block)])
    return rows


def _net(block: Block) -> Cell:
    if block.hidden:
        return {"text": hidden_words(block), "few": True}
    return share(block.lines[0] if block.lines else None)


def _net_percent(block: Block) -> int | None:
    return block.lines[0].percent if block.lines and not block.hidden else None


def _people(block: Block) -> Cell:
    return counted(block.answered) if block.answered is not None else _base(block)


def matrix(reading: Reading, weighted: bool = False) -> tuple[list[Any], list[Any]]:
    """Heads and rows of shares: answers down and groups across, or a grid's rows down and answers across.

    A group of which nothing may be shown is left out; :func:`left_out` names it.
    """
    if reading.kind == "grid" and reading.by is None:
        return _grid(reading, weighted)
    shown = [block for block in reading.blocks if not block.hidden]
    heads = [gettext("Answer"), *(_head(block) for block in shown)]
    rows: list[Any] = [[gettext("People who answered"), *(_base(block) for block in shown)]]
    for line in _all_lines(reading):
        rows.append([spoken_label(line.label), *(_brief(block.line(line.key)) for block in shown)])
    return heads, rows


def _head(block: Block) -> Markup | str:
    return gettext("Everyone") if block.key == ALL else spoken_label(block.label)


def left_out(reading: Reading) -> list[Markup]:
    """The groups a matrix does not show, each with the reason."""
    hidden = [block for block in reading.blocks if block.hidden]
    return [Markup("{} ({})").format(spoken_label(b.label), hidden_words(b)) for b in hidden]


def _grid(reading: Reading, weighted: bool = False) -> tuple[list[Any], list[Any]]:
    answers = _all_lines(reading)
    heads = [
        gettext("About"),
        *(spoken_label(line.label) for line in answers),
        gettext("People who answered"),
    ]
    rows = []
    for block in reading.blocks:
        reason = {"text": hidden_words(block), "few": True}
        tell = _brief_weighted if weighted else _brief
        cells = [reason if block.hidden else tell(block.line(line.key)) for line in answers]
        rows.append([spoken_label(block.label), *cells, _base(block)])
    return heads, rows


def _base(block: Block) -> Cell:
    return {"text": base_words(block, "answered"), "few": block.answered is None}


def _brief(line: Line | None) -> Cell:
    """A share in a crowded table; the note under it says what the words stand for."""
    if line is not None and line.percent is not None:
        return {"text": f"{line.percent}%"}
    return {
        "text": gettext("too few") if line is None or not line.protects else gettext("hidden"),
        "few": True,
    }


def _brief_weighted(line: Line | None) -> Cell:
    if line is not None and line.weighted is not None:
        return {"text": f"{line.weighted}%"}
    return _brief(line) if line is None or line.percent is None else {"text": gettext("hidden"), "few": True}


def _all_lines(reading: Reading) -> list[Line]:
    found: dict[str, Line] = {}
    for block in reading.blocks:
        for line in block.lines:
            found.setdefault(line.key, line)
    if reading.by is None or reading.kind not in ("several", "one-of", "ranking"):
        return list(found.values())
    counts = {line.key: line.count or 0 for line in reading.first.lines}
    return sorted(found.values(), key=lambda line: (line.aside, -counts.get(line.key, 0)))


def ward_picture(reading: Reading, wards: Sequence[maps.Ward]) -> dict[str, Any] | None:
    """The map of a net by ward: shapes with their class, the legend, and each ward's number in the table."""
    blocks = {block.key: block for block in reading.blocks}
    picture = maps.picture(ward for ward in wards if ward.key in blocks)
    if not picture.shapes:
        return None
    edges = maps.breaks(net_share(reading))
    shapes = []
    for shape in picture.shapes:
        block = blocks[shape.key]
        shapes.append(
            {
                "number": shape.number,
                "name": shape.name,
                "path": shape.path,
                "x": shape.x,
                "y": shape.y,
                "level": maps.shade(_net_percent(block), edges),
            }
        )
    return {
        "view_box": picture.view_box,
        "shapes": shapes,
        "classes": legend(edges),
        "few": any(not shape["level"] for shape in shapes),
        "numbers": {shape.key: shape.number for shape in picture.shapes},
    }


def legend(edges: Sequence[int]) -> list[dict[str, Any]]:
    """The five classes in words, low to high."""
    return [{"level": level, "text": text} for level, text in enumerate(classes(edges), start=1)]


def field_shares(reading: Reading) -> list[int]:
    """Widths of the fields: one for each topic people could choose, in the order asked.

    A hidden topic gets the width of the smallest count that could be shown, so it says nothing about itself.
    """
    return [line.count if line.count is not None else 10 for line in topics(reading)]


def topics(reading: Reading) -> list[Line]:
    """The topics named in the question: not "None of these", not what people wrote in themselves."""
    written = {option.key for option in reading.question.options if option.write_in}
    return [line for line in reading.first.lines if not line.aside and line.key not in written]
