"""The board fills without a trail, hides small numbers, and keeps meetings and letters on record."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask

from portal.partnership import board as sums
from portal.partnership import meetings, reach, submissions
from portal.partnership.board import Gap
from surveys import fieldwork, responses, surveys
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
def survey(app: Flask, clock: Clock) -> Survey:
    """Open, with 40 answers from the web on two days and 3 from paper."""
    made = ask(app, DOCUMENT)
    with store(app).writing() as session:
        version = surveys.current_version(session, made.id)
        assert version is not None
        first = next(iter(DOCUMENT.page_by_id))
        for number in range(43):
            moment = clock() - dt.timedelta(days=number % 2)
            responses.submit_direct(
                session, made, version, DOCUMENT, samples.PATHS["adult, everything"], token=f"t{number}",
                locale="pl" if number < 4 else "en_GB", may_publish=False,
                channel="paper" if number < 3 else "web", keys=KEYS, now=moment,
            )  # fmt: skip
            for page in ("start", first):
                fieldwork.tick(session, made.id, page, locale="en_GB", now=moment)
        for _ in range(20):
            fieldwork.tick(session, made.id, "start", locale="en_GB", now=clock())
    return made


def test_before_anybody_started_the_board_says_so_and_draws_nothing(app: Flask) -> None:
    asked = ask(app, DOCUMENT)
    page = sign_in(app, "analyst").page(f"/office/board/{asked.slug}")
    assert "Nobody has started yet." in page.main
    assert ".json" not in page.html


def test_the_sums_are_exact_and_leave_no_day_out(app: Flask, survey: Survey) -> None:
    with store(app).reading() as session:
        found = sums.fieldwork_of(session, survey, DOCUMENT)
    assert (found.starts, found.responses, found.web) == (63, 43, 40)
    assert [(day.day, starts, sent) for day, starts, sent in found.days] == [(9, 21, 21), (10, 42, 22)]
    assert (found.channels, found.locales) == ({"paper": 3, "web": 40}, {"en_GB": 39, "pl": 4})


def test_officers_see_rounded_figures_and_analysts_exact_sums(app: Flask, survey: Survey) -> None:
    page = Page(sign_in(app, "consultation").get("/office/board/local"))
    assert "Started on the web65" in page.main.replace(" ", "", 0)
    assert "fewer than 10" in page.main
    for exact in ("63", "43", "21"):
        assert exact not in page.main.split()
    analyst = Page(sign_in(app, "analyst").get("/office/board/local"))
    assert "63" in analyst.main
    assert "Paper forms3" in analyst.main.replace(" 3", "3")


def test_charts_are_drawn_from_the_same_figures(app: Flask, survey: Survey) -> None:
    officer = sign_in(app, "consultation")
    pages = officer.get("/office/board/local/pages.json").get_json()
    assert pages["data"][0]["text"][0] == "65"
    days = officer.get("/office/board/local/days.json").get_json()
    assert days["data"][0]["y"] == [20, 20]
    channels = officer.get("/office/board/local/channels.json").get_json()
    assert (channels["data"][0]["text"], channels["layout"]["yaxis"]["ticktext"]) == (["40"], ["On the web"])
    languages = officer.get("/office/board/local/languages.json").get_json()
    assert languages["data"][0]["text"] == ["40"]
    page = officer.page("/office/board/local")
    for drawn in set(re.findall(r"/office/board/local/[\w-]+\.json", page.html)):
        assert officer.get(drawn).status_code == 200, drawn
    assert page.html.count(".json") == 4
    assert officer.get("/office/board/local/else.json").status_code == 404
    assert officer.get("/office/board/nothing").status_code == 404


def test_a_figure_that_is_hidden_reaches_no_chart() -> None:
    from portal import board_charts

    assert board_charts.counts([("a", None)]) is None
    assert board_charts.days([]) is None
    assert board_charts.beside([("a", None, 40)]) is None
    drawn = board_charts.beside([("Male", 40, 49), ("Female", None, 51), ("Other", None, None)])
    assert drawn is not None
    _, answered, here = drawn["data"]
    assert (answered["x"], here["x"], drawn["layout"]["yaxis"]["ticktext"]) == (
        [40], [49, 51], ["Male", "Female"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("profiles", "gap"),
    [
        ({}, None),
        ({"age": [("16 to 24", 3, 9), ("25 to 34", 20, 12)]}, Gap("age", "16 to 24", 3, 9)),
        ({"age": [("16 to 24", None, 9)], "ward": [("Soham", 10, 14)]}, Gap("ward", "Soham", 10, 14)),
        ({"sex": [("Male", 51, 49)]}, None),
    ],
)
def test_the_widest_gap_is_told_only_from_figures_that_may_be_seen(profiles: Any, gap: Gap | None) -> None:
    assert sums.biggest_gap(profiles) == gap


def test_a_start_is_counted_when_somebody_presses_start(
    app: Flask, client: PageClient, survey: Survey
) -> None:
    client.submit(Page(client.get("/surveys/local/start")), {}, "Start")
    with store(app).reading() as session:
        assert sums.fieldwork_of(session, survey, DOCUMENT).starts == 64


def test_groups_and_other_consultations_are_noted(app: Flask, survey: Survey) -> None:
    officer = sign_in(app, "consultation")
    page = Page(officer.get("/office/reach/autumn"))
    group = {"name": "Travellers", "affected": "y", "expected": "40", "reached": "12", "how": "Liaison group"}
    page = officer.submit(page, group, "Save the group")
    assert "Travellers" in page.main
    page = officer.submit(
        page, {"title": "T", "body": "Police", "taken": " "}, "Save the consultation", status=422
    )
    assert "Say what was taken from it" in page.main
    page = officer.submit(
        page, {"title": "T", "body": "Police", "taken": "Speeding"}, "Save the consultation"
    )
    assert "Police" in page.main


def test_the_same_group_again_overwrites_nothing_and_leads_to_its_entry(app: Flask, survey: Survey) -> None:
    officer = sign_in(app, "consultation")
    group = {"name": "Carers", "affected": "y", "expected": "40", "reached": "12", "how": "Carers UK mailing"}
    page = officer.submit(officer.page("/office/reach/autumn"), group, "Save the group")
    again = officer.submit(page, {"name": "carers", "reached": "15"}, "Save the group", status=422)
    assert "There is an entry “Carers” already" in again.main
    both = officer.submit(again, button="Open its entry with what you typed", status=422)
    assert "Carers UK mailing" in both.main
    entry, late = (officer.page(page.link("Carers")) for _ in range(2))
    officer.submit(entry, {"reached": "15"}, "Save")
    told = officer.submit(late, {"how": "Two meetings"}, "Save", status=422)
    assert "Both versions are shown" in told.main
    with store(app).reading() as session:
        (noted,) = reach.groups(session, "autumn")
        assert (noted.affected, noted.expected, noted.reached, noted.how) == (
            True,
            40,
            15,
            "Carers UK mailing",
        )
    officer.submit(told, button="Save")
    with store(app).reading() as session:
        (noted,) = reach.groups(session, "autumn")
        assert (noted.reached, noted.how) == (12, "Two meetings")


def test_the_second_officer_to_save_a_meeting_is_shown_both(app: Flask, survey: Survey) -> None:
    officer = sign_in(app, "consultation")
    page = Page(officer.get("/office/reach/autumn/meetings/new"))
    minutes = {
        "held_on": "2026-11-03", "place": "Soham", "attendance": "Police, chief inspector\nFire service",
        "public_came": "31", "questions": "Who mends the lights? | The county",
    }  # fmt: skip
    page = officer.submit(page, minutes, "Save the record")
    assert "Came: Police, Fire service." in page.main
    address = page.link("Soham")
    first, second = Page(officer.get(address)), Page(officer.get(address))
    officer.submit(first, {"notes": "First officer"}, "Save the record")
    page = officer.submit(second, {"notes": "Second officer"}, "Save the record", status=422)
    assert "First officer" in page.main
    assert "Second officer" in page.main
    officer.submit(page, {}, "Save the record")
    with store(app).reading() as session:
        (made,) = meetings.of_round(session, "autumn")
        assert (made.notes, made.seen, made.questions[0]["answered"]) == ("Second officer", 3, "The county")


def test_a_petition_is_received_read_and_considered(app: Flask, survey: Survey) -> None:
    officer = sign_in(app, "consultation")
    page = Page(officer.get("/office/reach/autumn/inbox"))
    hostile = "Slow <script>alert(1)</script> down"
    given = {"kind": "petition", "sender": "parish", "who": "Clerk", "signatures": "112", "text": hostile}
    page = officer.submit(page, given | {"kind": "", "text": "Kept"}, "Put it on record", status=422)
    assert ("Choose what arrived" in page.main, "Kept" in page.html) == (True, True)
    page = officer.submit(page, given, "Put it on record")
    assert "112 signatures" in page.main
    page = Page(officer.get(page.link("Petition")))
    assert "<script>alert" not in page.html
    page = officer.submit(page, {"consideration": "Yes"}, "It is considered", status=422)
    assert "Read it and sum it up first" in page.main
    page = officer.submit(page, {"summary": "Speeding in Wicken"}, "Save")
    page = officer.submit(page, {"consideration": "Part of priority 1"}, "It is considered")
    with store(app).reading() as session:
        assert submissions.unconsidered(session, "autumn") == ()


def test_members_read_and_change_nothing(app: Flask, survey: Survey) -> None:
    member = sign_in(app, "member")
    page = Page(member.get("/office/reach/autumn"))
    assert "Save the group" not in page.main
    assert Page(member.get("/office/board/local")).status == 200
    assert sign_in(app, "moderator").get("/office/board/local").status_code == 403
