"""Rules about the way through: jumps, reachability, conditions, ages, parts and ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from surveys.questionnaire.model import (
    END,
    All,
    Answered,
    AnyOf,
    Condition,
    Counts,
    Equals,
    Includes,
    Jump,
    Not,
    Part,
)
from surveys.questionnaire.rules.report import TEXT_KINDS, Placed, Report

SINGLE = frozenset({"one", "one-of", "place", "rating", "number", "grid"})
LISTED = frozenset({"several", "ranking"})
ENDING = frozenset({"one", "one-of", "several", "place"})


def check(report: Report) -> None:
    _parts(report)
    for n, part in enumerate(report.questionnaire.parts):
        _reach(report, f"parts[{n}].pages", part)
    for at in report.pages:
        if at.page.when:
            _condition(report, at, f"{at.place}.when", at.page.when, at.order - 1)
        for n, jump in enumerate(at.page.jumps):
            if jump.when:
                _condition(report, at, f"{at.place}.jumps[{n}].when", jump.when, at.order)
    for at in report.questions:
        if at.question.when:
            _condition(report, at, f"{at.place}.when", at.question.when, at.order - 1)
    _ages(report)
    _ends(report)
    if report.questionnaire.single_page:
        _single_page(report)


def _parts(report: Report) -> None:
    questionnaire = report.questionnaire
    if not any(part.entry == "always" and not part.after_check for part in questionnaire.parts):
        report.add("parts.none_asked", "parts")
    for n, part in enumerate(questionnaire.parts):
        if not part.pages:
            report.add("part.empty", f"parts[{n}].pages")
        if part.entry == "offered" and part.offer is None:
            report.add("offer.missing", f"parts[{n}].offer")
    gate = next((at for at in report.pages if at.page.id == questionnaire.finish_after), None)
    if questionnaire.finish_after is not None:
        if gate is None:
            report.add("finish_after.unknown", "finish_after", page=questionnaire.finish_after)
        elif gate.part.entry == "offered" or gate.part.after_check:
            report.add("finish_after.not_asked", "finish_after", page=questionnaire.finish_after)


# Jumps ----------------------------------------------------------------------------------------------------


def _reach(report: Report, place: str, part: Part) -> None:
    index = {page.id: n for n, page in reversed(list(enumerate(part.pages)))}
    reached = {0}
    for n, page in enumerate(part.pages):
        targets = _jumps(report, f"{place}[{n}].jumps", page.jumps, n, index)
        if n not in reached:
            report.add("page.unreachable", f"{place}[{n}]", page=page.id)
        else:
            reached |= targets
            # A page whose own condition fails is passed over, jumps and all.
            if page.when is not None or all(jump.when is not None for jump in page.jumps):
                reached.add(n + 1)


def _jumps(report: Report, place: str, jumps: Sequence[Jump], here: int, index: dict[str, int]) -> set[int]:
    """The indexes of the pages these jumps lead to."""
    targets: set[int] = set()
    certain = False
    for n, jump in enumerate(jumps):
        if certain:
            report.add("jump.dead", f"{place}[{n}]", to=jump.to)
        certain = certain or jump.when is None
        if jump.to == END:
            continue
        target = index.get(jump.to)
        if target is None:
            elsewhere = any(at.page.id == jump.to for at in report.pages)
            report.add("jump.other_part" if elsewhere else "jump.unknown", f"{place}[{n}].to", to=jump.to)
        elif target <= here:
            report.add("jump.backward", f"{place}[{n}].to", to=jump.to)
        # A jump that is wrong itself must not make the pages after it look unreachable too.
        targets.add(target if target is not None and target > here else here + 1)
    return targets


# Conditions -----------------------------------------------------------------------------------------------


def _condition(report: Report, at: Placed, place: str, condition: Condition, latest: int) -> None:
    """``latest``: the last page, in the order met, whose answers the condition may look at."""
    if isinstance(condition, Not):
        _condition(report, at, f"{place}.not", condition.not_, latest)
    elif isinstance(condition, (All, AnyOf)):
        name, inner = ("all", condition.all) if isinstance(condition, All) else ("any", condition.any)
        if not inner:
            report.add("condition.empty", f"{place}.{name}")
        for n, one in enumerate(inner):
            _condition(report, at, f"{place}.{name}[{n}]", one, latest)
    else:
        _reference(report, at, place, condition, latest)


def _reference(
    report: Report, at: Placed, place: str, condition: Equals | Includes | Answered | Counts, latest: int
) -> None:
    id, dot, row = condition.question.partition(".")
    target = report.by_id.get(id)
    if target is None:
        report.add("condition.unknown_question", f"{place}.question", question=condition.question)
        return
    question = target.question
    if target.order > latest:
        code = "condition.same_page" if target.page is at.page else "condition.later"
        report.add(code, f"{place}.question", question=id)
    if target.off and not at.off:
        report.add("condition.off", f"{place}.question", question=id)
    if dot and (question.kind != "grid" or row not in {r.key for r in question.rows}):
        report.add("condition.unknown_row", f"{place}.question", question=condition.question)
    elif question.kind == "grid" and not dot and not isinstance(condition, Answered):
        report.add("condition.row_missing", f"{place}.question", question=id)
    elif not _fits(condition, question.kind):
        report.add("condition.kind", place, question=id, kind=question.kind)
    elif isinstance(condition, Equals):
        _known(report, f"{place}.equals", target, [condition.equals])
    elif isinstance(condition, Includes):
        if not condition.includes:
            report.add("condition.empty", f"{place}.includes")
        _known(report, f"{place}.includes", target, condition.includes)
    elif isinstance(condition, Counts):
        most = _most_chosen(report, question)
        if condition.at_most is not None:
            most = min(most, condition.at_most)
        if condition.at_least > most or most < 0:
            report.add("condition.never", place, question=id)
        elif condition.at_least <= 0 and condition.at_most is None:
            report.add("condition.always", place, question=id)


def _most_chosen(report: Report, question: Any) -> int:
    """How many substantive options anybody can choose."""
    limit = question.top if question.kind == "ranking" else question.at_most
    options = len(report.plan.substantive[question.id])
    return options if limit is None else min(options, limit)


def _fits(condition: Equals | Includes | Answered | Counts, kind: str) -> bool:
    if isinstance(condition, Answered):
        return True
    if isinstance(condition, Counts):
        return kind in LISTED
    return kind not in TEXT_KINDS if isinstance(condition, Includes) else kind in SINGLE


def _known(report: Report, place: str, target: Placed, values: Sequence[str | int]) -> None:
    question = target.question
    keys = report.keys_of(question)
    bounds = {"rating": ("low", "high"), "number": ("lowest", "highest")}.get(question.kind)
    for value in values:
        if isinstance(value, int):
            known = bounds and getattr(question, bounds[0]) <= value <= getattr(question, bounds[1])
        else:
            known = keys is None or value in keys
        if not known:
            report.add("condition.unknown_option", place, question=question.id, option=value)


# Ages, ends, single forms ---------------------------------------------------------------------------------


def _ages(report: Report) -> None:
    questionnaire = report.questionnaire
    age = report.by_id.get(questionnaire.age_question or "")
    if questionnaire.age_question is not None:
        if age is None or age.off:
            report.add("age_question.unknown", "age_question", question=questionnaire.age_question)
        elif age.question.kind != "one":
            report.add("age_question.kind", "age_question", question=questionnaire.age_question)
        elif not report.plan.ages:
            report.add("age_question.no_bands", "age_question", question=questionnaire.age_question)
    for at in report.questions:
        question, place = at.question, f"{at.place}.min_age"
        if question.min_age is not None:
            if age is None:
                report.add("min_age.no_age_question", place)
            elif age.order >= at.order:
                report.add("min_age.early", place, question=age.question.id)
            elif not any(youngest >= question.min_age for youngest in report.plan.ages.values()):
                report.add("min_age.never", place, min_age=question.min_age)
        if age is None or question is not age.question:
            for n, option in enumerate(getattr(question, "options", ())):
                if option.min_age is not None:
                    report.add("option.min_age", f"{at.place}.options[{n}].min_age")


def _ends(report: Report) -> None:
    stops = {stop.id for stop in report.questionnaire.stops}
    led_to: set[str] = set()
    for at in report.questions:
        for n, option in enumerate(getattr(at.question, "options", ())):
            place = f"{at.place}.options[{n}]"
            if option.stop is not None:
                led_to.add(option.stop)
                if option.stop not in stops:
                    report.add("stop.unknown", f"{place}.stop", stop=option.stop)
            if option.stop is not None and option.hand_over is not None:
                report.add("option.two_ends", place)
            if (option.stop or option.hand_over) and at.question.kind not in ENDING:
                report.add("option.end_kind", place, kind=at.question.kind)
    for n, stop in enumerate(report.questionnaire.stops):
        if stop.id not in led_to:
            report.add("stop.unreachable", f"stops[{n}]", stop=stop.id)


def _single_page(report: Report) -> None:
    """A single form is drawn before any answer is known, so nothing on it can depend on one."""
    for n, part in enumerate(report.questionnaire.parts):
        if part.entry == "offered" or part.after_check:
            report.add("single_page.part", f"parts[{n}]", part=part.id)
    for at in report.pages:
        if at.page.when or at.page.jumps:
            report.add("single_page.conditional", at.place)
    for at in report.questions:
        if at.question.when or at.question.min_age is not None or at.question.kind == "one-of":
            report.add("single_page.conditional", at.place)
