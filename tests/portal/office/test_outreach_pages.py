"""A short address to print, texts to copy, the site health, complaints, and telling the outcome."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask
from sqlalchemy import select

from portal.partnership import complaints, contacts, outbox
from portal.partnership.contacts import Contact, Wording
from surveys.audit import Entry
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal.office.asking import ask
from tests.portal.publishing import KEYS, store
from tests.surveys.questionnaire import samples


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def officer(app: Flask) -> PageClient:
    ask(app, samples.every_kind())
    ask(app, samples.named(), slug="partners-2026", prefix="PT", audience="partners")
    return sign_in(app, "consultation", "administrator", "information")


@pytest.fixture
def printed(officer: PageClient) -> str:
    """A short address, as an officer makes it."""
    page = Page(officer.get("/office/outreach/local"))
    page = officer.submit(page, {"code": "e/y"}, "Make the short address", status=422)
    assert "Use 2 to 20 small letters and digits" in page.main
    page = officer.submit(page, {"code": "Ely26"}, "Make the short address")
    assert "http://localhost/s/ely26" in page.main
    return "/s/ely26"


def test_a_short_address_leads_to_the_survey_in_its_language(client: PageClient, printed: str) -> None:
    assert client.get("/s/ELY26").headers["Location"] == "/surveys/local/start"
    assert client.get("/pl/s/ely26").headers["Location"] == "/pl/surveys/local/start"
    assert client.get("/s/nothing").status_code == 404
    assert "Set-Cookie" not in client.get(printed).headers


def test_the_poster_and_the_leaflet_print_in_the_chosen_language(client: PageClient, printed: str) -> None:
    for kind in ("poster", "leaflet"):
        page = Page(client.get(f"{printed}/{kind}"))
        assert "localhost/s/ely26" in page.main
        assert "Until Sunday 29 November 2026" in page.main
    polish = Page(client.get(f"/pl{printed}/poster"))
    assert (polish.root.get("lang"), "localhost/pl/s/ely26" in polish.main) == ("pl", True)
    image = client.get(f"{printed}/qr.svg")
    assert (image.mimetype, image.data.startswith(b"<svg")) == ("image/svg+xml", True)
    assert b"style=" not in image.data


def test_texts_are_copied_in_the_languages_of_the_survey(officer: PageClient, printed: str) -> None:
    english = Page(officer.get("/office/outreach/local"))
    assert "Answer here: http://localhost/s/ely26" in english.main
    polish = Page(officer.get("/office/outreach/local?language=pl"))
    assert "Odpowiedz tutaj: http://localhost/pl/s/ely26" in polish.main
    assert "Answer here" in Page(officer.get("/office/outreach/local?language=xx")).main


def test_the_mail_merge_file_holds_the_list_and_the_invited_once_each_and_is_safe_to_open(
    app: Flask, officer: PageClient
) -> None:
    page = Page(officer.get("/office/invitations/partners-2026"))
    officer.submit(page, {"organisation": "=cmd()", "address": "x@example.org"}, "Make the link")
    for name, contact in (
        ("Soham parish", "Clerk <clerk@soham.example>, 01353 000000"),
        ("Youth club", "3 High Street"),
        ("The same", "X@example.org."),
    ):
        page = officer.page("/office/rounds/autumn/stakeholders")
        officer.submit(page, {"name": name, "speaks_for": "People", "contact": contact}, "Save")
    address = "/office/outreach/local"
    form = officer.page(address).form("Mail-merge file (CSV)")
    filed = officer.post(form.action, data=dict(form.fields), headers={"Origin": "http://localhost"})
    rows = list(csv.reader(io.StringIO(filed.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0] == ["Organisation", "Email", "Survey", "Closes"]
    assert [row[:2] for row in rows[1:]] == [
        ["'=cmd()", "x@example.org"], ["Soham parish", "clerk@soham.example"],
    ]  # fmt: skip
    with store(app).reading() as session:
        read = select(Entry.facts).where(Entry.action == "round.mailboxes_read")
        assert [json.loads(facts) for facts in session.scalars(read)] == [{"addresses": 2}]
    assert "Mail-merge" not in sign_in(app, "auditor").page(address).main


def test_a_survey_that_publishes_names_promises_no_survey_without_a_name(
    app: Flask, officer: PageClient
) -> None:
    ask(app, samples.named(), slug="groups-2026", prefix="GR", audience="organisations")
    page = officer.page("/office/outreach/groups-2026")
    assert ("without a name" in page.main, "name and publish it" in page.main) == (False, True)
    officer.submit(page, {"code": "groups"}, "Make the short address")
    for sheet in ("/s/groups/poster", "/s/groups/leaflet", "/pl/s/groups/poster"):
        shown = officer.page(sheet)
        assert "bez podawania nazwiska" not in shown.main
        assert "without a name" not in shown.main
        assert "what it says" in shown.main or "Pytamy o nazwę organizacji" in shown.main
    page = officer.page("/office/outreach/partners-2026")
    assert "Only by invitation" in page.main
    assert "Make the short address" not in page.main


def test_the_health_page_says_what_to_do(officer: PageClient) -> None:
    page = Page(officer.get("/office/health"))
    assert "Backup" in page.main
    assert "To do" in page.main


def test_a_complaint_is_acknowledged_and_answered(app: Flask, officer: PageClient, clock: Clock) -> None:
    with store(app).writing() as session:
        made = complaints.receive(
            session, text="My <b>name</b> was shown", name="Ruth", contact="3 High Street, Ely", subject="s",
            body="b", address="a", now=clock(), keys=KEYS,
        )  # fmt: skip
    page = Page(officer.get("/office/complaints"))
    page = Page(officer.get(page.link(made.reference)))
    assert "3 High Street" in page.main
    assert "<b>name" not in page.html
    assert "No mail server" not in page.main
    with store(app).writing() as session:
        mailed = complaints.receive(
            session, text="Mine too", name="", contact="tom@example.org", subject="s", body="b", address="a",
            now=clock(), keys=KEYS,
        )  # fmt: skip
    page_of_it = officer.page(f"/office/complaints/{mailed.reference}")
    assert "No mail server is set, so nothing reached the writer" in page_of_it.main
    assert "tom@example.org" not in officer.page("/office/outbox").main
    officer.submit(page, {}, "It is acknowledged")
    page = Page(officer.get(f"/office/complaints/{made.reference}"))
    page = officer.submit(page, {"words": " "}, "It is answered", status=422)
    page = officer.submit(page, {"words": "Taken down."}, "It is answered")
    assert "Answered" in page.main
    assert sign_in(app, "consultation").get("/office/complaints").status_code == 403


def test_the_outcome_is_told_and_the_list_deleted(app: Flask, officer: PageClient, clock: Clock) -> None:
    with store(app).writing() as session:
        contacts.ask(
            session, "autumn", address="ruth@example.org", link="x/{token}", wording=Wording("s", "{link}"),
            now=clock(), keys=KEYS,
        )  # fmt: skip
        (letter,) = outbox.claim(session, now=clock(), keys=KEYS)
        contacts.confirm(session, letter.body.removeprefix("x/"), keys=KEYS)
        outbox.settle(session, letter, fault="", lasting=False, now=clock())
    page = Page(officer.get("/office/outcome/autumn"))
    assert "It goes to 1 address" in page.text
    officer.submit(page, {"last": "y"}, "Send it")
    with store(app).writing() as session:
        assert session.scalars(select(Contact)).all() == []
        (letter,) = outbox.claim(session, now=clock(), keys=KEYS)
        assert letter.subject == "An update you asked for"
        assert "/updates/" in letter.link
    assert "ruth@example.org" not in Page(officer.get("/office/outbox")).html
