"""The partnership's year as a new member lives it, from carrying last year over to the pack for scrutiny.

Everything goes through pages and forms, without scripts. Last year, residents' answers and partners' scores
are put there by the test, and time is moved. At the end a priority is followed back to the table behind it by
links alone, on the site and in the pack.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import urlsplit

import pytest
from docx import Document
from flask import Flask

from portal.documents import files
from portal.partnership import cycles, decisions
from portal.partnership.decisions import Decision
from surveys import surveys
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient, parse, words
from tests.portal import publishing
from tests.portal.office.test_decision import score
from tests.portal.publishing import KEYS, PACK
from tests.portal.test_archive import broken_links

SCANNING = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)
LAST, YEAR = 2025, 2026
BY = "officer:tests"
CRIME = PACK / "crime" / "2024-01-to-04-street.csv"


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    for app in publishing.application(sqlite_copy, tmp_path, SCANNING):
        publishing.loaded(app, PACK, SCANNING)
        with publishing.store(app).writing() as session:
            residents = surveys.by_slug(session, "local-2025")
            partners = surveys.by_slug(session, "partners-2025")
            assert residents is not None
            assert partners is not None
            publishing.answered(session, residents, 150, PACK)
            score(session, partners)
            cycles.open_year(session, LAST, state="in-delivery", by=BY, now=SCANNING, keys=KEYS)
        publishing.released(app, "local-2025", SCANNING)
        yield app


def member(app: Flask) -> PageClient:
    return sign_in(app, "member", "consultation", "analyst", name="Mina Member")


def test_a_members_year(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "can_make_pdf", lambda: False)  # the paper pack has its own test
    mina = member(app)
    begins_the_year(mina)
    brings_the_evidence(mina)
    tracks_a_letter(mina)
    decides(app, mina)
    plans(app, mina)
    reports_two_quarters(app)
    tells_people(app)
    follows_a_priority_back(app)
    opens_the_pack(app)


def begins_the_year(mina: PageClient) -> None:
    page = mina.submit(mina.page(f"/office/year/{LAST}"), {}, f"Carry over into {YEAR}")
    assert f"The year {YEAR} has begun with the priorities, partners, topics and weights" in page.main
    page = mina.submit(page, {"round_slug": "2025", "meeting_on": "2026-02-24"}, "Save")
    assert "The arrangements of the year are saved" in page.main


def brings_the_evidence(mina: PageClient) -> None:
    """Four months as downloaded change nothing; the same months a year before give the change."""
    real = CRIME.read_bytes()
    imported(mina, real, "2024-01-street.csv")
    page = mina.page(f"/office/decision/{YEAR}")
    assert "January 2024 to April 2024 with the same months of the year before, and 4 of those" in page.main
    earlier = real.replace(b",2024-0", b",2023-0")
    wrong = earlier.replace(b"Crime type", b"Type of crime", 1)
    refused = imported(mina, wrong, "2023-01-street.csv", status=422)
    assert "lacks the columns Crime type" in refused.main
    assert "02/2023" not in refused.main
    assert "4 months" in imported(mina, earlier, "2023-01-street.csv").main
    page = mina.page(f"/office/decision/{YEAR}")
    rows = {row.get("id"): words(row) for row in page.root.iter("tr")}
    assert "Steady +0%" in rows["topic-violence-against-the-person"]
    assert "over 4 months only" in page.main


def imported(mina: PageClient, content: bytes, name: str, status: int = 200) -> Page:
    page = mina.page("/office/evidence/crime")
    token = dict(page.form("Import").fields)["csrf_token"]
    sent = {"csrf_token": token, "files": (io.BytesIO(content), name)}
    found = Page(
        mina.post(
            "/office/evidence/crime", data=sent, headers={"Origin": "http://localhost"},
            content_type="multipart/form-data", follow_redirects=True,
        )
    )  # fmt: skip
    assert found.status == status, found.main
    return found


def tracks_a_letter(mina: PageClient) -> None:
    letter = {"received_on": "2026-02-20", "kind": "letter", "sender": "parish", "who": "Clerk",
              "signatures": "0", "text": "Light the path.", "summary": "Asks for light."}  # fmt: skip
    page = mina.submit(mina.page("/office/reach/2025/inbox"), letter, "Put it on record")
    assert "It is on record" in page.main


def decides(app: Flask, mina: PageClient) -> None:
    page = mina.page(f"/office/decision/{YEAR}/sensitivity")
    assert "holds in" in page.main
    page = mina.submit(mina.page(f"/office/decision/{YEAR}"), {}, "Begin the decision")
    told = {
        "recommendation": "Keep both priorities.", "reason1": "Most people chose it.",
        "changed": "Nothing new.", "cost": "No new money", "officer_time": "A day a week",
        "dissent": "One partner disagreed.", "options": "Leaving it.", "equality": "Nobody loses.",
        "equality_version": "1",
    }  # fmt: skip
    mine, theirs = (mina.page(f"/office/decision/{YEAR}/words") for _ in range(2))
    mina.submit(mine, told, "Save")
    stale = mina.submit(theirs, told | {"changed": "Something else."}, "Save", status=422)
    assert "Something else." in stale.html
    assert "Nothing new." in stale.html
    topic = mina.page(f"/office/decision/{YEAR}/topic/fire-safety")
    cites = ["release:local-2025:1:topics"]
    answer = {"outcome": "keep", "reasons": "It still matters.", "cites": cites,
              "dissent": "The fire service would have dropped it."}  # fmt: skip
    mina.submit(topic, answer, "Save")
    with publishing.store(app).writing() as session:  # the other eleven in the same way
        found = session.get_one(Decision, YEAR)
        for entry in decisions.entries(session, YEAR, "topic"):
            if entry.outcome is None:
                decisions.decide(
                    session, found, "topic", entry.key, outcome="keep", reasons="It still matters.",
                    cites=cites, seen_version=1, by=BY, now=SCANNING, keys=KEYS,
                )  # fmt: skip
    page = mina.page(f"/office/decision/{YEAR}")
    assert "Consider a letter from outside the survey" in page.main
    letter = mina.page(page.link("Consider a letter from outside the survey"))
    letter = mina.submit(letter, {"summary": "Asks for a light."}, "Save")
    mina.submit(letter, {"consideration": "The county looks at it."}, "It is considered")
    page = mina.submit(mina.page(f"/office/decision/{YEAR}"), {}, "I have read this page")
    assert "It is noted that you have read this version" in page.main
    mina.submit(page, {}, "Open the equality assessment")
    minutes = mina.page(f"/office/decision/{YEAR}/minutes").main
    assert "The decision paper, version" in minutes
    assert minutes.count("Mina Member") == 2
    again = mina.page(f"/office/decision/{YEAR}")
    assert "I have read this page" not in again.main
    assert app.test_client().get(f"/decisions/{YEAR}").status_code == 404
    page = mina.submit(again, {"on": "2026-02-24"}, "Adopt the decision", status=422)
    page = mina.submit(page, {"on": "2026-02-20"}, "Adopt the decision")
    page = mina.submit(page, {}, "Publish the decision and its priorities")
    assert "are public" in page.main
    paper = mina.get(f"/office/decision/{YEAR}/decision.docx").get_data()
    matrix = Document(io.BytesIO(paper)).tables[0]
    assert len(matrix.rows) == 13
    assert "Steady, +0%" in {row.cells[6].text for row in matrix.rows}


def plans(app: Flask, mina: PageClient) -> None:
    page = mina.submit(mina.page("/office/plan"), {"year": str(YEAR)}, "Begin")
    page = mina.submit(
        mina.page(page.link("Add an objective")),
        {"title": "Roads are safer", "outcome": "Fewer are hurt.", "priority": "high-harm"}, "Save",
    )  # fmt: skip
    assert "This objective has no target" in page.main
    target = {"title": "Drivers over the limit", "unit": "%", "aim": "20", "baseline": "40",
              "baseline_on": "2026-04-01", "due": "2027-03-31", "up": "no"}  # fmt: skip
    page = mina.submit(mina.page(page.link("Add a target")), target, "Save")
    cause = f"decision:{YEAR}:topic:road-safety-and-speeding"
    action = {"title": "Check speed in villages", "decided": [cause], "due": "2026-12-31"}
    page = mina.submit(mina.page(page.link("Add an action")), action, "Save")
    mina.submit(page, {}, "Publish it as it stands")


def reports_two_quarters(app: Flask) -> None:
    clock = app.extensions["portal.clock"]
    assert isinstance(clock, Clock)
    for quarter, month, value in ((1, 7, "36"), (2, 10, "26")):
        clock.now = dt.datetime(YEAR, month, 10, 12, tzinfo=dt.UTC)
        mina = member(app)
        late = mina.page(f"/office/plan/{YEAR}/late").main
        assert "no report for the quarter" in late
        report = {"quarter": str(quarter), "words": f"Quarter {quarter} went on."}
        mina.submit(mina.page(f"/office/plan/{YEAR}/items/T1/report"), report | {"value": value}, "Report")
        mina.submit(
            mina.page(f"/office/plan/{YEAR}/items/A1/report"), report | {"status": "on-track"}, "Report"
        )
    page = mina.page(f"/office/plan/{YEAR}")
    mina.submit(page, {"note": "Two quarters are reported."}, "Publish it as it stands")
    public = app.test_client()
    shown = Page(public.get(f"/plan/{YEAR}"))
    assert "Quarter 2 went on." in shown.main
    assert "data-drawn" in shown.html  # the line and what was reached, beside the table


def tells_people(app: Flask) -> None:
    mina = member(app)
    page = mina.submit(mina.page(f"/office/report-back/{YEAR}"), {}, "Draft from the decision")
    assert "12 drafts are made" in page.main
    page = mina.submit(page, {}, "Publish every draft")
    assert "entries are on the site" in page.main
    told = Page(app.test_client().get("/what-we-have-done"))
    assert "Check speed in villages." in told.main


def opened_at(public: PageClient, address: str) -> Page:
    """The page a link leads to; its fragment must stand there."""
    page = public.page(address)
    anchor = urlsplit(address).fragment
    assert not anchor or any(one.get("id") == anchor for one in page.root.iter()), address
    return page


def follows_a_priority_back(app: Flask) -> None:
    """Priority, decision, table of results; and action, objective, priority; and from the table forward."""
    public = app.test_client()
    assert isinstance(public, PageClient)
    listed = public.page("/priorities")
    priority = opened_at(public, listed.link("high harm"))
    record = opened_at(public, priority.link(f"What we decided for {YEAR}, and why"))
    assert "One partner disagreed." in record.main
    table = opened_at(public, record.link("what people answered"))
    assert table.url == "/results/local-2025"
    straight = opened_at(public, priority.link("what people answered"))
    assert straight.url == table.url
    back = opened_at(public, table.link(f"What we decided for {YEAR}, and why"))
    plan = opened_at(public, back.link("Check speed in villages"))
    assert opened_at(public, plan.link("our decision for")).url == record.url
    assert opened_at(public, plan.link("About this priority")).url == priority.url
    assert opened_at(public, priority.link("Roads are safer")).url == plan.url
    assert opened_at(public, record.link("high harm")).url == priority.url


def opens_the_pack(app: Flask) -> None:
    """Every link in it leads to a file in it, and the same way leads back to the table."""
    answer = member(app).get(f"/office/plan/{YEAR}/evidence-pack.zip")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as pack:
        found = {name: pack.read(name) for name in pack.namelist()}
    assert broken_links(found) == set()
    at = "index.html"
    for said in ("/priorities/high-harm", f"What we decided for {YEAR}", "what people answered"):
        root, _ = parse(found[at].decode())
        href = next(one.get("href", "") for one in root.iter("a") if said in words(one))
        at = normpath(f"{dirname(at) or '.'}/{href.partition('#')[0]}")
    assert at == "results/local-2025/index.html"
    assert "Quarter 2 went on." in found["index.html"].decode()
