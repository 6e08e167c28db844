"""Pages of themes, campaigns and leaving out: with and without, two people, nobody dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import jobs
from surveys import responses, surveys
from surveys.questionnaire.model import Answer
from surveys.sealing import Keyring
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
LETTER = (
    "Please bring back the night bus between our villages because the road is dark and somebody will be hurt"
)


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def answered(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> None:
    """Four copies of a letter, one other text; one response was sent too fast."""
    Site(app, writing, keys, now).publish(samples.every_kind())
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for n, why in enumerate([LETTER] * 4 + ["<b>Something</b> of my own"]):
            asked: dict[str, Answer] = {"age": "25-64", "topics": ["asb", "roads"], "why": why}
            responses.submit_direct(
                session, survey, version, samples.every_kind(), asked, token=str(n), locale="en_GB",
                may_publish=True, signs=["fast"] if n == 4 else [], keys=keys, now=now,
            )  # fmt: skip


@pytest.mark.usefixtures("answered")
def test_campaigns_are_shown_with_and_without_and_two_people_leave_out(app: Flask) -> None:
    anna, ben = sign_in(app, "analyst", name="Anna Example"), sign_in(app, "consultation", name="Ben Example")
    page = anna.page("/office/campaigns/autumn")
    assert "None found." in page.main
    page = anna.submit(page, {}, "Group anew now")
    assert "Grouped. 1 campaign." in page.main
    assert "4 comments" in page.main
    assert "night bus" not in page.html
    assert page.main.count("1 response") == 1
    overall = anna.page("/office/campaigns")
    assert "5" in overall.main
    page = anna.page("/office/campaigns/autumn")
    refused = anna.submit(page, {}, "Propose Sent faster than anybody can read it", 422)
    assert "Choose the rule" in refused.main
    page = anna.submit(page, {"rule": "automated"}, "Propose Sent faster than anybody can read it")
    assert "until then everybody counts" in page.main
    assert "Somebody else has to confirm" in anna.submit(page, {}, "Leave them out", 422).main
    page = ben.submit(ben.page("/office/campaigns/autumn"), {}, "Leave them out")
    assert "Left out. Both totals are reported" in page.main
    assert "People who count4" in page.main
    assert "Everybody who sent answers5" in page.main
    page = anna.submit(anna.page("/office/campaigns/autumn"), {}, "Count them again")
    assert "People who count5" in page.main
    reader = sign_in(app, "auditor")
    shown = reader.page("/office/campaigns/autumn")
    assert "Counted again" in shown.main
    assert "Group anew now" not in shown.main


@pytest.mark.usefixtures("answered")
def test_the_nightly_job_groups_and_signs(app: Flask, keys: Keyring, now: dt.datetime) -> None:
    desk = jobs.Desk(app.extensions["portal.database"], keys, now)
    assert jobs.group_campaigns(desk) == 1
    assert jobs.group_campaigns(desk) == 1
    assert jobs.group_campaigns(jobs.Desk(desk.store, keys, now + dt.timedelta(days=90))) == 0


@pytest.mark.usefixtures("answered")
def test_the_code_frame_is_written_by_officers(app: Flask) -> None:
    client = sign_in(app, "analyst")
    page = client.page("/office/themes")
    page = client.page("/office/themes/autumn/why")
    assert "5 people wrote something" in page.main
    assert "Enter a name" in client.submit(page, {"name": " "}, "Add", 422).main
    page = client.submit(page, {"name": "Night bus <b>", "description": "Buses after dark"}, "Add")
    assert "There is a theme of this name" in client.submit(page, {"name": "night BUS <b>"}, "Add", 422).main
    page = client.page(page.link("Night bus"))
    assert page.h1 == "Theme: Night bus <b>"
    page = client.submit(page, {"name": "Buses", "retired": "y"}, "Save")
    assert "Buses (retired)" in page.main
    for nothing in ("autumn/age", "nowhere/why", "autumn/why/x"):
        client.page(f"/office/themes/{nothing}", 404)
