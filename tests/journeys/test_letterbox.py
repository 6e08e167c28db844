"""Hearing the outcome from sending to leaving; and a complaint from the form to its answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import jobs
from portal.jobs import Desk
from portal.partnership import contacts
from portal.partnership.complaints import Complaint
from portal.partnership.contacts import Contact, Wording
from surveys import responses, surveys
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.pages import Page, PageClient
from tests.portal.office.asking import ask
from tests.portal.publishing import KEYS, store
from tests.surveys.questionnaire import samples

DOCUMENT = samples.every_kind()
ADDRESS = "ruth.ashdown@example.org"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def survey(app: Flask) -> Survey:
    return ask(app, DOCUMENT)


def sent(app: Flask, client: PageClient, survey: Survey, path: str, clock: Clock, **more: Any) -> Page:
    """This browser's confirmation page, after these answers went in."""
    token = "t" * 43
    with store(app).writing() as session:
        version = surveys.current_version(session, survey.id)
        assert version is not None
        draft = responses.start(session, survey, version, locale="en_GB", token=token, keys=KEYS, now=clock())
        draft.answers = dict(samples.PATHS[path]) | more
        responses.submit(session, survey, DOCUMENT, draft, token=token, keys=KEYS, now=clock())
    with client.session_transaction() as cookie:
        moment = int(clock().timestamp())
        cookie["sent"], cookie["seen"] = {survey.slug: [token, moment]}, moment
    return Page(client.get(f"/surveys/{survey.slug}/sent"))


def letters(app: Flask, clock: Clock) -> list[str]:
    settings = app.extensions["portal.settings"]
    jobs.deliver(Desk(store(app), KEYS, clock(), settings))
    paths = sorted((settings.data_dir / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime)
    return [path.read_text().replace("=\n", "").replace("=3D", "=") for path in paths]


def test_an_adult_hears_the_outcome_and_leaves(
    app: Flask, client: PageClient, survey: Survey, clock: Clock
) -> None:
    page = sent(app, client, survey, "adult, everything", clock)
    page = Page(client.get(page.link("Hear the outcome by email")))
    page = client.submit(page, {"address": "nobody"}, "Send me the letter", status=422)
    assert ("Enter one email address" in page.main, 'value="nobody"' in page.html) == (True, True)
    page = client.submit(page, {"address": ADDRESS}, "Send me the letter")
    assert page.h1 == "Look into your mailbox"
    assert "Hear the outcome" not in Page(client.get("/surveys/local/sent")).main
    (letter,) = letters(app, clock)
    assert "Subject: Please confirm your email address" in letter
    for word in ("survey", "crime", "safety", "consultation"):
        assert word not in letter.partition("\n\n")[0].lower()
    link = re.findall(r"http://localhost(/updates/[\w-]+)", letter)[0]
    other = app.test_client()
    assert isinstance(other, PageClient)
    page = Page(other.get(link))
    assert (page.h1, waiting(app)) == ("Confirm your email address", 0)
    page = other.submit(page, {}, "Yes, send me the outcome")
    assert (page.h1, waiting(app)) == ("Your address is confirmed", 1)
    with store(app).writing() as session:
        contacts.tell(
            session, "autumn", wording=Wording("An update you asked for", "Leave: {link}"), last=False,
            link="http://localhost/updates/{token}/leave", by="officer:x", now=clock(), keys=KEYS,
        )  # fmt: skip
    news = next(letter for letter in letters(app, clock) if "An update" in letter)
    leave = re.findall(r"List-Unsubscribe: <http://localhost(/updates/[\w-]+/leave)>", news)[0]
    assert Page(other.get(leave)).h1 == "Delete your address"
    done = app.test_client().post(leave, data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, waiting(app)) == (200, 0)
    assert Page(other.get(link)).status == 404


def waiting(app: Flask) -> int:
    with store(app).reading() as session:
        return contacts.waiting(session, "autumn")


@pytest.mark.parametrize("path", ["fourteen", "all skipped"])
def test_it_is_not_offered_below_16_or_without_an_age(
    app: Flask, client: PageClient, survey: Survey, clock: Clock, path: str
) -> None:
    page = sent(app, client, survey, path, clock)
    assert "Hear the outcome" not in page.main
    assert client.get("/surveys/local/updates").status_code == 303
    with store(app).reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_nothing_stored_with_an_address_leads_to_the_response(
    app: Flask, client: PageClient, survey: Survey, clock: Clock
) -> None:
    page = sent(app, client, survey, "adult, everything", clock)
    page = Page(client.get(page.link("Hear the outcome by email")))
    client.submit(page, {"address": ADDRESS}, "Send me the letter")
    with store(app).reading() as session:
        row = session.execute(text("SELECT * FROM outcome_contact")).one()
        response = session.execute(text("SELECT * FROM response")).one()
    assert {value for value in row if value} & {value for value in response if value} == set()


def test_the_letter_can_be_lost(app: Flask, client: PageClient, survey: Survey, clock: Clock) -> None:
    with store(app).writing() as session:
        contacts.ask(
            session, "autumn", address=ADDRESS, link="x/{token}", wording=Wording("s", "{link}"),
            now=clock(), keys=KEYS,
        )  # fmt: skip
    page = Page(client.get("/updates/stop"))
    page = client.submit(page, {"address": "x"}, "Delete my address", status=422)
    for address in (ADDRESS, "stranger@example.org"):
        page = client.submit(Page(client.get("/updates/stop")), {"address": address}, "Delete my address")
        assert page.h1 == "Your address is deleted"
    with store(app).reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_complaint_gets_a_number_and_an_acknowledgement(
    app: Flask, client: PageClient, clock: Clock
) -> None:
    page = Page(client.get("/privacy/complaint"))
    page = client.submit(page, {"text": " ", "name": "Kept"}, "Send", status=422)
    assert ("Say what went wrong" in page.main, 'value="Kept"' in page.html) == (True, True)
    page = client.submit(page, {"text": "You published my <b>name</b>", "contact": ADDRESS}, "Send")
    reference = re.findall(r"DC-\w{4}-\w{4}", page.main)[0]
    (letter,) = letters(app, clock)
    assert reference in letter
    assert "<b>" not in letter
    with store(app).reading() as session:
        made = session.scalars(select(Complaint)).one()
        assert (made.reference, made.state) == (reference, "received")
    stranger = app.test_client()
    assert stranger.get("/privacy/complaint/sent").status_code == 302


def test_links_that_were_never_ours_open_nothing(client: PageClient) -> None:
    for path in ("/updates/never", "/updates/" + "x" * 400):
        assert Page(client.get(path)).status == 404
    assert Page(client.get("/updates/never/leave")).h1 == "Your address is deleted"
