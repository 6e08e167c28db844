"""What the worked example's own survey must keep true, whatever else is edited in it."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest

import portal
from portal.partnership import packs
from portal.partnership.demonstration import leanings_of
from portal.partnership.invention import respondent
from surveys.questionnaire.faults import faults
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.questionnaire.routing import walk

FOLDER = Path(portal.__file__).parent / "packs" / "east_cambridgeshire"


@pytest.fixture(scope="module")
def pack() -> packs.Pack:
    return packs.read(FOLDER)


@pytest.fixture(scope="module")
def survey(pack: packs.Pack) -> Questionnaire:
    places = [
        PlaceEntry(code=p.number, key=p.key, level=p.level, name=p.name, ward=p.ward_key or None)
        for p in pack.places
    ]
    return freeze(pack.questionnaires["residents"], places)


def asked(survey: Questionnaire, **answers: Any) -> list[str]:
    given = {name.replace("_", "-"): value for name, value in answers.items()}
    accepted = frozenset(part.id for part in survey.parts)
    return [q for questions in walk(survey, given, accepted=accepted).asked.values() for q in questions]


def test_the_published_survey_has_no_fault(survey: Questionnaire) -> None:
    assert faults(survey) == ()


def test_a_parish_that_does_not_give_the_ward_leads_to_the_ward_question(survey: Questionnaire) -> None:
    for place in survey.places_at("parish"):
        assert ("ward" in asked(survey, place=place.key)) == (place.ward is None), place.key
    assert "ward" in asked(survey, place="elsewhere")
    assert "ward" not in asked(survey, place="prefer-not")


def test_the_short_survey_is_nine_questions_and_one_free_text_box(survey: Questionnaire) -> None:
    route = walk(survey, {"place": "burwell", "age": "35-44", "topics": ["asb", "roads"]})
    before_check = [step.id for step in route.steps if step.kind == "page"]
    questions = [q for page in before_check for q in route.asked[page]]
    kinds = [survey.question_by_id[q].kind for q in questions]

    assert len(questions) == 9
    assert len(before_check) == 8
    assert kinds.count("long-text") == 1


@pytest.mark.parametrize("age", ["13-15", "prefer-not", None])
def test_nobody_under_16_or_of_unknown_age_meets_a_question_for_adults(
    survey: Questionnaire, age: str | None
) -> None:
    met = asked(survey, age=age, ethnic="white", condition="yes")
    assert [
        q for q in met if survey.question_by_id[q].min_age or survey.question_by_id[q].special_category
    ] == []


def test_an_adult_who_agrees_meets_sex_ethnic_group_and_disability_only(survey: Questionnaire) -> None:
    met = asked(survey, age="35-44", ethnic="white", condition="yes")
    about = [q.id for page in survey.parts[-1].pages for q in page.questions if q.id in met]
    assert about == ["sex", "ethnic", "ethnic-white", "condition", "limits"]


def test_under_13_stops_and_an_organisation_is_handed_over(survey: Questionnaire) -> None:
    young = walk(survey, {"age": "under-13"})
    organisation = walk(survey, {"connection": ["organisation"]})
    assert [(s.kind, s.id) for s in young.steps][-1] == ("stop", "under-13")
    assert [(s.kind, s.id) for s in organisation.steps][-1] == ("hand-over", "organisations")


def test_equality_questions_without_a_recorded_use_are_present_but_off(survey: Questionnaire) -> None:
    off = [q for q in survey.all_questions if q.off]
    assert [q.id for q in off] == ["gender", "religion", "orientation", "carer", "language", "helped"]
    assert [q.id for q in off if q.use] == []


def test_about_you_has_no_write_in_box(survey: Questionnaire) -> None:
    boxes = [
        q.id
        for page in survey.parts[-1].pages
        for q in page.questions
        if q.kind in ("short-text", "long-text") or any(o.write_in for o in getattr(q, "options", []))
    ]
    assert boxes == []


def test_every_text_stands_in_polish_and_is_marked_unchecked(survey: Questionnaire) -> None:
    assert survey.translations["pl"].state == "unchecked"
    missing = [q.id for q in survey.all_questions if not q.text.get("pl") or not q.short.get("pl")]
    assert missing == []


def test_no_address_of_a_page_says_what_it_asks(survey: Questionnaire) -> None:
    words = {word for q in survey.all_questions for word in q.id.split("-") if len(word) > 2}
    assert [page.id for page in survey.pages() if any(word in page.id for word in words)] == []


def test_invented_respondents_walk_to_the_end_and_repeat_exactly(survey: Questionnaire) -> None:

    leanings = leanings_of(FOLDER)
    first = [respondent(survey, leanings, random.Random(n)) for n in range(40)]
    again = [respondent(survey, leanings, random.Random(n)) for n in range(40)]
    assert first == again
    for one in first:
        route = walk(survey, one.answers, accepted=one.accepted, declined=one.declined)
        assert [s.id for s in route.steps if s.kind == "page" and s.id not in one.seen] == []
        assert one.answers["age"] != "under-13"


def test_the_rounds_of_the_demonstration_are_one_closed_and_one_open_on_any_day(pack: packs.Pack) -> None:
    for today in (dt.date(2026, 11, 22), dt.date(2029, 2, 28)):
        windows = [(s.first_day(today), s.last_day(today)) for plan in pack.rounds for s in plan.surveys]
        assert any(last < today for _, last in windows)
        assert any(first <= today <= last for first, last in windows)
