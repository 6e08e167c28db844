"""Not open yet, closed, in the hour of grace, paused, withdrawn: each says so plainly."""

from __future__ import annotations

from surveys import surveys
from tests.conftest import Clock
from tests.journeys.walker import ADULT, Resident, Site
from tests.pages import PageClient
from tests.surveys.questionnaire import samples


def test_not_open_yet(site: Site, client: PageClient) -> None:
    site.publish(samples.small(), opens_in=2)
    page = client.page("/surveys/autumn/start")
    assert page.h1 == "This survey is not open yet"
    assert "It opens on Thursday 12 November 2026, 12:00pm" in page.main


def test_an_unscheduled_survey_is_not_known(site: Site, client: PageClient, keys: object) -> None:
    client.page("/surveys/autumn/start", 404)


def test_closed(resident: Resident, clock: Clock) -> None:
    clock.pass_by(days=21)
    page = resident.open("start")
    assert page.h1 == "This survey has closed"
    assert "Monday 30 November 2026" in page.main
    assert page.link("Results") == "/results/autumn"


def test_an_open_draft_has_an_hours_grace(resident: Resident, site: Site, clock: Clock) -> None:
    clock.pass_by(days=19, hours=23, minutes=50)
    resident.go_to("questions/6", ADULT)
    clock.pass_by(minutes=15)
    page = resident.client.page("/surveys/autumn/start")
    assert page.h1 == "This survey has closed"
    assert page.link("Carry on").endswith("/questions/6")
    resident.open("questions/6")
    resident.answer(ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    resident.press("Send my answers now")
    assert len(site.responses()) == 1


def test_nobody_starts_in_the_hour_of_grace(resident: Resident, site: Site, clock: Clock) -> None:
    resident.open("start")
    clock.pass_by(days=20, minutes=1)
    assert resident.press("Start").h1 == "This survey has closed"
    assert site.drafts() == 0


def test_after_grace_an_answer_is_not_taken_and_is_shown_back(
    resident: Resident, site: Site, clock: Clock
) -> None:
    clock.pass_by(days=19, hours=23, minutes=59)
    resident.go_to("questions/8", ADULT)
    clock.pass_by(minutes=15)
    resident.open("questions/8")
    for _ in range(3):
        clock.pass_by(minutes=15)
        resident.client.get("/surveys/autumn/questions/8")
    clock.pass_by(minutes=5)
    page = resident.press("Continue", 409, why="words that came too late")
    assert page.h1 == "Your answer was not saved"
    assert "words that came too late" in page.main
    assert site.responses() == []


def test_paused_keeps_drafts_and_takes_nothing(resident: Resident, site: Site, clock: Clock) -> None:
    resident.go_to("questions/6", ADULT)
    site.change("autumn", surveys.pause)
    assert resident.client.page("/surveys/autumn/start").h1 == "This survey is paused"
    page = resident.press("Continue", 409, topics=["asb"])
    assert page.h1 == "Your answer was not saved"
    assert resident.open("questions/6").h1 == "This survey is paused"
    site.change("autumn", surveys.resume)
    resident.open("questions/5")
    assert dict(resident.here.form("Continue").fields)["safe-dark"] == "a-bit-unsafe"


def test_withdrawn(resident: Resident, site: Site) -> None:
    site.change("autumn", surveys.withdraw_survey)
    page = resident.open("start", 410)
    assert page.h1 == "This survey has been taken back"
