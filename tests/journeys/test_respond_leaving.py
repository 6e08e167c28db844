"""Leaving fast, being away, and what the device still shows afterwards."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.journeys.walker import ADULT, Resident, Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the cookie alone decides

EXIT = "https://www.bbc.co.uk/weather"


def test_exit_ends_the_visit_and_leads_to_the_neutral_address(resident: Resident, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    form = resident.here.form("Emergency: Exit this page")
    answer = resident.client.post(form.action)
    assert (answer.status_code, answer.location) == (303, EXIT)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "portal=;" in answer.headers["Set-Cookie"]
    assert site.drafts() == 1


def test_back_after_exit_shows_a_neutral_page_without_answers(resident: Resident) -> None:
    resident.go_to("questions/6", ADULT)
    resident.client.post("/surveys/exit")
    for path in ("questions/5", "questions/6", "check", "saved", "more/more", "sent"):
        page = resident.open(path)
        assert page.url == "/surveys/left"
        assert page.h1 == "This page is closed"
        assert "Birch End" not in page.html


@pytest.mark.parametrize("token", [None, "stale", "\x00"])
def test_exit_works_with_any_token_and_from_any_origin(resident: Resident, token: str | None) -> None:
    resident.start()
    data = {} if token is None else {"csrf_token": token}
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}):
        answer = resident.client.post("/surveys/exit", data=data, headers=headers)
        assert (answer.status_code, answer.location) == (303, EXIT)


def test_every_survey_page_has_the_exit_button(resident: Resident) -> None:
    resident.open("start")
    for path in ("start", "questions/1", "check"):
        resident.go_to("check", ADULT) if path == "check" else resident.open(path)
        assert any(form.action.endswith("/surveys/exit") for form in resident.here.forms())
    for url in ("/surveys/receipt", "/surveys/return", "/surveys/left", "/surveys/exit-this-page"):
        page = resident.client.page(url)
        assert any(form.action.endswith("/surveys/exit") for form in page.forms())


def test_what_exit_does_not_hide_is_said_plainly(resident: Resident) -> None:
    page = resident.client.page("/surveys/exit-this-page")
    assert "It does not clear your browser’s history" in page.main


def test_nothing_of_the_path_is_kept_by_a_cache(resident: Resident) -> None:
    resident.go_to("questions/2", ADULT)
    for path in ("start", "questions/1", "questions/99"):
        answer = resident.client.get(f"/surveys/autumn/{path}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_twenty_idle_minutes_end_the_visit_kindly(resident: Resident, clock: Clock, site: Site) -> None:
    resident.go_to("questions/6", ADULT)
    clock.pass_by(minutes=19)
    assert resident.open("questions/6").url.endswith("/questions/6")
    clock.pass_by(minutes=21)
    page = resident.open("questions/5")
    assert page.h1 == "You were away for a while"
    assert "Your answers are safe" in page.main
    assert "Birch End" not in page.html
    assert page.form("Carry on").action == "/surveys/return"
    assert site.drafts() == 1
    assert resident.open("questions/5").url == "/surveys/left"


def test_what_was_typed_before_being_away_is_saved_and_shown(resident: Resident, clock: Clock) -> None:
    resident.go_to("questions/8", ADULT)
    resident.press("Save and come back later", why="first words")
    code = resident.code
    resident.open("questions/8")
    clock.pass_by(minutes=25)
    page = resident.press("Continue", 409, why="words written slowly")
    assert page.h1 == "You were away for a while"
    assert "words written slowly" in page.main
    resident.press("Carry on", code=code)
    resident.open("questions/8")
    assert dict(resident.here.form("Continue").fields)["why"] == "words written slowly"


def test_a_page_that_closes_itself_saves_what_was_typed_and_shows_nothing(
    resident: Resident, clock: Clock
) -> None:
    resident.go_to("questions/8", ADULT)
    code = resident.press("Save and come back later") and resident.code
    resident.open("questions/8")
    form = resident.here.form("Continue")
    data = dict(form.filled({"why": "words left on the screen"})) | {"action": "away"}
    clock.pass_by(minutes=20)
    resident.client.post(form.action, data=data, headers={"Origin": "http://localhost"})
    page = resident.open("away")
    assert page.h1 == "You were away for a while"
    assert "words left" not in page.html
    resident.press("Carry on", code=code)
    resident.open("questions/8")
    assert dict(resident.here.form("Continue").fields)["why"] == "words left on the screen"


def test_the_page_knows_when_to_warn(resident: Resident) -> None:
    resident.start()
    [warning] = [element for element in resident.here.root.iter() if element.get("data-stay")]
    assert (warning.get("data-stay"), warning.get("data-ended")) == ("/surveys/stay", "/surveys/autumn/away")
    assert warning.get("data-minutes") == "20"


def test_staying_keeps_the_visit_open(resident: Resident, clock: Clock) -> None:
    resident.start()
    token = dict(resident.here.form().fields)["csrf_token"]
    headers = {"Origin": "http://localhost", "X-CSRFToken": token}
    for _ in range(3):
        clock.pass_by(minutes=18)
        assert resident.client.post("/surveys/stay", headers=headers).status_code == 204
    assert resident.open("questions/1").url.endswith("/questions/1")
    clock.pass_by(minutes=21)
    assert resident.client.post("/surveys/stay", headers=headers).status_code == 410


def test_a_page_that_closes_itself_ends_the_visit(resident: Resident, site: Site, clock: Clock) -> None:
    resident.go_to("questions/3", ADULT)
    assert resident.open("away").url.endswith("/start")
    assert resident.open("questions/2").url.endswith("/questions/2")
    clock.pass_by(minutes=20)
    assert resident.open("away").h1 == "You were away for a while"
    assert resident.open("questions/2").url == "/surveys/left"
    assert site.drafts() == 1


def test_the_cookie_ends_with_the_browser_and_names_nobody(resident: Resident) -> None:
    answer = resident.client.get("/surveys/autumn/start")
    cookie = answer.headers["Set-Cookie"]
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
