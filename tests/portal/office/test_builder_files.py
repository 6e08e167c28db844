"""Files of a draft: Word, paper, spreadsheets out and in, XLSForm out and in."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from surveys.questionnaire import editing, patches
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal.office.test_builder import at, begin, document
from tests.surveys.questionnaire import samples

Writing = Callable[[], Any]


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def ann(app: Flask) -> PageClient:
    return sign_in(app, "consultation", name="Ann Writer")


@pytest.fixture
def draft_id(app: Flask, writing: Writing) -> str:
    return begin(app, writing, samples.every_kind())


def words(content: bytes) -> str:
    book = Document(io.BytesIO(content))
    tables = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in book.paragraphs), *tables])


def upload(client: PageClient, address: str, content: bytes) -> Page:
    form = dict(client.page(address).form("Bring it in").fields)
    sent = {**form, "file": (io.BytesIO(content), "sheet.xlsx")}
    answered = client.post(address, data=sent, headers={"Origin": "http://localhost"}, follow_redirects=True)
    return Page(answered)


def changed(content: bytes, sheet: str, find: str, heading: str, value: str) -> bytes:
    """The workbook as somebody saves it after changing one cell of the row that has ``find`` in it."""
    book = load_workbook(io.BytesIO(content))
    rows = list(book[sheet].iter_rows())
    column = [cell.value for cell in rows[0]].index(heading)
    row = next(row for row in rows if any(cell.value == find for cell in row))
    row[column].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_questionnaire_downloads_as_word_with_codes_and_routes_in_words(
    ann: PageClient, draft_id: str
) -> None:
    answered = ann.get(at(draft_id, "/questionnaire.docx"))
    said = words(answered.data)
    assert "attachment" in answered.headers["Content-Disposition"]
    for wanted in (
        "4. How old are you?",
        "[2] 13 to 15",
        "[1] Under 13 → Stop here",
        "Answer this only if the answer to question 2 is “Birch End” or “Not sure”.",
        "Otherwise: Go to question 4.",
    ):
        assert wanted in said


def test_the_paper_form_has_the_same_codes_in_every_language(ann: PageClient, draft_id: str) -> None:
    page = ann.page(at(draft_id, "/paper"))
    assert "13 to 15 2" in page.main
    assert "Go to question 4" in page.main
    polish = ann.page(at(draft_id, "/paper?locale=pl"))
    assert "Przejdź do pytania 4" in polish.main
    assert 'lang="pl"' in polish.html
    said = words(ann.get(at(draft_id, "/paper.docx?locale=pl")).data)
    assert "☐ 13 to 15 (pl) (2)" in said
    assert "Przejdź do pytania 4" in said
    assert ann.get(at(draft_id, "/paper?locale=xx")).status_code == 404


def test_words_of_a_page_are_set_as_they_are_meant_on_a4(
    app: Flask, ann: PageClient, writing: Writing
) -> None:
    body = "Read **this**:\n\n- One thing\n- [Privacy](/privacy) or [mail](mailto:x@example.org)\n"
    draft_id = begin(app, writing, editing.set_page(samples.every_kind(), "1", {"body": {"en_GB": body}}))
    for rest in ("/questionnaire.docx", "/paper.docx"):
        book = Document(io.BytesIO(ann.get(at(draft_id, rest)).data))
        lines = {paragraph.text: paragraph.style.name for paragraph in book.paragraphs if paragraph.style}
        assert lines["Read this:"] == "Normal"
        assert lines["One thing"] == "List Bullet"
        assert "Privacy (http://localhost/privacy) or mail (x@example.org)" in lines
        width = book.sections[0].page_width
        assert width is not None
        assert round(width.cm, 1) == 21.0


def test_translations_go_out_as_a_spreadsheet_and_come_back(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    content = ann.get(at(draft_id, "/languages/pl/texts.xlsx")).data
    edited = changed(content, "texts", "question:why.text", "pl", "Czemu tak?")
    page = upload(ann, at(draft_id, "/languages/pl/import"), edited)
    assert "are in. Each" in page.main
    assert document(writing, draft_id).question_by_id["why"].text["pl"] == "Czemu tak?"
    stale = changed(content, "texts", "question:why.text", "source", "Another source")
    broken = changed(stale, "texts", "question:age.text", "name", "question:nobody.text")
    told = upload(ann, at(draft_id, "/languages/pl/import"), broken)
    assert told.status == 422
    assert "2 faults" in told.main
    assert "Another" not in str(editing.opened(document(writing, draft_id)))


def test_an_xlsform_changed_in_a_spreadsheet_is_exactly_that_change(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    content = ann.get(at(draft_id, "/xlsform.xlsx")).data
    before = editing.opened(document(writing, draft_id))
    same = upload(ann, at(draft_id, "/xlsform"), content)
    assert same.h1 == "Next year"
    assert "Nothing was different" in same.html
    assert "form is in" not in same.html
    assert patches.difference(before, editing.opened(document(writing, draft_id))) == []
    edited = changed(content, "choices", "13-15", "label::English (en)", "=13 to 15, really")
    assert "formulas" in upload(ann, at(draft_id, "/xlsform"), edited).main
    edited = changed(content, "choices", "13-15", "label::English (en)", "Thirteen to fifteen")
    step = upload(ann, at(draft_id, "/xlsform"), edited)
    [shown] = list(step.root.iter("tr"))[1:]
    said = " ".join("".join(shown.itertext()).split())
    assert "Question “age”, answers" in said
    assert said.index("13 to 15") < said.index("Thirteen to fifteen")
    assert "here too: Groups of people" in step.main
    row = list(ann.page(at(draft_id, "/history")).root.iter("tr"))[1]
    assert [cell.text for cell in row if cell.get("data-label") == "Where"] == ["“How old are you?”"]
    assert ann.get(at(draft_id, "/history/2")).status_code == 404
    [only] = patches.difference(before, editing.opened(document(writing, draft_id)))
    assert (only["before"], only["after"]) == ("13 to 15", "Thirteen to fifteen")
    back = ann.submit(ann.page(at(draft_id)), button="Undo: Took over a spreadsheet form")
    assert back.h1 == "Next year"
    assert patches.difference(before, editing.opened(document(writing, draft_id))) == []


def reword(client: PageClient, draft_id: str, question: str, **fields: str) -> None:
    """A colleague changes a question on its page."""
    assert "Saved." in client.submit(client.page(at(draft_id, f"/questions/{question}")), fields, "Save").html


def test_a_form_changed_while_a_colleague_worked_changes_only_what_its_writer_changed(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    bob = sign_in(app, "consultation", name="Bob Brook")
    content = ann.get(at(draft_id, "/xlsform.xlsx")).data
    reword(bob, draft_id, "age", hint="Bob’s hint")
    edited = changed(content, "survey", "why", "label::English (en)", "Why, in your words?")
    assert "form is in" in upload(ann, at(draft_id, "/xlsform"), edited).html
    there = document(writing, draft_id).question_by_id
    assert there["why"].text["en_GB"] == "Why, in your words?"
    assert there["age"].hint is not None
    assert there["age"].hint["en_GB"] == "Bob’s hint"


def test_a_form_that_changes_what_a_colleague_changed_shows_both_and_changes_nothing(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    bob = sign_in(app, "consultation", name="Bob Brook")
    content = ann.get(at(draft_id, "/xlsform.xlsx")).data
    reword(bob, draft_id, "age", text="Bob’s age?")
    edited = changed(content, "survey", "age", "label::English (en)", "Ann’s age?")
    edited = changed(edited, "survey", "why", "label::English (en)", "Ann’s why?")
    before = editing.opened(document(writing, draft_id))
    told = upload(ann, at(draft_id, "/xlsform"), edited)
    assert told.status == 422
    for words_there in ("Bob Brook changed this", "How old are you?", "Bob’s age?", "Ann’s age?"):
        assert words_there in told.main
    assert editing.opened(document(writing, draft_id)) == before


def test_a_form_of_another_draft_is_no_step_of_this_one(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    """Its version counts another draft's steps. What it says otherwise is taken, as from elsewhere."""
    reword(ann, draft_id, "age", text="Another age?")
    other = ann.get(at(begin(app, writing, samples.every_kind()), "/xlsform.xlsx")).data
    upload(ann, at(draft_id, "/xlsform"), other)
    assert document(writing, draft_id).question_by_id["age"].text["en_GB"] == "How old are you?"


