"""What was typed, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.questionnaire.checking import Checked, Problem, check, check_form, check_page
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import plan_of
from tests.surveys.questionnaire import samples, strategies

EVERY = samples.every_kind()
Sent = dict[str, list[str]]


def changed(**fields: Any) -> Any:
    """One question of the made-up document with other fields, in a document of its own."""
    id = fields.pop("id")
    document = EVERY.model_dump(by_alias=True)
    for part in document["parts"]:
        for page in part["pages"]:
            for question in page["questions"]:
                if question["id"] == id:
                    question |= fields
    return Questionnaire.model_validate(document)


def checked(id: str, raw: Sent, answers: dict[str, Any] | None = None, document: Any = EVERY) -> Checked:
    return check(document.question_by_id[id], raw, questionnaire=document, answers=answers or {})


def first(id: str, raw: Sent, **more: Any) -> Any:
    """The answer, or the problems when there is none."""
    outcome = checked(id, raw, **more)
    return outcome.answers[id] if id in outcome.answers else list(outcome.problems)


TOPICS = {"answers": {"topics": ["asb", "else"]}}


@pytest.mark.parametrize(
    ("id", "raw", "expected"),
    [
        ("age", {"age": ["13-15"]}, "13-15"),
        ("age", {"age": ["13-15", "13-15", ""]}, "13-15"),
        ("safe-day", {}, None),
        ("safe-day", {"safe-day": [""]}, None),
        ("safe-day", {"safe-day": [" "]}, None),
        ("place", {"place": ["ashby"]}, "ashby"),
        ("place", {"place": ["not-sure"]}, "not-sure"),
        ("place", {}, None),
        ("ward", {"ward": ["E05000002"]}, "E05000002"),
        ("connection", {"connection": ["work", "live", "work"]}, ["live", "work"]),
        ("connection", {"connection": ["none"]}, ["none"]),
        ("connection", {"connection": []}, None),
        ("why-not", {}, None),
        ("why-not", {"why-not": ["prefer-not"]}, ["prefer-not"]),
        ("trust", {"trust": ["0"]}, 0),
        ("trust", {"trust": ["10"]}, 10),
        ("trust", {"trust": ["dont-know"]}, "dont-know"),
        ("trust", {}, None),
        ("improve", {"improve.1": ["patrols"], "improve.2": ["lights"]}, ["patrols", "lights"]),
        ("improve", {"improve.1": ["dont-know"]}, ["dont-know"]),
        ("improve", {"improve.1": [""], "improve.4": ["lights"]}, None),
        ("years", {"years": [" 12 "]}, 12),
        ("years", {"years": ["+0"]}, 0),
        ("years", {"years.special": ["dont-know"]}, "dont-know"),
        ("years", {"years": [""]}, None),
        ("heard", {"heard": [" At the library\t"]}, "At the library"),
        ("heard", {"heard": ["\u202eזה טוב"]}, "\u202eזה טוב"),
        ("heard", {"heard": ["x" * 60]}, "x" * 60),
        ("heard", {"heard": ["  "]}, None),
        ("why", {"why": ["\r\nOne\r\n\r\ntwo\rthree\tfour\n"]}, "One\n\ntwo\nthree\tfour"),
        ("why", {"why": ["😀" * 1000]}, "😀" * 1000),
        ("why", {}, None),
        (
            "help-known",
            {"help-known.scams": ["yes"], "help-known.fire": [""]},
            {"scams": "yes", "hate-crime": None, "fire": None},
        ),
        ("help-known", {"help-known": ["yes"]}, None),
    ],
)
def test_what_was_typed_is_an_answer(id: str, raw: Sent, expected: Any) -> None:
    assert first(id, raw) == expected


@pytest.mark.parametrize(
    ("id", "raw", "expected"),
    [
        ("age", {}, [Problem("age", "choice.missing")]),
        ("age", {"age": ["old"]}, [Problem("age", "choice.unknown")]),
        ("age", {"age": ["\x00"]}, [Problem("age", "choice.unknown")]),
        ("age", {"age": ["13-15", "16-24"]}, [Problem("age", "choice.doubled")]),
        ("place", {"place": ["E05000001"]}, [Problem("place", "choice.unknown")]),
        ("connection", {"connection": ["live", "\ud800"]}, [Problem("connection", "choice.unknown")]),
        (
            "connection",
            {"connection": ["none", "live"]},
            [Problem("connection", "choice.exclusive", {"option": "none"})],
        ),
        (
            "topics",
            {"topics": ["asb", "roads", "scams", "burglary"]},
            [Problem("topics", "choice.too_many", {"most": 3, "chosen": 4})],
        ),
        ("trust", {"trust": ["11"]}, [Problem("trust", "choice.unknown")]),
        ("trust", {"trust": ["07"]}, [Problem("trust", "choice.unknown")]),
        (
            "improve",
            {"improve.1": ["lights"], "improve.2": ["lights"]},
            [Problem("improve", "rank.repeated", {"first": 1, "second": 2}, "2")],
        ),
        (
            "improve",
            {"improve.1": ["lights"], "improve.3": ["youth"]},
            [Problem("improve", "rank.gap", {"missing": 2}, "2")],
        ),
        ("improve", {"improve.2": ["youth"]}, [Problem("improve", "rank.gap", {"missing": 1}, "1")]),
        ("improve", {"improve.2": ["x"]}, [Problem("improve", "choice.unknown", {}, "2")]),
        ("improve", {"improve.2": ["youth", "lights"]}, [Problem("improve", "choice.doubled", {}, "2")]),
        (
            "improve",
            {"improve.1": ["lights"], "improve.2": ["dont-know"]},
            [Problem("improve", "choice.exclusive", {"option": "dont-know"}, "2")],
        ),
        ("years", {"years": ["twelve"]}, [Problem("years", "number.not_whole")]),
        ("years", {"years": ["1.5"]}, [Problem("years", "number.not_whole")]),
        ("years", {"years": ["٣"]}, [Problem("years", "number.not_whole")]),
        ("years", {"years": ["9" * 5000]}, [Problem("years", "number.not_whole")]),
        ("years", {"years": ["-1"]}, [Problem("years", "number.range", {"lowest": 0, "highest": 110})]),
        ("years", {"years": ["111"]}, [Problem("years", "number.range", {"lowest": 0, "highest": 110})]),
        ("years", {"years": ["1"], "years.special": ["dont-know"]}, [Problem("years", "choice.doubled")]),
        ("years", {"years.special": ["no"]}, [Problem("years", "choice.unknown")]),
        (
            "heard",
            {"heard": ["x" * 63]},
            [Problem("heard", "text.too_long", {"most": 60, "typed": 63, "over": 3})],
        ),
        ("heard", {"heard": ["a\nb"]}, [Problem("heard", "text.forbidden")]),
        ("heard", {"heard": ["a\x00b"]}, [Problem("heard", "text.forbidden")]),
        ("why", {"why": ["a\ud800b"]}, [Problem("why", "text.forbidden")]),
        ("why", {"why": ["a\x0bb"]}, [Problem("why", "text.forbidden")]),
        ("why", {"why": ["a", "b"]}, [Problem("why", "choice.doubled")]),
        (
            "help-known",
            {"help-known.scams": ["x"], "help-known.fire": ["yes", "no"], "help-known.hate-crime": ["no"]},
            [
                Problem("help-known", "choice.unknown", {}, "scams"),
                Problem("help-known", "choice.doubled", {}, "fire"),
            ],
        ),
    ],
)
def test_what_was_typed_is_a_problem(id: str, raw: Sent, expected: list[Problem]) -> None:
    assert first(id, raw) == expected


@pytest.mark.parametrize(
    ("id", "code", "item"),
    [
        ("safe-day", "choice.missing", ""),
        ("connection", "choice.missing", ""),
        ("place", "choice.missing", ""),
        ("trust", "choice.missing", ""),
        ("improve", "choice.missing", ""),
        ("years", "number.missing", ""),
        ("heard", "text.missing", ""),
        ("why", "text.missing", ""),
    ],
)
def test_a_required_question_cannot_be_left(id: str, code: str, item: str) -> None:
    document = changed(id=id, required=True)
    assert checked(id, {}, document=document) == Checked({}, (Problem(id, code, {}, item),))


def test_every_row_of_a_required_grid_needs_an_answer() -> None:
    document = changed(id="help-known", required=True)
    assert first("help-known", {"help-known.scams": ["yes"]}, document=document) == [
        Problem("help-known", "choice.missing", {}, "hate-crime"),
        Problem("help-known", "choice.missing", {}, "fire"),
    ]


def test_too_few_choices_are_a_problem_unless_the_choice_stands_alone() -> None:
    document = changed(id="why-not", at_least=2)
    assert first("why-not", {"why-not": ["minor"]}, document=document) == [
        Problem("why-not", "choice.too_few", {"least": 2, "chosen": 1})
    ]
    assert first("why-not", {"why-not": ["prefer-not"]}, document=document) == ["prefer-not"]


def test_a_value_that_is_no_list_counts_as_one_value() -> None:
    raw: Any = {"age": "13-15"}
    assert first("age", raw) == "13-15"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("asb", "asb"),
        ("else", "else"),
        ("cannot-choose", "cannot-choose"),
        ("roads", [Problem("topic-first", "choice.unknown")]),
    ],
)
def test_pick_then_one_takes_only_what_it_offered(sent: str, expected: Any) -> None:
    assert first("topic-first", {"topic-first": [sent]}, **TOPICS) == expected


def test_a_piped_write_in_has_no_box_of_its_own() -> None:
    raw = {"topic-first": ["else"], "topic-first.else": ["Dogs"]}
    assert checked("topic-first", raw, **TOPICS) == Checked({"topic-first": "else"}, ())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"topics": ["asb"]}, Checked({"topics": ["asb"], "topics.else": None}, ())),
        (
            {"topics": ["else"], "topics.else": [" Dogs "]},
            Checked({"topics": ["else"], "topics.else": "Dogs"}, ()),
        ),
        (
            {"topics": ["asb"], "topics.else": ["Dogs"]},
            Checked({"topics": ["asb"], "topics.else": "Dogs"}, ()),
        ),
        (
            {"topics": ["else"], "topics.else": ["x" * 101]},
            Checked(
                {"topics": ["else"]},
                (Problem("topics", "write_in.too_long", {"most": 100, "typed": 101, "over": 1}, "else"),),
            ),
        ),
        (
            {"topics": ["x"], "topics.else": ["a\x07"]},
            Checked(
                {}, (Problem("topics", "choice.unknown"), Problem("topics", "text.forbidden", {}, "else"))
            ),
        ),
    ],
)
def test_written_in_words_are_checked_beside_their_question(raw: Sent, expected: Checked) -> None:
    assert checked("topics", raw) == expected


# Pages and forms ------------------------------------------------------------------------------------------


def test_a_page_checks_every_question_it_shows() -> None:
    page = EVERY.page_by_id["5"]
    raw = {"safe-day": ["never"], "safe-dark": ["nonsense"], "unknown": ["\x00"]}
    assert check_page(page, raw, questionnaire=EVERY, answers={}) == Checked(
        {"safe-day": "never"}, (Problem("safe-dark", "choice.unknown"),)
    )


@pytest.mark.parametrize(
    ("page", "answers"),
    [
        ("14", {"age": "13-15"}),
        ("14", {}),
        ("7", {"topics": ["asb"]}),
        ("a3", {}),
        ("9", {}),
        ("3", {"place": "ashby"}),
    ],
)
def test_a_question_that_is_not_shown_is_not_checked(page: str, answers: dict[str, Any]) -> None:
    raw = {"reported": ["no"], "topic-first": ["asb"], "religion": ["any"], "ward": ["E05000001"]}
    outcome = check_page(EVERY.page_by_id[page], raw, questionnaire=EVERY, answers=answers)
    assert outcome == Checked({}, ())


def test_only_answers_on_the_route_decide_what_is_asked() -> None:
    stale = {"age": "25-64", "connection": ["organisation"]}
    page = EVERY.page_by_id["14"]
    assert check_page(page, {"reported": ["no"]}, questionnaire=EVERY, answers=stale) == Checked({}, ())
    fresh = {"age": "25-64"}
    assert check_page(page, {"reported": ["no"]}, questionnaire=EVERY, answers=fresh) == Checked(
        {"reported": "no"}, ()
    )


def test_answers_in_a_part_not_accepted_decide_nothing() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][2]["pages"][0]["when"] = {"question": "trust", "equals": 1}
    document["parts"][2]["pages"][0]["questions"][0]["when"] = {"question": "trust", "equals": 1}
    late = Questionnaire.model_validate(document)
    page, raw, answers = late.page_by_id["a1"], {"disability": ["yes"]}, {"trust": 1}
    with_it = check_page(page, raw, questionnaire=late, answers=answers, accepted={"more", "about-you"})
    without = check_page(page, raw, questionnaire=late, answers=answers, accepted={"about-you"})
    assert (with_it, without) == (Checked({"disability": "yes"}, ()), Checked({}, ()))


def test_later_questions_on_a_page_see_earlier_ones_and_not_what_was_said_before() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][0]["pages"][4]["questions"][1]["when"] = {"question": "safe-day", "equals": "never"}
    both = Questionnaire.model_validate(document)
    page, answers = both.page_by_id["5"], {"safe-day": "never"}
    raw = {"safe-day": ["never"], "safe-dark": ["never"]}
    assert check_page(page, raw, questionnaire=both, answers={}).answers == {
        "safe-day": "never",
        "safe-dark": "never",
    }
    raw = {"safe-day": ["very-safe"], "safe-dark": ["never"]}
    assert check_page(page, raw, questionnaire=both, answers=answers).answers == {"safe-day": "very-safe"}


def test_a_single_form_is_checked_whole() -> None:
    raw = {"safe": ["never"], "comment": ["x" * 201]}
    assert check_form(raw, questionnaire=samples.one_page()) == Checked(
        {"safe": "never"}, (Problem("comment", "text.too_long", {"most": 200, "typed": 201, "over": 1}),)
    )


@given(st.data())
def test_whatever_is_sent_gives_problems_or_answers_that_can_be_counted(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(EVERY.all_questions))
    raw = data.draw(strategies.raw(question, EVERY))
    known = {"topics": ["asb", "else"]}
    outcome = check(question, raw, questionnaire=EVERY, answers=known)
    boxes = plan_of(EVERY).write_ins[question.id]
    refused = [problem for problem in outcome.problems if problem.item not in boxes]
    assert (question.id in outcome.answers) == (not refused)
    codebook_of(EVERY).pack(outcome.answers)
    assert json.dumps(outcome.answers, ensure_ascii=False).encode().find(rb"\u0000") == -1


@given(st.data())
def test_a_page_takes_anything_on_any_draft(data: st.DataObject) -> None:
    page = data.draw(st.sampled_from([page for page in EVERY.pages() if page.questions]))
    answers = data.draw(strategies.drafts(EVERY))
    raw: Sent = {}
    for question in page.questions:
        raw |= data.draw(strategies.raw(question, EVERY))
    outcome = check_page(page, raw, questionnaire=EVERY, answers=answers)
    ids = {question.id for question in page.questions}
    assert {name.partition(".")[0] for name in outcome.answers} <= ids
    assert {problem.question for problem in outcome.problems} <= ids


@given(st.data())
def test_an_answer_sent_again_as_it_was_stored_is_the_same_answer(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from([q for q in EVERY.all_questions if q.kind != "one-of"]))
    answer = data.draw(strategies.answer(question, EVERY))
    if question.required and answer is None:
        return
    outcome = check(question, as_sent(question, answer), questionnaire=EVERY, answers={})
    assert outcome.problems == ()
    assert outcome.answers[question.id] == answer


def as_sent(question: Any, answer: Any) -> Sent:
    if answer is None:
        return {}
    if isinstance(answer, dict):
        return {f"{question.id}.{row}": [value or ""] for row, value in answer.items()}
    if question.kind == "ranking":
        return {f"{question.id}.{n}": [key] for n, key in enumerate(answer, 1)}
    if question.kind == "number" and isinstance(answer, str):
        return {f"{question.id}.special": [answer]}
    return {question.id: [str(part) for part in (answer if isinstance(answer, list) else [answer])]}
