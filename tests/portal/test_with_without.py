"""Each question with and without a campaign: for officers as it may be published, then for everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import jobs
from surveys import responses, surveys
from surveys.questionnaire.model import Answer
from surveys.results import releases
from surveys.sealing import Keyring
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
LETTER = (
    "Please bring back the night bus between our villages because the road is dark and somebody will be hurt"
)
WORDS = "dark road lights park school noise cars river market youth club help time walk safe".split()
CAMPAIGN, OTHERS = 60, 90


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def answered(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> None:
    """Sixty copies of a letter, 90 other texts. One of the campaign alone reported nothing."""
    every, dice = samples.every_kind(), Random(4)
    Site(app, writing, keys, now).publish(every)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for n in range(CAMPAIGN + OTHERS):
            inside = n < CAMPAIGN
            topics = ["asb", "roads"] if n % 2 else ["roads"]
            if n % 5 == 0:
                topics = ["scams"]
            reported = "no" if n == 0 or (not inside and n % 3 == 0) else "yes"
            why = LETTER if inside else " ".join(dice.choices(WORDS, k=12))
            asked: dict[str, Answer] = {"age": "25-64", "topics": topics, "reported": reported, "why": why}
            responses.submit_direct(
                session, survey, version, every, asked, token=str(n), locale="en_GB", may_publish=True,
                keys=keys, now=now,
            )  # fmt: skip
    jobs.group_campaigns(jobs.Desk(app.extensions["portal.database"], keys, now))


@pytest.mark.usefixtures("answered")
def test_officers_see_what_might_be_published_and_everybody_what_was(
    app: Flask, writing: Writing, keys: Keyring, clock: Clock
) -> None:
    officer = sign_in(app, "consultation")
    page = officer.page("/office/campaigns/autumn")
    page = officer.page(page.link("Each question with and without"))
    assert page.h1 == "With and without campaigns: autumn"
    assert "Scams" in page.main
    assert "150" in page.main
    assert "90" in page.main
    sign_in(app, "safeguarding").page("/office/campaigns/autumn/tables", 403)
    visitor = PageClient(app)
    visitor.page("/results/autumn/with-and-without", 404)
    after = clock.pass_by(days=60)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        made = releases.make(session, survey, by="o", now=after, keys=keys)
        tables = {table["question"]: table for table in made.content["with_without"]}
    page = visitor.page("/results/autumn")
    page = visitor.page(page.link("Each question with and without people who sent nearly the same words"))
    assert page.h1 == "With and without a campaign"
    assert page.main.count("Without them") >= len(tables)
    assert {group["key"] for table in tables.values() for group in table["groups"]} == {"all", "rest"}
    assert "topics" in tables
    assert "reported" not in tables  # 31 without, 30 with: the one of the campaign would be seen
    assert visitor.page("/pl/results/autumn/with-and-without").html.count("Bez nich") >= len(tables)


def test_without_a_campaign_there_is_nothing_to_see(
    app: Flask, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    officer = sign_in(app, "consultation")
    officer.page("/office/campaigns/autumn/tables", 404)
    Site(app, writing, keys, now).publish(samples.every_kind())
    assert "Nothing can be shown" in officer.page("/office/campaigns/autumn/tables").main
