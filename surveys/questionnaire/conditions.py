"""Conditions put together from single ones and taken apart again, as plain forms need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.errors import SurveysError
from surveys.questionnaire.editing import Json, _page, _question, closed, opened
from surveys.questionnaire.model import All, AnyOf, Condition, Questionnaire

Joiner = Literal["all", "any"]
SINGLE = frozenset({"one", "one-of", "place", "rating", "number", "grid"})
LISTED = frozenset({"several", "ranking"})


def taken_apart(condition: Condition | None) -> tuple[Joiner, tuple[Condition, ...]]:
    """The single conditions and how they are joined; what is nested deeper stays one piece."""
    if condition is None:
        return "all", ()
    if isinstance(condition, All):
        return "all", tuple(condition.all)
    if isinstance(condition, AnyOf):
        return "any", tuple(condition.any)
    return "all", (condition,)


def joined(joiner: Joiner, items: Sequence[Json]) -> Json | None:
    """One condition of these; none of none."""
    if not items:
        return None
    return items[0] if len(items) == 1 else {joiner: list(items)}


@dataclass(frozen=True)
class Target:
    """What a condition decides: whether a page or question is shown, or whether a page leads elsewhere."""

    kind: Literal["page", "question", "jump"]
    name: str
    """The page's or question's id."""
    jump: int = 0


def _holder(document: Json, target: Target) -> Json:
    if target.kind == "question":
        questions, at = _question(document, target.name)
        return questions[at]
    pages, at = _page(document, target.name)
    if target.kind == "page":
        return pages[at]
    jumps = pages[at].get("jumps", [])
    if not 0 <= target.jump < len(jumps):
        raise SurveysError("edit.gone", what=f"jump:{target.name}")
    found: Json = jumps[target.jump]
    return found


def _pieces(when: Json | None) -> tuple[Joiner, list[Json]]:
    if when is None:
        return "all", []
    for joiner in ("all", "any"):
        if joiner in when:
            return joiner, list(when[joiner])
    return "all", [when]


def add_condition(
    questionnaire: Questionnaire, target: Target, condition: Json, joiner: Joiner | None = None
) -> Questionnaire:
    """The document with one condition more on the target; ``joiner`` says how they all go together."""
    document = opened(questionnaire)
    holder = _holder(document, target)
    known, items = _pieces(holder.get("when"))
    holder["when"] = joined(joiner or known, [*items, condition])
    return closed(document)


def drop_condition(questionnaire: Questionnaire, target: Target, index: int) -> Questionnaire:
    """The document without that one of the target's conditions."""
    document = opened(questionnaire)
    holder = _holder(document, target)
    joiner, items = _pieces(holder.get("when"))
    if not 0 <= index < len(items):
        raise SurveysError("edit.gone", what=f"condition:{target.name}")
    del items[index]
    rest = joined(joiner, items)
    if rest is None:
        holder.pop("when", None)
    else:
        holder["when"] = rest
    return closed(document)


def add_jump(questionnaire: Questionnaire, page_id: str, to: str, condition: Json | None) -> Questionnaire:
    """One way on more, tried after the others. One without a condition comes last."""
    document = opened(questionnaire)
    pages, at = _page(document, page_id)
    jumps = pages[at].setdefault("jumps", [])
    jump = {"to": to} | ({"when": condition} if condition else {})
    place = len(jumps)
    while condition and place and "when" not in jumps[place - 1]:
        place -= 1
    jumps.insert(place, jump)
    return closed(document)


def drop_jump(questionnaire: Questionnaire, page_id: str, index: int) -> Questionnaire:
    document = opened(questionnaire)
    pages, at = _page(document, page_id)
    jumps = pages[at].get("jumps", [])
    if not 0 <= index < len(jumps):
        raise SurveysError("edit.gone", what=f"jump:{page_id}")
    del jumps[index]
    return closed(document)


def leaf(question: str, operator: str, answers: Sequence[str], number: int | None) -> Json:
    """One condition from what was chosen in a form. Raises ``condition.incomplete`` with its ``field``."""
    if operator in ("any", "none"):
        if not answers:
            raise SurveysError("condition.incomplete", field="answers")
        found: Json = {"question": question, "includes": list(answers)}
        return {"not": found} if operator == "none" else found
    if operator in ("answered", "skipped"):
        return {"question": question, "answered": operator == "answered"}
    if number is None:
        raise SurveysError("condition.incomplete", field="number")
    if operator == "equals":
        return {"question": question, "equals": number}
    if operator == "at_least":
        return {"question": question, "at_least": number}
    if operator == "at_most":
        return {"question": question, "at_least": 0, "at_most": number}
    raise SurveysError("condition.incomplete", field="operator")


def operators(question: Any, row: bool = False) -> tuple[str, ...]:
    """The conditions that fit this question."""
    answered = ("answered", "skipped")
    if question.kind in ("short-text", "long-text") or (question.kind == "grid" and not row):
        return answered
    if question.kind in ("rating", "number"):
        return ("equals", "any", "none", *answered) if question.options else ("equals", *answered)
    if question.kind in LISTED:
        return ("any", "none", "at_least", "at_most", *answered)
    return ("any", "none", *answered)
