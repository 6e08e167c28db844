"""What routing looks up in a questionnaire, worked out once per document; and whether conditions hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from surveys.questionnaire.model import (
    All,
    Answer,
    Answered,
    Answers,
    AnyOf,
    Condition,
    Counts,
    Equals,
    Includes,
    Option,
    Part,
    Questionnaire,
)

StepKind = Literal["page", "offer", "check", "send", "stop", "hand-over"]
EMPTY: frozenset[str] = frozenset()
SPECIAL = frozenset({"none", "dont-know", "prefer-not", "cannot-choose"})
"""Meanings of options that say nothing of substance: never counted as a choice, never piped."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way. ``id``: the page, part (offer), stop or survey key (hand-over); else empty."""

    kind: StepKind
    id: str = ""


@dataclass(frozen=True)
class Plan:
    """Look-up tables over one questionnaire; :func:`plan_of` keeps one per document."""

    early: tuple[Part, ...]
    late: tuple[Part, ...]
    """Parts between checking the answers and sending them."""
    order: Mapping[str, int]
    """Page id to its place in the order pages are met."""
    steps: Mapping[str, Step]
    """Page id to its step."""
    options: Mapping[str, Mapping[str, Option]]
    """Question id to every option that can be its answer, by key, in document order (``off`` ones too)."""
    substantive: Mapping[str, frozenset[str]]
    write_ins: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, Mapping[str, Step]]
    """Question id to the option keys that end the route, and where."""
    ages: Mapping[str, int]
    """Option key of the age question to the youngest age it stands for."""
    place_names: Mapping[str, Mapping[str, str]]
    """Level to place key to name, in document order."""


def is_substantive(option: Option) -> bool:
    return not option.exclusive and option.meaning not in SPECIAL


def plan_of(questionnaire: Questionnaire) -> Plan:
    kept: Plan | None = questionnaire.compiled.get("plan")
    if kept is None:
        kept = questionnaire.compiled["plan"] = _plan(questionnaire)
    return kept


def _plan(questionnaire: Questionnaire) -> Plan:
    early = tuple(p for p in questionnaire.parts if not p.after_check)
    late = tuple(p for p in questionnaire.parts if p.after_check)
    questions = questionnaire.all_questions
    own: dict[str, list[Option]] = {q.id: list(getattr(q, "options", ())) for q in questions}
    options: dict[str, dict[str, Option]] = {}
    for question in questions:
        piped: list[Option] = []
        if question.kind == "one-of":
            # A piped option is only a choice: its text box and its ending belong to the earlier question.
            bare = {"write_in": False, "stop": None, "hand_over": None}
            piped = [o.model_copy(update=bare) for o in own.get(question.of, ()) if is_substantive(o)]
        options[question.id] = {o.key: o for o in (*piped, *own[question.id])}
    ends = {id: {o.key: step for o in of if (step := _end_of(o))} for id, of in own.items()}
    return Plan(
        early=early,
        late=late,
        order={page.id: n for n, page in enumerate(p for part in (*early, *late) for p in part.pages)},
        steps={page.id: Step("page", page.id) for page in questionnaire.pages()},
        options=options,
        substantive={
            id: frozenset(k for k, o in of.items() if is_substantive(o)) for id, of in options.items()
        },
        write_ins={id: tuple(o.key for o in of if o.write_in) for id, of in own.items()},
        ends={id: of for id, of in ends.items() if of},
        ages={
            o.key: o.min_age for o in own.get(questionnaire.age_question or "", ()) if o.min_age is not None
        },
        place_names={
            level: {p.key: p.name for p in questionnaire.places_at(level)} for level in ("parish", "ward")
        },
    )


def _end_of(option: Option) -> Step | None:
    if option.stop:
        return Step("stop", option.stop)
    return Step("hand-over", option.hand_over) if option.hand_over else None


# Conditions -----------------------------------------------------------------------------------------------


def value_of(reference: str, answers: Answers) -> Answer:
    """The answer a condition refers to: a question's, or one row's of a grid (``grid-id.row-key``)."""
    question, dot, row = reference.partition(".")
    value = answers.get(question)
    if dot:
        return value.get(row) if isinstance(value, dict) else None
    return value


def chosen(value: Answer) -> Collection[str]:
    """The option keys in an answer: none, one, or all of a list."""
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, list) else ()


def is_value(value: Answer) -> bool:
    """Whether the answer says something: not skipped, not empty, not a grid with every row skipped."""
    if isinstance(value, dict):
        return any(v is not None for v in value.values())
    return value is not None and value != "" and value != []


def holds(condition: Condition, answers: Answers, questionnaire: Questionnaire) -> bool:
    """Whether the condition is true of these answers. Pass a route's own answers: others may be stale."""
    if isinstance(condition, Includes):
        return any(key in condition.includes for key in chosen(value_of(condition.question, answers)))
    if isinstance(condition, Equals):
        value = value_of(condition.question, answers)
        return value == condition.equals and not isinstance(value, bool)
    if isinstance(condition, Answered):
        return is_value(value_of(condition.question, answers)) == condition.answered
    if isinstance(condition, Counts):
        substantive = plan_of(questionnaire).substantive.get(condition.question, EMPTY)
        count = sum(key in substantive for key in chosen(answers.get(condition.question)))
        return condition.at_least <= count and (condition.at_most is None or count <= condition.at_most)
    if isinstance(condition, All):
        return all(holds(c, answers, questionnaire) for c in condition.all)
    if isinstance(condition, AnyOf):
        return any(holds(c, answers, questionnaire) for c in condition.any)
    return not holds(condition.not_, answers, questionnaire)


def applies(question: Any, answers: Answers, questionnaire: Questionnaire) -> bool:
    """Whether the question is switched on, the person is old enough and its condition holds."""
    if question.off:
        return False
    if question.min_age is not None:
        band = answers.get(questionnaire.age_question or "")
        age = plan_of(questionnaire).ages.get(band) if isinstance(band, str) else None
        if age is None or age < question.min_age:
            return False
    return question.when is None or holds(question.when, answers, questionnaire)


def choices(question: Any, answers: Answers, plan: Plan) -> list[str]:
    """What a one-of question can offer: the earlier question's substantive choices, in document order."""
    picked = plan.substantive.get(question.of, EMPTY).intersection(chosen(answers.get(question.of)))
    return [key for key in plan.options[question.id] if key in picked]


def visible_options(question: Any, answers: Answers, questionnaire: Questionnaire) -> tuple[Option, ...]:
    """The options to show. Pick-then-one: those chosen in the earlier question, then the question's own."""
    if question.kind == "one-of":
        plan = plan_of(questionnaire)
        options = plan.options[question.id]
        return (*(options[key] for key in choices(question, answers, plan)), *question.options)
    return tuple(getattr(question, "options", ()))
