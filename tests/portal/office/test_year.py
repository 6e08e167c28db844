"""The year in the office: begun, moved, carried over; the shelf; police files taken or refused."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.partnership import crime, cycles, evidence
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal import publishing
from tests.portal.partnership.test_crime import REAL
from tests.portal.publishing import PACK

NOW = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    for app in publishing.application(sqlite_copy, tmp_path, NOW):
        publishing.loaded(app, PACK, NOW)
        yield app


@pytest.fixture
def officer(app: Flask) -> PageClient:
    return sign_in(app, "consultation", "analyst")


def upload(client: PageClient, address: str, name: str, *files: tuple[str, bytes], **fields: str) -> Page:
    form = client.page(address).forms()[-1]
    sent = [(key, value) for key, value in form.fields if key not in fields] + list(fields.items())
    content = {key: value for key, value in sent if key != name}
    parts = [(io.BytesIO(content), file) for file, content in files]
    response = client.post(
        address, data=content | {name: parts}, headers=ORIGIN, content_type="multipart/form-data",
        follow_redirects=True,
    )  # fmt: skip
    return Page(response)


def test_a_year_is_begun_moved_arranged_and_carried_over(app: Flask, officer: PageClient) -> None:
    assert "No year has begun yet" in officer.page("/office/year").main
    page = officer.submit(
        officer.page("/office/year/new"), {"year": "2027", "round_slug": "2026"}, "Begin the year"
    )
    assert page.h1 == "The year 2027"
    page = officer.submit(page, {"to": "consulting"}, "Move")
    assert "Asking people" in page.main
    refused = officer.submit(page, {"to": "scanning", "reason": ""}, "Move", status=422)
    assert "Say why the year goes back" in refused.main
    page = officer.submit(officer.page("/office/year"), {"meeting_on": "2027-02-11"}, "Save")
    assert "11 February 2027" in page.main
    stale = officer.submit(page, {"meeting_on": "2027-02-12", "seen_version": "1"}, "Save", status=422)
    assert "Somebody else changed this year" in stale.main
    page = officer.submit(page, {}, "Carry over into 2028")
    assert page.h1 == "The year 2028"
    assert "Carried over from2027" in page.main
    with publishing.store(app).reading() as session:
        assert [one.year for one in cycles.listing(session)] == [2028, 2027]


def test_police_files_are_imported_and_faults_are_told_by_row(app: Flask, officer: PageClient) -> None:
    with publishing.store(app).writing() as session:
        session.query(crime.CrimeCount).delete()
        session.query(crime.CrimeMonth).delete()
    text = REAL.read_bytes()
    broken = text.replace(b",Burglary,", b",Murder,", 1)
    page = upload(officer, "/office/evidence/crime", "files", ("2024-01-street.csv", broken))
    assert page.status == 422
    assert "column “Crime type”: “Murder” is not one of the 14 types" in page.main
    with publishing.store(app).reading() as session:
        assert crime.months(session) == ()
    page = upload(officer, "/office/evidence/crime", "files", ("2024-01-street.csv", text))
    assert "4 months are on the shelf, with 1601 incidents" in page.main
    assert "Violence and sexual offences" in page.main
    assert "approximate" in page.main
    assert upload(officer, "/office/evidence/crime", "files").status == 422


def test_a_partners_table_goes_on_the_shelf_and_one_about_people_does_not(
    app: Flask, officer: PageClient
) -> None:
    fields = {
        "title": "Fires",
        "sort": "partner",
        "source": "Fire service",
        "sharing": "Agreement",
        "lead": "Fires.",
    }
    good = b"Measure,Area,Period,Value,Unit\nFires,District,2025,41,fires\n"
    page = upload(
        officer, "/office/evidence/items/new", "table", ("t.csv", b"Name,Date of birth\nA,1990\n"), **fields
    )
    assert page.status == 422
    assert "names people or exact places" in page.main
    page = upload(
        officer, "/office/evidence/items/new", "table", ("t.csv", good), **(fields | {"sharing": ""})
    )
    assert "Say on what basis" in page.main
    page = upload(officer, "/office/evidence/items/new", "table", ("t.csv", good), **fields)
    assert "“Fires” is saved." in page.main
    page = officer.page(page.link("Fires"))
    assert "evidence:fires@2" in page.main
    first = officer.page("/office/evidence/items/fires")
    officer.submit(first, {"lead": "Counted anew."}, "Save")
    stale = officer.submit(first, {"lead": "Mine."}, "Save", status=422)
    assert "Somebody else changed this" in stale.main
    assert "Mine." in stale.main


def test_the_assessment_problems_and_harm_weights(app: Flask, officer: PageClient) -> None:
    officer.submit(officer.page("/office/year/new"), {"year": "2027"}, "Begin the year")
    address = "/office/evidence/assessment/2027/levels"
    page = officer.submit(officer.page(address), {"body": "**More** of one."}, "Save")
    assert "Written" in page.main
    assert officer.get("/office/evidence/assessment/2027/rumours").status_code == 404
    page = officer.submit(
        officer.page("/office/evidence/problems/new"),
        {
            "title": "The car park",
            "statement": "Noise at night.",
            "victim": "Neighbours",
            "stage": "analysis",
        },
        "Save",
    )
    assert "The car park" in page.main
    assert "Analysis" in page.main
    found = officer.page(page.link("The car park"))
    assert "Neighbours" in found.main
    page = upload(
        officer, "/office/evidence/harm", "table", ("h.csv", b"Crime type,Weight\nRobbery,365\n"),
        source="A paper", as_of="2026-01-01", unit="Days", note="One type only.",
    )  # fmt: skip
    assert "One type only." in page.main
    with publishing.store(app).reading() as session:
        weights = evidence.harm(session)
        assert weights is not None
        assert weights.entry.facts.weights == {"robbery": 365}


def test_a_problem_record_is_never_public(app: Flask, officer: PageClient) -> None:
    officer.submit(
        officer.page("/office/evidence/problems/new"),
        {"title": "Unmistakable zebra", "statement": "Unmistakable zebra."},
        "Save",
    )
    visitor = app.test_client()
    for address in ("/evidence", "/year", "/", "/areas", "/priorities", "/about"):
        assert "zebra" not in visitor.get(address).get_data(as_text=True)


@pytest.mark.parametrize("role", ["member", "auditor"])
def test_who_only_reads_changes_nothing(app: Flask, role: str) -> None:
    client = sign_in(app, role)
    for address in ("/office/year", "/office/evidence", "/office/evidence/crime"):
        assert client.get(address).status_code == 200
    for address in ("/office/year/new", "/office/evidence/crime", "/office/evidence/items/new"):
        assert client.post(address, data=token(client), headers=ORIGIN).status_code == 403


def token(client: PageClient) -> dict[str, str]:
    form = next(one for one in client.page("/office/").forms() if one.action.endswith("sign-out"))
    return dict(form.fields)
