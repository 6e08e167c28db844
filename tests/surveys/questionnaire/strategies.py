"""Hypothesis strategies over a questionnaire: what people may answer, and what anybody may send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import plan_of

WORDS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)


def answer(question: Any, questionnaire: Questionnaire) -> st.SearchStrategy[Any]:
    """Any one legal answer to the question, skipping included."""
    options = plan_of(questionnaire).options[question.id]
    keys = list(options)
    free = [key for key in keys if not options[key].exclusive]
    exclusive = [[key] for key in keys if options[key].exclusive]
    said: st.SearchStrategy[Any]
    match question.kind:
        case "one" | "one-of":
            said = st.sampled_from(keys)
        case "several":
            some = st.sets(st.sampled_from(free), min_size=1, max_size=question.at_most or len(free))
            ordered = some.map(lambda chosen: [key for key in keys if key in chosen])
            said = st.one_of(ordered, st.sampled_from(exclusive)) if exclusive else ordered
        case "ranking":
            ranked = st.lists(st.sampled_from(free), min_size=1, max_size=question.top, unique=True)
            said = st.one_of(ranked, st.sampled_from(exclusive)) if exclusive else ranked
        case "place":
            names = [*plan_of(questionnaire).place_names[question.level]]
            said = st.sampled_from([*names, *keys])
        case "rating":
            said = st.sampled_from([*range(question.low, question.high + 1), *keys])
        case "number":
            numbers = st.integers(question.lowest, question.highest)
            said = st.one_of(numbers, st.sampled_from(keys)) if keys else numbers
        case "grid":
            rows = {row.key: st.sampled_from([None, *keys]) for row in question.rows}
            said = st.fixed_dictionaries(rows).map(lambda cells: cells if any(cells.values()) else None)
        case _:
            said = WORDS
    return st.one_of(st.none(), said)


@st.composite
def drafts(draw: st.DrawFn, questionnaire: Questionnaire) -> dict[str, Any]:
    """What a draft can hold: legal answers to any of the questions, on the route or not."""
    answers: dict[str, Any] = {}
    for question in questionnaire.all_questions:
        if draw(st.integers(0, 9)) > 1:
            answers[question.id] = draw(answer(question, questionnaire))
        for key in plan_of(questionnaire).write_ins[question.id]:
            if draw(st.booleans()):
                answers[f"{question.id}.{key}"] = draw(st.one_of(st.none(), WORDS))
    return answers


def accepted(questionnaire: Questionnaire) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([part.id for part in questionnaire.parts]))


def field_names(question: Any) -> list[str]:
    """Every form field that belongs to the question, and one that does not."""
    suffixes = [option.key for option in getattr(question, "options", ())]
    suffixes += [row.key for row in getattr(question, "rows", ())]
    suffixes += [str(n) for n in range(getattr(question, "top", 0) + 2)]
    return [question.id, *(f"{question.id}.{suffix}" for suffix in [*suffixes, "special", "nonsense"])]


def raw(question: Any, questionnaire: Questionnaire) -> st.SearchStrategy[dict[str, list[str]]]:
    """Anything anybody could send for the question: right, wrong, doubled, NULs, surrogates."""
    known = [*plan_of(questionnaire).options[question.id], "asb", "ashby", "E05000001", "0", "7", "-3", "12"]
    odd = ["", " ", "\x00", "a\x00b", "\ud800", "9" * 5000, "\r\n", "\u202eabc", "٣", "1e3", "x" * 2000]
    value = st.one_of(st.sampled_from(known), st.sampled_from(odd), st.text(max_size=20))
    return st.dictionaries(
        st.one_of(st.sampled_from(field_names(question)), st.text(max_size=5)),
        st.lists(value, max_size=4),
        max_size=8,
    )
