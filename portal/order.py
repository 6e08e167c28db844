"""The order of the topics, and how sure it is: places and their ranges from the released, rounded counts.

A place never stands alone: it has the range chance alone could give it, and a run of topics of
which none can be told from the next is shown as a group. Topics whose figures are hidden are not ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from flask_babel import gettext

from portal.partnership import matrix
from portal.reading import Label, Line, Reading, line_words
from surveys.results import ranking
from surveys.results.comparison import SMALLEST_BASE


@dataclass(frozen=True)
class Ranked:
    """One topic. ``first`` and ``last``: the places its group shares; ``low`` and ``high``: by chance."""

    label: Label
    at: int
    first: int
    last: int
    low: int
    high: int

    @property
    def place(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return str(gettext("tied %(first)s to %(last)s", first=self.first, last=self.last))

    @property
    def spread(self) -> str:
        if self.low == self.high:
            return str(gettext("only %(place)s", place=self.low))
        return str(gettext("%(low)s to %(high)s", low=self.low, high=self.high))


@dataclass(frozen=True)
class Order:
    """Topics in their order, best first. ``left``: topics not ranked, each with why."""

    places: tuple[Ranked, ...]
    left: tuple[tuple[Label, str], ...]


def order_of(reading: Reading) -> Order | None:
    """The order of the topics of a pick-then-one question; None under 30 people or two ranked topics."""
    answered = reading.first.answered
    if reading.first.hidden or answered is None or answered < SMALLEST_BASE:
        return None
    topics = _topics(reading)
    shown = [line for line in topics if line.count is not None]
    if len(shown) < 2:
        return None
    counts = np.array([line.count or 0 for line in shown], dtype=np.int64)
    one_each = reading.kind != "several"
    drawn = (ranking if one_each else matrix).shares_drawn(counts, answered)
    order = ranking.order_of([line.key for line in shown], counts / answered, drawn)
    label = {line.key: line.label for line in shown}
    left = tuple((line.label, line_words(line)) for line in topics if line.count is None)
    return Order(_tied(order, label), left)


def runs_of(places: Iterable[Ranked]) -> list[tuple[Ranked, ...]]:
    """The topics in their order, those of one tied group together."""
    return [tuple(run) for _, run in groupby(places, key=lambda one: one.first)]


def ticks(many: int) -> list[int]:
    """The places an axis names: the first, every fourth, and the last."""
    steps = [1, *range(4, many + 1, 4)]
    return steps if steps[-1] == many else [*(s for s in steps if many - s > 1), many]


def _tied(order: Sequence[ranking.Place], label: dict[str, Label]) -> tuple[Ranked, ...]:
    found: list[Ranked] = []
    for _, band in groupby(order, key=lambda place: place.tied):
        members = list(band)
        first, last = len(found) + 1, len(found) + len(members)
        found += [Ranked(label[one.key], one.rank, first, last, one.low, one.high) for one in members]
    return tuple(found)


def _topics(reading: Reading) -> list[Line]:
    """The topics named in the question: not "None of these", not what people wrote in themselves."""
    written = {option.key for option in reading.base.options if option.write_in}
    return [line for line in reading.first.lines if not line.aside and line.key not in written]
