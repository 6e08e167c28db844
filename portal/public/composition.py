"""Who answered beside who lives here: the released counts of a question, and the census.

Both sides are shares of the people in the groups that both of them count. Ours come from the rounded counts
of the release and from nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup, escape

from portal.partnership import census
from portal.public.blueprint import spoken_label
from portal.reading import Label, Reading, hidden_words, label, line_words
from surveys.questionnaire.model import Category, Dimension, Questionnaire
from surveys.results.rounding import Policy, percent
from surveys.results.weighting import Target

APART = 2
"""Points: a group is named when it is this far from its share and a fifth of it away."""


@dataclass(frozen=True)
class Group:
    """One group: how many answered (rounded), and both shares in whole per cent."""

    label: Label
    people: int
    here: int
    there: int

    @property
    def missing(self) -> bool:
        return self.here <= self.there - APART and self.here < 0.8 * self.there

    @property
    def ample(self) -> bool:
        return self.here >= self.there + APART and self.here > 1.2 * self.there


@dataclass(frozen=True)
class Beside:
    """One dimension. No ``groups``: too few people to compare. ``left``: groups left out, each with why."""

    key: str
    title: Label
    groups: tuple[Group, ...]
    left: tuple[tuple[Label, str], ...]
    source: str
    as_of: dt.date | None

    @property
    def rows(self) -> list[dict[str, object]]:
        """For the table: our share, the census's, and the two marks."""
        top = max(max(one.here, one.there) for one in self.groups)
        return [
            {
                "name": spoken_label(one.label),
                "cells": [
                    f"{one.here}%",
                    {
                        "text": f"{one.there}%",
                        "narrow": gettext("%(share)s live here", share=f"{one.there}%"),
                    },
                ],
                "pair": {"answered": one.here, "district": one.there, "top": top},
            }
            for one in self.groups
        ]

    @property
    def said(self) -> list[Markup]:
        """Who is missing, and who answered more than their share."""
        low = [_told(one) for one in self.groups if one.missing]
        high = [_told(one) for one in self.groups if one.ample]
        found = []
        if low:
            found.append(_listed(gettext("We heard too little from: %(groups)s."), low))
        if high:
            found.append(_listed(gettext("We heard more than their share from: %(groups)s."), high))
        return found or [escape(gettext("No group here is far from its share of the people who live here."))]

    @property
    def not_compared(self) -> Markup:
        gone = [Markup("{} ({})").format(spoken_label(name), why) for name, why in self.left]
        return _listed(gettext("Not compared: %(groups)s."), gone) if gone else Markup()


def _told(one: Group) -> Markup:
    shares = {"here": f"{one.here}%", "there": f"{one.there}%"}
    words = escape(gettext("%(group)s (%(here)s of those who answered, %(there)s of those who live here)"))
    return words % {"group": spoken_label(one.label), **shares}


def _listed(sentence: str, names: Sequence[Markup]) -> Markup:
    return escape(sentence) % {"groups": Markup("; ").join(names)}


def beside(
    toplines: Sequence[Reading], document: Questionnaire, variables: Sequence[census.Kept], locale: str
) -> list[Beside]:
    """Every dimension one released question places people in and the census counts, in document order."""
    targets = {target.axis: target for target in census.targets(variables, document)}
    asked = {reading.question.id: reading for reading in toplines}
    return [
        _beside(asked[dimension.questions[0]], dimension, targets[dimension.key], document, locale)
        for dimension in document.dimensions
        if dimension.key in targets and len(dimension.questions) == 1 and dimension.questions[0] in asked
    ]


def _beside(
    reading: Reading, dimension: Dimension, target: Target, document: Questionnaire, locale: str
) -> Beside:
    both: list[tuple[Label, int, float]] = []
    left: list[tuple[Label, str]] = []
    for category in dimension.categories:
        name = label(document, category.text, locale)
        there = target.shares.get(category.key)
        people, why = _counted(reading, category)
        if there is None:
            left.append((name, gettext("the census table has no such group")))
        elif people is None:
            left.append((name, why))
        else:
            both.append((name, people, there))
    here_all, there_all = sum(one[1] for one in both), sum(one[2] for one in both)
    groups = []
    for name, people, there in both:
        here = percent(people, here_all, Policy())
        if here is not None and there_all > 0:
            groups.append(Group(name, people, here, int(100 * there / there_all + 0.5)))
    fair = tuple(groups) if len(groups) > 1 else ()
    title = label(document, dimension.text, locale)
    return Beside(dimension.key, title, fair, tuple(left), target.source, target.as_of)


def _counted(reading: Reading, category: Category) -> tuple[int | None, str]:
    """The rounded counts of the answers that make up a group; None, and why, when one of them is hidden."""
    total = 0
    for key in category.answers.get(reading.question.id, ()):
        line = reading.first.line(key)
        if line is None or line.count is None:
            return None, hidden_words(reading.first) or (line_words(line) if line else gettext("not asked"))
        total += line.count
    return total, ""
