"""Reporting back, publications behind their gate, scrutiny with its clock: nothing is public too early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.partnership import (
    adoption,
    contacts,
    decisions,
    editing,
    meetings,
    outbox,
    plan,
    publications,
    report_back,
)
from portal.partnership.contacts import Contact
from surveys.sealing import Keyring
from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR

Writing = Callable[[], AbstractContextManager[Session]]
SNAPSHOT = {"matrix": {"rows": [], "cites": {}, "base": None}, "sure": None, "who": {}, "submissions": {}}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def how(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys}


@pytest.fixture
def editor(app: Flask, writing: Writing, how: dict[str, Any]) -> PageClient:
    with writing() as session:
        cycle = deciding.year(session, how["keys"], how["now"])
        cites = deciding.shelved(session, how["keys"], how["now"])
        deciding.ready(session, how["keys"], how["now"], cycle, cites)
    return sign_in(app, "consultation")


def publish_decision(writing: Writing, how: dict[str, Any]) -> None:
    with writing() as session:
        found = decisions.of(session, YEAR)
        assert found is not None
        adoption.adopt(
            session, found, snapshot=SNAPSHOT, on=how["now"].date(), seen_version=found.version, **how
        )
        adoption.publish(session, found, seen_version=found.version, **how)


# Reporting back -------------------------------------------------------------------------------------------


def test_drafted_edited_published_and_mailed(
    app: Flask, editor: PageClient, writing: Writing, how: dict[str, Any]
) -> None:
    page = editor.page(f"/office/report-back/{YEAR}")
    assert "Drafts can be made once the decision is published" in page.main
    publish_decision(writing, how)
    page = editor.page(f"/office/report-back/{YEAR}")
    page = editor.submit(page, {}, "Draft from the decision")
    assert "Dark streets" in page.main
    assert "About 35 of the people" in page.main
    assert "Dark streets" not in editor.page("/what-we-have-done").main
    refused = editor.submit(page, {}, "Publish every draft", 422)
    assert "Something is missing" in refused.main
    assert editor.page(page.link("Dark streets")).status == 200
    with writing() as session:
        for one in report_back.working(session, YEAR):
            facts = dict(one.bodies[""]) | {"area": topic_of(session)}
            editing.save(session, "outcome", one.key, {"": facts}, seen=one.seen, **how)
        contacts.ask(
            session, "winter", address="anna@example.org", link="https://x/{token}",
            wording=contacts.Wording("Yes?", "{link}"), now=how["now"], keys=how["keys"],
        )  # fmt: skip
        session.execute(update(Contact).values(state="confirmed", until=None))
    page = editor.page(f"/office/report-back/{YEAR}")
    assert "Write to them" not in page.main
    page = editor.submit(page, {}, "Publish every draft")
    public = editor.page("/what-we-have-done")
    assert "We could not" in public.main
    assert "Because: Two streets will be lit." in public.main
    assert public.link("What we decided").endswith("#theme-nights")
    letter = editor.page(page.link("Write to them"))
    assert "what we could not do, and why" in letter.html
    page = editor.submit(letter, {}, "Send it")
    assert "1 letter is in the outbox. The list is deleted." in page.main
    assert "0 people asked to hear" in editor.page(f"/office/report-back/{YEAR}").main
    with writing() as session:
        kinds = [one.kind for one in session.scalars(select(outbox.Outgoing))]
        assert kinds.count(contacts.NEWS_KIND) == 1
        assert session.scalars(select(Contact)).all() == []
    assert "Reported" in editor.page("/office/report-back").main


def topic_of(session: Session) -> str:
    return decisions.entries(session, YEAR, "topic")[0].key


# Publications ---------------------------------------------------------------------------------------------

REVIEW = {
    "kind": "death-review", "slug": "review-one", "title": "Review One",
    "body": "Ada (not her name) <b>x</b>",
    "dated": "2026-05-01",
}  # fmt: skip


def test_a_death_review_stands_behind_its_gate(app: Flask, editor: PageClient, writing: Writing) -> None:
    page = editor.page("/office/publications")
    assert "at most 60" in editor.submit(page, REVIEW | {"slug": "No Good"}, "Keep as a draft", 422).main
    page = editor.submit(page, REVIEW, "Keep as a draft")
    assert "the day the family was informed" in page.main
    editor.post(
        "/office/publications/review-one/publication",
        data={"csrf_token": page.form("Save").fields[0][1], "seen": "1"},
    )
    reader = app.test_client()
    with writing() as session:
        (found,) = publications.listing(session)
        assert found.state == "draft"
        kept = publications.attach(
            session, found, file_name="r.pdf", content=b"%PDF-1.7 x", by=BY,
            now=app.extensions["portal.clock"](), keys=app.extensions["portal.keys"],
        )  # fmt: skip
        file_id = kept.id
    for address in ("/documents/review-one", f"/documents/review-one/files/{file_id}"):
        assert reader.get(address).status_code == 404
    assert "Review One" not in reader.get("/documents").get_data(as_text=True)
    gate = {
        "quality_letter_on": "2026-04-01", "family_informed_on": "2026-04-02", "trial_ended_on": "2026-01-01",
        "pseudonyms": "y", "metadata_removed": "y",
    }  # fmt: skip
    page = editor.submit(editor.page("/office/publications/review-one"), gate, "Save")
    assert "when it is looked at again" in page.main
    page = editor.submit(page, gate | {"review_on": "2027-05-01"}, "Save")
    page = editor.submit(page, {}, "Publish")
    answer = reader.get("/documents/review-one")
    shown = answer.get_data(as_text=True)
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "govuk-exit-this-page" in shown
    assert '<meta name="robots" content="noindex' in shown
    assert "og:" not in shown
    assert "&lt;b&gt;" in shown
    sent = reader.get(f"/documents/review-one/files/{file_id}")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "noindex" in sent.headers["X-Robots-Tag"]
    refused = editor.submit(page, {"family_informed_on": ""}, "Save", 422)
    assert "the day the family was informed" in refused.main
    editor.submit(editor.page("/office/publications/review-one"), {}, "Take it down")
    assert reader.get("/documents/review-one").status_code == 404
    assert reader.get(f"/documents/review-one/files/{file_id}").status_code == 404


# Scrutiny and meetings ------------------------------------------------------------------------------------


def test_scrutiny_has_a_clock_and_shows_in_the_plan(
    app: Flask, editor: PageClient, writing: Writing, how: dict[str, Any]
) -> None:
    with writing() as session:
        made = plan.begin(session, YEAR, **how)
        plan.put(session, made, "objective", {"title": "Nights"}, **how)
        plan.publish(session, made, **how)
    page = editor.page(f"/office/plan/{YEAR}/scrutiny")
    typed = {"made_by": "The committee", "words": "Look at <i>nights</i>", "received_on": "2026-09-01"}
    page = editor.submit(page, typed | {"reply_due": "2026-08-01"}, "Enter it", 422)
    page = editor.submit(page, {"reply_due": ""}, "Enter it")
    assert "Late: 27 October 2026" in page.main
    assert "nights" not in editor.page(f"/plan/{YEAR}").main
    form = editor.page(page.link("Look at"))
    assert "Enter the day" in editor.submit(form, {"reply": "Yes."}, "Save", 422).main
    page = editor.submit(form, {"reply": "Yes.", "replied_on": "2026-11-01", "public": "y"}, "Save")
    assert "Answered 1 November 2026" in page.main
    public = editor.page(f"/plan/{YEAR}")
    assert "Look at &lt;i&gt;nights" in public.html
    assert "Our reply of 1 November 2026" in public.main
    page = editor.submit(page, {"what": "The plan", "recipient": "The policing body"}, "Note it")
    assert "The plan, The policing body" in page.main


def test_only_meetings_open_to_the_public_are_shown(
    app: Flask, editor: PageClient, writing: Writing, how: dict[str, Any]
) -> None:
    with writing() as session:
        for place, public in (("The market hall", True), ("A back room", False)):
            minutes = meetings.Minutes(
                dt.date(2026, 6, 1), place, public=public, attendance=[("Council", "Chief officer")],
                public_came=12, questions=[("Why?", "Because.")],
            )  # fmt: skip
            meetings.record(session, minutes, **how)
    page = editor.page("/meetings")
    assert "The market hall" in page.main
    assert "Why?" in page.main
    assert "A back room" not in page.main
