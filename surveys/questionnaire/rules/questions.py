"""Rules about single questions, kind by kind, and about the pages they stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from surveys.questionnaire.plan import SPECIAL, is_substantive
from surveys.questionnaire.rules.report import Placed, Report

WRITE_IN_KINDS = frozenset({"one", "one-of", "several"})
SAYS_NOTHING = SPECIAL | {"never"}
INT32 = range(-(2**31), 2**31)
"""What the packed row can hold of a number."""


def check(report: Report) -> None:
    for at in report.pages:
        # Questions with a condition are taken for alternatives: a person meets one of them.
        asked = [q for q in at.page.questions if not q.off]
        together = sum(q.when is None for q in asked) + any(q.when is not None for q in asked)
        if not at.page.questions and at.page.title is None:
            report.add(
                "page.empty" if at.page.body is None else "page.title_missing", at.place, page=at.page.id
            )
        elif together > 1 and at.page.title is None:
            report.add("page.title_missing", at.place, page=at.page.id)
    for at in report.questions:
        _write_ins(report, at)
        if rule := _KINDS.get(at.question.kind):
            rule(report, at)
    _names(report)


def _write_ins(report: Report, at: Placed) -> None:
    for n, option in enumerate(getattr(at.question, "options", ())):
        place = f"{at.place}.options[{n}].write_in"
        if option.write_in and (option.exclusive or option.meaning in SAYS_NOTHING):
            report.add("write_in.special", place, option=option.key)
        elif option.write_in and at.question.kind not in WRITE_IN_KINDS:
            report.add("write_in.kind", place, kind=at.question.kind)


def _names(report: Report) -> None:
    """A named survey asks for the organisation's name once; an anonymous one never."""
    named = [at for at in report.questions if at.question.kind == "short-text" and at.question.names]
    if report.questionnaire.kind == "anonymous":
        for at in named:
            report.add("anonymous.names", f"{at.place}.names", question=at.question.id)
    elif not [at for at in named if not at.off]:
        report.add("named.no_names", "kind")
    else:
        for at in named[1:]:
            report.add("named.two_names", f"{at.place}.names", question=at.question.id)


# Kind by kind ---------------------------------------------------------------------------------------------


def _at_least(report: Report, place: str, things: Any, least: int) -> None:
    if len(things) < least:
        report.add("options.too_few", place, least=least, options=len(things))


def _one(report: Report, at: Placed) -> None:
    _at_least(report, f"{at.place}.options", at.question.options, 2)


def _several(report: Report, at: Placed) -> None:
    question = at.question
    _at_least(report, f"{at.place}.options", question.options, 2)
    free = sum(not option.exclusive for option in question.options)
    if question.at_most is not None and question.at_most < max(question.at_least, 1):
        report.add("limits.crossed", f"{at.place}.at_most", least=question.at_least, most=question.at_most)
    for name in ("at_least", "at_most"):
        if (getattr(question, name) or 0) > free:
            report.add("limits.beyond", f"{at.place}.{name}", options=free)
    if question.at_least < 0:
        report.add("limits.beyond", f"{at.place}.at_least", options=free)
    _exclusive(report, at)


def _exclusive(report: Report, at: Placed) -> None:
    for n, option in enumerate(at.question.options):
        if option.meaning in SPECIAL and not option.exclusive:
            report.add("exclusive.expected", f"{at.place}.options[{n}].exclusive", option=option.key)


def _one_of(report: Report, at: Placed) -> None:
    earlier = report.by_id.get(at.question.of)
    place = f"{at.place}.of"
    if earlier is None:
        report.add("one_of.unknown", place, question=at.question.of)
    elif earlier.question.kind != "several":
        report.add("one_of.kind", place, question=at.question.of)
    elif earlier.order >= at.order:
        report.add("one_of.later", place, question=at.question.of)
    elif earlier.off and not at.off:
        report.add("one_of.off", place, question=at.question.of)


def _ranking(report: Report, at: Placed) -> None:
    substantive = sum(is_substantive(option) for option in at.question.options)
    _at_least(report, f"{at.place}.options", at.question.options, 2)
    if at.question.top > substantive:
        report.add("ranking.top", f"{at.place}.top", top=at.question.top, options=substantive)
    _exclusive(report, at)


def _rating(report: Report, at: Placed) -> None:
    question = at.question
    if question.low >= question.high:
        report.add("rating.range", f"{at.place}.high", low=question.low, high=question.high)
    for point in question.labels:
        if not question.low <= point <= question.high:
            report.add("rating.label", f"{at.place}.labels.{point}", point=point)
    points = question.high - question.low + 1
    for n, option in enumerate(question.options):
        if option.code <= points:
            # The packed row keeps the codes 1, 2, … for the points of the scale.
            report.add("rating.special_code", f"{at.place}.options[{n}].code", code=option.code, above=points)
        if option.key.isdigit():
            report.add("rating.special_key", f"{at.place}.options[{n}].key", key=option.key)


def _grid(report: Report, at: Placed) -> None:
    _at_least(report, f"{at.place}.options", at.question.options, 2)
    _at_least(report, f"{at.place}.rows", at.question.rows, 1)


def _number(report: Report, at: Placed) -> None:
    question = at.question
    if question.lowest > question.highest or question.lowest not in INT32 or question.highest not in INT32:
        report.add("number.bounds", f"{at.place}.highest", lowest=question.lowest, highest=question.highest)
    if not question.bins:
        report.add("number.no_bins", f"{at.place}.bins")
    expected = question.lowest
    for n, part in enumerate(question.bins):
        place = f"{at.place}.bins[{n}]"
        if part.first > part.last:
            report.add("bins.crossed", place, first=part.first, last=part.last)
        if part.first > expected:
            report.add("bins.gap", place, expected=expected, first=part.first)
        elif part.first < expected:
            report.add("bins.overlap", place, expected=expected, first=part.first)
        expected = part.last + 1
    if question.bins and expected != question.highest + 1:
        code = "bins.gap" if expected <= question.highest else "bins.beyond"
        report.add(code, f"{at.place}.bins[{len(question.bins) - 1}].last", expected=question.highest)
    for n, option in enumerate(question.options):
        if option.code == 1:
            # In the packed row 1 stands for "a number follows".
            report.add("number.special_code", f"{at.place}.options[{n}].code", code=1)


def _place(report: Report, at: Placed) -> None:
    unplaced = not report.plan.place_names[at.question.level]
    if unplaced and (report.complete or report.questionnaire.places):
        report.add("place.none", f"{at.place}.level", level=at.question.level)


_KINDS: dict[str, Callable[[Report, Placed], None]] = {
    "one": _one,
    "several": _several,
    "one-of": _one_of,
    "ranking": _ranking,
    "rating": _rating,
    "grid": _grid,
    "number": _number,
    "place": _place,
}
