"""XLSForm: what goes out comes back unchanged, one changed cell is one change, and every fault is told."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.errors import SurveysError
from surveys.questionnaire import editing, framing, patches
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.xlsform import rows
from surveys.questionnaire.xlsform.expressions import Unreadable, read, written
from surveys.questionnaire.xlsform.reading import Line, SheetFault, take_over
from tests.surveys.questionnaire import samples

Sheets = dict[str, list[Line]]
DOCUMENTS = {
    "every kind": samples.every_kind(),
    "named": samples.named(),
    "one page": samples.one_page(),
    "hinted": editing.set_option(
        samples.every_kind(), "age", "13-15", {"hint": {"en_GB": "On the day", "pl": "W tym dniu"}}
    ),
}


def sheets(document: Questionnaire) -> Sheets:
    """The export as a spreadsheet program would hand it back."""
    return {
        name: [
            Line(n, {k: v.strip() for k, v in row.items() if v.strip()})
            for n, row in enumerate(found, start=2)
        ]
        for name, found in rows.export(document).items()
    }


def change(found: Sheets, sheet: str, name: str, **cells: str) -> Line:
    line = next(line for line in found[sheet] if line.cells.get("name") == name)
    line.cells.update({k.replace("__", "::"): v for k, v in cells.items()})  # type: ignore[attr-defined]
    return line


def difference(before: Questionnaire, after: Questionnaire) -> list[Any]:
    return patches.difference(editing.opened(before), editing.opened(after))


def faults(document: Questionnaire, found: Sheets) -> tuple[SheetFault, ...]:
    with pytest.raises(SurveysError, match=r"^form\.faults$") as told:
        take_over(document, found)
    listed: Any = told.value.facts["faults"]
    return tuple(listed)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_goes_out_comes_back_as_it_was(name: str) -> None:
    document = DOCUMENTS[name]
    assert difference(document, take_over(document, sheets(document))) == []


def test_one_changed_cell_is_exactly_that_change() -> None:
    document = DOCUMENTS["every kind"]
    for sheet, name, heading, value, at in (
        ("survey", "age", "label::English (en)", "Your age?", "text"),
        ("survey", "age", "hint::Polish (pl)", "Wiek", "hint"),
        ("survey", "age", "required", "", "required"),
        ("survey", "why", "x_max_chars", "300", "max_chars"),
        ("survey", "page-1", "label::English (en)", "A title", "title"),
        ("choices", "13-15", "label::English (en)", "13, 14 or 15", "text"),
    ):
        found = sheets(document)
        line = change(found, sheet, name)
        line.cells[heading] = value  # type: ignore[index]
        [only] = difference(document, take_over(document, found))
        assert at in only["path"], (name, heading)


@pytest.mark.parametrize("heading", ["x_hint_en_GB", "hint::English (en-GB)", "hint::English (en)", "hint"])
def test_a_hint_of_an_answer_is_read_however_its_column_is_called(heading: str) -> None:
    document = DOCUMENTS["hinted"]
    found = sheets(document)
    line = change(found, "choices", "13-15", x_hint_en_GB="")
    line.cells[heading] = "That day"  # type: ignore[index]
    [only] = difference(document, take_over(document, found))
    assert (only["path"][-2:], only["after"]) == (["hint", "en_GB"], "That day")


def test_rows_moved_added_and_deleted_are_followed() -> None:
    document = DOCUMENTS["every kind"]
    found = sheets(document)
    survey = found["survey"]
    survey.append(survey.pop(next(n for n, line in enumerate(survey) if line.cells.get("name") == "why")))
    found["choices"].append(
        Line(900, {"list_name": "age", "name": "over-90", "label::English (en)": "Over 90"})
    )
    survey.append(Line(901, {"type": "select_one yes_no", "name": "cycles", "label": "Do you cycle?"}))
    for key in ("yes", "no"):
        found["choices"].append(Line(902, {"list_name": "yes_no", "name": key, "label": key.title()}))
    after = take_over(document, found)
    age = after.question_by_id["age"]
    assert (age.options[-1].key, age.options[-1].code) == ("over-90", 92)
    assert [option.key for option in after.question_by_id["cycles"].options] == ["yes", "no"]
    assert list(after.pages())[-1].questions[0].id == "cycles"


def test_a_hundred_faults_are_a_hundred_faults_and_nothing_changes() -> None:
    document = DOCUMENTS["every kind"]
    before = editing.opened(document)
    found = sheets(document)
    for n in range(100):
        found["survey"].append(Line(1000 + n, {"type": "teleport", "name": f"q{n}", "label": "?"}))
    told = faults(document, found)
    assert [(fault.row, fault.column, fault.code) for fault in told] == [
        (1000 + n, "type", "type") for n in range(100)
    ]
    assert editing.opened(document) == before


@pytest.mark.parametrize(
    ("sheet", "name", "cells", "column", "code"),
    [
        ("survey", "age", {"relevant": "${nobody} = 'x'"}, "relevant", "relevant"),
        ("survey", "age", {"relevant": "jr:choice-name(1)"}, "relevant", "relevant"),
        ("survey", "age", {"type": "integer"}, "type", "kind_changed"),
        ("survey", "age", {"required": "perhaps"}, "required", "yes_no"),
        ("survey", "age", {"x_wording": "many"}, "x_wording", "number"),
        ("survey", "age", {"label__English (en)": ""}, "label", "missing"),
        ("survey", "why", {"constraint": "regex(., 'x')"}, "constraint", "constraint"),
        ("choices", "13-15", {"x_code": "77"}, "x_code", "code"),
        ("choices", "13-15", {"list_name": "nowhere"}, "list_name", "unused"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(
    sheet: str, name: str, cells: dict[str, str], column: str, code: str
) -> None:
    document = DOCUMENTS["every kind"]
    found = sheets(document)
    line = change(found, sheet, name, **cells)
    assert SheetFault(sheet, line.number, column, code) in {
        SheetFault(f.sheet, f.row, f.column, f.code) for f in faults(document, found)
    }


def test_groups_must_close_and_languages_be_known() -> None:
    document = DOCUMENTS["every kind"]
    found = sheets(document)
    found["survey"].pop()
    assert "unclosed" in {fault.code for fault in faults(document, found)}
    found = sheets(document)
    found["survey"].append(Line(999, {"type": "end_group", "name": "x"}))
    assert "unopened" in {fault.code for fault in faults(document, found)}
    found = sheets(document)
    change(found, "survey", "age", **{"label__Klingon (tlh)": "x"})
    assert "language.unknown" in {fault.code for fault in faults(document, found)}
    assert {fault.code for fault in faults(document, {})} == {"sheet.empty"}


def test_a_form_from_elsewhere_becomes_a_draft() -> None:
    blank = framing.blank("theirs", "anonymous", ["en_GB"], "Local survey")
    blank = editing.delete_page(blank, "1")
    survey = [
        {"type": "start", "name": "start"},
        {"type": "note", "name": "hello", "label": "Welcome"},
        {"type": "select_one yn", "name": "Q1", "label": "Do you feel safe?", "required": "true()"},
        {"type": "begin group", "name": "more", "label": "More", "relevant": "${Q1} = 'no'"},
        {"type": "text", "name": "why_not", "label": "Why not?", "appearance": "multiline"},
        {"type": "integer", "name": "times", "label": "How often?", "constraint": ". >= 0 and . <= 9"},
        {"type": "end group"},
    ]
    choices = [
        {"list_name": "yn", "name": "yes", "label": "Yes"},
        {"list_name": "yn", "name": "no", "label": "No"},
    ]
    made = take_over(
        blank,
        {
            "survey": [Line(n, row) for n, row in enumerate(survey, start=2)],
            "choices": [Line(n, row) for n, row in enumerate(choices, start=2)],
        },
    )
    assert [q.kind for q in made.questions] == ["one", "long-text", "number"]
    assert made.questions[0].required
    pages = list(made.pages())
    assert pages[-1].title == {"en_GB": "More"}
    when: Any = pages[-1].when
    assert when.includes == ["no"]


@pytest.mark.parametrize(
    "condition",
    [
        {"question": "age", "includes": ["13-15", "16-24"]},
        {"not": {"question": "connection", "includes": ["live"]}},
        {"question": "why", "answered": False},
        {"question": "topics", "at_least": 2, "at_most": 3},
        {"any": [{"question": "age", "includes": ["13-15"]}, {"question": "why", "answered": True}]},
        {"all": [{"question": "age", "includes": ["13-15"]}, {"not": {"question": "why", "answered": True}}]},
    ],
)
def test_a_condition_is_written_and_read_back(condition: dict[str, Any]) -> None:
    document = editing.set_page(DOCUMENTS["every kind"], "8", {"when": condition})
    when = document.page_by_id["8"].when
    assert when is not None
    assert read(written(when, document), {"age", "connection", "why", "topics"}) == condition


@pytest.mark.parametrize(
    "text", ["(", "not(", "${age}", "${age} ~ 'x'", "selected(${age})", "(" * 80, "'x' = 'y'"]
)
def test_an_expression_we_cannot_hold_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, {"age"})
