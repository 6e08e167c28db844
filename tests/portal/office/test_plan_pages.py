"""The plan in the office and in public: built, reported, published, imported; two hands; nothing leaks."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.partnership import adoption, cycles, decisions, plan
from surveys.sealing import Keyring
from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR

Writing = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def member(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> PageClient:
    """A partnership member in a year whose decision waits to be published."""
    with writing() as session:
        cycle = deciding.year(session, keys, now)
        deciding.ready(session, keys, now, cycle, deciding.shelved(session, keys, now))
    return sign_in(app, "member")


def topic(writing: Writing) -> str:
    with writing() as session:
        return decisions.entries(session, YEAR, "topic")[0].key


def built(member: PageClient, writing: Writing) -> PageClient:
    """Begins the plan and puts an objective, a target and an action into it, by hand."""
    page = member.page("/office/plan")
    page = member.submit(page, {"year": str(YEAR)}, "Begin")
    assert page.h1 == f"Plan of {YEAR}"
    page = member.page(page.link("Add an objective"))
    wrong = member.submit(page, {"title": " "}, "Save", 422)
    assert "Give it a name" in wrong.main
    page = member.submit(page, {"title": "Nights <b>feel</b> safer", "outcome": "People go out."}, "Save")
    assert "Nights &lt;b&gt;feel" in page.html
    assert "Nothing is planned for this objective yet" in page.main
    form = member.page(page.link("Add a target"))
    target = {
        "title": "People who feel safe", "unit": "%", "aim": "sixty", "baseline": "40%",
        "baseline_on": f"{YEAR}-04-01", "due": f"{YEAR + 1}-03-31",
    }  # fmt: skip
    assert "Enter a number" in member.submit(form, target, "Save", 422).main
    empty = member.submit(form, {"title": "", "due": ""}, "Save", 422).main
    assert "Enter the day it is due" in empty
    assert "Not a valid" not in empty, "an empty box is told of once, in the house's words"
    assert (
        "Enter a day that there is" in member.submit(form, target | {"due": "31/31/2027"}, "Save", 422).main
    )
    page = member.submit(form, target | {"aim": "60"}, "Save")
    assert "From 40 to 60% by" in page.main
    form = member.page(page.link("Add an action"))
    cause = f"decision:{YEAR}:topic:{topic(writing)}"
    action = {"title": "Light two streets", "decided": [cause], "due": f"{YEAR}-09-30"}
    assert "point to nothing" in member.submit(form, action | {"others": "crime:x"}, "Save", 422).main
    member.submit(form, action, "Save")
    return member


def test_only_the_right_roles_open_it(app: Flask, member: PageClient, writing: Writing) -> None:
    built(member, writing)
    for role in ("moderator", "safeguarding", "information"):
        sign_in(app, role).page("/office/plan", 403)
    auditor = sign_in(app, "auditor")
    page = auditor.page(f"/office/plan/{YEAR}")
    assert "Add an objective" not in page.main
    auditor.page(f"/office/plan/{YEAR}/items/O1")
    page = member.page(f"/office/plan/{YEAR}")
    assert "Publish it as it stands" not in page.main
    item = member.page(f"/office/plan/{YEAR}/items/T1")
    assert 'aria-current="true">Plan</a>' in item.html, "the navigation stands on the page of a target too"
    member.page("/office/plan/1999", 404)
    member.page(f"/office/plan/{YEAR}/items/Z9", 404)


def test_built_reported_published_and_followed_back(
    app: Flask, member: PageClient, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    built(member, writing)
    reader = app.test_client()
    for address in ("/plan", f"/plan/{YEAR}"):
        assert "Light two streets" not in reader.get(address).get_data(as_text=True)
    assert reader.get(f"/plan/{YEAR}").status_code == 404
    page = member.page(f"/office/plan/{YEAR}/items/T1/report")
    assert "Say what happened" in member.submit(page, {"value": "45", "words": ""}, "Report", 422).main
    assert "Enter a number" in member.submit(page, {"value": "x", "words": "x"}, "Report", 422).main
    page = member.submit(page, {"quarter": "1", "value": "45", "words": "It <i>began</i>."}, "Report")
    assert "On track" in page.main
    editor = sign_in(app, "consultation")
    page = editor.page(f"/office/plan/{YEAR}")
    editor.submit(page, {}, "Publish it as it stands")
    public = member.page(f"/plan/{YEAR}")
    assert "45%" in public.main
    assert "It &lt;i&gt;began" in public.html
    assert "Robin Sample" not in public.html
    assert "our decision" not in public.main
    with writing() as session:
        decision = decisions.of(session, YEAR)
        assert decision is not None
        how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
        snapshot = {"matrix": {"rows": [], "cites": {}}, "sure": None, "who": {}, "submissions": {}}
        adoption.adopt(
            session, decision, snapshot=snapshot, on=now.date(), seen_version=decision.version, **how
        )
        adoption.publish(session, decision, seen_version=decision.version, **how)
        assert cycles.of(session, YEAR).state == "published"  # type: ignore[union-attr]
    assert member.page(f"/plan/{YEAR}").link("our decision").endswith(f"#topic-{topic(writing)}")
    assert f"/plan/{YEAR}" in member.page("/plan").html
    page = editor.page(f"/office/plan/{YEAR}")
    assert "The public reads it as it stands" in page.main
    member.submit(member.page(f"/office/plan/{YEAR}/items/A1"), {"title": "Light one street"}, "Save")
    assert "Light two streets" in member.page(f"/plan/{YEAR}").main
    page = editor.page(f"/office/plan/{YEAR}")
    assert "Say what is different" in editor.submit(page, {}, "Publish it as it stands", 422).main
    editor.submit(page, {"note": "One street less."}, "Publish it as it stands")
    assert "Light one street" in member.page(f"/plan/{YEAR}").main
    assert "Light two streets" in member.page(f"/plan/{YEAR}?edition=1").main
    member.page(f"/plan/{YEAR}?edition=9", 404)
    assert "Light one street" in member.page(f"/pl/plan/{YEAR}").main


def test_the_second_hand_sees_both_and_loses_nothing(
    app: Flask, member: PageClient, writing: Writing
) -> None:
    built(member, writing)
    other = sign_in(app, "member", name="Other")
    mine = member.page(f"/office/plan/{YEAR}/items/A1")
    theirs = other.page(f"/office/plan/{YEAR}/items/A1")
    member.submit(mine, {"title": "Light three streets"}, "Save")
    page = other.submit(theirs, {"title": "Light one street"}, "Save", 422)
    assert "Somebody else changed this meanwhile" in page.main
    assert "Light three streets" in page.main
    assert 'value="Light one street"' in page.html
    other.submit(page, {"title": "Light one street"}, "Save")
    page = other.page(f"/office/plan/{YEAR}/items/A1")
    assert page.h1 == "A1: Light one street"
    assert "Light three streets" in page.main
    page = other.submit(page, {}, "Take it out of the plan")
    assert "Light one street" not in page.main


def test_what_is_late(app: Flask, member: PageClient, writing: Writing) -> None:
    built(member, writing)
    assert "Nothing is late." in member.page(f"/office/plan/{YEAR}/late").main
    app.extensions["portal.clock"] = lambda: dt.datetime(YEAR, 10, 2, 12, tzinfo=dt.UTC)
    late = sign_in(app, "member").page(f"/office/plan/{YEAR}/late")
    assert f"It should have been done by 30 September {YEAR}" in late.main
    assert "T1: People who feel safe" in late.main


def upload(member: PageClient, book: Any) -> dict[str, Any]:
    out = io.BytesIO()
    book.save(out)
    return {"file": (io.BytesIO(out.getvalue()), "plan.xlsx")}


def test_the_spreadsheet_goes_out_and_comes_back_whole_or_not_at_all(
    member: PageClient, writing: Writing, tmp_path: Path
) -> None:
    built(member, writing)
    page = member.page(f"/office/plan/{YEAR}/items/A1")
    member.submit(page, {"place": '=HYPERLINK("http://x")'}, "Save")
    sent = member.get(f"/office/plan/{YEAR}/plan.xlsx")
    assert "attachment" in sent.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(sent.get_data()))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == '\'=HYPERLINK("http://x")' for cell in cells)
    token = {"csrf_token": member.page(f"/office/plan/{YEAR}/import").form("Import").fields[0][1]}

    def bring(book: Any) -> str:
        answer = member.post(
            f"/office/plan/{YEAR}/import", data={**token, **upload(member, book)}, follow_redirects=True
        )
        return answer.get_data(as_text=True)

    assert "Taken over: 0 new, 0 changed." in bring(book)
    heads = [cell.value for cell in book["Actions"][1]]
    book["Objectives"].append(["O9", None, "A new objective"])
    book["Actions"].append([None, None, "O9", "A new action"])
    book["Actions"].append([None, None, "O1", "=1+1"])
    book["Actions"].append([None, None, "O1", "Wrong area", None, "nowhere"])
    book["Targets"].append([None, None, "O1", "No aim"])
    page = bring(book)
    assert "Nothing was taken over" in page
    assert "Actions, row 4, title: This cell holds a formula" in page
    assert "Actions, row 5, area: This site has no area of focus “nowhere”" in page
    assert "Targets, row 3" in page
    with writing() as session:
        assert {one.key for one in plan.items(session, YEAR)} == {"O1", "T1", "A1"}
    book["Actions"].delete_rows(4, 2)
    book["Targets"].delete_rows(3)
    book["Actions"].cell(2, heads.index("title") + 1).value = "Light four streets"
    assert "Taken over: 2 new, 1 changed." in bring(book)
    page = bring(book)
    assert "Objectives, row 3, title: O2 has this name already" in page
    assert "Actions, row 3, objective" in page
    book["Actions"].delete_rows(3)
    book["Objectives"].delete_rows(3)
    book["Actions"].cell(2, heads.index("title") + 1).value = "Light five streets"
    assert "Actions, row 2: Somebody else changed this meanwhile" in bring(book)
    with writing() as session:
        there = {one.key: one for one in plan.items(session, YEAR)}
        assert there["A2"].parent == "O2"
        assert there["A1"].body["place"] == '=HYPERLINK("http://x")'
        assert there["A1"].owner
    book["Targets"].cell(1, 3).value = "renamed"
    assert "The first row must hold the column names" in bring(book)
    for body in (b"no spreadsheet", b""):
        answer = member.post(
            f"/office/plan/{YEAR}/import", data={**token, "file": (io.BytesIO(body), "x.xlsx")}
        )
        assert answer.status_code == 422


def test_the_first_page_says_what_the_year_and_the_plan_ask_of_whom(
    app: Flask, member: PageClient, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    clock = app.extensions["portal.clock"]
    clock.now = dt.datetime(YEAR, 2, 20, 12, tzinfo=dt.UTC)
    member = sign_in(app, "member", officer=member.officer)  # type: ignore[attr-defined]
    assert member.page("/office/").link("Record the decision in the meeting").endswith(f"/year/{YEAR}")
    assert "Record the decision" not in sign_in(app, "moderator").page("/office/").main
    built(member, writing)
    with writing() as session:
        made = session.get_one(plan.Plan, YEAR)
        plan.publish(session, made, **how)
    assert f"Plan of {YEAR}" not in member.page("/office/").main
    clock.now = dt.datetime(YEAR, 10, 20, 12, tzinfo=dt.UTC)
    later = sign_in(app, "member", officer=member.officer)  # type: ignore[attr-defined]
    page = later.page("/office/")
    assert "late, the longest since 30 June" in page.main
    assert "of yours" in page.main
    assert later.page(page.link(f"Plan of {YEAR}")).status == 200
    assert f"Plan of {YEAR}" not in sign_in(app, "auditor").page("/office/").main
