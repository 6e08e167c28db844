"""A survey on a single page."""

from __future__ import annotations

import threading

import pytest

from tests.conftest import Clock
from tests.journeys.walker import Resident, Site, code_on
from tests.pages import Page, PageClient
from tests.surveys.questionnaire import samples

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def resident(site: Site, client: PageClient) -> Resident:
    questionnaire = samples.one_page()
    site.publish(questionnaire)
    return Resident(client, questionnaire)


def test_one_form_one_post_one_response_and_no_draft(resident: Resident, site: Site) -> None:
    resident.start()
    assert resident.at == "form"
    page = resident.press("Send my answers", safe="never", comment="More lights", publish="yes")
    assert page.h1 == "Thank you. Your answers have been sent"
    [response] = site.responses()
    assert response.answers == {"safe": "never", "comment": True}
    assert response.may_publish is True
    assert site.words() == {"comment": "More lights"}
    assert site.drafts() == 0


def test_the_receipt_is_shown_for_twenty_minutes_only(resident: Resident, clock: Clock) -> None:
    resident.open("form")
    resident.press("Send my answers", safe="never")
    number = resident.code
    clock.pass_by(minutes=15)
    resident.open("sent")
    assert resident.code == number
    clock.pass_by(minutes=6)
    assert resident.open("sent").url == "/surveys/left"


def test_a_mistake_comes_back_as_typed(resident: Resident, site: Site) -> None:
    resident.open("form")
    page = resident.press("Send my answers", 422, safe="never", comment="x" * 201)
    assert "1 character too long" in page.main
    fields = dict(page.form("Send my answers").fields)
    assert (fields["safe"], fields["comment"]) == ("never", "x" * 201)
    resident.press("Send my answers", comment="short")
    [response] = site.responses()
    assert response.answers["safe"] == "never"


def test_the_same_form_sent_many_times_is_one_response(resident: Resident, site: Site) -> None:
    resident.open("form")
    data = dict(resident.here.form("Send my answers").filled({"safe": "never"}))
    cookie = resident.client.get_cookie("portal")
    assert cookie is not None
    numbers: set[str] = set()

    def submit() -> None:
        client = site.app.test_client()
        client.set_cookie("portal", cookie.value)
        answer = client.post("/surveys/autumn/form", data=data, headers=ORIGIN, follow_redirects=True)
        numbers.add(code_on(Page(answer)))

    threads = [threading.Thread(target=submit) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 1
    assert len(site.responses()) == 1


def test_two_forms_are_two_responses(resident: Resident, site: Site) -> None:
    for _ in range(2):
        resident.open("form")
        resident.press("Send my answers", safe="never")
    assert len(site.responses()) == 2


@pytest.mark.parametrize("once", ["", "short", "x" * 5000, "\x00" * 43])
def test_a_form_mark_that_was_tampered_with_does_no_harm(resident: Resident, site: Site, once: str) -> None:
    resident.open("form")
    resident.press("Send my answers", safe="never", once=once)
    assert len(site.responses()) == 1
