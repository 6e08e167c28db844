"""Groups, nets, breakdowns, headline."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import GONE, MAIN, changed


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"dimensions[1].categories": []},
            [Fault("dimension.no_categories", "dimensions[1].categories", {"dimension": "age"})],
        ),
        (
            {"dimensions[0].categories": []},
            [Fault("dimension.no_categories", "dimensions[0].categories", {"dimension": "ward"})],
        ),
        (
            {
                "dimensions[1].questions": [],
                "dimensions[1].categories[0].answers": {},
                "dimensions[1].categories[1].answers": {},
            },
            [Fault("dimension.no_questions", "dimensions[1].questions", {"dimension": "age"})],
        ),
        (
            {"dimensions[1].questions[+]": "nobody"},
            [Fault("dimension.unknown_question", "dimensions[1].questions[1]", {"question": "nobody"})],
        ),
        (
            {"dimensions[1].questions[+]": "religion"},
            [Fault("dimension.unknown_question", "dimensions[1].questions[1]", {"question": "religion"})],
        ),
        (
            {"dimensions[1].questions[+]": "topics"},
            [
                Fault(
                    "dimension.kind", "dimensions[1].questions[1]", {"question": "topics", "kind": "several"}
                ),
                Fault("breakdown.itself", "breakdowns[2]", {"question": "topics", "dimension": "age"}),
            ],
        ),
        (
            {"dimensions[2].special_category": False},
            [Fault("dimension.special", "dimensions[2].special_category", {"question": "disability"})],
        ),
        (
            {"dimensions[1].map": True},
            [
                Fault("dimension.map", "dimensions[1].map", {"dimension": "age"}),
                Fault("dimension.not_ward", "dimensions[1].categories[0].key", {"key": "13-24"}),
                Fault("dimension.not_ward", "dimensions[1].categories[1].key", {"key": "25-over"}),
            ],
        ),
        (
            {"dimensions[1].categories[0].key": "not-given"},
            [Fault("category.reserved", "dimensions[1].categories[0].key", {"key": "not-given"})],
        ),
        (
            {"dimensions[0].categories[0].key": "e05"},
            [Fault("dimension.not_ward", "dimensions[0].categories[0].key", {"key": "e05"})],
        ),
        (
            {"dimensions[1].categories[0].answers.topics": ["asb"]},
            [
                Fault(
                    "dimension.unlisted_question",
                    "dimensions[1].categories[0].answers.topics",
                    {"question": "topics"},
                )
            ],
        ),
        (
            {"dimensions[1].categories[0].answers.age[+]": "old"},
            [
                Fault(
                    "dimension.unknown_answer",
                    "dimensions[1].categories[0].answers.age[2]",
                    {"question": "age", "answer": "old"},
                )
            ],
        ),
        (
            {"dimensions[1].categories[0].answers.age[+]": "25-64"},
            [
                Fault(
                    "dimension.repeated_answer",
                    "dimensions[1].categories[1].answers.age[0]",
                    {"key": ("age", "25-64"), "first": "dimensions[1].categories[0].answers.age[2]"},
                )
            ],
        ),
        (
            {"nets[0].question": "nobody", "breakdowns[1]": GONE},
            [Fault("net.unknown_question", "nets[0].question", {"question": "nobody"})],
        ),
        (
            {"nets[0].question": "why", "breakdowns[1]": GONE},
            [Fault("net.kind", "nets[0].question", {"question": "why", "kind": "long-text"})],
        ),
        (
            {"nets[0].question": "place", "breakdowns[1]": GONE},
            [Fault("net.kind", "nets[0].question", {"question": "place", "kind": "place"})],
        ),
        ({"nets[0].options": []}, [Fault("net.empty", "nets[0].options", {"net": "unsafe"})]),
        (
            {"nets[0].options[+]": "asb"},
            [Fault("net.unknown_option", "nets[0].options[2]", {"question": "safe-dark", "option": "asb"})],
        ),
        (
            {"nets[0].options[+]": "very-unsafe"},
            [
                Fault(
                    "key.repeated",
                    "nets[0].options[2]",
                    {"key": "very-unsafe", "first": "nets[0].options[1]"},
                )
            ],
        ),
        (
            {
                "nets[+]": {
                    "key": "high",
                    "question": "trust",
                    "text": samples.t("x"),
                    "options": ["9", "10", "11"],
                }
            },
            [Fault("net.unknown_option", "nets[1].options[2]", {"question": "trust", "option": "11"})],
        ),
        (
            {
                "nets[+]": {
                    "key": "new",
                    "question": "years",
                    "text": samples.t("x"),
                    "options": ["under-2", "3-4"],
                }
            },
            [Fault("net.unknown_option", "nets[1].options[1]", {"question": "years", "option": "3-4"})],
        ),
        (
            {
                "nets[+]": {
                    "key": "know",
                    "question": "help-known",
                    "text": samples.t("x"),
                    "options": ["yes", "yep"],
                }
            },
            [Fault("net.unknown_option", "nets[1].options[1]", {"question": "help-known", "option": "yep"})],
        ),
        (
            {"breakdowns[0].by": "income"},
            [Fault("breakdown.unknown_dimension", "breakdowns[0].by", {"dimension": "income"})],
        ),
        (
            {"breakdowns[1].net": "safe"},
            [Fault("breakdown.unknown_net", "breakdowns[1].net", {"net": "safe"})],
        ),
        (
            {"breakdowns[0].question": "religion"},
            [Fault("breakdown.unknown_question", "breakdowns[0].question", {"question": "religion"})],
        ),
        (
            {"breakdowns[0].question": "why"},
            [Fault("breakdown.kind", "breakdowns[0].question", {"question": "why", "kind": "long-text"})],
        ),
        (
            {"breakdowns[0].question": "help-known"},
            [Fault("breakdown.kind", "breakdowns[0].question", {"question": "help-known", "kind": "grid"})],
        ),
        (
            {f"{MAIN}[5].questions[0].released": False},
            [Fault("breakdown.unreleased", "breakdowns[2].question", {"question": "topics"})],
        ),
        (
            {"breakdowns[2].question": "age"},
            [Fault("breakdown.itself", "breakdowns[2]", {"question": "age", "dimension": "age"})],
        ),
        (
            {"breakdowns[0].question": "disability"},
            [
                Fault(
                    "breakdown.special_by_place",
                    "breakdowns[0]",
                    {"question": "disability", "dimension": "ward"},
                )
            ],
        ),
        (
            {"breakdowns[+]": {"question": "place", "by": "disability"}},
            [
                Fault(
                    "breakdown.special_by_place",
                    "breakdowns[4]",
                    {"question": "place", "dimension": "disability"},
                )
            ],
        ),
        (
            {"breakdowns[+]": {"question": "topics", "by": "age"}},
            [
                Fault(
                    "breakdown.repeated",
                    "breakdowns[4]",
                    {"key": ("topics", "age", None), "first": "breakdowns[2]"},
                )
            ],
        ),
        ({"headline": "nobody"}, [Fault("headline.unknown", "headline", {"question": "nobody"})]),
        ({"headline": "age"}, [Fault("headline.kind", "headline", {"question": "age", "kind": "one"})]),
        (
            {f"{MAIN}[6].questions[0].off": True, f"{MAIN}[7].questions[0].text": samples.t("Why?")},
            [Fault("headline.no_pair", "headline", {"question": "topics"})],
        ),
    ],
)
def test_a_table_that_cannot_be_made_is_a_fault(changes: dict[str, Any], expected: list[Fault]) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert list(faults(document)) == expected
