"""What a release sets beside its tables, in words: the census, and the survey before.

Every number is one the release keeps (:mod:`surveys.results.alongside`); page, report and files say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from portal import slopes
from portal.figure_words import figure_words
from portal.i18n import SOURCE_LOCALE, locale_code
from portal.reading import Label, Reading, label
from portal.rendering import spoken
from portal.slopes import signed
from surveys.questionnaire.model import Questionnaire
from surveys.results import fair_share
from surveys.results.comparison import SMALLEST_BASE

Content = Mapping[str, Any]


def spoken_of(one: Label) -> Markup:
    return spoken(one.text, SOURCE_LOCALE if one.lang else locale_code())


def listed(sentence: str, names: Sequence[Markup], name: str) -> Markup:
    return escape(sentence) % {name: Markup("; ").join(names)}


def left_out(sentence: str, left: Sequence[tuple[Label, str]], name: str) -> Markup:
    gone = [Markup("{} ({})").format(spoken_of(one), why) for one, why in left]
    return listed(sentence, gone, name) if gone else Markup()


def why_not(code: str) -> str:
    if code == "no-census":
        return str(gettext("the census table has no such group"))
    return str(gettext("not asked")) if code == "not-asked" else figure_words()[code]


# Who answered, and who lives here --------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One group: both shares in whole per cent."""

    label: Label
    here: int
    there: int

    @property
    def missing(self) -> bool:
        return fair_share.too_little(self.here, self.there)

    @property
    def ample(self) -> bool:
        return fair_share.more_than_its_share(self.here, self.there)


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
    def heads(self) -> list[str]:
        return [str(gettext("Group")), str(gettext("Answered")), str(gettext("Live here"))]

    @property
    def rows(self) -> list[dict[str, object]]:
        """For the table: our share, the census's, and the two marks."""
        top = max(max(one.here, one.there) for one in self.groups)
        return [
            {
                "name": spoken_of(one.label),
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
            found.append(listed(gettext("We heard too little from: %(groups)s."), low, "groups"))
        if high:
            found.append(listed(gettext("We heard more than their share from: %(groups)s."), high, "groups"))
        return found or [escape(gettext("No group here is far from its share of the people who live here."))]

    @property
    def too_few(self) -> Markup:
        words = gettext("%(group)s: too few people, or too few groups, to set beside the census.")
        return escape(words) % {"group": spoken_of(self.title)}

    @property
    def not_compared(self) -> Markup:
        return left_out(gettext("Not compared: %(groups)s."), self.left, "groups")


def _told(one: Group) -> Markup:
    shares = {"here": f"{one.here}%", "there": f"{one.there}%"}
    words = escape(gettext("%(group)s (%(here)s of those who answered, %(there)s of those who live here)"))
    return words % {"group": spoken_of(one.label), **shares}


def beside(content: Content, document: Questionnaire, locale: str) -> list[Beside]:
    """Every dimension of the release that the census counts too, in document order."""
    dimensions = {dimension.key: dimension for dimension in document.dimensions}
    found = []
    for one in content.get("beside") or ():
        dimension = dimensions[one["dimension"]]
        names = {c.key: label(document, c.text, locale) for c in dimension.categories}
        groups = tuple(Group(names[g["key"]], g["here"], g["there"]) for g in one["groups"])
        left = tuple((names[g["key"]], why_not(g["why"])) for g in one["left"])
        as_of = dt.date.fromisoformat(one["as_of"]) if one["as_of"] else None
        title = label(document, dimension.text, locale)
        found.append(Beside(dimension.key, title, groups, left, one["source"], as_of))
    return found


# Then and now ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One answer then and now, in whole per cent; ``points`` None: a side is hidden, so nothing is compared.

    ``low`` and ``high``: how far chance alone could move the difference, in whole points, indicative.
    """

    label: Label
    then: str
    now: str
    points: int | None
    low: int
    high: int
    differs: bool
    shares: tuple[int, int] | None
    """Then and now in whole per cent, where they are compared."""
    earlier: tuple[tuple[int | None, str], ...] = ()
    """The share in each year before those two, the first year first, and how it is told."""

    @property
    def cells(self) -> list[Any]:
        years = [*(said for _, said in self.earlier), self.then, self.now]
        if self.points is None:
            words = {"text": str(gettext("not compared")), "few": True}
            return [*years, words, words]
        low, high = signed(self.low), signed(self.high)
        between = str(gettext("%(low)s to %(high)s", low=low, high=high))
        return [*years, signed(self.points), between]

    @property
    def clear(self) -> bool:
        """Whether it moved by more than chance would explain."""
        return self.differs and bool(self.points)


@dataclass(frozen=True)
class Between:
    """One question of two releases. ``reason``: why nothing is compared; there are no changes then."""

    before: str
    """The address of the survey before."""
    number: int
    then: str
    now: str
    changes: tuple[Change, ...]
    reason: str
    earlier: tuple[str, ...] = ()
    """The years before those two that may be shown beside them, the first one first."""

    @property
    def years(self) -> list[str]:
        return [*self.earlier, self.then, self.now]

    @property
    def heads(self) -> list[str]:
        differ, by_chance = str(gettext("Difference")), str(gettext("Range by chance"))
        return [str(gettext("Answer")), *self.years, differ, by_chance]

    @property
    def rows(self) -> list[list[Any]]:
        return [[self._name(change), *change.cells] for change in self.changes]

    def _name(self, change: Change) -> dict[str, Any]:
        """The answer, with its move drawn under it where there is one."""
        if change.shares is None:
            return {"text": spoken_of(change.label)}
        then, now = change.shares
        return {"text": spoken_of(change.label), "move": {"then": then, "now": now, "of": self.most}}

    @property
    def most(self) -> int:
        """The end in per cent of the one scale on which every answer's move is drawn."""
        return slopes.top(self.lines)

    @property
    def moved(self) -> list[Change]:
        return [change for change in self.changes if change.clear]

    @property
    def lines(self) -> list[slopes.Slope]:
        """The answers that are compared, as lines."""
        return [
            slopes.Slope(one.label, (*(share for share, _ in one.earlier), *one.shares), one.clear)
            for one in self.changes
            if one.shares is not None
        ]

    @property
    def about(self) -> str:
        """What the lines of the chart mean."""
        return slopes.about(self.years, self.lines)

    @property
    def figure(self) -> dict[str, Any] | None:
        """The slope chart; None where nothing is compared."""
        return slopes.draw(self.years, self.lines)

    @property
    def said(self) -> Markup:
        """What moved by more than chance would, or that nothing did, or why nothing is compared."""
        if self.reason:
            return escape(_REASONS[self.reason]()) % {"year": self.then, "least": SMALLEST_BASE}
        if not self.moved:
            return escape(gettext("No answer moved from %(year)s by more than chance could.")) % {
                "year": self.then
            }
        told = Markup("; ").join(
            Markup("{} ({})").format(spoken_of(one.label), signed(one.points or 0)) for one in self.moved
        )
        words = gettext("Moved from %(year)s by more than chance would explain, in points: %(answers)s.")
        return escape(words) % {"year": self.then, "answers": told}


_REASONS = {
    "not-asked": lambda: gettext("This was not asked in %(year)s, so there is nothing to compare it with."),
    "identity": lambda: gettext("Another question stood here in %(year)s, so the answers are not compared."),
    "wording": lambda: gettext("The words have changed since %(year)s, so the answers are not compared."),
    "kind": lambda: gettext("It was answered in another way in %(year)s, so the answers are not compared."),
    "answers": lambda: gettext(
        "There were other answers to choose from in %(year)s, so they are not compared."
    ),
    "hidden": lambda: gettext(
        "The figures of one of the two years are hidden, so nothing is compared with %(year)s."
    ),
    "base-small": lambda: gettext(
        "Fewer than %(least)s people answered in one of the two years, so nothing is compared with %(year)s."
    ),
}


def since(content: Content, readings: Sequence[Reading]) -> dict[str, Between]:
    """By table key: every topline of the release that is compared with the survey before, or why not."""
    kept = content.get("since")
    if not kept:
        return {}
    found = {}
    for reading in readings:
        one = kept["tables"].get(reading.key)
        if one is not None:
            before = list(reversed(one.get("earlier", ())))
            *earlier, then, now = _years(*(r["first_day"] for r in (*before, kept, content)))
            changes = _changes(reading, one["rows"], before)
            found[reading.key] = Between(
                kept["survey"], kept["number"], then, now, changes, one["reason"], tuple(earlier)
            )
    return found


def _years(*days: str) -> list[str]:
    """The years they opened in; where two are of one year, all are told apart by the whole day."""
    years = [day[:4] for day in days]
    return years if len(set(years)) == len(years) else list(days)


def _changes(
    reading: Reading, rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> tuple[Change, ...]:
    kept = {row["key"]: row for row in rows}
    earlier = [{share["key"]: share for share in year["shares"]} for year in before]
    found = []
    for line in reading.sorted_lines(reading.first):
        if (row := kept.get(line.key)) is None:
            continue
        then = f"{row['then']}%" if row["then"] is not None else figure_words()[row["then_hidden"]]
        if row["now"] is not None:
            now = f"{row['now']}%"
        else:
            hidden = "protect" if line.protects else "few" if line.count is None else "percent-none"
            now = figure_words()[hidden]
        shares = (row["then"], row["now"]) if row["points"] is not None else None
        low, high = row["low"] or 0, row["high"] or 0
        past = tuple(_share(year.get(line.key)) for year in earlier)
        found.append(Change(line.label, then, now, row["points"], low, high, row["differs"], shares, past))
    return tuple(found)


def _share(kept: Mapping[str, Any] | None) -> tuple[int | None, str]:
    if kept is None:
        return None, str(gettext("not asked"))
    share = kept["share"]
    return share, f"{share}%" if share is not None else figure_words()[kept["hidden"]]
