"""A new version beside the one before."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import ABOUT, GONE, MAIN, MORE, changed


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": "other"}, [Fault("survey.key_changed", "key", {"before": "every-kind"})]),
        (
            {"kind": "named", f"{MORE}[7].questions[0].names": True},
            [Fault("survey.kind_changed", "kind", {"before": "anonymous"})],
        ),
        ({"places[0].name": "East Marsh"}, [Fault("places.changed", "places", {})]),
        ({"places": []}, []),
        (
            {f"{MORE}[7].questions": [], f"{MORE}[7].title": samples.t("x")},
            [Fault("question.deleted", "parts", {"question": "heard"})],
        ),
        (
            {f"{MORE}[7].questions[0]": samples.question("long-text", "heard", "x")},
            [
                Fault(
                    "kind.changed",
                    f"{MORE}[7].questions[0].kind",
                    {"question": "heard", "before": "short-text"},
                )
            ],
        ),
        (
            {f"{MORE}[7].questions[0].identity": "sample.other"},
            [
                Fault(
                    "identity.changed",
                    f"{MORE}[7].questions[0].identity",
                    {"question": "heard", "before": "sample.heard"},
                )
            ],
        ),
        (
            {f"{ABOUT}[2].questions[0].off": False},
            [Fault("use.missing", f"{ABOUT}[2].questions[0].use", {"question": "religion"})],
        ),
        ({f"{ABOUT}[2].questions[0].off": False, f"{ABOUT}[2].questions[0].use": "To plan"}, []),
        (
            {f"{MAIN}[6].questions[0].of": "why-not", "headline": None},
            [
                Fault("one_of.later", f"{MAIN}[6].questions[0].of", {"question": "why-not"}),
                Fault(
                    "one_of.changed",
                    f"{MAIN}[6].questions[0].of",
                    {"question": "topic-first", "before": "topics"},
                ),
            ],
        ),
        (
            {f"{MORE}[5].questions[0].options[0]": GONE},
            [Fault("option.deleted", f"{MORE}[5].questions[0].options", {"key": "yes"})],
        ),
        (
            {f"{MORE}[5].questions[0].options[0].code": 5},
            [Fault("code.changed", f"{MORE}[5].questions[0].options[0].code", {"key": "yes", "before": 1})],
        ),
        (
            {f"{MORE}[5].questions[0].options[0].key": "aye"},
            [
                Fault("option.deleted", f"{MORE}[5].questions[0].options", {"key": "yes"}),
                Fault(
                    "code.reused", f"{MORE}[5].questions[0].options[0].code", {"key": "aye", "before": "yes"}
                ),
            ],
        ),
        ({f"{MORE}[5].questions[0].options[+]": samples.option(5, "maybe", "Maybe")}, []),
        (
            {f"{MORE}[1].questions[0].rows[0]": GONE},
            [Fault("row.deleted", f"{MORE}[1].questions[0].rows", {"key": "scams"})],
        ),
        (
            {f"{MORE}[1].questions[0].rows[0].code": 7},
            [Fault("code.changed", f"{MORE}[1].questions[0].rows[0].code", {"key": "scams", "before": 1})],
        ),
        ({f"{MAIN}[3].questions[0].text.en_GB": "Age?", f"{MAIN}[3].questions[0].wording": 2}, []),
    ],
)
def test_a_change_that_breaks_stored_answers_is_a_fault(
    changes: dict[str, Any], expected: list[Fault]
) -> None:
    before = samples.every_kind()
    document = Questionnaire.model_validate(changed(before, changes))
    assert list(faults(document, previous=before)) == expected


def test_the_same_document_again_is_no_change() -> None:
    assert faults(samples.every_kind(), previous=samples.every_kind()) == ()
