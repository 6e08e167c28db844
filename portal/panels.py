"""Small multiples: the leading answers of a table by group, one panel each, on one scale for all of them.

A figure that is hidden is a row of words without a length: it is never drawn, and never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from portal.reading import ALL, NOT_GIVEN, Block, Label, Line, Reading, hidden_words, percent_words

MOST = 6


@dataclass(frozen=True)
class Bar:
    """One row: a group's share of the panel's answer. ``percent`` None: ``said`` tells why there is none."""

    label: Label
    percent: int | None
    said: str
    everybody: bool = False
    base: int | None = None


@dataclass(frozen=True)
class Panel:
    label: Label
    bars: tuple[Bar, ...]


def panels(reading: Reading, most: int = MOST) -> tuple[Panel, ...]:
    """The panels of a breakdown or a grid, the answer chosen most first; none without two to compare."""
    blocks = [block for block in reading.blocks if block.key != NOT_GIVEN and block.lines]
    compared = [b for b in blocks if b.key != ALL and any(line.percent is not None for line in b.lines)]
    if len(compared) < 2:
        return ()
    ordered = sorted(blocks, key=lambda block: block.key != ALL)
    return tuple(
        Panel(answer.label, tuple(_bar(block, answer.key) for block in ordered))
        for answer in leading(compared, most, in_order=reading.kind == "grid")
    )


def top(shown: Iterable[Panel]) -> int:
    """The end of the scale all these panels share."""
    return end_of(bar.percent for panel in shown for bar in panel.bars)


def end_of(percents: Iterable[int | None]) -> int:
    """The end of a scale in per cent: the next ten from the longest bar on, at most 100."""
    longest = max((percent or 0 for percent in percents), default=0)
    return min(100, max(10, -(-longest // 10) * 10))


def leading(blocks: Sequence[Block], most: int = MOST, *, in_order: bool = False) -> list[Line]:
    """The answers that most people of these groups chose together, most first; or the first ones asked."""
    totals: dict[str, int] = {}
    names: dict[str, Line] = {}
    for block in blocks:
        for line in block.lines:
            if line.percent is not None and not (line.aside and not in_order):
                totals[line.key] = totals.get(line.key, 0) + (line.count or 0)
                names.setdefault(line.key, line)
    if in_order:
        return list(names.values())[:most]
    return sorted(names.values(), key=lambda line: -totals[line.key])[:most]


def _bar(block: Block, key: str) -> Bar:
    line = None if block.hidden else block.line(key)
    if line is None:
        said = hidden_words(block) or gettext("not asked")
        return Bar(block.label, None, said, block.key == ALL, block.answered)
    return Bar(block.label, line.percent, percent_words(line), block.key == ALL, block.answered)
