"""Topics in their order, and how sure it is: a place never stands without the range chance could give it.

A run of topics of which none can be told from the next is a close group and shares its places. Only
neighbours are compared: the first and the last of a longer run may well be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext

from portal.reading import Label


@dataclass(frozen=True)
class Ranked:
    """One topic. ``first`` and ``last``: the places its group shares; ``low`` and ``high``: by chance.

    ``top_three``: of 100 draws, in how many it is among the first three.
    """

    label: Label
    at: int
    first: int
    last: int
    low: int
    high: int
    top_three: int
    points: int | None = None
    """Of 100, in a true ranking."""
    grain: int = 1
    """To the nearest so many ``top_three`` is told."""

    @property
    def place(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return str(gettext("close, %(first)s to %(last)s", first=self.first, last=self.last))

    @property
    def range(self) -> str:
        if self.low == self.high:
            return str(gettext("only %(place)s", place=self.low))
        return str(gettext("%(low)s to %(high)s", low=self.low, high=self.high))

    @property
    def chance(self) -> str:
        """Nothing drawn is certain: never 0 or 100 in 100."""
        if self.top_three <= 0:
            return str(gettext("under %(number)s in 100", number=self.grain))
        if self.top_three >= 100:
            return str(gettext("over %(number)s in 100", number=100 - self.grain))
        return str(gettext("%(number)s in 100", number=self.top_three))


def runs_of(places: Iterable[Ranked]) -> list[tuple[Ranked, ...]]:
    """The topics in their order, those of one close group together."""
    return [tuple(run) for _, run in groupby(places, key=lambda one: one.first)]


def ticks(many: int) -> list[int]:
    """The places an axis names: the first, every fourth, and the last."""
    steps = [1, *range(4, many + 1, 4)]
    return steps if steps[-1] == many else [*(s for s in steps if many - s > 1), many]
