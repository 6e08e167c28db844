"""The way out for children: whether everybody is asked their age in time, and under-13s are led out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from surveys.questionnaire.model import END, Option, Part, Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.rules.report import TEXT_KINDS, Report

YOUNGEST = 13
"""Nothing is kept of anybody younger."""


def check(report: Report, previous: Questionnaire) -> None:
    """What is asked already never loses the way out."""
    if lack(previous):
        return
    why = lack(report.questionnaire)
    if why:
        at = report.by_id.get(report.questionnaire.age_question or "")
        report.add("under_13.lost", at.place if at is not None else "age_question", why=why)


def lack(questionnaire: Questionnaire) -> str:
    """Why somebody under 13 may go on, or say too much before being led out; empty when nobody can.

    "question": nobody is asked an age. "stop": an age under 13 does not end the survey on a page that keeps
    nothing. "part", "page", "condition": not everybody is asked. "jump": a way leads past the question.
    "finish": people may send before it. "words", "sensitive": such a question comes first.
    """
    age = questionnaire.question_by_id.get(questionnaire.age_question or "")
    if age is None or age.kind != "one":
        return "question"
    if not _leads_out(questionnaire, age.options):
        return "stop"
    page = next(one for one in questionnaire.pages() if age in one.questions)
    part = questionnaire.part_of_page[page.id]
    if part.entry != "always" or part.after_check:
        return "part"
    if page.when is not None:
        return "page"
    if age.when is not None or age.min_age is not None:
        return "condition"
    if _passed(part, page.id):
        return "jump"
    if questionnaire.single_page:  # one form, sent and judged as a whole
        return ""
    order = plan_of(questionnaire).order
    if questionnaire.finish_after is not None and order.get(questionnaire.finish_after, 0) < order[page.id]:
        return "finish"
    return next(_told_too_soon(questionnaire, order[page.id]), "")


def _leads_out(questionnaire: Questionnaire, options: list[Option]) -> bool:
    """Every age that may be under 13 ends the survey on a page that keeps nothing, and there is one."""
    stops = {stop.id for stop in questionnaire.stops if stop.deletes_draft}
    children = [one for one in options if one.meaning == "answer" and (one.min_age or 0) < YOUNGEST]
    return bool(children) and all(one.stop in stops for one in children)


def _passed(part: Part, page_id: str) -> bool:
    index = {page.id: n for n, page in enumerate(part.pages)}
    here = index[page_id]
    return any(
        jump.to == END or index.get(jump.to, here) > here for page in part.pages[:here] for jump in page.jumps
    )


def _told_too_soon(questionnaire: Questionnaire, order: int) -> Iterator[str]:
    """Questions on pages before the one about age that must not be put to a child."""
    met = plan_of(questionnaire).order
    for page in questionnaire.pages():
        if met[page.id] < order:
            for question in page.questions:
                if not question.off:
                    yield from _too_much(question)


def _too_much(question: Any) -> Iterator[str]:
    if question.kind in TEXT_KINDS or any(option.write_in for option in getattr(question, "options", ())):
        yield "words"
    if question.special_category:
        yield "sensitive"
