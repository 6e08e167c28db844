"""Word files of the year: what they say, that they can be worked on and read aloud, and who may have them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from flask import Flask
from sqlalchemy.orm import Session

from portal.papers.book import TYPE, Book
from portal.partnership import adoption, decisions, plan, report_back
from portal.partnership.decisions import Decision
from surveys.sealing import Keyring
from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR

Writing = Callable[[], AbstractContextManager[Session]]
DECISION = f"/office/decision/{YEAR}/decision.docx"
PLAN = f"/office/plan/{YEAR}/plan.docx"
REPORT = f"/office/report-back/{YEAR}/report-back.docx"
SNAPSHOT = {"matrix": {"rows": [], "cites": {}, "base": None}, "sure": None, "who": [], "submissions": {}}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def member(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> PageClient:
    with writing() as session:
        cycle = deciding.year(session, keys, now)
        deciding.ready(
            session, keys, now, cycle, deciding.shelved(session, keys, now),
            changed="One topic more.\x07\nAnd a second line.", dissent="The health board would wait.",
        )  # fmt: skip
    return sign_in(app, "member")


def opened(client: PageClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == TYPE
    assert "attachment" in answer.headers["Content-Disposition"]
    return Document(io.BytesIO(answer.get_data()))


def words(document: Any) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(one.text for one in document.paragraphs), *cells))


def headings(document: Any, level: int) -> list[str]:
    return [one.text for one in document.paragraphs if one.style.name == f"Heading {level}"]


def test_the_decision_paper(member: PageClient) -> None:
    paper = opened(member, DECISION)
    told = words(paper)
    assert "Draft for the meeting. Not public." in told
    for said in (*deciding.WORDS["reasons"], "The health board would wait.", "And a second line.",
                 "Dark streets", "The fire service would have dropped it.", "Making nights safer",
                 "A member: Lives in one of the streets.", "Equality assessment, version 2"):  # fmt: skip
        assert said in told
    assert headings(paper, 1)[:2] == ["The recommendation", "The matrix"]
    assert [one.orientation for one in paper.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    matrix = paper.tables[0]
    assert matrix.rows[0].cells[0].text == "Topic"
    assert matrix.rows[1].cells[-1].text == "Keep"
    assert matrix.rows[1].cells[5].text == "no open data"
    about = matrix._tbl.tblPr
    assert about.find(qn("w:tblCaption")).get(qn("w:val")) == f"Decision matrix for {YEAR}"
    assert about.find(qn("w:tblDescription")) is not None
    assert matrix.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_plan_as_it_stands(member: PageClient, writing: Writing, keys: Keyring, now: dt.datetime) -> None:
    how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    assert member.get(PLAN).status_code == 404
    with writing() as session:
        made = plan.begin(session, YEAR, **how)
    assert "Nothing is in the plan yet" in words(opened(member, PLAN))
    with writing() as session:
        made = session.get_one(plan.Plan, YEAR)
        topic = decisions.entries(session, YEAR, "topic")[0].key
        plan.put(session, made, "objective", {"title": "Nights", "outcome": "People go out."}, **how)
        target = {"title": "Feel safe", "unit": "%", "baseline": 40, "baseline_on": f"{YEAR}-04-01",
                  "aim": 60, "due": f"{YEAR + 1}-03-31"}  # fmt: skip
        plan.put(session, made, "target", target, parent="O1", **how)
        cause = [f"decision:{YEAR}:topic:{topic}", f"decision:{YEAR}:theme:nights"]
        action = {"title": "Light two streets", "causes": cause, "place": "Two streets"}
        found = plan.put(session, made, "action", action, parent="O1", owner="officer:secret", **how)
        plan.report(session, found, quarter=1, status="on-track", words="Lamps are bought.", **how)
    paper = opened(member, PLAN)
    told = words(paper)
    assert "Nothing of it is public yet." in told
    assert "April to June 2032: on track. Lamps are bought." in told
    assert f"the decision for {YEAR} about Dark streets, partly taken up" in told
    assert f"the decision for {YEAR} about " in told
    assert "officer:secret" not in told
    assert [cell.text for cell in paper.tables[0].rows[1].cells][1:3] == ["40%", "60%"]
    assert "Heading 3" in {one.style.name for one in paper.paragraphs}


def test_the_report_back_marks_drafts(
    member: PageClient, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    assert "Nothing is written yet" in words(opened(member, REPORT))
    with writing() as session:
        found = session.get_one(Decision, YEAR)
        adoption.adopt(session, found, snapshot=SNAPSHOT, on=now.date(), seen_version=found.version, **how)
        adoption.publish(session, found, seen_version=found.version, **how)
        report_back.draft(session, YEAR, **how)
    told = words(opened(member, REPORT))
    assert "Draft, not public yet." in told
    assert "You said: About 35 of the people who answered wrote about this: Dark streets." in told


def test_only_those_who_may_read_the_page(app: Flask, member: PageClient) -> None:
    assert sign_in(app, "auditor").get(DECISION).status_code == 200
    for address in (DECISION, PLAN, REPORT):
        assert sign_in(app, "moderator").get(address).status_code == 403
        assert app.test_client().get(address).status_code in (302, 303)


def test_what_a_word_file_cannot_hold_is_left_out(now: dt.datetime) -> None:
    book = Book("A\x00 title", "en_GB", now)
    book.say("one\x0btwo\ufffe")
    book.table(("Head",), [("cell\x1f",)], title="T", about="what\x01 it is")
    told = words(Document(io.BytesIO(book.saved())))
    assert "onetwo" in told
    assert "cell" in told
