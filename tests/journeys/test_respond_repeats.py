"""Double clicks, second tabs, the back button and stale pages: one response, one receipt."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.journeys.walker import ADULT, Resident, Site, code_on
from tests.pages import Page

ORIGIN = {"Origin": "http://localhost"}


def at_check(resident: Resident) -> dict[str, Any]:
    """The fields of the form on the check page."""
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    return dict(resident.here.form("Send my answers now").filled({}, "Send my answers now"))


def cookie_of(resident: Resident) -> str:
    cookie = resident.client.get_cookie("portal")
    assert cookie is not None
    return cookie.value


def test_32_identical_submits_at_once_give_one_response_and_one_receipt(
    resident: Resident, site: Site
) -> None:
    data = at_check(resident)
    cookie = cookie_of(resident)
    found: list[tuple[int, str]] = []
    together = threading.Barrier(32)

    def submit() -> None:
        client = site.app.test_client()
        client.set_cookie("portal", cookie)
        together.wait()
        answer = client.post("/surveys/autumn/check", data=data, headers=ORIGIN, follow_redirects=True)
        found.append((answer.status_code, code_on(Page(answer))))

    threads = [threading.Thread(target=submit) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1, set(found)
    assert found[0][0] == 200
    assert found[0][1].startswith("KX")
    assert len(site.responses()) == 1


def test_submitting_again_shows_the_same_receipt(resident: Resident, site: Site) -> None:
    data = at_check(resident)
    first = Page(
        resident.client.post("/surveys/autumn/check", data=data, headers=ORIGIN, follow_redirects=True)
    )
    again = Page(
        resident.client.post("/surveys/autumn/check", data=data, headers=ORIGIN, follow_redirects=True)
    )
    assert again.main == first.main
    assert len(site.responses()) == 1


def test_pressing_start_twice_goes_on_with_the_first_draft(resident: Resident, site: Site) -> None:
    resident.open("start")
    form = resident.here.form("Start")
    for _ in range(2):
        token = dict(resident.client.page("/surveys/autumn/start").form().fields)["csrf_token"]
        resident.client.post(form.action, data={"csrf_token": token}, headers=ORIGIN)
    assert site.drafts() == 1


def test_starting_again_throws_the_old_draft_away_and_stops_its_forms(resident: Resident, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    old = dict(resident.here.form("Continue").fields)["csrf_token"]
    resident.open("start")
    resident.press("Delete them and start again")
    assert resident.at == "questions/1"
    assert site.drafts() == 1
    data = {"csrf_token": old, "topics": "asb"}
    answer = resident.client.post("/surveys/autumn/questions/6", data=data, headers=ORIGIN)
    assert answer.status_code == 400


def test_two_tabs_on_different_pages_lose_nothing(resident: Resident, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    first = resident.client.page("/surveys/autumn/questions/5")
    second = resident.client.page("/surveys/autumn/questions/6")
    resident.client.submit(second, {"topics": ["scams"]}, "Continue")
    resident.client.submit(first, {"safe-day": "very-unsafe"}, "Continue")
    assert dict(resident.client.page("/surveys/autumn/questions/5").form("Continue").fields)["safe-day"] == (
        "very-unsafe"
    )
    assert ("topics", "scams") in resident.client.page("/surveys/autumn/questions/6").form("Continue").fields


def test_pages_saved_at_the_same_moment_both_stay(resident: Resident, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    token = dict(resident.here.form("Continue").fields)["csrf_token"]
    cookie = cookie_of(resident)
    sent = [
        (f"questions/{n}", data) for n, data in ((5, {"safe-day": "never"}), (6, {"topics": "scams"}))
    ] * 6
    together = threading.Barrier(len(sent))
    statuses: list[int] = []

    def save(path: str, data: dict[str, str]) -> None:
        client = site.app.test_client()
        client.set_cookie("portal", cookie)
        together.wait()
        answer = client.post(f"/surveys/autumn/{path}", data={"csrf_token": token, **data}, headers=ORIGIN)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=save, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * len(sent)
    assert dict(resident.open("questions/5").form("Continue").fields)["safe-day"] == "never"
    assert ("topics", "scams") in resident.open("questions/6").form("Continue").fields


def test_a_page_that_left_the_route_says_so_and_keeps_what_was_typed(resident: Resident) -> None:
    resident.go_to("questions/8", ADULT)
    stale = resident.here
    resident.open("questions/6")
    resident.press("Continue", topics=["none"])
    page = resident.client.submit(stale, {"why": "words for nobody"}, "Continue", 409)
    assert page.h1 == "This page has changed"
    assert "words for nobody" in page.main
    assert "safe" in page.main


@pytest.mark.parametrize("path", ["questions/5", "check", "sending"])
def test_a_form_of_a_sent_draft_shows_the_receipt(resident: Resident, site: Site, path: str) -> None:
    data = at_check(resident)
    resident.press("Send my answers now")
    answer = resident.client.post(f"/surveys/autumn/{path}", data=data, headers=ORIGIN, follow_redirects=True)
    assert Page(answer).h1 == "Thank you. Your answers have been sent"
    assert len(site.responses()) == 1
