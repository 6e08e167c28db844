"""The way out for children, and that a correction never loses it."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.rules import young
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import MAIN, changed

AGE = f"{MAIN}[3].questions[0]"
WORKS_HERE = {"question": "connection", "includes": ["work"]}
WORDS = samples.question("long-text", "early", "What happened?")
SENSITIVE = samples.question("one", "early", "Faith", special_category=True, options=samples.safe_options())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"age_question": None}, "question"),
        ({f"{AGE}.off": True}, "question"),
        ({f"{AGE}.options[0].stop": None}, "stop"),
        ({"stops[0].deletes_draft": False}, "stop"),
        ({f"{AGE}.options[0].stop": None, f"{AGE}.options[4].stop": "too-young"}, "stop"),
        ({f"{AGE}.options[1].min_age": 11}, "stop"),
        ({f"{AGE}.options[0].min_age": 0}, ""),
        ({"parts[0].entry": "offered"}, "part"),
        ({"parts[0].after_check": True}, "part"),
        ({f"{MAIN}[3].when": WORKS_HERE}, "page"),
        ({f"{AGE}.when": WORKS_HERE}, "condition"),
        ({f"{MAIN}[0].jumps": [{"to": "5", "when": WORKS_HERE}]}, "jump"),
        ({f"{MAIN}[0].jumps": [{"to": "end", "when": WORKS_HERE}]}, "jump"),
        ({f"{MAIN}[0].jumps": [{"to": "4", "when": WORKS_HERE}]}, ""),
        ({f"{MAIN}[3].jumps": [{"to": "end", "when": WORKS_HERE}]}, ""),
        ({"finish_after": "2"}, "finish"),
        ({"finish_after": "4"}, ""),
        ({f"{MAIN}[1].questions[+]": WORDS}, "words"),
        ({f"{MAIN}[1].questions[+]": WORDS | {"off": True}}, ""),
        ({f"{MAIN}[3].questions[+]": WORDS}, ""),
        ({f"{MAIN}[0].questions[0].options[1].write_in": True}, "words"),
        ({f"{MAIN}[1].questions[+]": SENSITIVE}, "sensitive"),
    ],
)
def test_everybody_is_asked_their_age_in_time_and_children_are_led_out(
    changes: dict[str, Any], why: str
) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert young.lack(document) == why


def test_an_offered_part_before_counts_as_before() -> None:
    document = samples.every_kind()
    main, more, about = document.parts
    assert young.lack(document.model_copy(update={"parts": [more, main, about]})) == "words"


def test_a_single_form_is_judged_as_a_whole() -> None:
    form = samples.one_page()
    assert young.lack(form) == "question"
    assert young.lack(samples.one_page_with_age()) == ""


def test_a_correction_never_loses_the_way_out() -> None:
    live = samples.every_kind()
    lost = changed(live, {f"{AGE}.options[0].stop": None, "stops": []})
    document = Questionnaire.model_validate(lost)
    assert list(faults(document, previous=live)) == [Fault("under_13.lost", AGE, {"why": "stop"})]
    assert faults(document, previous=document) == ()
    moved = changed(live, {f"{MAIN}[3].when": WORKS_HERE})
    found = faults(Questionnaire.model_validate(moved), previous=live)
    assert list(found) == [Fault("under_13.lost", AGE, {"why": "page"})]
