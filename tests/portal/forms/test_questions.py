"""A saved answer, spelled as its fields would send it, is the same answer again; any text can be shown."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.questions import KINDS, Setting, draw, error_links, showable, spelled, typed
from surveys.questionnaire.checking import Problem, check, check_page
from surveys.questionnaire.routing import walk
from tests.surveys.questionnaire.samples import PATHS, every_kind


@pytest.fixture
def speaking() -> Any:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def test_every_question_kind_has_a_row() -> None:
    kinds = {question.kind for question in every_kind().questions}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("name", PATHS)
def test_saved_answers_spelled_again_are_the_same_answers(name: str) -> None:
    questionnaire = every_kind()
    everything = [part.id for part in questionnaire.parts]
    route = walk(questionnaire, PATHS[name], accepted=everything)
    for page_id, asked in route.asked.items():
        page = questionnaire.page_by_id[page_id]
        raw = spelled([questionnaire.question_by_id[id] for id in asked], route.answers)
        checked = check_page(page, raw, questionnaire=questionnaire, answers=PATHS[name])
        assert checked.problems == ()
        for item, answer in checked.answers.items():
            if item in route.answers and item in asked:
                assert answer == route.answers[item]


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_can_be_shown(text: str) -> None:
    shown = showable(text)
    assert "\x00" not in shown
    shown.encode("utf-8")
    assert showable(shown) == shown


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_a_good_text_is_shown_unaltered(text: str) -> None:
    assert showable(text) == text


def test_only_the_fields_of_the_page_are_gathered() -> None:
    topics = every_kind().question_by_id["topics"]
    sent = {"topics": ["asb", "roads"], "topics.else": ["Dogs"], "age": ["under-13"], "topics.asb": ["x"]}
    assert typed([topics], lambda name: sent.get(name, [])) == {
        "topics": ["asb", "roads"],
        "topics.else": ["Dogs"],
    }


def test_an_error_leads_to_a_control_that_is_drawn(speaking: None) -> None:
    questionnaire = every_kind()
    problems = (
        Problem("improve", "rank.gap"),
        Problem("improve", "choice.unknown", item="2"),
        Problem("help-known", "choice.unknown", item="fire"),
        Problem("topics", "write_in.too_long", {"most": 100, "over": 1}, item="else"),
    )
    hrefs = [link["href"] for link in error_links(problems, questionnaire)]
    assert hrefs == ["#improve.1", "#improve.2", "#help-known.fire", "#topics.else"]


def test_words_of_another_language_are_marked(speaking: None) -> None:
    questionnaire = every_kind()
    only_english = questionnaire.question_by_id["safe-dark"].model_copy(update={"text": {"en_GB": "Dark?"}})
    setting = Setting(questionnaire, "pl", {}, {})
    assert draw(only_english, setting, page_heading=True)["heading"] == '<span lang="en-GB">Dark?</span>'


def test_piped_words_are_shown_as_they_were_written(speaking: None) -> None:
    questionnaire = every_kind()
    question = questionnaire.question_by_id["topic-first"]
    answers = {"topics": ["asb", "else"], "topics.else": "<b>Dogs</b>"}
    checked = check(question, {}, questionnaire=questionnaire, answers=answers)
    assert checked.problems == ()
    drawn = draw(question, Setting(questionnaire, "en_GB", answers, {}), page_heading=True)
    assert [option["hint"] for option in drawn["options"]] == [
        "",
        '<bdi dir="auto">&lt;b&gt;Dogs&lt;/b&gt;</bdi>',
        "",
    ]
