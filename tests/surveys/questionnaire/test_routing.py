"""The way through the made-up questionnaires."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import (
    Route,
    Step,
    asks_anything,
    labels,
    may_finish,
    pipe,
    prune,
    walk,
)
from tests.surveys.questionnaire import samples, strategies

EVERY = samples.every_kind()
BOTH = frozenset({"more", "about-you"})


def shown(route: Route) -> str:
    """The route in short: page ids as they are, other steps with their kind."""
    return " ".join(s.id if s.kind == "page" else f"{s.kind}:{s.id}".rstrip(":") for s in route.steps)


@pytest.mark.parametrize(
    ("person", "accepted", "expected"),
    [
        ("adult, everything", BOTH, "1 2 3 4 5 6 7 8 offer:more 9 10 11 12 13 14 15 16 check a1 a2 send"),
        ("adult, everything", {"about-you"}, "1 2 3 4 5 6 7 8 offer:more check a1 a2 send"),
        ("adult, everything", (), "1 2 3 4 5 6 7 8 offer:more check send"),
        ("adult, one topic", {"more"}, "1 2 4 5 6 8 offer:more 9 10 11 12 13 14 16 check send"),
        ("fourteen", BOTH, "1 2 4 5 6 7 8 offer:more 9 10 11 12 16 check a1 send"),
        ("too young", BOTH, "1 2 4 stop:too-young"),
        ("organisation", BOTH, "1 hand-over:organisations"),
        ("all skipped", BOTH, "1 2 4 5 6 offer:more 9 10 11 12 16 check a1 send"),
    ],
)
def test_people_meet_their_own_pages(person: str, accepted: Any, expected: str) -> None:
    assert shown(walk(EVERY, samples.PATHS[person], accepted=accepted)) == expected


def test_nobody_without_a_given_age_meets_a_question_for_adults() -> None:
    for age in (None, "prefer-not", "13-15", "under-13"):
        assert "14" not in walk(EVERY, {"age": age}, accepted=BOTH).asked
    assert "14" not in walk(EVERY, {}, accepted=BOTH).asked
    assert "14" in walk(EVERY, {"age": "16-24"}, accepted=BOTH).asked


def test_an_offer_declined_after_being_accepted_takes_its_pages_away_but_still_stands() -> None:
    route = walk(EVERY, {}, accepted={"more"}, declined={"more"})
    assert shown(route) == "1 2 4 5 6 offer:more check send"


def test_an_offer_that_would_ask_nothing_is_not_made() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][1]["pages"] = [p for p in document["parts"][1]["pages"] if p["id"] in ("9", "13")]
    quiet = Questionnaire.model_validate(document)
    for accepted in ((), {"more"}):
        assert walk(quiet, {"connection": ["work"]}, accepted=accepted).find("offer", "more") is None
        assert walk(quiet, {"connection": ["live"]}, accepted=accepted).find("offer", "more") is not None


def test_a_late_part_is_worth_offering_only_when_it_would_ask_something() -> None:
    assert asks_anything(EVERY, "about-you", {})
    assert not asks_anything(EVERY, "about-you", {"connection": ["organisation"]})


def test_an_answer_left_behind_opens_no_page() -> None:
    answers = {"disability": "no", "reduces": "a-lot", "reported": "no", "age": "13-15", "why-not": ["minor"]}
    route = walk(EVERY, answers, accepted=BOTH)
    assert route.answers == {"age": "13-15", "disability": "no"}
    assert route.find("page", "15") is None


def test_switching_a_question_off_hides_it_and_its_page() -> None:
    assert "a3" not in walk(EVERY, {"religion": "any"}, accepted=BOTH).asked
    assert "religion" not in walk(EVERY, {"religion": "any"}, accepted=BOTH).answers


@pytest.mark.parametrize(
    ("condition", "to", "expected"),
    [
        (None, "end", "1 check send"),
        (None, "3", "1 3 check send"),
        ({"question": "safe", "equals": "very-safe"}, "3", "1 3 check send"),
        ({"question": "safe", "equals": "very-unsafe"}, "3", "1 2 3 check send"),
    ],
)
def test_the_first_jump_that_holds_decides(condition: Any, to: str, expected: str) -> None:
    document = samples.small().model_dump(by_alias=True)
    document["parts"][0]["pages"][0]["jumps"] = [{"when": condition, "to": to}]
    jumping = Questionnaire.model_validate(document)
    assert shown(walk(jumping, {"safe": "very-safe"})) == expected


def test_a_page_passed_over_does_not_jump() -> None:
    document = samples.small().model_dump(by_alias=True)
    document["parts"][0]["pages"][1] |= {
        "when": {"question": "safe", "answered": True},
        "jumps": [{"to": "end"}],
    }
    jumping = Questionnaire.model_validate(document)
    assert shown(walk(jumping, {})) == "1 3 check send"
    assert shown(walk(jumping, {"safe": "never"})) == "1 2 check send"


def test_a_stop_in_an_accepted_offer_ends_the_route_after_the_offer() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][1]["pages"][5]["questions"][0]["options"][0]["stop"] = "too-young"
    stopping = Questionnaire.model_validate(document)
    route = walk(stopping, {"age": "25-64", "reported": "yes"}, accepted=BOTH)
    assert shown(route).endswith("check send") is False
    assert shown(route).endswith("offer:more 9 10 11 12 14 stop:too-young")


def test_a_stop_after_the_check_ends_the_route_before_sending() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][2]["pages"][0]["questions"][0]["options"][0]["stop"] = "too-young"
    stopping = Questionnaire.model_validate(document)
    assert shown(walk(stopping, {"disability": "yes"}, accepted=BOTH)).endswith("check a1 stop:too-young")


# Moving along ---------------------------------------------------------------------------------------------


def test_steps_lead_on_and_back() -> None:
    route = walk(samples.small(), {})
    assert route.after(Step("page", "1")) == Step("page", "2")
    assert route.after(Step("page", "3")) == Step("check")
    assert route.after(Step("send")) == Step("send")
    assert route.before(Step("page", "1")) is None
    assert route.before(Step("check")) == Step("page", "3")
    assert route.find("page", "9") is None
    assert route.find("send") == Step("send")


def test_a_step_off_the_route_has_no_neighbours() -> None:
    route = walk(samples.small(), {})
    with pytest.raises(LookupError):
        route.after(Step("page", "9"))
    with pytest.raises(LookupError):
        route.before(Step("page", "9"))


@pytest.mark.parametrize(
    ("page", "expected"),
    [("1", (1, 17)), ("8", (8, 17)), ("9", (9, 17)), ("10", (9, 17)), ("16", (15, 17)), ("a2", (17, 17))],
)
def test_progress_counts_question_pages_only(page: str, expected: tuple[int, int]) -> None:
    route = walk(EVERY, samples.PATHS["adult, everything"], accepted=BOTH)
    assert route.position(page) == expected


def test_progress_of_a_document_without_questions_is_one_of_one() -> None:
    document = samples.document("quiet", samples.part("main", samples.page("1", title=samples.t("Hello"))))
    assert walk(Questionnaire.model_validate(document), {}).position("1") == (1, 1)


def test_waiting_pages_are_those_with_a_question_neither_answered_nor_skipped() -> None:
    assert walk(samples.small(), {"safe": None, "comment": "x"}).waiting == (Step("page", "2"),)
    changed = samples.PATHS["adult, everything"] | {"topics": ["asb", "scams"]}
    assert walk(EVERY, changed, accepted=BOTH).waiting == (Step("page", "7"),)


@pytest.mark.parametrize(
    ("page", "answers", "expected"),
    [
        ("6", {"topics": ["asb"]}, False),
        ("7", {"topics": ["asb"]}, True),
        ("7", {"topics": None}, True),
        ("7", {}, False),
        ("8", {"connection": ["organisation"]}, True),
        ("5", {"topics": ["asb"]}, False),
        ("a1", {"topics": ["asb"]}, True),
        ("nowhere", {"topics": ["asb"]}, False),
    ],
)
def test_finishing_early_is_offered_once_the_topics_are_saved(
    page: str, answers: dict[str, Any], expected: bool
) -> None:
    assert may_finish(EVERY, page, answers) is expected


def test_a_document_without_an_early_end_never_offers_one() -> None:
    assert not may_finish(samples.named(), "3", {"topics": ["asb"]})


# What is sent ---------------------------------------------------------------------------------------------


def test_a_sole_choice_is_stored_as_the_one_that_matters_most() -> None:
    assert prune(EVERY, {"topics": ["scams"]}, accepted=()) == {"topics": ["scams"], "topic-first": "scams"}
    stale = {"topics": ["scams"], "topic-first": "asb"}
    assert prune(EVERY, stale, accepted=()) == {"topics": ["scams"], "topic-first": "scams"}


@pytest.mark.parametrize("topics", [None, ["none"], ["dont-know"]])
def test_without_a_choice_there_is_no_one_that_matters_most(topics: list[str] | None) -> None:
    assert prune(EVERY, {"topics": topics, "topic-first": "asb"}, accepted=()) == {"topics": topics}


@pytest.mark.parametrize(
    ("first", "kept"),
    [("asb", "asb"), ("cannot-choose", "cannot-choose"), (None, None)],
)
def test_the_one_that_matters_most_is_kept_while_it_is_offered(first: str | None, kept: str | None) -> None:
    answers = {"topics": ["asb", "roads"], "topic-first": first}
    assert prune(EVERY, answers, accepted=()) == {"topics": ["asb", "roads"], "topic-first": kept}


def test_the_one_that_matters_most_goes_when_it_is_no_longer_among_the_topics() -> None:
    answers = {"topics": ["asb", "roads"], "topic-first": "scams"}
    assert prune(EVERY, answers, accepted=()) == {"topics": ["asb", "roads"]}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"topics": ["asb"], "topics.else": "Dogs"}, {"topics": ["asb"]}),
        (
            {"topics": ["else", "asb"], "topics.else": "Dogs"},
            {"topics": ["else", "asb"], "topics.else": "Dogs"},
        ),
        ({"topics": ["else", "asb"]}, {"topics": ["else", "asb"], "topics.else": None}),
    ],
)
def test_written_in_words_go_with_their_option(answers: dict[str, Any], expected: dict[str, Any]) -> None:
    assert prune(samples.small(), answers, accepted=()) == expected


@given(strategies.drafts(EVERY), strategies.accepted(EVERY), strategies.accepted(EVERY))
def test_a_walk_ends_meets_no_page_twice_and_changes_nothing(
    answers: dict[str, Any], accepted: frozenset[str], declined: frozenset[str]
) -> None:
    before = repr(answers)
    route = walk(EVERY, answers, accepted=accepted, declined=declined)
    assert len(set(route.steps)) == len(route.steps)
    assert route.steps[-1].kind in ("send", "stop", "hand-over")
    assert route.steps[-1].kind != "send" or Step("check") in route.steps
    assert repr(answers) == before


@given(strategies.drafts(EVERY), strategies.accepted(EVERY))
def test_pruning_twice_changes_nothing_more(answers: dict[str, Any], accepted: frozenset[str]) -> None:
    once = prune(EVERY, answers, accepted=accepted)
    assert prune(EVERY, once, accepted=accepted) == once
    assert walk(EVERY, once, accepted=accepted).steps == walk(EVERY, answers, accepted=accepted).steps


@given(strategies.drafts(EVERY), strategies.accepted(EVERY), st.data())
def test_going_back_and_choosing_again_loses_nothing(
    answers: dict[str, Any], accepted: frozenset[str], data: st.DataObject
) -> None:
    question = data.draw(st.sampled_from(EVERY.questions))
    other = answers | {question.id: data.draw(strategies.answer(question, EVERY))}
    walk(EVERY, other, accepted=accepted)
    back = other | {question.id: answers.get(question.id)}
    if question.id not in answers:
        del back[question.id]
    assert walk(EVERY, back, accepted=accepted) == walk(EVERY, answers, accepted=accepted)


# Words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("Nothing to fill in", "pl", "Nothing to fill in"),
        ("Why {topic-first}?", "en_GB", "Why Road safety and speeding?"),
        ("Why {topic-first}?", "pl", "Why Road safety and speeding (pl)?"),
        ("In {place|this area}", "en_GB", "In Birch End"),
        ("In {safe-day|x}, {years}, {trust}", "en_GB", "In Very safe, 12, 7"),
        ("{connection}", "en_GB", "I live here, I work here"),
        ("{heard}", "en_GB", "At the library"),
        ("{nobody} {}", "en_GB", "{nobody} {}"),
        ("{help-known}", "en_GB", "Yes, Don't know"),
    ],
)
def test_earlier_answers_are_piped_into_texts(text: str, locale: str, expected: str) -> None:
    assert pipe(text, samples.PATHS["adult, everything"], EVERY, locale) == expected


@pytest.mark.parametrize("said", [{}, {"place": None}, {"place": "not-sure"}])
def test_no_answer_is_piped_as_the_words_for_none(said: dict[str, Any]) -> None:
    assert pipe("In {place|this area}", said, EVERY, "en_GB") == "In this area"
    assert pipe("In {place|}", said, EVERY, "en_GB") == "In "
    assert pipe("In {place}", said, EVERY, "en_GB") == "In …"


def test_a_place_the_document_no_longer_has_is_shown_by_its_key() -> None:
    assert labels(EVERY.question_by_id["place"], "gone", EVERY, "en_GB") == ("gone",)
    assert labels(EVERY.question_by_id["age"], "gone", EVERY, "en_GB") == ("gone",)


@pytest.mark.parametrize(
    ("question", "value", "expected"),
    [
        ("place", "ashby", ("Ashby",)),
        ("place", "elsewhere", ("Somewhere else",)),
        ("trust", 10, ("Completely",)),
        ("trust", 5, ("5",)),
        ("trust", "dont-know", ("Don't know",)),
        ("years", 3, ("3",)),
        ("topics", ["asb", "else"], ("Anti-social behaviour", "Something else")),
        ("improve", ["patrols", "lights"], ("More patrols", "Better lighting")),
        ("help-known", {"scams": "yes", "hate-crime": None}, ("Yes", "", "")),
        ("why", "My words", ("My words",)),
        ("why", True, ()),
        ("age", None, ()),
    ],
)
def test_an_answer_in_words(question: str, value: Any, expected: tuple[str, ...]) -> None:
    assert labels(EVERY.question_by_id[question], value, EVERY, "en_GB") == expected
