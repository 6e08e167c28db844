"""The order of the topics, and how sure it is: places and their ranges from the released, rounded counts.

A place never stands alone: it has the range chance alone could give it, and a run of topics of
which none can be told from the next is shown as a group. Topics whose figures are hidden are not ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from flask_babel import gettext
from markupsafe import Markup, escape

from portal import rank_charts
from portal.partnership import matrix
from portal.public.blueprint import spoken_label
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


@dataclass(frozen=True)
class Ranks:
    """Topics in their order, best first. ``left``: topics not ranked, each with why."""

    places: tuple[Ranked, ...]
    left: tuple[tuple[Label, str], ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        many = len(self.places)
        return [
            {
                "name": spoken_label(one.label),
                "cells": [_place(one), _range(one)],
                "band": {"low": one.low, "high": one.high, "at": one.at, "of": many},
                **({"group": _heading(run)} if one is run[0] else {}),
            }
            for run in self.runs
            for one in run
        ]

    @property
    def runs(self) -> list[tuple[Ranked, ...]]:
        """The topics in their order, those of one tied group together."""
        return [tuple(run) for _, run in groupby(self.places, key=lambda one: one.first)]

    @property
    def level(self) -> list[Markup]:
        """Each tied group in words."""
        words = gettext("Places %(first)s to %(last)s cannot be told apart: %(topics)s.")
        return [
            escape(words)
            % {
                "first": run[0].first,
                "last": run[0].last,
                "topics": Markup("; ").join(spoken_label(one.label) for one in run),
            }
            for run in self.runs
            if len(run) > 1
        ]

    @property
    def figure(self) -> dict[str, Any] | None:
        """The order as a chart: a bar from the best to the worst place by chance, tied groups on one band."""
        return rank_charts.draw(
            [
                rank_charts.Place(
                    one.label.text,
                    one.at,
                    one.low,
                    one.high,
                    one.first,
                    one.last,
                    _place(one),
                    _range(one)["text"],
                )
                for one in self.places
            ]
        )

    @property
    def said(self) -> Markup:
        """Which topics could be first: those whose range begins there."""
        top = [spoken_label(one.label) for one in self.places if one.low == 1]
        if len(top) == 1:
            return escape(gettext("%(topic)s came first by more than chance would explain.")) % {
                "topic": top[0]
            }
        words = gettext("Chance alone could put any of these first: %(topics)s.")
        return escape(words) % {"topics": Markup("; ").join(top)}

    @property
    def not_ranked(self) -> Markup:
        if not self.left:
            return Markup()
        gone = [Markup("{} ({})").format(spoken_label(name), why) for name, why in self.left]
        return escape(gettext("Not ranked: %(topics)s.")) % {"topics": Markup("; ").join(gone)}


def _heading(run: Sequence[Ranked]) -> str:
    """What stands over a tied group; nothing over a topic that stands clear."""
    if len(run) == 1:
        return ""
    return str(gettext("Tied, places %(first)s to %(last)s", first=run[0].first, last=run[0].last))


def _place(one: Ranked) -> str:
    if one.first == one.last:
        return str(one.first)
    return str(gettext("tied %(first)s to %(last)s", first=one.first, last=one.last))


def _range(one: Ranked) -> dict[str, str]:
    if one.low == one.high:
        words = gettext("only %(place)s", place=one.low)
    else:
        words = gettext("%(low)s to %(high)s", low=one.low, high=one.high)
    return {"text": words, "narrow": gettext("By chance: %(places)s", places=words)}


def ranks(reading: Reading) -> Ranks | None:
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
    return Ranks(_tied(order, label), left)


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
