"""How sure an order of topics is, in words, and how a true ranking is counted.

Every number is one the release keeps (:mod:`surveys.results.alongside`); page, report and files say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext, ngettext
from markupsafe import Markup, escape

from portal import rank_charts
from portal.alongside_words import Content, left_out, listed, spoken_of, why_not
from portal.order import Ranked, runs_of
from portal.reading import Label, Reading, percent_words
from surveys.results import ranked
from surveys.results.tables import FIRST_FIVE, FIVE


@dataclass(frozen=True)
class Ranks:
    """Topics in their order, best first. ``left``: topics not ranked, each with why."""

    places: tuple[Ranked, ...]
    left: tuple[tuple[Label, str], ...]
    draws: int
    top: int | None = None
    """In a true ranking: how many topics people could put in order."""
    check: str = ""
    within: Mapping[Label, str] = field(default_factory=dict)
    """In a true ranking: the share that put a topic among the first five, or ranked it at all, in words."""

    @property
    def heads(self) -> list[str]:
        place, by_chance = str(gettext("Place")), str(gettext("Range by chance"))
        heads = [str(gettext("Topic")), place, by_chance, str(gettext("Chance of the first three"))]
        if self.top is None:
            return heads
        return [*heads, str(gettext("Points out of 100")), str(self.within_head)]

    @property
    def columns(self) -> list[dict[str, str]]:
        return [{"text": head} for head in self.heads[1:]]

    @property
    def within_head(self) -> str:
        """What the share beside the points is of: the first five, or all where there are no more."""
        if self.top is not None and self.top <= len(FIVE):
            return str(gettext("Ranked at all"))
        return str(gettext("Among the first five"))

    @property
    def rows(self) -> list[dict[str, Any]]:
        many = len(self.places)
        return [
            {
                "name": spoken_of(one.label),
                "cells": [
                    one.place,
                    {"text": one.range, "narrow": gettext("By chance: %(places)s", places=one.range)},
                    {"text": one.chance, "narrow": gettext("First three: %(chance)s", chance=one.chance)},
                    *self._points(one),
                ],
                "band": {"low": one.low, "high": one.high, "at": one.at, "of": many},
                **({"group": _heading(run)} if one is run[0] else {}),
            }
            for run in runs_of(self.places)
            for one in run
        ]

    def _points(self, one: Ranked) -> list[dict[str, Any]]:
        if self.top is None:
            return []
        share = self.within.get(one.label, "")
        return [
            {
                "text": str(one.points),
                "narrow": gettext("Points: %(points)s of 100", points=one.points),
            },
            {"text": share, "narrow": f"{self.within_head}: {share}"},
        ]

    @property
    def note(self) -> str:
        """What the figures mean and how they were found."""
        close = gettext(
            "In a close group, chance alone could swap each topic with the next. Ranges and chances are "
            "indicative and worked out from the rounded numbers."
        )
        if self.top is None:
            return str(close)
        points = ngettext(
            "A first place gives %(num)s point. A topic that everybody put first has 100 points out of 100.",
            "A first place gives %(num)s points, each place after it one fewer, and no place none. A topic "
            "that everybody put first has 100 points out of 100.",
            self.top,
        )
        return f"{points} {close} {_CHECKS[self.check]()}"

    @property
    def level(self) -> list[Markup]:
        """Each group of close topics in words. Of more than two only neighbours are known to be close."""
        two = gettext("Places %(first)s to %(last)s cannot be told apart: %(topics)s.")
        more = gettext(
            "Places %(first)s to %(last)s are close together: no topic can be told from the next one, "
            "though the first and the last may differ: %(topics)s."
        )
        return [
            escape(two if len(run) == 2 else more)
            % {
                "first": run[0].first,
                "last": run[0].last,
                "topics": Markup("; ").join(spoken_of(one.label) for one in run),
            }
            for run in runs_of(self.places)
            if len(run) > 1
        ]

    @property
    def figure(self) -> dict[str, Any] | None:
        """The order as a chart: a bar from best to worst place by chance, close groups on one band."""
        return rank_charts.draw(self.places)

    @property
    def said(self) -> Markup:
        """Which topics could be first: those whose range begins there."""
        top = [spoken_of(one.label) for one in self.places if one.low == 1]
        if len(top) == 1:
            return escape(gettext("%(topic)s came first by more than chance would explain.")) % {
                "topic": top[0]
            }
        return listed(gettext("Chance alone could put any of these first: %(topics)s."), top, "topics")

    @property
    def not_ranked(self) -> Markup:
        return left_out(gettext("Not ranked: %(topics)s."), self.left, "topics")


_CHECKS = {
    "same": lambda: gettext("Another way of counting, the Plackett-Luce model, gives the same order."),
    "within": lambda: gettext(
        "Another way of counting, the Plackett-Luce model, moves some topics, but none beyond its range by "
        "chance."
    ),
    "outside": lambda: gettext(
        "Another way of counting, the Plackett-Luce model, puts some topics beyond their range by chance, so "
        "the order depends on how places are counted."
    ),
}


def _heading(run: Sequence[Ranked]) -> str:
    """What stands over a group of close topics; nothing over a topic that stands clear."""
    if len(run) == 1:
        return ""
    return str(gettext("Close together, places %(first)s to %(last)s", first=run[0].first, last=run[0].last))


def ranks(content: Content, readings: Sequence[Reading]) -> dict[str, Ranks]:
    """By table key: the orders the release keeps."""
    kept, found = content.get("orders") or {}, {}
    for reading in readings:
        if (one := kept.get(reading.key)) is None:
            continue
        scored = one.get("top")
        places = tuple(
            Ranked(
                reading.answer(p["key"]), p["rank"], p["first"], p["last"], p["low"], p["high"],
                p["top_three"], p.get("points"), ranked.GRAIN if scored else 1,
            )
            for p in one["places"]
        )  # fmt: skip
        left = tuple((reading.answer(gone["key"]), why_not(gone["why"])) for gone in one["left"])
        five = next((r for r in readings if r.key == f"{reading.key}.{FIRST_FIVE}"), reading)
        within = {line.label: percent_words(line) for line in five.first.lines} if scored else {}
        found[reading.key] = Ranks(places, left, one["draws"], scored, one.get("check", ""), within)
    return found
