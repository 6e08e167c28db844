"""What is spelling, and what is more and needs a second person."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.spelling import Beyond, beyond, spelled_alike
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import GONE, MAIN, changed


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        ("How old are yuo?", "How old are you?", True),
        ("Anti social behavour", "Anti-social behaviour", True),
        ("how safe do you feel", "How safe do you feel?", True),
        ("How safe do do you feel?", "How safe do you feel?", True),
        ("What realy matters most to your comunity?", "What really matters most to your community?", True),
        ("Accomodation", "Accommodation", True),
        ("16-24", "16–24", True),
        ("Realy bad adress, truley", "Really bad address, truly", False),
        ("How safe do you feel?", "How unsafe do you feel?", False),
        ("Never", "Ever", False),
        ("You can answer", "You can\u2019t answer", False),
        ("You could answer", "You couldn't answer", False),
        ("I do not agree", "I do now agree", False),
        ("Very safe", "Fairly safe", False),
        ("How old are you?", "How old are you now?", False),
        ("13 to 15", "13 to 18", False),
        ("About {place|here}", "About {ward|here}", False),
        ("Dogs", "", False),
        ("", "Dogs", False),
        ("Yes", "No", False),
        ("Men", "Man", False),
    ],
)
def test_the_same_words_but_for_a_slip_of_the_pen(before: str, after: str, alike: bool) -> None:
    assert spelled_alike(before, after) is alike
    assert spelled_alike(before, before)


AGE = f"{MAIN}[3].questions[0]"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Beyond()),
        ({f"{AGE}.text.en_GB": "How old aer you?"}, Beyond()),
        ({"translations.pl.state": "checked", f"{AGE}.hint": None}, Beyond()),
        ({f"{AGE}.text.en_GB": "How young are you?"}, Beyond(("question:age.text",))),
        ({f"{AGE}.hint": samples.t("In years")}, Beyond(("question:age.hint",))),
        (
            {f"{AGE}.options[2].text.en_GB": "25 to 64", f"{AGE}.options[3].text.en_GB": "16 to 24"},
            Beyond(("question:age.option.16-24.text", "question:age.option.25-64.text")),
        ),
        ({f"{AGE}.text.pl": GONE}, Beyond(("question:age.text",))),
        ({f"{AGE}.required": False}, Beyond(structure=True)),
        ({f"{MAIN}[0].jumps": [{"to": "2"}]}, Beyond(structure=True)),
        ({f"{MAIN}[5].questions[0].at_most": 4}, Beyond(structure=True)),
        ({f"{AGE}.options[+]": samples.option(50, "more", "More")},
         Beyond(("question:age.option.more.text",), structure=True)),
        ({"minutes": 99}, Beyond(structure=True)),
    ],
)  # fmt: skip
def test_only_spelling_is_not_beyond_it(changes: dict[str, Any], expected: Beyond) -> None:
    before = samples.every_kind()
    after = Questionnaire.model_validate(changed(before, changes))
    assert beyond(before, after) == expected
    assert bool(beyond(before, after)) is bool(expected)


def test_an_answer_never_takes_the_words_of_its_neighbour() -> None:
    before = Questionnaire.model_validate(
        changed(
            samples.every_kind(),
            {f"{AGE}.options[2].text.en_GB": "Former", f"{AGE}.options[3].text.en_GB": "Farmer"},
        )
    )
    swapped = {f"{AGE}.options[2].text.en_GB": "Farmer", f"{AGE}.options[3].text.en_GB": "Former"}
    after = Questionnaire.model_validate(changed(before, swapped))
    assert len(beyond(before, after).texts) == 2


def test_a_translation_more_is_no_change_of_what_was_asked() -> None:
    before = Questionnaire.model_validate(changed(samples.every_kind(), {f"{AGE}.text.pl": GONE}))
    assert not beyond(before, samples.every_kind())
