"""Edits of a draft: what each changes, that nothing else changes, and that every one can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.errors import SurveysError
from surveys.questionnaire import bank, editing, framing, patches
from surveys.questionnaire.comparing import differences
from surveys.questionnaire.faults import faults
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.roads import stations
from surveys.questionnaire.spots import spot
from surveys.questionnaire.wordings import set_wordings, wordings
from tests.surveys.questionnaire import samples

BEFORE = samples.every_kind()


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def question(document: Questionnaire, id: str) -> Any:
    return next(q for q in document.all_questions if q.id == id)


def ids(document: Questionnaire) -> list[str]:
    return [page.id for page in document.pages()]


EDITS: dict[str, Callable[[Questionnaire], Questionnaire]] = {
    "add a page": lambda q: editing.add_page(q, "main", "99", after="2"),
    "copy a page": lambda q: editing.copy_page(q, "4"),
    "move a page": lambda q: editing.move_page(q, "4", -2),
    "move a page into the next part": lambda q: editing.move_page(q, q.parts[0].pages[-1].id, 1),
    "delete a page": lambda q: editing.delete_page(q, "3"),
    "set a page": lambda q: editing.set_page(q, "1", {"title": {"en_GB": "Hello"}, "help": True}),
    "add a question": lambda q: editing.add_question(q, "1", {"kind": "one", "id": "new"}),
    "copy a question": lambda q: editing.copy_question(q, "age"),
    "move a question": lambda q: editing.move_question(q, "place", 1),
    "put a question": lambda q: editing.put_question(q, "place", "1"),
    "delete a question": lambda q: editing.delete_question(q, "age"),
    "set a question": lambda q: editing.set_question(q, "age", {"hint": {"pl": "Tak"}, "required": False}),
    "add an option": lambda q: editing.add_option(q, "age", {"en_GB": "Over 90"}),
    "copy an option": lambda q: editing.copy_option(q, "age", "13-15"),
    "move an option": lambda q: editing.move_option(q, "age", "13-15", 2),
    "delete an option": lambda q: editing.delete_option(q, "age", "13-15"),
    "set an option": lambda q: editing.set_option(q, "age", "13-15", {"text": {"en_GB": "13, 14 or 15"}}),
    "set the document": lambda q: framing.set_document(q, {"minutes": 9, "title": {"pl": "Inna"}}),
    "add a language": lambda q: framing.add_language(q, "ro"),
    "drop a language": lambda q: framing.drop_language(q, "pl"),
    "add a section": lambda q: framing.add_holder(q, "sections", {"id": "x", "title": {"en_GB": "X"}}),
    "move a section": lambda q: framing.move_holder(q, "sections", "about", -1),
    "translate": lambda q: set_wordings(q, "pl", {"question:age.text": "Wiek?"}),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_changes_something_and_can_be_taken_back_and_made_again(name: str) -> None:
    after = EDITS[name](BEFORE)
    old, new = editing.opened(BEFORE), editing.opened(after)
    patch = patches.difference(old, new)
    assert patch
    assert patches.apply(old, patch) == new
    assert patches.apply(new, patches.reverse(patch)) == old
    assert editing.opened(BEFORE) == editing.opened(samples.every_kind())


def test_a_patch_is_as_small_as_the_edit() -> None:
    after = EDITS["set an option"](BEFORE)
    [change] = patches.difference(editing.opened(BEFORE), editing.opened(after))
    assert (change["before"], change["after"]) == ("13 to 15", "13, 14 or 15")
    moved = patches.difference(editing.opened(BEFORE), editing.opened(EDITS["move a page"](BEFORE)))
    assert [len(change["removed"]) for change in moved] == [3]


def test_a_patch_is_refused_by_another_document() -> None:
    patch = patches.difference(editing.opened(BEFORE), editing.opened(EDITS["delete a page"](BEFORE)))
    with pytest.raises(LookupError):
        patches.apply(editing.opened(editing.move_page(BEFORE, "3", 5)), patch)


def test_codes_are_only_ever_given_out_once_and_keys_come_from_the_words() -> None:
    after = editing.add_option(BEFORE, "age", {"en_GB": "13 to 15"})
    new = question(after, "age").options[-2]  # before "prefer not to say"
    assert (new.key, new.code) == ("13-to-15", 92)
    kept = editing.add_option(BEFORE, "age", {"en_GB": "X"}, reserved=[150])
    assert max(option.code for option in question(kept, "age").options) == 151
    full = editing.add_option(BEFORE, "age", {"en_GB": "X"}, reserved=[238])
    with refused("edit.codes_full"):
        editing.add_option(full, "age", {"en_GB": "Y"})


def test_copies_have_names_of_their_own() -> None:
    after = editing.copy_page(BEFORE, "4")
    assert ids(after).index(editing.new_page_id(BEFORE, "main")) == ids(after).index("4") + 1
    assert question(after, "age-2").identity == "sample.age-2"
    assert [f.code for f in faults(after) if f.code in ("key.repeated", "identity.repeated")] == []


def test_what_is_not_there_any_more_is_said() -> None:
    for gone in (
        lambda: editing.delete_page(BEFORE, "nope"),
        lambda: editing.set_question(BEFORE, "nope", {}),
        lambda: editing.set_option(BEFORE, "age", "nope", {}),
        lambda: set_wordings(BEFORE, "pl", {"question:nope.text": "x"}),
    ):
        with refused("edit.gone"):
            gone()
    with refused("edit.taken"):
        editing.add_question(BEFORE, "1", {"kind": "one", "id": "age"})
    with refused("edit.shape"):
        editing.set_question(BEFORE, "age", {"wording": "many"})
    with refused("edit.no_options"):
        editing.add_option(BEFORE, "why", {"en_GB": "x"})
    with refused("edit.source_language"):
        framing.drop_language(BEFORE, "en_GB")


def test_a_blank_questionnaire_can_be_filled_until_it_has_no_faults() -> None:
    made = framing.blank("local", "anonymous", ["en_GB"], "Local survey")
    made = framing.set_document(made, {"purpose": {"en_GB": "To learn."}})
    made = editing.add_question(
        made, "1", {"kind": "one", "id": "safe", "text": {"en_GB": "Safe?"}, "short": {"en_GB": "Safe"}}
    )
    assert {fault.code for fault in faults(made)} == {"options.too_few"}
    for words in ("Yes", "No"):
        made = editing.add_option(made, "safe", {"en_GB": words})
    assert faults(made) == ()


def test_a_fault_leads_to_the_thing_it_is_about() -> None:
    broken = editing.set_option(BEFORE, "age", "13-15", {"text": {"pl": ""}})
    [fault] = faults(broken)
    found = spot(broken, fault.place)
    assert (found.page, found.question, found.option, found.field) == ("4", "age", "13-15", "text")
    assert spot(broken, "stops[0].title").holder == "stops"
    assert spot(broken, "finish_after").holder == "finish_after"
    assert spot(broken, "parts[99].pages[0]").page == ""


def test_every_text_has_a_steady_name_and_ward_names_are_left_alone() -> None:
    found = {one.name: one for one in wordings(BEFORE)}
    assert found["question:age.option.13-15.text"].texts["en_GB"] == "13 to 15"
    assert found["question:age.option.13-15.text"].question == "age"
    moved = {one.name for one in wordings(editing.move_page(BEFORE, "4", 3))}
    assert moved == set(found)
    assert len(found) == len(wordings(BEFORE))
    for one in wordings(BEFORE):
        assert set_wordings(BEFORE, "pl", {one.name: "słowo"}) != BEFORE or one.texts["pl"] == "słowo"


def test_a_changed_question_is_told_against_an_earlier_year() -> None:
    assert differences(BEFORE, BEFORE) == ()
    reworded = editing.set_question(BEFORE, "age", {"text": {"en_GB": "Your age?"}})
    [found] = differences(BEFORE, reworded)
    assert (found.question, found.what, found.wording_kept) == ("age", "text", True)
    [told] = differences(BEFORE, editing.set_question(reworded, "age", {"wording": 2}))
    assert not told.wording_kept
    assert [d.what for d in differences(BEFORE, EDITS["add an option"](BEFORE))] == ["option_added"]
    assert {d.what for d in differences(BEFORE, EDITS["delete an option"](BEFORE))} == {"option_gone"}
    assert differences(BEFORE, EDITS["translate"](BEFORE)) == ()


def test_the_ways_through_name_every_page_and_lead_somewhere() -> None:
    found = stations(BEFORE)
    assert [one.page.id for one in found] == [*dict.fromkeys(one.page.id for one in found)]
    assert {one.page.id for one in found} == set(ids(BEFORE))
    age = next(one for one in found if one.page.id == "4")
    assert ("stop", "too-young", ("under-13",)) in {(r.kind, r.to, r.options) for r in age.roads}
    known = {*ids(BEFORE), "check", "send"}
    for one in found:
        assert any(road.kind == "next" for road in one.roads) or one.page.jumps
        assert all(road.to in known for road in one.roads if road.kind in ("next", "jump"))


@pytest.mark.parametrize("entry", bank.bank(), ids=lambda entry: entry.key)
def test_every_question_of_the_bank_has_a_source_and_can_be_put_into_a_draft(entry: bank.Ready) -> None:
    empty = framing.set_document(
        framing.blank("local", "anonymous", ["en_GB", "pl"], "Local survey"), {"purpose": {"en_GB": "Why"}}
    )
    made = bank.put(empty, entry.key, "main", after="1")
    assert entry.source
    assert {q.source for q in made.questions} == {entry.source}
    new = {fault.code for fault in faults(made)} - {fault.code for fault in faults(empty)}
    assert new == set()
    with refused("edit.taken"):
        bank.put(made, entry.key, "main")
