"""How far somebody has come, told honestly: a page that may come counts until an answer rules it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.respond.sitting import Sitting
from surveys.questionnaire.model import All, AnyOf, Condition, Not, Page
from surveys.questionnaire.plan import plan_of


def position(sitting: Sitting, page_id: str) -> tuple[int, int]:
    """Which question page this is, from 1, and about how many there are in the parts this person is in."""
    number, of = sitting.route.position(page_id)
    return number, of + sum(1 for page in _ahead(sitting, page_id) if _may_come(sitting, page))


def _ahead(sitting: Sitting, page_id: str) -> Iterator[Page]:
    """The pages after this one that are not on the route as it stands, in parts that are."""
    document, asked = sitting.questionnaire, sitting.route.asked
    order = plan_of(document).order
    for part in document.parts:
        if part.entry == "always" or part.id in sitting.draft.accepted:
            for page in part.pages:
                if page.id not in asked and order[page.id] > order[page_id]:
                    yield page


def _may_come(sitting: Sitting, page: Page) -> bool:
    """Whether every condition that keeps the page off the route still waits for an answer."""
    if page.when is not None and not _open(sitting, page.when):
        return False
    return any(not q.off and (page.when is not None or _waits(sitting, q)) for q in page.questions)


def _waits(sitting: Sitting, question: Any) -> bool:
    needed = set() if question.when is None else set(_named(question.when))
    if question.min_age is not None and sitting.questionnaire.age_question:
        needed.add(sitting.questionnaire.age_question)
    if question.kind == "one-of":
        needed.add(question.of)
    return any(id not in sitting.route.answers for id in needed)


def _open(sitting: Sitting, condition: Condition) -> bool:
    return any(id not in sitting.route.answers for id in _named(condition))


def _named(condition: Condition) -> Iterator[str]:
    """The ids of the questions a condition looks at."""
    match condition:
        case All(all=inner):
            for each in inner:
                yield from _named(each)
        case AnyOf(any=inner):
            for each in inner:
                yield from _named(each)
        case Not(not_=one):
            yield from _named(one)
        case _:
            yield condition.question.partition(".")[0]
