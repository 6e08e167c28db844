"""Rules about names: every key, code and identity once, and every section that is referred to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from surveys.questionnaire.model import END
from surveys.questionnaire.rules.report import Report


def check(report: Report) -> None:
    questionnaire = report.questionnaire
    for name in ("sections", "parts", "stops"):
        report.unique(_paths(name, getattr(questionnaire, name), "id"))
    report.unique((f"{at.place}.id", at.page.id) for at in report.pages)
    report.unique((f"{at.place}.id", at.question.id) for at in report.questions)
    report.unique(
        ((f"{at.place}.identity", at.question.identity) for at in report.questions), "identity.repeated"
    )
    for at in report.questions:
        _options(report, at.place, at.question)
    _places(report)
    report.unique(_paths("dimensions", questionnaire.dimensions, "key"))
    for n, dimension in enumerate(questionnaire.dimensions):
        report.unique(_paths(f"dimensions[{n}].categories", dimension.categories, "key"))
    report.unique((f"nets[{n}].key", (net.question, net.key)) for n, net in enumerate(questionnaire.nets))
    sections = {section.id for section in questionnaire.sections}
    for at in report.pages:
        if at.page.section not in sections:
            report.add("section.unknown", f"{at.place}.section", section=at.page.section)
        if at.page.id == END:
            report.add("page.reserved", f"{at.place}.id", key=END)


def _paths(place: str, things: Sequence[Any], name: str) -> Iterable[tuple[str, object]]:
    return ((f"{place}[{n}].{name}", getattr(thing, name)) for n, thing in enumerate(things))


def _options(report: Report, place: str, question: Any) -> None:
    """Options, and whatever else may answer the same question, share one set of keys and of codes."""
    options = getattr(question, "options", ())
    keys = [*_paths(f"{place}.options", options, "key")]
    codes = [*_paths(f"{place}.options", options, "code")]
    if question.kind == "one-of" and question.of in report.by_id:
        offered = report.by_id[question.of]
        earlier = getattr(offered.question, "options", ())
        keys = [*_paths(f"{offered.place}.options", earlier, "key"), *keys]
        codes = [*_paths(f"{offered.place}.options", earlier, "code"), *codes]
    elif question.kind == "number":
        keys = [*_paths(f"{place}.bins", question.bins, "key"), *keys]
    elif question.kind == "place":
        named = enumerate(report.questionnaire.places)
        keys = [*((f"places[{n}].key", p.key) for n, p in named if p.level == question.level), *keys]
    # What is repeated inside the other list is that list's own fault.
    report.unique((p, k) for p, k in _first_elsewhere(keys, place))
    report.unique(((p, c) for p, c in _first_elsewhere(codes, place)), "code.repeated")
    if question.kind == "grid":
        report.unique(_paths(f"{place}.rows", question.rows, "key"))
        report.unique(_paths(f"{place}.rows", question.rows, "code"), "code.repeated")


def _first_elsewhere(named: list[tuple[str, object]], own: str) -> Iterable[tuple[str, object]]:
    met: set[object] = set()
    for place, name in named:
        if place.startswith(f"{own}.") or name not in met:
            yield place, name
        met.add(name)


def _places(report: Report) -> None:
    for level in ("parish", "ward"):
        at_level = [(n, p) for n, p in enumerate(report.questionnaire.places) if p.level == level]
        report.unique((f"places[{n}].key", place.key) for n, place in at_level)
        report.unique(((f"places[{n}].code", place.code) for n, place in at_level), "code.repeated")
    wards = report.plan.place_names["ward"]
    for n, place in enumerate(report.questionnaire.places):
        if place.ward is not None and place.ward not in wards:
            report.add("place.unknown_ward", f"places[{n}].ward", ward=place.ward)
