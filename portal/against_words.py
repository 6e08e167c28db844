"""Each group against the rest, in words: what was tested, and which differences are more than chance.

Every number is one the release keeps (:mod:`surveys.results.against`); page, report and files say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from markupsafe import Markup, escape

from portal.alongside_words import left_out, spoken_of
from portal.figure_words import figure_words
from portal.i18n import locale_code
from portal.reading import Label, Reading, base_words
from portal.slopes import signed
from surveys.questionnaire.model import Questionnaire

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Apart:
    """One group and everybody outside it, in whole per cent and points."""

    label: Label
    share: int
    rest: int
    points: int
    low: int
    high: int
    differs: bool


@dataclass(frozen=True)
class Against:
    """One table. ``left``: groups that are not compared, each with why."""

    groups: tuple[Apart, ...]
    left: tuple[tuple[Label, str], ...]

    @property
    def heads(self) -> list[str]:
        return [
            str(gettext("Group")), str(gettext("Share")), str(gettext("The rest")),
            str(gettext("Difference")), str(gettext("Range by chance")), str(gettext("More than chance?")),
        ]  # fmt: skip

    @property
    def rows(self) -> list[list[Any]]:
        return [
            [
                spoken_of(one.label), f"{one.share}%", f"{one.rest}%", signed(one.points),
                str(gettext("%(low)s to %(high)s", low=signed(one.low), high=signed(one.high))),
                str(gettext("yes")) if one.differs else str(gettext("no")),
            ]
            for one in self.groups
        ]  # fmt: skip

    @property
    def outcome(self) -> str:
        """In a few words, for the line that unfolds the table."""
        clear = sum(one.differs for one in self.groups)
        if not self.groups:
            return str(gettext("Each group against the rest: too few people to compare"))
        if not clear:
            return str(gettext("Each group against the rest: no clear difference"))
        return str(
            ngettext(
                "Each group against the rest: %(num)s clear difference",
                "Each group against the rest: %(num)s clear differences",
                clear,
            )
        )

    @property
    def said(self) -> Markup:
        """Which groups differ by more than chance would explain, or that none does."""
        if not self.groups:
            return escape(gettext("Too few people answered in each group to compare the groups."))
        apart = sorted((one for one in self.groups if one.differs), key=lambda one: -abs(one.points))
        if not apart:
            return escape(gettext("No group differs from the rest by more than chance could explain."))
        told = [Markup("{} ({})").format(spoken_of(one.label), signed(one.points)) for one in apart]
        words = gettext("Differ from the rest by more than chance would explain, in points: %(groups)s.")
        return escape(words) % {"groups": Markup("; ").join(told)}

    @property
    def tested(self) -> str:
        """How it was tested."""
        return str(
            gettext(
                "Each group was tested against all the other people who answered, from the rounded numbers. "
                "The range is indicative: how far chance alone could put the difference, in points. The more "
                "groups, the larger a difference must be before it is called more than chance (Holm)."
            )
        )

    @property
    def not_compared(self) -> Markup:
        return left_out(gettext("Not compared: %(groups)s."), self.left, "groups")


# How many a finding is about -------------------------------------------------------------------------------


def named_bases(content: Content, document: Questionnaire, reading: Reading) -> str:
    """How many people answered in each group that the finding of a table names; "" if it names none.

    In the officer's own sentence those are the groups whose name stands in it.
    """
    if reading.by is None:
        return ""
    named = _named(content, document, reading)
    told = [f"{b.label.text} {base_words(b, 'answered')}" for b in reading.groups if b.key in named]
    return str(gettext("People who answered: %(groups)s", groups="; ".join(told))) if told else ""


def _named(content: Content, document: Questionnaire, reading: Reading) -> set[str]:
    written = content.get("written", {}).get(reading.key, {})
    if own := written.get(locale_code()) or written.get(document.source_locale):
        found = set()
        for block in sorted(reading.groups, key=lambda block: -len(block.label.text)):
            if block.label.text in own:
                found.add(block.key)
                own = own.replace(block.label.text, "")
        return found
    facts = content["findings"][reading.key]["facts"]
    return {*(one[0] for one in facts.get("apart", ())), *facts.get("highest", ()), *facts.get("lowest", ())}


def against(content: Content, readings: Sequence[Reading]) -> dict[str, Against]:
    """By table key: every net by a dimension. Releases of earlier days compared no groups."""
    kept, found = content.get("against") or {}, {}
    for reading in readings:
        if (one := kept.get(reading.key)) is None:
            continue
        groups = tuple(
            Apart(
                reading.group(g["key"]), g["share"], g["rest"], g["points"], g["low"], g["high"], g["differs"]
            )
            for g in one["groups"]
        )
        words = figure_words()
        left = tuple((reading.group(gone["key"]), words[gone["why"]]) for gone in one["left"])
        found[reading.key] = Against(groups, left)
    return found
