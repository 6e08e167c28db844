"""Every text in every language."""

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
        ({"locales": []}, [Fault("locales.none", "locales", {})]),
        (
            {"locales": ["en_GB", "pl", "pl"]},
            [Fault("locale.repeated", "locales[2]", {"key": "pl", "first": "locales[1]"})],
        ),
        (
            {
                "locales": ["en_GB", "pl", "lt"],
                "parts": [{"id": "p", "title": samples.t("P"), "pages": []}],
                "stops": [],
                "dimensions": [],
                "nets": [],
                "breakdowns": [],
                "headline": None,
                "age_question": None,
                "finish_after": None,
            },
            [
                Fault("translation.state_missing", "translations", {"locale": "lt"}),
                Fault("translation.missing", "title", {"locale": "lt"}),
                Fault("translation.missing", "purpose", {"locale": "lt"}),
                Fault("translation.missing", "sections[0].title", {"locale": "lt"}),
                Fault("translation.missing", "sections[1].title", {"locale": "lt"}),
                Fault("translation.missing", "parts[0].title", {"locale": "lt"}),
                Fault("part.empty", f"{MAIN}", {}),
            ],
        ),
        ({"translations.pl": GONE}, [Fault("translation.state_missing", "translations", {"locale": "pl"})]),
        (
            {"translations.lt": {"state": "checked"}},
            [Fault("translation.unlisted", "translations.lt", {"locale": "lt"})],
        ),
        (
            {"translations.pl": {"state": "source"}},
            [Fault("translation.state", "translations.pl", {"locale": "pl", "state": "source"})],
        ),
        (
            {"translations.en_GB": {"state": "unchecked"}},
            [Fault("translation.state", "translations.en_GB", {"locale": "en_GB", "state": "unchecked"})],
        ),
        ({"title.en_GB": GONE}, [Fault("text.missing", "title", {"locale": "en_GB"})]),
        ({"title.pl": GONE}, [Fault("translation.missing", "title", {"locale": "pl"})]),
        ({"title.pl": " "}, [Fault("text.empty", "title", {"locale": "pl"})]),
        ({"title.lt": "x"}, [Fault("translation.unlisted", "title", {"locale": "lt"})]),
        ({"title.pl": "a\x00"}, [Fault("text.forbidden", "title", {"locale": "pl"})]),
        (
            {f"{MORE}[2].questions[0].labels.10.pl": GONE},
            [Fault("translation.missing", f"{MORE}[2].questions[0].labels.10", {"locale": "pl"})],
        ),
        (
            {f"{MAIN}[0].questions[0].options[0].hint": {"en_GB": "Only English"}},
            [Fault("translation.missing", f"{MAIN}[0].questions[0].options[0].hint", {"locale": "pl"})],
        ),
        ({"dimensions[0].categories[0].text": {"en_GB": "Eastmarsh"}}, []),
        (
            {"dimensions[0].text": {"en_GB": "Ward"}},
            [Fault("translation.missing", "dimensions[0].text", {"locale": "pl"})],
        ),
        (
            {"dimensions[1].categories[0].text": {"en_GB": "13 to 24"}},
            [Fault("translation.missing", "dimensions[1].categories[0].text", {"locale": "pl"})],
        ),
        (
            {f"{MAIN}[7].questions[0].text.pl": "Dlaczego {nobody}?"},
            [Fault("pipe.unknown", f"{MAIN}[7].questions[0].text", {"question": "nobody"})],
        ),
        (
            {f"{MAIN}[7].questions[0].hint": samples.t("{heard}")},
            [Fault("pipe.later", f"{MAIN}[7].questions[0].hint", {"question": "heard"})],
        ),
        (
            {f"{MAIN}[4].title": samples.t("{safe-day}")},
            [Fault("pipe.later", f"{MAIN}[4].title", {"question": "safe-day"})],
        ),
        (
            {f"{MORE}[0].body": samples.t("{why}")},
            [Fault("pipe.kind", f"{MORE}[0].body", {"question": "why"})],
        ),
        (
            {f"{MORE}[0].body": samples.t("{help-known}")},
            [Fault("pipe.kind", f"{MORE}[0].body", {"question": "help-known"})],
        ),
        (
            {f"{ABOUT}[2].questions[0].id": "religion", f"{ABOUT}[2].body": samples.t("{religion|x}")},
            [Fault("pipe.later", f"{ABOUT}[2].body", {"question": "religion"})],
        ),
        (
            {
                f"{ABOUT}[0].body": samples.t("{topics|x}"),
                f"{MAIN}[5].questions[0].off": True,
                "headline": None,
                f"{MAIN}[6].questions[0].off": True,
                f"{MAIN}[7].questions[0].when": None,
                f"{MAIN}[7].questions[0].text": samples.t("Why?"),
                "breakdowns": [],
            },
            [Fault("pipe.off", f"{ABOUT}[0].body", {"question": "topics"})],
        ),
    ],
)
def test_words_that_are_missing_or_out_of_place_are_faults(
    changes: dict[str, Any], expected: list[Fault]
) -> None:
    document = Questionnaire.model_validate(changed(samples.every_kind(), changes))
    assert list(faults(document)) == expected
