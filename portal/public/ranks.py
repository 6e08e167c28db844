"""The order of the topics on the page: table, words and chart of one :class:`~portal.order.Order`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from portal import rank_charts
from portal.order import Order, Ranked, order_of, runs_of
from portal.public.blueprint import spoken_label
from portal.reading import Reading


@dataclass(frozen=True)
class Ranks(Order):
    """An order laid out."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        many = len(self.places)
        return [
            {
                "name": spoken_label(one.label),
                "cells": [one.place, _range(one)],
                "band": {"low": one.low, "high": one.high, "at": one.at, "of": many},
                **({"group": _heading(run)} if one is run[0] else {}),
            }
            for run in runs_of(self.places)
            for one in run
        ]

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
            for run in runs_of(self.places)
            if len(run) > 1
        ]

    @property
    def figure(self) -> dict[str, Any] | None:
        """The order as a chart: a bar from the best to the worst place by chance, tied groups on one band."""
        return rank_charts.draw(self.places)

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


def _range(one: Ranked) -> dict[str, str]:
    return {"text": one.spread, "narrow": gettext("By chance: %(places)s", places=one.spread)}


def ranks(reading: Reading) -> Ranks | None:
    """The order of the topics of a pick-then-one question; None under 30 people or two ranked topics."""
    found = order_of(reading)
    return Ranks(found.places, found.left) if found is not None else None
