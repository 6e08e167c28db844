"""Rules about what may be counted: groups of people, nets, breakdowns and the headline."""

from __future__ import annotations

from surveys.questionnaire.model import Dimension
from surveys.questionnaire.rules.report import TEXT_KINDS, Placed, Report

GROUPING_KINDS = frozenset({"one", "one-of", "place"})
RESERVED = frozenset({"not-given", "all"})


def check(report: Report) -> None:
    for n, dimension in enumerate(report.questionnaire.dimensions):
        _dimension(report, f"dimensions[{n}]", dimension)
    _nets(report)
    _breakdowns(report)
    _headline(report)


def _asked(report: Report, id: str) -> Placed | None:
    """The question, when there is one of this id and it is switched on."""
    at = report.by_id.get(id)
    return None if at is None or at.off else at


# Groups of people -----------------------------------------------------------------------------------------


def _dimension(report: Report, place: str, dimension: Dimension) -> None:
    unfrozen = not report.questionnaire.places and not report.complete
    if not dimension.categories and not (dimension.map and unfrozen):
        report.add("dimension.no_categories", f"{place}.categories", dimension=dimension.key)
    if not dimension.questions:
        report.add("dimension.no_questions", f"{place}.questions", dimension=dimension.key)
    kinds = set()
    for n, id in enumerate(dimension.questions):
        at = _asked(report, id)
        if at is None:
            report.add("dimension.unknown_question", f"{place}.questions[{n}]", question=id)
            continue
        kinds.add(at.question.kind)
        if at.question.kind not in GROUPING_KINDS:
            report.add("dimension.kind", f"{place}.questions[{n}]", question=id, kind=at.question.kind)
        if at.question.special_category and not dimension.special_category:
            report.add("dimension.special", f"{place}.special_category", question=id)
    if dimension.map and "place" not in kinds:
        report.add("dimension.map", f"{place}.map", dimension=dimension.key)
    _categories(report, place, dimension)


def _categories(report: Report, place: str, dimension: Dimension) -> None:
    wards = {key.lower() for key in report.plan.place_names["ward"]}
    answers: list[tuple[str, object]] = []
    for n, category in enumerate(dimension.categories):
        here = f"{place}.categories[{n}]"
        if category.key in RESERVED:
            report.add("category.reserved", f"{here}.key", key=category.key)
        if dimension.map and report.questionnaire.places and category.key not in wards:
            report.add("dimension.not_ward", f"{here}.key", key=category.key)
        for id, keys in category.answers.items():
            if id not in dimension.questions:
                report.add("dimension.unlisted_question", f"{here}.answers.{id}", question=id)
                continue
            at = _asked(report, id)
            known = None if at is None else report.keys_of(at.question)
            for k, key in enumerate(keys):
                answers.append((f"{here}.answers.{id}[{k}]", (id, key)))
                if known is not None and key not in known:
                    report.add(
                        "dimension.unknown_answer", f"{here}.answers.{id}[{k}]", question=id, answer=key
                    )
    report.unique(answers, "dimension.repeated_answer")


# Tables ---------------------------------------------------------------------------------------------------


def _nets(report: Report) -> None:
    for n, net in enumerate(report.questionnaire.nets):
        place = f"nets[{n}]"
        at = _asked(report, net.question)
        if at is None:
            report.add("net.unknown_question", f"{place}.question", question=net.question)
            continue
        question = at.question
        known = set(report.plan.options[question.id])
        if question.kind == "rating":
            known |= {str(point) for point in range(question.low, question.high + 1)}
        elif question.kind == "number":
            known |= {part.key for part in question.bins}
        elif question.kind in TEXT_KINDS or question.kind == "place":
            report.add("net.kind", f"{place}.question", question=net.question, kind=question.kind)
            continue
        if not net.options:
            report.add("net.empty", f"{place}.options", net=net.key)
        for k, key in enumerate(net.options):
            if key not in known:
                report.add("net.unknown_option", f"{place}.options[{k}]", question=net.question, option=key)
        report.unique((f"{place}.options[{k}]", key) for k, key in enumerate(net.options))


def _breakdowns(report: Report) -> None:
    questionnaire = report.questionnaire
    dimensions = {dimension.key: dimension for dimension in questionnaire.dimensions}
    nets = {(net.question, net.key) for net in questionnaire.nets}
    for n, wanted in enumerate(questionnaire.breakdowns):
        place = f"breakdowns[{n}]"
        at, by = _asked(report, wanted.question), dimensions.get(wanted.by)
        if by is None:
            report.add("breakdown.unknown_dimension", f"{place}.by", dimension=wanted.by)
        if wanted.net is not None and (wanted.question, wanted.net) not in nets:
            report.add("breakdown.unknown_net", f"{place}.net", net=wanted.net)
        if at is None:
            report.add("breakdown.unknown_question", f"{place}.question", question=wanted.question)
            continue
        if at.question.kind in TEXT_KINDS or at.question.kind == "grid":
            report.add("breakdown.kind", f"{place}.question", question=wanted.question, kind=at.question.kind)
        if not at.question.released:
            report.add("breakdown.unreleased", f"{place}.question", question=wanted.question)
        if by is not None:
            _by(report, place, at, by)
    report.unique(
        ((f"breakdowns[{n}]", (b.question, b.by, b.net)) for n, b in enumerate(questionnaire.breakdowns)),
        "breakdown.repeated",
    )


def _by(report: Report, place: str, at: Placed, by: Dimension) -> None:
    """Tables of health, ethnic group and the like are for the whole district, never by ward."""
    question = at.question
    if question.id in by.questions:
        report.add("breakdown.itself", place, question=question.id, dimension=by.key)
    sources = [found.question for id in by.questions if (found := report.by_id.get(id))]
    local = by.map or any(source.kind == "place" for source in sources)
    if (question.special_category and local) or (question.kind == "place" and by.special_category):
        report.add("breakdown.special_by_place", place, question=question.id, dimension=by.key)


def _headline(report: Report) -> None:
    headline = report.questionnaire.headline
    if headline is None:
        return
    at = _asked(report, headline)
    if at is None:
        report.add("headline.unknown", "headline", question=headline)
    elif at.question.kind != "several":
        report.add("headline.kind", "headline", question=headline, kind=at.question.kind)
    elif not any(
        other.question.kind == "one-of" and other.question.of == headline and not other.off
        for other in report.questions
    ):
        report.add("headline.no_pair", "headline", question=headline)
