"""Return codes, receipt numbers, and taking answers back."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Clock
from tests.journeys.walker import ADULT, Resident, Site
from tests.pages import Page, PageClient

CODE = re.compile(r"\d{4}-\d{4}-\d{4}-\d{4}")
NUMBER = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}")


def saved(resident: Resident) -> str:
    """Saves the page in front and returns the code."""
    resident.answer(ADULT, "Save and come back later")
    assert resident.at == "saved"
    assert CODE.fullmatch(resident.code)
    return resident.code


def received(resident: Resident) -> str:
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    resident.press("Send my answers now", publish="yes")
    assert NUMBER.fullmatch(resident.code)
    return resident.code


def other_browser(site: Site) -> PageClient:
    client = site.app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_a_return_code_reopens_the_draft_in_another_browser(resident: Resident, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    code = saved(resident)
    assert "24 November 2026" in resident.here.main
    client = other_browser(site)
    page = client.submit(client.page("/surveys/return"), {"code": f" {code.replace('-', ' ')} "}, "Carry on")
    assert page.url == "/surveys/autumn/questions/7"
    again = client.page("/surveys/autumn/questions/5")
    assert dict(again.form("Continue").fields)["safe-dark"] == "a-bit-unsafe"
    assert resident.open("questions/5").url == "/surveys/left"


def test_saving_keeps_what_is_on_the_page(resident: Resident) -> None:
    resident.go_to("questions/8", ADULT)
    resident.press("Save and come back later", why="half a thought")
    resident.open("questions/8")
    assert dict(resident.here.form("Continue").fields)["why"] == "half a thought"


def test_saving_twice_shows_the_same_code(resident: Resident) -> None:
    resident.go_to("questions/6", ADULT)
    code = saved(resident)
    resident.open("questions/6")
    assert saved(resident) == code


def test_a_code_lives_fourteen_days_and_a_draft_without_one_a_day(
    resident: Resident, site: Site, clock: Clock
) -> None:
    resident.go_to("questions/6", ADULT)
    code = saved(resident)
    clock.pass_by(days=13, hours=23)
    client = other_browser(site)
    page = client.submit(client.page("/surveys/return"), {"code": code}, "Carry on")
    assert page.url.startswith("/surveys/autumn/questions/")
    clock.pass_by(days=2)
    client.submit(client.page("/surveys/return"), {"code": code}, "Carry on", 422)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter the 16 digits"),
        ("12", "Enter the 16 digits"),
        ("1234 5678 9012 3456", "We found no answers for this code"),
        ("x" * 5000, "Enter the 16 digits"),
        ("\x00\u202e٤٨٢١", "Enter the 16 digits"),
        ("LX7Q-4TXD-9RWB", "This is a receipt number"),
    ],
)
def test_the_return_box_says_what_is_wrong_and_keeps_what_was_typed(
    client: PageClient, typed: str, says: str
) -> None:
    page = client.submit(client.page("/surveys/return"), {"code": typed}, "Carry on", 422)
    assert page.title.startswith("Error: ")
    assert says in page.main
    assert dict(page.form("Carry on").fields)["code"] == typed.replace("\x00", "\ufffd")


def test_each_box_recognises_the_other_kind_of_code(client: PageClient) -> None:
    page = client.submit(client.page("/surveys/return"), {"code": "lx7q 4txd 9rwb"}, "Carry on", 422)
    assert page.link("Use a receipt number") == "/surveys/receipt"
    page = client.submit(client.page("/surveys/receipt"), {"code": "4821-7730-1956-2284"}, "Show", 422)
    assert page.link("Use a return code") == "/surveys/return"


def test_guessing_is_slowed_down(client: PageClient, clock: Clock) -> None:
    page = client.page("/surveys/return")
    for number in range(10):
        client.submit(page, {"code": f"{number:016d}"}, "Carry on", 422)
    assert "Too many tries" in client.submit(page, {"code": f"{11:016d}"}, "Carry on", 429).main
    clock.pass_by(minutes=16)
    client.submit(page, {"code": f"{12:016d}"}, "Carry on", 422)


def test_a_typing_mistake_is_not_counted_as_a_guess(client: PageClient) -> None:
    page = client.page("/surveys/receipt")
    for _ in range(12):
        client.submit(page, {"code": "12"}, "Show", 422)


def test_the_receipt_page_shows_status_only(resident: Resident, site: Site) -> None:
    number = received(resident)
    client = other_browser(site)
    page = client.submit(client.page("/surveys/receipt"), {"code": number.lower().replace("-", "")}, "Show")
    assert page.h1 == "Your answers arrived"
    assert "10 November 2026" in page.main
    assert "14 December 2026" in page.main
    for word in ("Birch End", "Dogs", "Road", "autumn"):
        assert word not in page.html
    assert number not in page.url


def test_answers_can_be_taken_back_once_confirmed(resident: Resident, site: Site) -> None:
    number = received(resident)
    client = other_browser(site)
    page = client.submit(client.page("/surveys/receipt"), {"code": number}, "Show")
    page = client.submit(page, {}, "Take back my answers")
    assert page.h1 == "Take back your answers?"
    assert len(site.responses()) == 1
    page = client.submit(page, {}, "Yes, take back my answers")
    assert page.h1 == "Your answers have been taken back"
    assert site.responses() == []
    assert site.words() == {}
    client.submit(client.page("/surveys/receipt"), {"code": number}, "Show", 422)
    assert resident.open("sent").url == "/surveys/left"


def test_after_the_stated_day_they_cannot(resident: Resident, site: Site, clock: Clock) -> None:
    number = received(resident)
    clock.pass_by(days=40)
    client = other_browser(site)
    page = client.submit(client.page("/surveys/receipt"), {"code": number}, "Show")
    assert "has passed" in page.main
    token = dict(client.page("/surveys/receipt").form("Show").fields)["csrf_token"]
    answer = client.post(
        "/surveys/receipt/withdrawal",
        data={"code": number, "action": "withdraw", "csrf_token": token},
        headers={"Origin": "http://localhost"},
    )
    assert answer.status_code == 422
    assert "has passed" in Page(answer).main
    assert len(site.responses()) == 1


def test_a_sent_draft_is_not_reopened_by_its_return_code(resident: Resident, site: Site) -> None:
    resident.go_to("questions/7", ADULT)
    code = saved(resident)
    resident.open("check")
    resident.press("Send my answers now")
    client = other_browser(site)
    client.submit(client.page("/surveys/return"), {"code": code}, "Carry on", 422)
