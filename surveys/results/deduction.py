"""What a careful reader could work out: the range every count must lie in, given all the published figures.

The reader knows the rounding rule, adds and subtracts within and between tables, and knows nothing else.
Ranges are whole people, both ends included. Interval propagation to a fixed point over sums.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Range = tuple[int, int]
PLENTY = 10**9
"""Upper end of a range nothing is known about."""


@dataclass(frozen=True)
class Sum:
    """``total`` is the sum of ``parts``; with ``exact`` false it is at least that."""

    total: Hashable
    parts: tuple[Hashable, ...]
    exact: bool = True


def narrowed(known: Mapping[Any, Range], sums: Sequence[Sum]) -> dict[Any, Range]:
    """The ranges left when every sum has been used until nothing more follows. Unknown cells start open."""
    ranges = dict(known)
    for entry in sums:
        for cell in (entry.total, *entry.parts):
            ranges.setdefault(cell, (0, PLENTY))
    touching: dict[Any, list[int]] = {}
    for number, entry in enumerate(sums):
        for cell in (entry.total, *entry.parts):
            touching.setdefault(cell, []).append(number)
    waiting, queued = list(range(len(sums))), [True] * len(sums)
    while waiting:
        number = waiting.pop()
        queued[number] = False
        for cell in _use(sums[number], ranges):
            for other in touching[cell]:
                if not queued[other]:
                    queued[other] = True
                    waiting.append(other)
    return ranges


def _use(entry: Sum, ranges: dict[Any, Range]) -> list[Any]:
    """Narrows the cells of one sum; the cells that became narrower."""
    changed: list[Any] = []
    lows = sum(ranges[part][0] for part in entry.parts)
    highs = min(sum(ranges[part][1] for part in entry.parts), PLENTY)
    low, high = ranges[entry.total]

    def narrow(cell: Hashable, to_low: int, to_high: int) -> None:
        was = ranges[cell]
        now = (max(was[0], to_low), min(was[1], to_high))
        if now != was and now[0] <= now[1]:
            ranges[cell] = now
            changed.append(cell)

    narrow(entry.total, lows, highs if entry.exact else PLENTY)
    low, high = ranges[entry.total]
    for part in entry.parts:
        own_low, own_high = ranges[part]
        others = highs - own_high
        least = low - others if entry.exact and highs < PLENTY else 0
        narrow(part, least, high - (lows - own_low))
    return changed
