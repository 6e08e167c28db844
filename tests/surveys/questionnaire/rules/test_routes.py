"""Jumps, conditions, ages, ends."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import ABOUT, MAIN, MORE, changed


def o(code: int, key: str, **more: Any) -> Any:
    return samples.option(code, key, key, **more)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {f"{ABOUT}[0].when": {"question": "topics"}},
            [Fault("condition.always", f"{ABOUT}[0].when", {"question": "topics"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "topics", "at_least": 4}},
            [Fault("condition.never", f"{ABOUT}[0].when", {"question": "topics"})],
        ),
        ({f"{ABOUT}[0].when": {"question": "why-not", "at_least": 2}}, []),
        (
            {"parts[0].entry": "offered"},
            [
                Fault("parts.none_asked", "parts", {}),
                Fault("offer.missing", "parts[0].offer", {}),
                Fault("finish_after.not_asked", "finish_after", {"page": "6"}),
            ],
        ),
        (
            {
                "parts[0].pages": [],
                "parts[1].pages": [],
                "parts[2].pages": [],
                "dimensions": [],
                "nets": [],
                "breakdowns": [],
                "headline": None,
                "age_question": None,
                "finish_after": None,
                "stops": [],
            },
            [
                Fault("part.empty", f"{MAIN}", {}),
                Fault("part.empty", f"{MORE}", {}),
                Fault("part.empty", f"{ABOUT}", {}),
            ],
        ),
        ({"parts[1].offer": None}, [Fault("offer.missing", "parts[1].offer", {})]),
        ({"finish_after": "99"}, [Fault("finish_after.unknown", "finish_after", {"page": "99"})]),
        ({"finish_after": "9"}, [Fault("finish_after.not_asked", "finish_after", {"page": "9"})]),
        ({"finish_after": "a1"}, [Fault("finish_after.not_asked", "finish_after", {"page": "a1"})]),
        ({f"{MAIN}[0].jumps": [{"to": "3"}]}, [Fault("page.unreachable", f"{MAIN}[1]", {"page": "2"})]),
        (
            {f"{MAIN}[0].jumps": [{"to": "2"}, {"to": "3"}]},
            [Fault("jump.dead", f"{MAIN}[0].jumps[1]", {"to": "3"})],
        ),
        ({f"{MAIN}[0].jumps": [{"when": {"question": "connection", "answered": True}, "to": "3"}]}, []),
        ({f"{MAIN}[2].jumps": [{"to": "5"}], f"{MAIN}[2].when": {"question": "place", "answered": True}}, []),
        (
            {
                f"{MAIN}[5].jumps": [{"to": "end"}],
            },
            [
                Fault("page.unreachable", f"{MAIN}[6]", {"page": "7"}),
                Fault("page.unreachable", f"{MAIN}[7]", {"page": "8"}),
            ],
        ),
        (
            {f"{MAIN}[0].jumps": [{"when": {"question": "connection", "answered": True}, "to": "99"}]},
            [Fault("jump.unknown", f"{MAIN}[0].jumps[0].to", {"to": "99"})],
        ),
        (
            {f"{MAIN}[0].jumps": [{"when": {"question": "connection", "answered": True}, "to": "10"}]},
            [Fault("jump.other_part", f"{MAIN}[0].jumps[0].to", {"to": "10"})],
        ),
        (
            {f"{MAIN}[1].jumps": [{"when": {"question": "connection", "answered": True}, "to": "2"}]},
            [Fault("jump.backward", f"{MAIN}[1].jumps[0].to", {"to": "2"})],
        ),
        (
            {f"{MAIN}[1].jumps": [{"when": {"question": "connection", "answered": True}, "to": "1"}]},
            [Fault("jump.backward", f"{MAIN}[1].jumps[0].to", {"to": "1"})],
        ),
        (
            {f"{MAIN}[1].jumps": [{"when": {"question": "age", "answered": True}, "to": "3"}]},
            [Fault("condition.later", f"{MAIN}[1].jumps[0].when.question", {"question": "age"})],
        ),
        (
            {f"{MAIN}[1].when": {"question": "nobody", "answered": True}},
            [Fault("condition.unknown_question", f"{MAIN}[1].when.question", {"question": "nobody"})],
        ),
        (
            {f"{MAIN}[1].when": {"question": "place", "answered": True}},
            [Fault("condition.same_page", f"{MAIN}[1].when.question", {"question": "place"})],
        ),
        (
            {f"{MAIN}[4].questions[1].when": {"question": "safe-day", "answered": True}},
            [Fault("condition.same_page", f"{MAIN}[4].questions[1].when.question", {"question": "safe-day"})],
        ),
        (
            {f"{MAIN}[1].when": {"question": "why", "answered": True}},
            [Fault("condition.later", f"{MAIN}[1].when.question", {"question": "why"})],
        ),
        (
            {f"{MAIN}[0].when": {"question": "disability", "equals": "yes"}},
            [Fault("condition.later", f"{MAIN}[0].when.question", {"question": "disability"})],
        ),
        ({f"{ABOUT}[0].when": {"question": "topics", "includes": ["asb"]}}, []),
        (
            {f"{ABOUT}[2].when": {"not": {"all": []}}},
            [Fault("condition.empty", f"{ABOUT}[2].when.not.all", {})],
        ),
        (
            {
                f"{MAIN}[7].when": {
                    "any": [
                        {"all": [{"question": "topics", "includes": ["fire"]}]},
                        {"not": {"question": "age", "equals": "old"}},
                    ]
                }
            },
            [
                Fault(
                    "condition.unknown_option",
                    f"{MAIN}[7].when.any[0].all[0].includes",
                    {"question": "topics", "option": "fire"},
                ),
                Fault(
                    "condition.unknown_option",
                    f"{MAIN}[7].when.any[1].not.equals",
                    {"question": "age", "option": "old"},
                ),
            ],
        ),
        (
            {f"{MAIN}[7].when": {"question": "topics", "includes": []}},
            [Fault("condition.empty", f"{MAIN}[7].when.includes", {})],
        ),
        (
            {f"{MAIN}[7].when": {"question": "place", "includes": ["gone"]}},
            [
                Fault(
                    "condition.unknown_option",
                    f"{MAIN}[7].when.includes",
                    {"question": "place", "option": "gone"},
                )
            ],
        ),
        (
            {f"{MAIN}[7].when": {"question": "topics", "equals": "asb"}},
            [Fault("condition.kind", f"{MAIN}[7].when", {"question": "topics", "kind": "several"})],
        ),
        (
            {f"{MAIN}[7].when": {"question": "age", "at_least": 1}},
            [Fault("condition.kind", f"{MAIN}[7].when", {"question": "age", "kind": "one"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "why", "equals": "x"}},
            [Fault("condition.kind", f"{ABOUT}[0].when", {"question": "why", "kind": "long-text"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "why", "includes": ["x"]}},
            [Fault("condition.kind", f"{ABOUT}[0].when", {"question": "why", "kind": "long-text"})],
        ),
        ({f"{ABOUT}[0].when": {"question": "why", "answered": True}}, []),
        (
            {f"{ABOUT}[0].when": {"question": "help-known", "equals": "yes"}},
            [Fault("condition.row_missing", f"{ABOUT}[0].when.question", {"question": "help-known"})],
        ),
        ({f"{ABOUT}[0].when": {"question": "help-known", "answered": True}}, []),
        (
            {f"{ABOUT}[0].when": {"question": "help-known.floods", "equals": "yes"}},
            [Fault("condition.unknown_row", f"{ABOUT}[0].when.question", {"question": "help-known.floods"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "age.floods", "equals": "yes"}},
            [Fault("condition.unknown_row", f"{ABOUT}[0].when.question", {"question": "age.floods"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "help-known.fire", "equals": "perhaps"}},
            [
                Fault(
                    "condition.unknown_option",
                    f"{ABOUT}[0].when.equals",
                    {"question": "help-known", "option": "perhaps"},
                )
            ],
        ),
        ({f"{ABOUT}[0].when": {"question": "help-known.fire", "equals": "no"}}, []),
        (
            {f"{ABOUT}[0].when": {"question": "trust", "equals": 11}},
            [
                Fault(
                    "condition.unknown_option", f"{ABOUT}[0].when.equals", {"question": "trust", "option": 11}
                )
            ],
        ),
        (
            {
                f"{ABOUT}[0].when": {
                    "all": [
                        {"question": "trust", "equals": 10},
                        {"question": "years", "equals": 0},
                        {"question": "years", "equals": "dont-know"},
                    ]
                }
            },
            [],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "age", "equals": 3}},
            [Fault("condition.unknown_option", f"{ABOUT}[0].when.equals", {"question": "age", "option": 3})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "topics", "at_least": 6}},
            [Fault("condition.never", f"{ABOUT}[0].when", {"question": "topics"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "topics", "at_least": 2, "at_most": 1}},
            [Fault("condition.never", f"{ABOUT}[0].when", {"question": "topics"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "topics", "at_most": -1}},
            [Fault("condition.never", f"{ABOUT}[0].when", {"question": "topics"})],
        ),
        (
            {f"{ABOUT}[0].when": {"question": "improve", "at_least": 4}},
            [Fault("condition.never", f"{ABOUT}[0].when", {"question": "improve"})],
        ),
        (
            {
                f"{ABOUT}[1].questions[+]": samples.question(
                    "one",
                    "second",
                    "s",
                    when={"question": "religion", "equals": "any"},
                    options=[o(1, "a"), o(2, "b")],
                ),
                f"{ABOUT}[1].title": samples.t("x"),
            },
            [
                Fault("condition.later", f"{ABOUT}[1].questions[1].when.question", {"question": "religion"}),
                Fault("condition.off", f"{ABOUT}[1].questions[1].when.question", {"question": "religion"}),
            ],
        ),
        ({f"{ABOUT}[2].questions[0].when": {"question": "disability", "equals": "no"}}, []),
        (
            {"age_question": "nobody", f"{MORE}[5].questions[0].min_age": None},
            [
                Fault("age_question.unknown", "age_question", {"question": "nobody"}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[1].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[2].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[3].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[4].min_age", {}),
            ],
        ),
        (
            {"age_question": "topics"},
            [
                Fault("age_question.kind", "age_question", {"question": "topics"}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[1].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[2].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[3].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[4].min_age", {}),
                Fault("min_age.never", f"{MORE}[5].questions[0].min_age", {"min_age": 16}),
            ],
        ),
        (
            {"age_question": "safe-day"},
            [
                Fault("age_question.no_bands", "age_question", {"question": "safe-day"}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[1].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[2].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[3].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[4].min_age", {}),
                Fault("min_age.never", f"{MORE}[5].questions[0].min_age", {"min_age": 16}),
            ],
        ),
        (
            {"age_question": None},
            [
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[1].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[2].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[3].min_age", {}),
                Fault("option.min_age", f"{MAIN}[3].questions[0].options[4].min_age", {}),
                Fault("min_age.no_age_question", f"{MORE}[5].questions[0].min_age", {}),
            ],
        ),
        (
            {f"{MAIN}[2].questions[0].min_age": 16},
            [Fault("min_age.early", f"{MAIN}[2].questions[0].min_age", {"question": "age"})],
        ),
        (
            {f"{MORE}[5].questions[0].min_age": 66},
            [Fault("min_age.never", f"{MORE}[5].questions[0].min_age", {"min_age": 66})],
        ),
        (
            {f"{MORE}[5].questions[0].options[0].min_age": 3},
            [Fault("option.min_age", f"{MORE}[5].questions[0].options[0].min_age", {})],
        ),
        (
            {f"{MAIN}[3].questions[0].options[0].stop": "nowhere"},
            [
                Fault("stop.unknown", f"{MAIN}[3].questions[0].options[0].stop", {"stop": "nowhere"}),
                Fault("stop.unreachable", "stops[0]", {"stop": "too-young"}),
            ],
        ),
        (
            {f"{MAIN}[3].questions[0].options[0].hand_over": "organisations"},
            [Fault("option.two_ends", f"{MAIN}[3].questions[0].options[0]", {})],
        ),
        (
            {f"{MORE}[2].questions[0].options[0].hand_over": "organisations"},
            [Fault("option.end_kind", f"{MORE}[2].questions[0].options[0]", {"kind": "rating"})],
        ),
        (
            {"single_page": True},
            [
                Fault("single_page.part", "parts[1]", {"part": "more"}),
                Fault("single_page.part", "parts[2]", {"part": "about-you"}),
                Fault("single_page.conditional", f"{MORE}[5]", {}),
                Fault("single_page.conditional", f"{MAIN}[2].questions[0]", {}),
                Fault("single_page.conditional", f"{MAIN}[6].questions[0]", {}),
                Fault("single_page.conditional", f"{MAIN}[7].questions[0]", {}),
                Fault("single_page.conditional", f"{MORE}[4].questions[0]", {}),
                Fault("single_page.conditional", f"{MORE}[5].questions[0]", {}),
                Fault("single_page.conditional", f"{ABOUT}[1].questions[0]", {}),
            ],
        ),
    ],
)
def test_a_way_that_leads_nowhere_is_a_fault(changes: dict[str, Any], expected: list[Fault]) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert list(faults(document)) == expected
