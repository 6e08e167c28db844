"""Groups of people, sums of answers and tables: what each edit changes; every one can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.errors import SurveysError
from surveys.questionnaire import editing, framing, patches, tabulation
from surveys.questionnaire.faults import faults
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.spots import spot
from tests.surveys.questionnaire import samples

BEFORE = samples.every_kind()
SAID = {"en_GB": "New", "pl": "Nowe"}


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def group(document: Questionnaire, key: str) -> Any:
    return next(one for one in document.dimensions if one.key == key)


EDITS: dict[str, Callable[[Questionnaire], Questionnaire]] = {
    "add a group": lambda q: tabulation.add_group(q, "new", SAID, ["age"]),
    "set a group": lambda q: tabulation.set_group(q, "age", {"text": SAID}, {}),
    "add a category": lambda q: tabulation.add_category(q, "age", SAID),
    "name categories": lambda q: tabulation.word_categories(q, "age", {"13-24": SAID}),
    "move a category": lambda q: tabulation.move_category(q, "age", "13-24", 1),
    "drop a category": lambda q: tabulation.drop_category(q, "age", "13-24"),
    "add a sum": lambda q: tabulation.add_sum(q, "safe-dark", "", SAID, ["very-safe"]),
    "set a sum": lambda q: tabulation.set_sum(q, "safe-dark.unsafe", {"options": ["very-unsafe"]}),
    "add a table": lambda q: tabulation.add_table(q, "topics", "ward"),
    "set a table": lambda q: tabulation.set_table(q, "topics.age", "topics", "ward"),
    "move a group": lambda q: tabulation.move_listed(q, "dimensions", "ward", 1),
    "move a table": lambda q: tabulation.move_listed(q, "breakdowns", "safe-dark.ward.unsafe", -1),
    "drop a table": lambda q: tabulation.drop_listed(q, "breakdowns", "safe-dark.ward.unsafe"),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_changes_something_and_can_be_taken_back(name: str) -> None:
    old, new = editing.opened(BEFORE), editing.opened(EDITS[name](BEFORE))
    patch = patches.difference(old, new)
    assert patch
    assert {change["path"][0] for change in patch} <= set(tabulation.LISTS)
    assert patches.apply(new, patches.reverse(patch)) == old


def test_a_new_group_has_a_category_for_each_answer_of_substance_and_no_fault() -> None:
    after = tabulation.add_group(BEFORE, "by-age", SAID, ["age"])
    assert [one.key for one in group(after, "by-age").categories] == ["13-15", "16-24", "25-64", "65-over"]
    assert group(after, "by-age").categories[0].text["en_GB"] == "13 to 15"
    assert faults(after) == ()
    sensitive = tabulation.add_group(BEFORE, "again", SAID, ["disability"])
    assert group(sensitive, "again").special_category
    with refused("edit.groups_full"):
        tabulation.add_group(after, "one-more", SAID, ["age"])


def test_a_map_waits_for_its_wards_in_a_draft_and_has_them_at_once_in_a_correction() -> None:
    draft = framing.unfrozen(BEFORE)
    assert group(tabulation.add_group(draft, "map", SAID, ["ward"], wards=True), "map").categories == []
    wards = group(tabulation.add_group(BEFORE, "map", SAID, ["ward"], wards=True), "map").categories
    assert [one.key for one in wards] == ["e05000001", "e05000002"]
    kept = tabulation.set_group(BEFORE, "ward", {"text": SAID}, {})
    assert group(kept, "ward").categories == group(BEFORE, "ward").categories
    plain = tabulation.set_group(BEFORE, "ward", {"map": False}, {})
    assert group(plain, "ward").categories == []


def test_answers_go_where_they_are_put_and_a_question_that_left_takes_its_answers_along() -> None:
    placed = {"age": {"13-15": "25-over", "16-24": "13-24", "25-64": ""}, "sex": {"x": "13-24"}}
    after = group(tabulation.set_group(BEFORE, "age", {}, placed), "age")
    assert [one.answers for one in after.categories] == [{"age": ["16-24"]}, {"age": ["13-15"]}]
    moved = tabulation.set_group(BEFORE, "age", {"questions": ["disability"]}, placed)
    assert [one.answers for one in group(moved, "age").categories] == [{}, {}]


def test_names_that_are_kept_for_everybody_else_are_never_given_out() -> None:
    assert tabulation.new_group_key(BEFORE, "Not given") == "not-given-2"
    assert tabulation.new_group_key(BEFORE, "Ward") == "ward-2"
    added = tabulation.add_category(BEFORE, "age", {"en_GB": "All"})
    assert group(added, "age").categories[-1].key == "all-2"


def test_a_table_stays_in_its_place_when_it_is_changed_and_none_stands_twice() -> None:
    after = tabulation.set_table(BEFORE, "safe-dark.ward.unsafe", "topics", "ward")
    assert [(one.question, one.by, one.net) for one in after.breakdowns] == [
        ("safe-dark", "ward", None),
        ("topics", "ward", None),
        ("topics", "age", None),
        ("safe-dark", "disability", None),
    ]
    with refused("edit.taken"):
        tabulation.set_table(BEFORE, "safe-dark.ward.unsafe", "safe-dark", "ward")
    with refused("edit.taken"):
        tabulation.add_table(BEFORE, "topics", "age")
    with refused("edit.taken"):
        tabulation.add_sum(BEFORE, "safe-dark", "unsafe", SAID, ["very-unsafe"])
    assert tabulation.set_table(BEFORE, "topics.age", "topics", "age") == BEFORE


@pytest.mark.parametrize(
    "edit",
    [
        lambda q: tabulation.drop_listed(q, "nets", "safe-dark.nothing"),
        lambda q: tabulation.move_listed(q, "dimensions", "nothing", 1),
        lambda q: tabulation.set_group(q, "nothing", {}, {}),
        lambda q: tabulation.drop_category(q, "age", "nothing"),
        lambda q: tabulation.set_table(q, "nothing.age", "topics", "age"),
    ],
)
def test_what_is_gone_is_told(edit: Callable[[Questionnaire], Questionnaire]) -> None:
    with refused("edit.gone"):
        edit(BEFORE)


def test_what_needs_a_thing_taken_out_becomes_a_fault_that_leads_to_it() -> None:
    broken = tabulation.drop_listed(BEFORE, "nets", "safe-dark.unsafe")
    [fault] = faults(broken)
    assert fault.code == "breakdown.unknown_net"
    found = spot(broken, fault.place)
    assert (found.holder, found.listed) == ("breakdowns", "safe-dark.ward.unsafe")
    emptied = tabulation.set_group(BEFORE, "age", {"questions": []}, {})
    assert {spot(emptied, one.place).listed for one in faults(emptied)} == {"age"}


def test_sums_are_made_of_options_points_and_bands() -> None:
    kinds = {q.kind: q for q in tabulation.summable(BEFORE)}
    assert "place" not in kinds
    assert "long-text" not in kinds
    points = [key for key, _ in tabulation.parts_of(BEFORE, kinds["rating"])]
    assert points[0] == str(kinds["rating"].low)
    assert {one.key for one in kinds["number"].bins} <= {
        k for k, _ in tabulation.parts_of(BEFORE, kinds["number"])
    }
    for question in kinds.values():
        keys = [key for key, _ in tabulation.parts_of(BEFORE, question)]
        assert faults(tabulation.add_sum(BEFORE, question.id, "some", {"en_GB": "A", "pl": "B"}, keys)) == ()
    assert "grid" not in {q.kind for q in tabulation.tabled(BEFORE)}
