"""Questions, kind by kind."""

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
        ({f"{MAIN}[4].title": None}, [Fault("page.title_missing", f"{MAIN}[4]", {"page": "5"})]),
        ({f"{MAIN}[4].title": None, f"{MAIN}[4].questions[1].off": True, "nets": [], "breakdowns": []}, []),
        ({f"{MORE}[0].title": None}, [Fault("page.title_missing", f"{MORE}[0]", {"page": "9"})]),
        (
            {f"{MORE}[0].title": None, f"{MORE}[0].body": None},
            [Fault("page.empty", f"{MORE}[0]", {"page": "9"})],
        ),
        (
            {f"{MAIN}[3].questions[0].options[5].write_in": True},
            [
                Fault(
                    "write_in.special",
                    f"{MAIN}[3].questions[0].options[5].write_in",
                    {"option": "prefer-not"},
                )
            ],
        ),
        (
            {f"{MAIN}[5].questions[0].options[5].write_in": True},
            [Fault("write_in.special", f"{MAIN}[5].questions[0].options[5].write_in", {"option": "none"})],
        ),
        (
            {f"{MORE}[1].questions[0].options[0].write_in": True},
            [Fault("write_in.kind", f"{MORE}[1].questions[0].options[0].write_in", {"kind": "grid"})],
        ),
        (
            {f"{MORE}[7].questions[0].names": True},
            [Fault("anonymous.names", f"{MORE}[7].questions[0].names", {"question": "heard"})],
        ),
        ({"kind": "named"}, [Fault("named.no_names", "kind", {})]),
        (
            {
                "kind": "named",
                f"{MORE}[7].questions[0].names": True,
                f"{MORE}[7].questions[+]": samples.question("short-text", "also", "Also", names=True),
                f"{MORE}[7].title": samples.t("x"),
            },
            [Fault("named.two_names", f"{MORE}[7].questions[1].names", {"question": "also"})],
        ),
        (
            {f"{MORE}[5].questions[0].options": [o(2, "no")]},
            [Fault("options.too_few", f"{MORE}[5].questions[0].options", {"least": 2, "options": 1})],
        ),
        (
            {f"{MORE}[6].questions[0].options": [o(1, "minor")], f"{MORE}[6].questions[0].at_least": 0},
            [Fault("options.too_few", f"{MORE}[6].questions[0].options", {"least": 2, "options": 1})],
        ),
        (
            {f"{MAIN}[5].questions[0].at_least": 4},
            [Fault("limits.crossed", f"{MAIN}[5].questions[0].at_most", {"least": 4, "most": 3})],
        ),
        (
            {f"{MAIN}[5].questions[0].at_most": 0},
            [
                Fault("limits.crossed", f"{MAIN}[5].questions[0].at_most", {"least": 0, "most": 0}),
                Fault("condition.never", f"{MAIN}[7].questions[0].when", {"question": "topics"}),
            ],
        ),
        (
            {f"{MAIN}[5].questions[0].at_most": 6},
            [Fault("limits.beyond", f"{MAIN}[5].questions[0].at_most", {"options": 5})],
        ),
        (
            {f"{MAIN}[5].questions[0].at_least": 6, f"{MAIN}[5].questions[0].at_most": None},
            [Fault("limits.beyond", f"{MAIN}[5].questions[0].at_least", {"options": 5})],
        ),
        (
            {f"{MAIN}[5].questions[0].at_least": -1},
            [Fault("limits.beyond", f"{MAIN}[5].questions[0].at_least", {"options": 5})],
        ),
        (
            {f"{MAIN}[5].questions[0].options[6].exclusive": False},
            [
                Fault(
                    "exclusive.expected",
                    f"{MAIN}[5].questions[0].options[6].exclusive",
                    {"option": "dont-know"},
                )
            ],
        ),
        (
            {f"{MAIN}[6].questions[0].of": "nothing", "headline": None},
            [Fault("one_of.unknown", f"{MAIN}[6].questions[0].of", {"question": "nothing"})],
        ),
        (
            {f"{MAIN}[6].questions[0].of": "age", "headline": None},
            [Fault("one_of.kind", f"{MAIN}[6].questions[0].of", {"question": "age"})],
        ),
        (
            {f"{MAIN}[6].questions[0].of": "why-not", "headline": None},
            [Fault("one_of.later", f"{MAIN}[6].questions[0].of", {"question": "why-not"})],
        ),
        (
            {
                f"{ABOUT}[1].questions[+]": samples.question(
                    "several", "sev", "s", off=True, options=[o(1, "a"), o(2, "b")]
                ),
                f"{ABOUT}[2].questions[+]": samples.question("one-of", "of", "o", of="sev"),
            },
            [Fault("one_of.off", f"{ABOUT}[2].questions[1].of", {"question": "sev"})],
        ),
        (
            {f"{MORE}[3].questions[0].top": 5},
            [Fault("ranking.top", f"{MORE}[3].questions[0].top", {"top": 5, "options": 4})],
        ),
        (
            {f"{MORE}[3].questions[0].options[4].exclusive": False},
            [
                Fault(
                    "exclusive.expected",
                    f"{MORE}[3].questions[0].options[4].exclusive",
                    {"option": "dont-know"},
                )
            ],
        ),
        (
            {f"{MORE}[3].questions[0].options": [o(1, "a")], f"{MORE}[3].questions[0].top": 1},
            [Fault("options.too_few", f"{MORE}[3].questions[0].options", {"least": 2, "options": 1})],
        ),
        (
            {f"{MORE}[2].questions[0].low": 10, f"{MORE}[2].questions[0].labels": {}},
            [Fault("rating.range", f"{MORE}[2].questions[0].high", {"low": 10, "high": 10})],
        ),
        (
            {f"{MORE}[2].questions[0].labels.11": samples.t("x")},
            [Fault("rating.label", f"{MORE}[2].questions[0].labels.11", {"point": 11})],
        ),
        (
            {f"{MORE}[2].questions[0].options[0].code": 11},
            [
                Fault(
                    "rating.special_code",
                    f"{MORE}[2].questions[0].options[0].code",
                    {"code": 11, "above": 11},
                )
            ],
        ),
        (
            {f"{MORE}[2].questions[0].options[0].key": "5"},
            [Fault("rating.special_key", f"{MORE}[2].questions[0].options[0].key", {"key": "5"})],
        ),
        (
            {f"{MORE}[1].questions[0].options": [o(1, "yes")]},
            [Fault("options.too_few", f"{MORE}[1].questions[0].options", {"least": 2, "options": 1})],
        ),
        (
            {f"{MORE}[1].questions[0].rows": []},
            [Fault("options.too_few", f"{MORE}[1].questions[0].rows", {"least": 1, "options": 0})],
        ),
        (
            {f"{MORE}[4].questions[0].lowest": 200},
            [
                Fault("number.bounds", f"{MORE}[4].questions[0].highest", {"lowest": 200, "highest": 110}),
                Fault("bins.overlap", f"{MORE}[4].questions[0].bins[0]", {"expected": 200, "first": 0}),
            ],
        ),
        (
            {f"{MORE}[4].questions[0].highest": 2**31, f"{MORE}[4].questions[0].bins[2].last": 2**31},
            [Fault("number.bounds", f"{MORE}[4].questions[0].highest", {"lowest": 0, "highest": 2147483648})],
        ),
        ({f"{MORE}[4].questions[0].bins": []}, [Fault("number.no_bins", f"{MORE}[4].questions[0].bins", {})]),
        (
            {f"{MORE}[4].questions[0].bins[1].first": 3},
            [Fault("bins.gap", f"{MORE}[4].questions[0].bins[1]", {"expected": 2, "first": 3})],
        ),
        (
            {f"{MORE}[4].questions[0].bins[1].first": 1},
            [Fault("bins.overlap", f"{MORE}[4].questions[0].bins[1]", {"expected": 2, "first": 1})],
        ),
        (
            {f"{MORE}[4].questions[0].bins[2].last": 100},
            [Fault("bins.gap", f"{MORE}[4].questions[0].bins[2].last", {"expected": 110})],
        ),
        (
            {f"{MORE}[4].questions[0].bins[2].last": 111},
            [Fault("bins.beyond", f"{MORE}[4].questions[0].bins[2].last", {"expected": 110})],
        ),
        (
            {f"{MORE}[4].questions[0].bins[1].last": 1},
            [
                Fault("bins.crossed", f"{MORE}[4].questions[0].bins[1]", {"first": 2, "last": 1}),
                Fault("bins.gap", f"{MORE}[4].questions[0].bins[2]", {"expected": 2, "first": 10}),
            ],
        ),
        (
            {f"{MORE}[4].questions[0].options[0].code": 1},
            [Fault("number.special_code", f"{MORE}[4].questions[0].options[0].code", {"code": 1})],
        ),
        (
            {
                "places": [samples.PLACES[0], samples.PLACES[1]],
                f"{MAIN}[2].questions[0].when": None,
                "dimensions[0].categories[0].answers": {"ward": ["E05000001"]},
                "dimensions[0].categories[1].answers": {"ward": ["E05000002"]},
            },
            [Fault("place.none", f"{MAIN}[1].questions[0].level", {"level": "parish"})],
        ),
    ],
)
def test_a_question_that_contradicts_itself_is_a_fault(
    changes: dict[str, Any], expected: list[Fault]
) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert list(faults(document)) == expected
