"""A questionnaire in words: nothing that is approved is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from flask import Flask

from portal.partnership.survey_models import models
from portal.survey_words import Told, changes, told
from surveys.questionnaire import conditions, editing, framing, tabulation
from surveys.questionnaire.conditions import Target
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import wordings
from tests.surveys.questionnaire import samples


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def strings(value: Any) -> Iterator[str]:
    """Every string of a structure."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from strings(inner)


def said(app: Flask, document: Questionnaire, locale: str) -> Told:
    with app.test_request_context("/office"):
        return told(document, locale)


@pytest.mark.parametrize("name", ["every kind", "residents", "organisations", "partners"])
def test_every_text_is_there_in_every_language(app: Flask, name: str) -> None:
    document = samples.every_kind() if name == "every kind" else models()[name]
    for locale in document.locales:
        everything = "\n".join(strings(said(app, document, locale)))
        missing = [
            one.name
            for one in wordings(document)
            if one.texts.get(locale) and one.texts[locale] not in everything
        ]
        assert missing == []


def test_who_is_asked_limits_and_endings_are_said(app: Flask) -> None:
    document = samples.every_kind()
    document = conditions.add_condition(
        document, Target("question", "why"), {"question": "age", "includes": ["13-15"]}
    )
    page = next(page for page in document.pages() if any(q.id == "age" for q in page.questions))
    document = conditions.add_jump(document, page.id, "end", {"question": "age", "answered": False})
    found = said(app, document, "en_GB")
    asked = {question.id: question for screen in found.pages for question in screen.questions}
    for question in document.all_questions:
        rules = asked[question.id].rules
        assert ("An answer is needed" in rules) == question.required
        assert ("Sensitive" in rules) == question.special_category
        assert any(words.startswith("Asked only if") for words in rules) == (question.when is not None)
        if question.min_age is not None:
            assert f"Asked only of people aged {question.min_age} and over" in rules
        if getattr(question, "max_chars", None):
            assert f"Own words, up to {question.max_chars} characters" in rules
        if getattr(question, "at_most", None):
            assert any(f"{question.at_most} answers" in words for words in rules)
    assert any("is “13 to 15”" in words for words in asked["why"].rules)
    ways = [words for screen in found.pages for words in screen.ways]
    assert any("is not answered: on to the end of this part" in words for words in ways)
    notes = [note for question in asked.values() for line in question.answers for note in line.notes]
    assert any(note.startswith("ends the survey") for note in notes)
    assert any(note.startswith("on to the survey") for note in notes)
    assert "alone" in notes


def test_groups_sums_and_tables_are_said(app: Flask) -> None:
    found = said(app, samples.every_kind(), "en_GB")
    groups = {line.text: line.notes for line in found.groups}
    assert groups["Age"][-1] == "13 to 24 (13 to 15, 16 to 24); 25 or over (25 to 64, 65 or over)"
    assert "the wards, as a map" in groups["Ward"]
    assert "sensitive" in groups["Disability"]
    assert [line.text for line in found.sums] == ["A bit or very unsafe"]
    assert len(found.tables) == 4
    assert any("only “A bit or very unsafe”, for each ward" in words for words in found.tables)


@pytest.mark.parametrize(
    ("edit", "where", "before", "after"),
    [
        (
            lambda q: editing.set_question(q, "age", {"text": {"en_GB": "Your age?"}}),
            "Question “age”", "How old are you?", "Your age?",
        ),
        (
            lambda q: editing.set_question(q, "topics", {"at_most": 2}),
            "Question “topics”, who is asked and limits", "Up to 3 answers", "Up to 2 answers",
        ),
        (
            lambda q: editing.set_option(q, "age", "13-15", {"text": {"pl": "Od 13 do 15"}}),
            "Question “age”, answers (pl)", "13 to 15 (pl)", "Od 13 do 15",
        ),
        (
            lambda q: conditions.add_condition(
                q, Target("page", "9"), {"question": "age", "includes": ["13-15"]}
            ),
            "Page 9, who sees it and where it leads", "",
            "Shown only if the answer to “How old are you?” is “13 to 15”",
        ),
        (
            lambda q: tabulation.drop_listed(q, "breakdowns", "topics.age"),
            "Tables by group", "“What matters? Choose”, for each age", "",
        ),
        (
            lambda q: framing.set_document(q, {"minutes": 9}),
            "The survey as a whole", "People are told it takes about 4 minutes",
            "People are told it takes about 9 minutes",
        ),
    ],
)  # fmt: skip
def test_a_correction_says_exactly_what_changes(
    app: Flask, edit: Any, where: str, before: str, after: str
) -> None:
    document = samples.every_kind()
    with app.test_request_context("/office"):
        assert changes(document, document) == ()
        [only] = changes(document, edit(document))
    assert only.where == where
    assert (only.before, only.after) == ((before,) if before else (), (after,) if after else ())


def test_a_moved_question_and_a_new_language_are_changes(app: Flask) -> None:
    document = samples.every_kind()
    with app.test_request_context("/office"):
        moved = changes(document, editing.move_page(document, "4", 2))
        added = changes(document, framing.add_language(document, "ro"))
    assert [one.where for one in moved] == ["The order of questions"]
    assert {one.where.rpartition(" ")[2] for one in added} == {"(ro)"}
