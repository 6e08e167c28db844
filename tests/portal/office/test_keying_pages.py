"""Officers type paper forms by keyboard, compare a second typing, and pass on links from the outbox."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.partnership import outbox
from surveys import responses
from surveys.records import Response
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal.office.asking import ask
from tests.portal.publishing import KEYS, store
from tests.surveys.questionnaire import samples

DOCUMENT = samples.every_kind()


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def survey(app: Flask) -> Survey:
    return ask(app, DOCUMENT)


@pytest.fixture
def client(app: Flask, survey: Survey) -> PageClient:
    return sign_in(app, "consultation")


def code(question: str, key: str) -> str:
    """The code of an option as the paper form prints it."""
    options = DOCUMENT.question_by_id[question].options
    return str(next(option.code for option in options if option.key == key))


def batch_page(client: PageClient, **more: str) -> Page:
    page = Page(client.get(Page(client.get("/office/keying")).link("See or start batches")))
    counts = {"issued": "20", "returned": "3", "sample_every": "1"}
    filled = {"name": "Heath hall", "channel": "paper"} | counts | more
    return client.submit(page, filled, "Open the batch")


def coded(number: str = "h-1", **more: Any) -> dict[str, Any]:
    topics = " ".join(code("topics", key) for key in ("asb", "roads"))
    return {
        "number": number, "received_on": "2026-11-09", "publish": "no",
        "connection": code("connection", "live"), "place": "birch-end",
        "age": code("age", "25-64"), "safe-day": code("safe-day", "very-safe"), "topics": topics,
        "topic-first": code("topics", "roads"), "why": "People drive too fast",
        "help-known.scams": code("help-known", "yes"), "trust": "7", "years": "12",
        "reported": code("reported", "no"),
    } | more  # fmt: skip


def stored(app: Flask) -> list[Response]:
    with store(app).reading() as session:
        return list(session.scalars(select(Response)))


def test_a_form_is_typed_by_its_codes_compared_and_reconciled(app: Flask, client: PageClient) -> None:
    page = batch_page(client)
    assert page.h1 == "Heath hall"
    page = Page(client.get(page.link("Type a form")))
    page = client.submit(page, coded(), "Send these answers")
    assert "Form H-1 is in. Write its receipt number on the paper: LX" in page.main
    assert "drawn for the second typing" in page.main
    (response,) = stored(app)
    chosen = ("connection", "place", "topics", "topic-first", "why", "trust", "years", "reported")
    assert {name: response.answers[name] for name in chosen} == {
        "connection": ["live"], "place": "birch-end", "topics": ["asb", "roads"], "topic-first": "roads",
        "why": True, "trust": 7, "years": 12, "reported": "no",
    }  # fmt: skip
    assert (response.channel, response.submitted_on.isoformat()) == ("paper", "2026-11-09")
    page = Page(client.get(page.link("Heath hall")))
    page = Page(client.get(page.link("Form H-1")))
    second = {name: value for name, value in coded(trust="6").items() if name in page.html}
    page = client.submit(page, second, "Compare with the first typing")
    assert "1 of" in page.h1
    assert "7" in page.main
    page = Page(client.get(page.link("Heath hall")))
    assert "an error rate of" in page.main
    assert len(stored(app)) == 1


def test_faults_are_all_told_and_everything_typed_is_kept(app: Flask, client: PageClient) -> None:
    page = Page(client.get(batch_page(client).link("Type a form")))
    wrong = coded(number="", trust="70", topics="1 x9", why="Kept <b>words</b>")
    page = client.submit(page, wrong, "Send these answers", status=422)
    for said in ("Enter the form’s number", "Choose one of the answers shown"):
        assert said in page.main or said == "Enter the form’s number"
    assert 'value="1 x9"' in page.html
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in page.html
    assert stored(app) == []
    page = client.submit(page, coded(number=""), "Send these answers", status=422)
    assert "Enter the form’s number" in page.main


def test_lists_can_be_chosen_from_instead(app: Flask, client: PageClient) -> None:
    page = Page(client.get(batch_page(client).link("Type a form")))
    page = Page(client.get(page.link("Choose from lists instead")))
    chosen = {
        "number": "h-2", "received_on": "2026-11-09", "publish": "no", "connection": ["live"],
        "age": "25-64", "topics": ["asb", "roads"], "topic-first": code("topics", "asb"), "trust": "7",
    }  # fmt: skip
    page = client.submit(page, chosen, "Send these answers")
    assert "Form H-2 is in" in page.main
    assert "Type the codes instead" in page.main
    assert stored(app)[0].answers["topic-first"] == "asb"


def test_a_form_that_cannot_be_typed_is_put_aside_once(app: Flask, client: PageClient) -> None:
    page = batch_page(client)
    page = client.submit(page, {"number": "h-3", "reason": "blank"}, "Put it aside")
    assert "Form H-3 is put aside" in page.main
    page = client.submit(page, {"number": "H-3", "reason": "blank"}, "Put it aside", status=422)
    assert "already typed or put aside" in page.main
    page = client.submit(page, {"issued": "5", "returned": "9"}, "Save the counts", status=422)
    assert "No more forms can come back than went out" in page.main


def test_sending_the_same_page_twice_makes_one_response(app: Flask, client: PageClient) -> None:
    page = Page(client.get(batch_page(client).link("Type a form")))
    receipts = [
        re.findall(r"LX[0-9A-Z-]+", client.submit(page, coded(), "Send these answers").main)[0]
        for _ in range(2)
    ]
    assert receipts[0] == receipts[1]
    with store(app).reading() as session:
        assert responses.counts(session, stored(app)[0].survey_id) == 1


def test_the_outbox_shows_links_to_pass_on_but_no_resident(
    app: Flask, client: PageClient, clock: Clock
) -> None:
    with store(app).writing() as session:
        for kind in ("invitation", "account-way-in", "resident-confirm"):
            outbox.post(
                session, to=f"{kind}@example.org", subject=f"About {kind}", body="…", kind=kind,
                link=f"https://portal.example/{kind}", now=clock(), keys=KEYS,
            )  # fmt: skip
        (letter, *_) = outbox.claim(session, now=clock(), keys=KEYS)
        outbox.settle(session, letter, fault="connection", lasting=True, now=clock())
    page = Page(client.get("/office/outbox"))
    assert "https://portal.example/invitation" in page.main
    assert "portal.example/account" not in page.html
    assert "resident-confirm@example.org" not in page.html
    assert (
        "https://portal.example/account-way-in"
        in Page(sign_in(app, "administrator").get("/office/outbox")).main
    )
    page = client.submit(
        Page(client.get("/office/outbox?state=failed")), {}, "Try again now About invitation"
    )
    assert "within ten minutes" in page.main
    assert "Try again now" not in Page(sign_in(app, "auditor").get("/office/outbox")).main
