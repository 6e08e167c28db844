"""Every name once."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import MAIN, MORE, changed


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"sections[+]": {"id": "area", "title": samples.t("A")}},
            [Fault("key.repeated", "sections[2].id", {"key": "area", "first": "sections[0].id"})],
        ),
        (
            {"parts[1].id": "main"},
            [Fault("key.repeated", "parts[1].id", {"key": "main", "first": "parts[0].id"})],
        ),
        (
            {"stops[+]": samples.STOP},
            [Fault("key.repeated", "stops[1].id", {"key": "too-young", "first": "stops[0].id"})],
        ),
        (
            {f"{MORE}[0].id": "1"},
            [Fault("key.repeated", f"{MORE}[0].id", {"key": "1", "first": f"{MAIN}[0].id"})],
        ),
        (
            {f"{MORE}[7].questions[0].id": "why"},
            [
                Fault(
                    "key.repeated",
                    f"{MORE}[7].questions[0].id",
                    {"key": "why", "first": f"{MAIN}[7].questions[0].id"},
                )
            ],
        ),
        (
            {f"{MAIN}[7].questions[0].identity": "sample.heard"},
            [
                Fault(
                    "identity.repeated",
                    f"{MORE}[7].questions[0].identity",
                    {"key": "sample.heard", "first": f"{MAIN}[7].questions[0].identity"},
                )
            ],
        ),
        (
            {f"{MAIN}[3].questions[0].options[1].key": "under-13"},
            [
                Fault(
                    "key.repeated",
                    f"{MAIN}[3].questions[0].options[1].key",
                    {"key": "under-13", "first": f"{MAIN}[3].questions[0].options[0].key"},
                ),
                Fault(
                    "dimension.unknown_answer",
                    "dimensions[1].categories[0].answers.age[0]",
                    {"question": "age", "answer": "13-15"},
                ),
            ],
        ),
        (
            {f"{MAIN}[3].questions[0].options[1].code": 1},
            [
                Fault(
                    "code.repeated",
                    f"{MAIN}[3].questions[0].options[1].code",
                    {"key": 1, "first": f"{MAIN}[3].questions[0].options[0].code"},
                )
            ],
        ),
        (
            {f"{MAIN}[6].questions[0].options[0].code": 3, f"{MAIN}[6].questions[0].options[0].key": "asb"},
            [
                Fault(
                    "key.repeated",
                    f"{MAIN}[6].questions[0].options[0].key",
                    {"key": "asb", "first": f"{MAIN}[5].questions[0].options[0].key"},
                ),
                Fault(
                    "code.repeated",
                    f"{MAIN}[6].questions[0].options[0].code",
                    {"key": 3, "first": f"{MAIN}[5].questions[0].options[2].code"},
                ),
            ],
        ),
        (
            {f"{MORE}[4].questions[0].options[0].key": "2-9"},
            [
                Fault(
                    "key.repeated",
                    f"{MORE}[4].questions[0].options[0].key",
                    {"key": "2-9", "first": f"{MORE}[4].questions[0].bins[1].key"},
                )
            ],
        ),
        (
            {f"{MORE}[4].questions[0].bins[1].key": "under-2"},
            [
                Fault(
                    "key.repeated",
                    f"{MORE}[4].questions[0].bins[1].key",
                    {"key": "under-2", "first": f"{MORE}[4].questions[0].bins[0].key"},
                )
            ],
        ),
        (
            {f"{MAIN}[1].questions[0].options[0].key": "ashby"},
            [
                Fault(
                    "key.repeated",
                    f"{MAIN}[1].questions[0].options[0].key",
                    {"key": "ashby", "first": "places[2].key"},
                )
            ],
        ),
        (
            {f"{MORE}[1].questions[0].rows[1].key": "scams"},
            [
                Fault(
                    "key.repeated",
                    f"{MORE}[1].questions[0].rows[1].key",
                    {"key": "scams", "first": f"{MORE}[1].questions[0].rows[0].key"},
                )
            ],
        ),
        (
            {f"{MORE}[1].questions[0].rows[1].code": 1},
            [
                Fault(
                    "code.repeated",
                    f"{MORE}[1].questions[0].rows[1].code",
                    {"key": 1, "first": f"{MORE}[1].questions[0].rows[0].code"},
                )
            ],
        ),
        (
            {"places[1].key": "E05000001"},
            [
                Fault("key.repeated", "places[1].key", {"key": "E05000001", "first": "places[0].key"}),
                Fault("place.unknown_ward", "places[4].ward", {"ward": "E05000002"}),
                Fault("dimension.not_ward", "dimensions[0].categories[1].key", {"key": "e05000002"}),
                Fault(
                    "dimension.unknown_answer",
                    "dimensions[0].categories[1].answers.ward[0]",
                    {"question": "ward", "answer": "E05000002"},
                ),
            ],
        ),
        (
            {"places[3].code": 300},
            [Fault("code.repeated", "places[3].code", {"key": 300, "first": "places[2].code"})],
        ),
        ({"places[3].ward": "E09"}, [Fault("place.unknown_ward", "places[3].ward", {"ward": "E09"})]),
        (
            {"dimensions[1].key": "ward"},
            [
                Fault("key.repeated", "dimensions[1].key", {"key": "ward", "first": "dimensions[0].key"}),
                Fault("breakdown.unknown_dimension", "breakdowns[2].by", {"dimension": "age"}),
            ],
        ),
        (
            {"dimensions[1].categories[1].key": "13-24"},
            [
                Fault(
                    "key.repeated",
                    "dimensions[1].categories[1].key",
                    {"key": "13-24", "first": "dimensions[1].categories[0].key"},
                )
            ],
        ),
        (
            {
                "nets[+]": {
                    "key": "unsafe",
                    "question": "safe-dark",
                    "text": samples.t("x"),
                    "options": ["never"],
                }
            },
            [Fault("key.repeated", "nets[1].key", {"key": ("safe-dark", "unsafe"), "first": "nets[0].key"})],
        ),
        (
            {f"{MAIN}[0].section": "nowhere"},
            [Fault("section.unknown", f"{MAIN}[0].section", {"section": "nowhere"})],
        ),
        (
            {f"{MORE}[7].id": "end", f"{MORE}[5].jumps": []},
            [Fault("page.reserved", f"{MORE}[7].id", {"key": "end"})],
        ),
        (
            {f"{MAIN}[5].questions[0].options[1].key": "asb", f"{MAIN}[5].questions[0].options[1].code": 1},
            [
                Fault(
                    "key.repeated",
                    f"{MAIN}[5].questions[0].options[1].key",
                    {"key": "asb", "first": f"{MAIN}[5].questions[0].options[0].key"},
                ),
                Fault(
                    "code.repeated",
                    f"{MAIN}[5].questions[0].options[1].code",
                    {"key": 1, "first": f"{MAIN}[5].questions[0].options[0].code"},
                ),
            ],
        ),
    ],
)
def test_a_name_that_is_not_its_own_is_a_fault(changes: dict[str, Any], expected: list[Fault]) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert list(faults(document)) == expected
