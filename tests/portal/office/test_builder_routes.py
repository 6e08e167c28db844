"""Who is asked what, in groups of conditions: put together, changed and said in words, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.office.test_builder import Writing, at, begin, document
from tests.surveys.questionnaire import samples

HERE = "/routes/page/9"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def ann(app: Flask) -> PageClient:
    return sign_in(app, "consultation", name="Ann Writer")


@pytest.fixture
def draft_id(app: Flask, writing: Writing) -> str:
    return begin(app, writing, samples.every_kind())


def when(writing: Writing, draft_id: str) -> Any:
    found = document(writing, draft_id).page_by_id["9"].when
    return found and found.model_dump(mode="json", by_alias=True, exclude_none=True)


YOUNG = {"question": "age", "includes": ["13-15"]}
MANY = {"question": "topics", "at_least": 2}
FEW = {"question": "topics", "at_least": 1, "at_most": 2}


def condition(ann: PageClient, draft_id: str, fields: dict[str, Any], **asked: str) -> Any:
    """Goes through the form of one condition."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = ann.page(at(draft_id, f"{HERE}/condition?{query}"))
    return ann.submit(page, fields, "Save the condition")


def test_conditions_are_put_in_groups_joined_otherwise_changed_and_taken_away(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.submit(ann.page(at(draft_id, HERE)), {"question": "age"}, "add")
    ann.submit(page, {"operator": "any", "answers": ["13-15"]}, "Save the condition")
    page = ann.submit(ann.page(at(draft_id, HERE)), {"question": "topics"}, "group")
    page = ann.submit(page, {"operator": "at_least", "number": "2", "joiner": "all"}, "Save the condition")
    assert when(writing, draft_id) == {"all": [YOUNG, {"any": [MANY]}]}
    page = condition(ann, draft_id, {"operator": "answered"}, do="add", at="1", question="place")
    assert "is “13 to 15” and (at least 2 answers are chosen in" in page.main
    form = dict(page.form("Take the group away").fields)
    assert (form["at"], form["join"]) == ("1", "any")
    page = ann.submit(page, {"join": "none"}, "Set")  # the outer one stands first
    assert list(when(writing, draft_id)) == ["not"]
    assert "is not “13 to 15” and (" in page.main
    ann.submit(page, {"join": "all"}, "Set")
    condition(ann, draft_id, {"operator": "between", "number": "1", "most": "2"}, do="put", at="1.0")
    assert when(writing, draft_id)["all"][1]["any"][0] == FEW
    ann.submit(ann.page(at(draft_id, HERE)), button="Take the group away")
    assert when(writing, draft_id) == YOUNG
    ann.submit(ann.page(at(draft_id)), button="Undo: Changed who is asked, or where a page leads")
    assert when(writing, draft_id)["all"][1]["any"][0] == FEW


def test_the_form_of_a_condition_shows_what_was_chosen_and_keeps_what_was_typed(
    ann: PageClient, draft_id: str
) -> None:
    condition(ann, draft_id, {"operator": "outside", "number": "1", "most": "2"}, do="add", question="topics")
    page = ann.page(at(draft_id, f"{HERE}/condition?do=put"))
    shown = dict(page.form("Save the condition").fields)
    assert (shown["operator"], shown["number"], shown["most"]) == ("outside", "1", "2")
    wrong = ann.submit(page, {"operator": "between", "number": "4", "most": "3"}, "Save the condition", 422)
    kept = dict(wrong.form("Save the condition").fields)
    assert (kept["operator"], kept["number"], kept["most"]) == ("between", "4", "3")
    other = ann.submit(wrong, {"question": "age"}, "Look at this one")
    assert "How old are you?" in other.main
    page = ann.submit(other, {"operator": "none", "answers": ["13-15"]}, "Save the condition")
    assert "is not “13 to 15”" in page.main


def test_the_condition_of_a_way_on_is_edited_like_any_other(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.page(at(draft_id, "/routes/page/4"))
    page = ann.submit(page, {"to": "6", "question": "age"}, "Continue")
    ann.submit(page, {"operator": "any", "answers": ["13-15"]}, "Save the condition")
    way = len(document(writing, draft_id).page_by_id["4"].jumps) - 1
    page = ann.page(at(draft_id, f"/routes/page/4/condition?do=add&way={way}&question=place"))
    page = ann.submit(page, {"operator": "answered", "joiner": "any"}, "Save the condition")
    ann.submit(page, {"to": "end"}, "Lead there")
    jump: Any = document(writing, draft_id).page_by_id["4"].jumps[way]
    assert jump.to == "end"
    assert [type(one).__name__ for one in jump.when.any] == ["Includes", "Answered"]
    ann.page(at(draft_id, "/routes/page/4/condition?do=add&way=9&question=place"), status=404)
    ann.page(at(draft_id, "/routes/page/4/condition?do=put&at=0.0.0"), status=404)


def test_two_officers_at_one_route_the_second_sees_both(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    ben = sign_in(app, "consultation", name="Ben Writer")
    address = at(draft_id, f"{HERE}/condition?do=add&question=age")
    hers, his = ann.page(address), ben.page(address)
    ann.submit(hers, {"operator": "any", "answers": ["13-15"]}, "Save the condition")
    told = ben.submit(his, {"operator": "any", "answers": ["16-24"]}, "Save the condition", status=422)
    for words in ("Ann Writer", "is “13 to 15”", "is “16 to 24”"):
        assert words in told.main
    ben.submit(told, button="Save the condition")
    made = when(writing, draft_id)["all"]
    assert [one["includes"] for one in made] == [["13-15"], ["16-24"]]


def test_a_fault_of_a_condition_is_shown_where_it_is_mended(ann: PageClient, draft_id: str) -> None:
    condition(ann, draft_id, {"operator": "any", "answers": ["13-15"]}, do="add", question="age")
    token = dict(ann.page(at(draft_id)).form("up").fields)
    ann.post(
        at(draft_id, "/questions/age/answers/13-15"),
        data={**token, "action": "delete"},
        headers={"Origin": "http://localhost"},
    )
    told = ann.page(at(draft_id))
    assert "names an answer that is not there" in told.main
    assert "names an answer that is not there" in ann.page(at(draft_id, HERE)).main
