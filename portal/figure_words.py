"""The interface's words for figures, hidden ones above all: the same on pages, in charts and in files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flask_babel import format_decimal, gettext


def figure_words() -> dict[str, str]:
    """Words by the codes of :data:`surveys.results.exports.WORDS`, in the reader's language."""
    return {
        "all": gettext("Everyone who answered"),
        "not-given": gettext("Not given"),
        "wrote": gettext("Wrote something"),
        "few": gettext("fewer than 10"),
        "special": gettext("too few to show"),
        "alike": gettext("hidden because the answers were too alike"),
        "complement": gettext("hidden to protect people in another group"),
        "protect": gettext("hidden to protect another figure"),
        "withheld": gettext("not shown"),
        "percent-none": gettext("too few to give a percentage"),
        "unweighted": gettext("not weighted"),
        "column.table": gettext("The table's name in addresses"),
        "column.question": gettext("The question's short name"),
        "column.question_label": gettext("The question, as it was asked"),
        "column.group": gettext("Who the row is about: everyone, a group of people, or one row of a grid"),
        "column.group_label": gettext("The group in words"),
        "column.answer": gettext("The answer's short name"),
        "column.answer_label": gettext("The answer in words"),
        "column.asked": gettext("How many people were asked, rounded to 5"),
        "column.answered": gettext("How many of them answered, rounded to 5: the base of the percentages"),
        "column.skipped": gettext("How many of them skipped the question, rounded to 5"),
        "column.count": gettext("How many people gave the answer, rounded to 5"),
        "column.percent": gettext(
            "Whole per cent of those who answered, worked out from the rounded figures"
        ),
        "column.weighted": gettext(
            "The same weighted to the census, whole per cent; only of everybody, where it is safe"
        ),
        "column.hidden": gettext("Why a figure is not shown"),
        **_comparison_words(),
        "kind": gettext("Kind of question"),
        "responses": gettext("How many people took part, rounded to 5"),
        "demonstration": gettext("These answers are invented, for demonstration"),
    }


def _comparison_words() -> dict[str, str]:
    return {
        "column.comparison": gettext(
            "What is compared: census, survey before, topics in order, group and rest, without a campaign"
        ),
        "column.key": gettext("The short name of the answer or group"),
        "column.label": gettext("The answer or group in words"),
        "column.measure": gettext("What the figure is"),
        "column.value": gettext("The figure, or why there is none"),
        "measure.answered": gettext("Per cent of those who answered, among the groups both count"),
        "measure.live_here": gettext("Per cent of those who live here, among the groups both count"),
        "measure.then": gettext("Per cent in the survey before"),
        "measure.now": gettext("Per cent now"),
        "measure.difference": gettext("Difference in points"),
        "measure.difference_low": gettext("The difference by chance alone: from, in points (indicative)"),
        "measure.difference_high": gettext("The difference by chance alone: to, in points (indicative)"),
        "measure.points": gettext(
            "Points out of 100 in a ranking, by place; worked out from points rounded like counts"
        ),
        "measure.group": gettext("Per cent of the group"),
        "measure.rest": gettext("Per cent of all the others who answered"),
        "measure.chance": gettext(
            "How likely chance alone makes so large a difference, corrected for many groups (Holm)"
        ),
        "measure.differs": gettext("Whether the difference is more than chance would explain"),
        "measure.place_first": gettext("Place in the order; the first of a close group"),
        "measure.place_last": gettext("Place in the order; the last of a close group"),
        "measure.place_low": gettext("Place by chance alone: from (indicative)"),
        "measure.place_high": gettext("Place by chance alone: to (indicative)"),
        "measure.first_three": gettext("Of 100 draws, in how many it is among the first three"),
        "measure.everybody_answered": gettext("How many answered, rounded to 5"),
        "measure.everybody_people": gettext("How many gave the answer, rounded to 5"),
        "measure.everybody_share": gettext("Per cent of those who answered"),
        "measure.without_answered": gettext(
            "How many answered, rounded to 5; without those who sent the same words"
        ),
        "measure.without_people": gettext(
            "How many gave the answer, rounded to 5; without those who sent the same words"
        ),
        "measure.without_share": gettext(
            "Per cent of those who answered; without those who sent the same words"
        ),
        "no-census": gettext("the census table has no such group"),
        "not-asked": gettext("not asked"),
        "not-compared": gettext("not compared"),
        "base-small": gettext("fewer than 30 people on one side"),
        "yes": gettext("yes"),
        "no": gettext("no"),
    }


def in_figures(number: int) -> str:
    """``1,245`` in English; in other languages as they write it, never with their decimal comma."""
    return str(format_decimal(number))


def classes(edges: Sequence[int]) -> list[str]:
    """The classes of a map in words, low to high."""
    first, last = edges[0], edges[-1]
    middle = [gettext("%(low)s to %(high)s%%", low=low, high=high - 1) for low, high in pairwise(edges)]
    return [gettext("Under %(edge)s%%", edge=first), *middle, gettext("%(edge)s%% and over", edge=last)]
