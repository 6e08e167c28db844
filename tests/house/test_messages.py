"""Every coded refusal has words for the person who meets it."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from flask import Flask

from portal.errors import MISSING
from portal.messages import ANSWERS, MESSAGES, words, words_of
from surveys.errors import SurveysError
from tests.house.sources import calls, python_files, tree

FACTS = {
    "most": 5,
    "chosen": 6,
    "least": 2,
    "first": 1,
    "second": 3,
    "lowest": 0,
    "highest": 9,
    "typed": 120,
    "over": 20,
    "count": 2,
    "needed": 25,
}


def raised() -> set[str]:
    """The code of every refusal in the sources that is written out."""
    found = set()
    for path in python_files():
        for call in calls(tree(path), "SurveysError"):
            if call.args and isinstance(call.args[0], ast.Constant):
                found.add(str(call.args[0].value))
    return found


def problems() -> set[str]:
    """The code of every problem an answer can have."""
    found = set()
    for path in python_files():
        if Path("surveys/questionnaire") in path.relative_to(Path(__file__).parents[2]).parents:
            for call in calls(tree(path), "Problem", "problem", "_problem"):
                found |= {
                    str(argument.value)
                    for argument in call.args
                    if isinstance(argument, ast.Constant) and "." in str(argument.value)
                }
    return found


def test_every_refusal_has_words() -> None:
    assert raised() - set(MESSAGES) - set(MISSING) == set()


def test_every_problem_of_an_answer_has_words() -> None:
    assert problems() - set(ANSWERS) == set()


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_words_are_sentences_without_gaps(app: Flask) -> None:
    with app.test_request_context("/"):
        said = {code: words(code, FACTS) for code in MESSAGES}
    assert {code for code, text in said.items() if "%(" in text or not text[:1].isupper()} == set()
    assert {code for code, text in said.items() if text.endswith((".", *string.whitespace))} == set()


def test_a_refusal_without_words_is_still_honest(app: Flask) -> None:
    with app.test_request_context("/"):
        assert words_of(SurveysError("nobody.knows")) == "We could not do that. Nothing was changed."


@pytest.mark.parametrize(
    ("code", "facts", "text"),
    [
        ("choice.too_many", {"most": 5, "chosen": 6}, "Choose no more than 5 answers. You have chosen 6"),
        ("choice.too_many", {"most": 1, "chosen": 2}, "Choose no more than 1 answer. You have chosen 2"),
        (
            "text.too_long",
            {"most": 100, "typed": 101, "over": 1},
            "Shorten this to 100 characters or fewer. It is 1 character too long",
        ),
        ("number.range", {"lowest": 0, "highest": 20}, "Enter a whole number from 0 to 20"),
    ],
)
def test_words_hold_the_numbers(app: Flask, code: str, facts: dict[str, int], text: str) -> None:
    with app.test_request_context("/"):
        assert words(code, facts) == text
