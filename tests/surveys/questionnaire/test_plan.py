"""Conditions, and what they may look at."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from surveys.questionnaire.model import Condition
from surveys.questionnaire.plan import holds, visible_options
from tests.surveys.questionnaire import samples

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
ANSWERS: dict[str, Any] = {
    "connection": ["live", "work"],
    "place": "ashby",
    "age": None,
    "topics": ["asb", "else"],
    "why": "Because",
    "heard": True,
    "help-known": {"scams": "yes", "hate-crime": None, "fire": "no"},
    "trust": 1,
    "improve": ["patrols"],
    "years": 0,
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"question": "place", "equals": "ashby"}, True),
        ({"question": "place", "equals": "corton"}, False),
        ({"question": "trust", "equals": 1}, True),
        ({"question": "heard", "equals": 1}, False),
        ({"question": "age", "equals": "13-15"}, False),
        ({"question": "nobody-asked", "equals": "x"}, False),
        ({"question": "help-known.scams", "equals": "yes"}, True),
        ({"question": "help-known.hate-crime", "equals": "yes"}, False),
        ({"question": "place.scams", "equals": "yes"}, False),
        ({"question": "connection", "includes": ["study", "work"]}, True),
        ({"question": "connection", "includes": ["study"]}, False),
        ({"question": "place", "includes": ["ashby", "corton"]}, True),
        ({"question": "trust", "includes": ["1"]}, False),
        ({"question": "age", "answered": True}, False),
        ({"question": "age", "answered": False}, True),
        ({"question": "years", "answered": True}, True),
        ({"question": "why", "answered": True}, True),
        ({"question": "heard", "answered": True}, True),
        ({"question": "help-known", "answered": True}, True),
        ({"question": "help-known.hate-crime", "answered": True}, False),
        ({"question": "topics", "at_least": 2}, True),
        ({"question": "topics", "at_least": 3}, False),
        ({"question": "topics", "at_most": 1}, False),
        ({"question": "topics", "at_least": 1, "at_most": 2}, True),
        ({"question": "nobody-asked", "at_most": 0}, True),
        ({"question": "improve", "at_least": 1}, True),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"all": [{"question": "trust", "equals": 1}, {"question": "trust", "equals": 2}]}, False),
        ({"any": [{"question": "trust", "equals": 1}, {"question": "trust", "equals": 2}]}, True),
        ({"not": {"any": [{"question": "trust", "equals": 1}]}}, False),
    ],
)
def test_a_condition_holds_of_answers(condition: dict[str, Any], expected: bool) -> None:
    assert holds(CONDITION.validate_python(condition), ANSWERS, samples.every_kind()) is expected


@pytest.mark.parametrize("exclusive", ["none", "dont-know"])
def test_options_that_say_nothing_are_not_counted(exclusive: str) -> None:
    at_least_one = CONDITION.validate_python({"question": "topics", "at_least": 1})
    assert not holds(at_least_one, {"topics": [exclusive]}, samples.every_kind())


def test_pick_then_one_offers_what_was_chosen_in_document_order_then_its_own() -> None:
    document = samples.every_kind()
    question = document.question_by_id["topic-first"]
    offered = visible_options(question, {"topics": ["else", "dont-know", "asb"]}, document)
    assert [(option.key, option.write_in) for option in offered] == [
        ("asb", False),
        ("else", False),
        ("cannot-choose", False),
    ]


def test_other_questions_show_their_options_and_texts_none() -> None:
    document = samples.every_kind()
    age, why = document.question_by_id["age"], document.question_by_id["why"]
    assert visible_options(age, {}, document) == tuple(age.options)
    assert visible_options(why, {}, document) == ()
