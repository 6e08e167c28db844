"""The document itself: what it refuses, how it says things, what its copies remember."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import All, Condition, Counts, Equals, Not, Questionnaire
from tests.surveys.questionnaire import samples

EVERY = samples.every_kind()


def test_a_document_is_frozen() -> None:
    with pytest.raises(ValidationError):
        EVERY.minutes = 5  # type: ignore[misc]


def test_a_document_survives_being_written_and_read() -> None:
    assert Questionnaire.model_validate_json(EVERY.model_dump_json(by_alias=True)) == EVERY


def test_a_copy_forgets_what_was_worked_out_from_the_original() -> None:
    width = codebook_of(EVERY).width
    shorter = EVERY.model_copy(update={"parts": EVERY.parts[:1]})
    assert len(shorter.questions) == 9
    assert codebook_of(shorter).width < width
    assert codebook_of(EVERY).width == width


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ({"question": "a", "equals": 1}, Equals(question="a", equals=1)),
        ({"question": "a", "at_most": 2}, Counts(question="a", at_most=2)),
        ({"question": "a"}, Counts(question="a")),
        ({"not": {"all": []}}, Not.model_validate({"not": All(all=[])})),
        (Equals(question="a", equals="b"), Equals(question="a", equals="b")),
    ],
)
def test_a_condition_is_known_by_its_words(plain: Any, expected: Any) -> None:
    assert TypeAdapter(Condition).validate_python(plain) == expected


@pytest.mark.parametrize(
    "plain", [5, None, "x", {}, {"equals": 1}, {"question": "a", "equals": 1, "any": []}]
)
def test_what_is_no_condition_is_refused(plain: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Condition).validate_python(plain)


@pytest.mark.parametrize(
    ("texts", "locale", "words", "fallback"),
    [
        ({"en_GB": "Yes", "pl": "Tak"}, "pl", "Tak", False),
        ({"en_GB": "Yes"}, "pl", "Yes", True),
        ({"en_GB": "Yes", "pl": ""}, "pl", "Yes", True),
        ({"en_GB": "Yes"}, "en_GB", "Yes", False),
        ({"pl": "Tak"}, "en_GB", "", False),
        (None, "pl", "", False),
    ],
)
def test_a_text_falls_back_to_the_source_language(
    texts: dict[str, str] | None, locale: str, words: str, fallback: bool
) -> None:
    assert EVERY.say(texts, locale) == words
    assert EVERY.is_fallback(texts, locale) is fallback


def test_pages_parts_questions_and_places_are_found_by_name() -> None:
    assert EVERY.part_of_page["a1"].id == "about-you"
    assert "religion" not in EVERY.question_by_id
    assert [q.id for q in EVERY.all_questions][-1] == "religion"
    assert [place.name for place in EVERY.places_at("ward")] == ["Eastmarsh", "Westfen"]
    assert EVERY.source_locale == "en_GB"