def test_a_translators_sheet_keeps_what_others_translated_meanwhile(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    sheet = at(draft_id, "/languages/pl/texts.xlsx")
    late, content = ann.get(sheet).data, ann.get(sheet).data
    first = changed(content, "texts", "question:age.text", "pl", "Bob: ile lat?")
    upload(sign_in(app, "consultation", name="Bob Brook"), at(draft_id, "/languages/pl/import"), first)
    reword(ann, draft_id, "topics", text="Another source")
    edited = changed(late, "texts", "question:why.text", "pl", "Czemu tak?")
    assert "are in. Each" in upload(ann, at(draft_id, "/languages/pl/import"), edited).html
    there = document(writing, draft_id).question_by_id
    assert (there["why"].text["pl"], there["age"].text["pl"]) == ("Czemu tak?", "Bob: ile lat?")
    before = editing.opened(document(writing, draft_id))
    both = changed(edited, "texts", "question:age.text", "pl", "Ann: ile lat?")
    told = upload(ann, at(draft_id, "/languages/pl/import"), both)
    assert told.status == 422
    for words_there in ("How old are you? (pl)", "Bob: ile lat?", "Ann: ile lat?"):
        assert words_there in told.main
    assert editing.opened(document(writing, draft_id)) == before
    assert "Nothing was different" in upload(ann, at(draft_id, "/languages/pl/import"), edited).html


def test_a_hundred_faults_are_told_row_by_row_and_nothing_changes(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    book = load_workbook(io.BytesIO(ann.get(at(draft_id, "/xlsform.xlsx")).data))
    survey = book["survey"]
    first = survey.max_row + 1
    for n in range(100):
        survey.append(["teleport", f"q{n}", "<b>?</b>"])
    out = io.BytesIO()
    book.save(out)
    before = editing.opened(document(writing, draft_id))
    page = upload(ann, at(draft_id, "/xlsform"), out.getvalue())
    assert page.status == 422
    assert "100 faults. Nothing was changed." in page.main
    numbers = [cell.text for cell in page.root.iter("th") if cell.get("scope") == "row"]
    assert numbers == [str(first + n) for n in range(100)]
    assert editing.opened(document(writing, draft_id)) == before


def test_a_draft_downloads_in_our_own_format_and_starts_another(ann: PageClient, draft_id: str) -> None:
    content = ann.get(at(draft_id, "/questionnaire.json")).data
    form = dict(ann.page("/office/surveys/begin").form("Make the draft").fields)
    sent = {**form, "name": "Again", "start": "file", "file": (io.BytesIO(content), "x.json")}
    answered = ann.post(
        "/office/surveys/begin", data=sent, headers={"Origin": "http://localhost"}, follow_redirects=True
    )
    assert Page(answered).h1 == "Again"
