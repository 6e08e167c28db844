"""Groups of people, sums and tables by group, made and changed by plain forms."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.office.test_builder import Writing, at, begin, document
from tests.surveys.questionnaire import samples


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def ann(app: Flask) -> PageClient:
    return sign_in(app, "consultation", name="Ann Writer")


@pytest.fixture
def draft_id(app: Flask, writing: Writing) -> str:
    return begin(app, writing, samples.every_kind())


def test_a_group_is_added_and_its_answers_are_put_together(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.page(ann.page(at(draft_id, "/tables")).link("Add a group of people"))
    wrong = ann.submit(page, {"text": "Feeling", "question": ""}, "Add the group", status=422)
    assert "Choose a question" in wrong.main
    assert dict(wrong.form("Add the group").fields)["text"] == "Feeling"
    page = ann.submit(wrong, {"question": "safe-dark"}, "Add the group")
    group = document(writing, draft_id).dimensions[-1]
    assert (group.key, group.questions) == ("feeling", ["safe-dark"])
    keys = [one.key for one in group.categories]
    page = ann.submit(page, {"another": "Safe", f"category.{keys[-1]}": "Not at all"}, "Save")
    put = {f"answer.safe-dark.{key}": "safe" for key in keys[:2]}
    page = ann.submit(page, put, f"drop:{keys[0]}")
    page = ann.submit(page, {"text": "How safe"}, "up:safe")
    group = document(writing, draft_id).dimensions[-1]
    assert group.text["en_GB"] == "How safe"
    named = {one.key: (one.text["en_GB"], one.answers) for one in group.categories}
    assert named["safe"] == ("Safe", {"safe-dark": keys[:2]})
    assert named[keys[-1]][0] == "Not at all"
    assert keys[0] not in named
    assert [one.key for one in group.categories][-2:] == ["safe", keys[-1]]
    history = ann.page(at(draft_id, "/history")).main
    assert "Added a group of people" in history
    assert "Groups of people" in history
    page = ann.submit(page, button="Undo: Changed a group of people")
    assert page.url.endswith("/tables/groups/feeling")
    assert document(writing, draft_id).dimensions[-1].text["en_GB"] == "Feeling"
    while "Undo: Changed a group of people" in page.main:
        page = ann.submit(page, button="Undo: Changed a group of people")
    page = ann.submit(page, button="Undo: Added a group of people")
    assert page.h1 == "Next year"
    page = ann.submit(page, button="Do again: Added a group of people")
    assert page.h1 == "Next year"
    assert "Add a group of people" not in ann.page(at(draft_id, "/tables")).main  # there are four


def test_a_sum_and_a_table_are_added_changed_and_taken_out_with_the_fault_shown(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.submit(ann.page(at(draft_id, "/tables")), {"question": "age"}, "Continue")
    wrong = ann.submit(page, {"text": "Young"}, "Add", status=422)
    assert "Tick the answers" in wrong.main
    assert dict(wrong.form("Add").fields)["text"] == "Young"
    ann.submit(wrong, {"options": ["13-15", "16-24"]}, "Add")
    page = ann.submit(ann.page(at(draft_id, "/tables/sums/age.young")), {"text": "Under 25"}, "Save")
    assert "13 to 15 + 16 to 24" in page.main
    page = ann.page(at(draft_id, "/tables/add-table"))
    page = ann.submit(page, {"what": "age.young", "by": "disability"}, "Add")
    assert "Only “Under 25”" in page.main
    page = ann.page(at(draft_id, "/tables/by-group/age.disability.young"))
    twice = ann.submit(page, {"what": "topics", "by": "age"}, "Save", status=422)
    assert "already used" in twice.main
    ann.submit(twice, {"what": "age.young", "by": "ward"}, "Save")
    made = document(writing, draft_id).breakdowns[-1]
    assert (made.question, made.by, made.net) == ("age", "ward", "young")
    client = ann.page(at(draft_id, "/tables"))
    token = dict(client.form("drop").fields)
    dropped = ann.post(
        at(draft_id, "/tables/act"),
        data={**token, "list": "nets", "at": "age.young", "action": "drop"},
        headers={"Origin": "http://localhost"},
    )
    assert dropped.status_code == 302
    told = ann.page(at(draft_id, "/tables"))
    assert "needs a sum of answers that is not in the draft" in told.main
    mended = ann.page(told.link("needs a sum of answers"))
    assert mended.url.endswith("/tables/by-group/age.ward.young")
    assert "needs a sum of answers" in mended.main
    ann.submit(mended, {"what": "age", "by": "disability"}, "Save")
    assert "No faults" in ann.page(at(draft_id)).main


def test_two_officers_at_one_group_the_second_sees_both(app: Flask, ann: PageClient, draft_id: str) -> None:
    ben = sign_in(app, "consultation", name="Ben Writer")
    address = at(draft_id, "/tables/groups/age")
    hers, his = ann.page(address), ben.page(address)
    ann.submit(hers, {"text": "Age, says Ann"}, "Save")
    told = ben.submit(his, {"text": "Age, says Ben"}, "Save", status=422)
    assert "Age, says Ann" in told.main
    assert dict(told.form("Save").fields)["text"] == "Age, says Ben"
    ben.submit(told, button="Save")


@pytest.mark.parametrize("rest", ["/tables/groups/no", "/tables/sums/no.no", "/tables/by-group/no.no"])
def test_what_is_not_there_is_not_found(ann: PageClient, draft_id: str, rest: str) -> None:
    ann.page(at(draft_id, rest), status=404)


def test_saving_every_form_unchanged_changes_nothing(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    before = document(writing, draft_id)
    for rest in (
        *(f"groups/{one.key}" for one in before.dimensions),
        *(f"sums/{one.question}.{one.key}" for one in before.nets),
        *(f"by-group/{'.'.join(filter(None, (b.question, b.by, b.net)))}" for b in before.breakdowns),
    ):
        ann.submit(ann.page(at(draft_id, f"/tables/{rest}")), button="Save")
    assert document(writing, draft_id) == before
