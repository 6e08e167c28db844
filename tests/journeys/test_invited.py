"""An organisation answers by its link: several drafts, one answer, under its own name."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from portal import jobs
from portal.jobs import Desk
from surveys import responses
from surveys.records import Response
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal.office.asking import CLOSES, ask
from tests.portal.publishing import KEYS, store
from tests.surveys.questionnaire import samples

NAME = "Ely Housing Association"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def survey(app: Flask) -> Survey:
    return ask(app, samples.named(), slug="partners-2026", prefix="PT", audience="partners")


@pytest.fixture
def officer(app: Flask, survey: Survey) -> PageClient:
    return sign_in(app, "consultation")


def link_of(officer: PageClient, address: str = "", **more: str) -> str:
    page = Page(officer.get("/office/invitations/partners-2026"))
    page = officer.submit(page, {"organisation": NAME, "address": address} | more, "Make the link")
    return re.findall(r"http://localhost(/surveys/invited/[\w-]+)", page.html)[0]


def begin(app: Flask, link: str) -> tuple[PageClient, Page]:
    person = app.test_client()
    assert isinstance(person, PageClient)
    return person, person.submit(Page(person.get(link)), {}, "Start my draft")


def answer(person: PageClient, page: Page, name: str | None = None) -> Page:
    """Everything up to sending, through the pages."""
    page = person.submit(page, {"organisation": name} if name else {}, "Continue")
    page = person.submit(page, {"topics": ["asb"]}, "Continue")
    page = person.submit(page, {"value": "Shared vans"}, "Continue")
    return person.submit(page, {}, "Send my answers now")


def test_two_colleagues_draft_and_one_answer_counts(app: Flask, officer: PageClient, survey: Survey) -> None:
    link = link_of(officer)
    first, page_one = begin(app, link)
    assert f'value="{NAME}"' in page_one.html
    second, page_two = begin(app, link)
    assert "2 people of your organisation" in Page(app.test_client().get(link)).main
    sent = answer(first, page_one, name="Somebody else entirely")
    assert "have been sent" in sent.h1
    with store(app).reading() as session:
        (row,) = session.scalars(select(Response))
        assert responses.participants(session, survey.id, keys=KEYS) == {row.participant_id: NAME}
    page = second.submit(page_two, {}, "Continue")
    page = second.submit(page, {"topics": ["scams"]}, "Continue")
    page = second.submit(page, {"value": "Kept <i>words</i>"}, "Continue")
    page = second.submit(page, {}, "Send my answers now", status=409)
    assert "Somebody else of your organisation" in page.main
    used = Page(app.test_client().get(link))
    assert (used.status, "It was sent on 10 November 2026" in used.main) == (200, True)
    assert "Answered, 10 November 2026" in Page(officer.get("/office/invitations/partners-2026")).main


def test_nobody_answers_without_an_invitation(app: Flask, client: PageClient, survey: Survey) -> None:
    page = Page(client.get("/surveys/partners-2026/start"))
    assert (page.status, page.h1) == (403, "This survey is for invited organisations")


def test_a_link_says_which(app: Flask, officer: PageClient, clock: Clock) -> None:
    assert Page(officer.get("/surveys/invited/never-ours")).h1 == "This link opens nothing"
    link = link_of(officer, expires="2026-11-12")
    page = officer.submit(Page(officer.get("/office/invitations/partners-2026")), {}, f"Take back {NAME}")
    assert "opens nothing any more" in page.main
    assert Page(officer.get(link)).h1 == "This link was taken back"
    fresh = re.findall(
        r"(/surveys/invited/[\w-]+)",
        officer.submit(Page(officer.get("/office/invitations/partners-2026")), {}, f"New link {NAME}").html,
    )[0]
    assert Page(officer.get(link)).h1 == "This link opens nothing"
    assert "You answer for" in Page(officer.get(fresh)).main
    clock.now = CLOSES + dt.timedelta(days=1)
    over = Page(app.test_client().get(fresh))
    assert (over.status, over.h1) == (410, "This link is for a consultation that is over")


def test_the_letter_holds_the_link_and_says_the_answer_is_named(
    app: Flask, officer: PageClient, clock: Clock
) -> None:
    link = link_of(officer, "office@housing.example")
    settings = app.extensions["portal.settings"]
    jobs.deliver(Desk(store(app), KEYS, clock(), settings))
    (path,) = (settings.data_dir / "mail").glob("*.eml")
    letter = path.read_text().replace("=\n", "").replace("=3D", "=")
    assert link in letter
    assert "under its name" in " ".join(letter.split())


def read_in(officer: PageClient, page: Page, book: openpyxl.Workbook, status: int) -> Page:
    """The officer lets the portal read this file."""
    out = io.BytesIO()
    book.save(out)
    sent = dict(page.form("Read it").fields) | {"file": (io.BytesIO(out.getvalue()), "partners.xlsx")}
    answered = officer.post(page.url, data=sent, headers={"Origin": "http://localhost"})
    assert answered.status_code == status
    return Page(answered)


def test_a_returned_spreadsheet_is_typed_with_its_source(app: Flask, officer: PageClient) -> None:
    link = link_of(officer)
    page = Page(officer.get("/office/invitations/partners-2026"))
    blank = openpyxl.load_workbook(io.BytesIO(officer.get(page.link("Spreadsheet to fill in")).data))
    cells = [[str(cell.value or "") for cell in row] for row in blank["Questions"].iter_rows(min_row=2)]
    assert [row[2] for row in cells] == ["In words", "Several codes", "In words", "In words"]
    assert "1: " in cells[1][3]
    page = Page(officer.get(page.link("Type its spreadsheet")))
    sheet, rows = blank["Questions"], [cell.value for cell in blank["Questions"]["B"]]
    place = {str(words): number for number, words in enumerate(rows, start=1)}
    words_of_topic = cells[1][3].splitlines()[0].partition(": ")[2]
    for row, answer in ((2, NAME), (3, f"{words_of_topic}; 99"), (4, "=SUM(1)"), (5, "Vans")):
        sheet.cell(row, 5).value = answer
    refused = read_in(officer, page, blank, 422)
    assert "The sheet has formulas" in refused.main
    sheet.cell(4, 5).value = None
    sheet.append(["Another question", "Another", "", "", "<b>Mine</b>"])
    read = read_in(officer, page, blank, 422)
    assert "Row 3:" in read.main
    assert f"Row {len(place) + 1}: this is not one of the questions" in read.main
    assert 'value="1 99"' in read.html
    assert "Vans" in read.html
    sheet.cell(3, 5).value = words_of_topic.upper()
    sheet.delete_rows(len(place) + 1)
    read = read_in(officer, page, blank, 200)
    assert "3 answers were read" in read.main
    assert 'value="partners.xlsx"' in read.html
    assert "Choose a file" in officer.submit(page, {}, "Read it", status=422).main
    values = {"source": "E-mail of the director", "received_on": "2026-11-09", "publish": "no"}
    typed = {"organisation": NAME, "topics": "1", "value": "Vans"}
    page = officer.submit(page, values | {"source": ""} | typed, "Send these answers", status=422)
    assert "Say where it came from" in page.main
    page = officer.submit(page, values | typed, "Send these answers")
    assert "typed from E-mail of the director, 2026-11-09" in page.main
    assert Page(officer.get(link)).h1 == "The answer of your organisation was sent already"
