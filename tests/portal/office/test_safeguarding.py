"""The safeguarding pages: only for the role, the text once, age and place after signing in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import alarms, jobs
from portal.partnership import outbox
from surveys import audit, moderation, responses, surveys
from surveys.moderation import concerns
from surveys.moderation.concerns import Concern
from surveys.questionnaire.model import Answer
from surveys.records import Comment
from surveys.sealing import Keyring
from tests.conftest import Clock, settings_for
from tests.journeys.walker import Site
from tests.office import add_officer, sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

TEXT = "My stepfather hurts my <b>sister</b> at \u202enumber 4"
Writing = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def concern(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> Concern:
    """A response was sent on Tuesday 10 November and a moderator referred its comment."""
    every = samples.every_kind()
    site = Site(app, writing, keys, now)
    site.publish(every)
    answers: dict[str, Answer] = samples.PATHS["adult, everything"] | {"why": TEXT}
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        responses.submit_direct(
            session, survey, version, every, answers, token="t", locale="pl", may_publish=True, keys=keys,
            now=now,
        )  # fmt: skip
        comment = session.scalars(select(Comment).where(Comment.item == "why")).one()
        moderation.decide(
            session, comment, outcome="referred", category="danger", by="officer:m", now=now, keys=keys,
            seen_version=0,
        )  # fmt: skip
        return session.scalars(select(Concern)).one()


@pytest.fixture
def lead(app: Flask) -> PageClient:
    return sign_in(app, "safeguarding")


def test_only_the_role_sees_anything(app: Flask, concern: Concern) -> None:
    for role in ("administrator", "moderator", "consultation", "information", "analyst", "member", "auditor"):
        client = sign_in(app, role)
        client.page("/office/safeguarding", 403)
        client.page(f"/office/safeguarding/{concern.id}", 403)
        assert "Safeguarding" not in client.page("/office/").html


def test_a_concern_is_read_passed_on_concluded_and_released(
    lead: PageClient, concern: Concern, writing: Writing, keys: Keyring
) -> None:
    queue = lead.page("/office/safeguarding")
    assert "Call 999 first" in queue.main
    assert "Immediate danger to life" in queue.main
    assert "stepfather" not in queue.html
    page = lead.page(f"/office/safeguarding/{concern.id}")
    assert page.main.index("Call 999 first") < page.main.index("What was written")
    assert "stepfather" not in page.html
    page = lead.submit(page, {}, "Read what was written")
    assert "&lt;b&gt;sister&lt;/b&gt;" in page.html
    assert "[U+202E]number 4" in page.main
    assert "stepfather" not in lead.page(f"/office/safeguarding/{concern.id}").html
    page = lead.page(f"/office/safeguarding/{concern.id}")
    wrong = lead.submit(page, {"who": "", "told_on": "2026-11-10"}, "Note it", 422)
    assert wrong.title.startswith("Error: ")
    early = lead.submit(page, {"outcome": "referral-accepted"}, "Note the outcome", 422)
    assert "Note first who was told" in early.main
    told = {"who": "Police", "channel": "emergency-call", "told_on": "2026-11-10", "reference": "P 77"}
    page = lead.submit(page, told, "Note it")
    assert "The clock has stopped" in page.main
    assert "Reference P 77" in page.main
    stale = lead.submit(wrong, told, "Note it", 422)
    assert "Somebody else changed this concern" in stale.main
    page = lead.submit(lead.page(page.url), {"outcome": "emergency-response"}, "Note the outcome")
    page = lead.submit(page, {"category": "child"}, "Change")
    assert page.h1 == "A child may be at risk"
    page = lead.submit(page, {"reason": "finished"}, "End the hold")
    assert "The hold has ended" in page.main
    assert "None." in lead.page("/office/safeguarding").main
    assert "A child may be at risk" in lead.page("/office/safeguarding?closed=yes").main
    with writing() as session:
        acts = [e.action for e in audit.entries(session, subject=f"concern:{concern.id}")]
        noted = " ".join(e.facts for e in audit.entries(session))
    assert sorted(acts) == [
        *("concern.classify", "concern.conclude", "concern.raise", "concern.read", "concern.release"),
        "concern.tell",
    ]
    assert "stepfather" not in noted
    assert "Police" not in noted


def test_age_band_and_place_need_a_fresh_sign_in_and_a_reason(
    app: Flask, lead: PageClient, concern: Concern, writing: Writing, clock: Clock
) -> None:
    page = lead.page(f"/office/safeguarding/{concern.id}")
    assert "Birch End" not in page.html
    lead.submit(page, {}, "Show age band and place", 422)
    shown = lead.submit(page, {"purpose": "find-place"}, "Show age band and place")
    given = samples.PATHS["adult, everything"]
    places = {"ashby": "Ashby", "birch-end": "Birch End", "corton": "Corton"}
    assert places[str(given["place"])] in shown.main
    clock.pass_by(minutes=15)
    again = lead.page(f"/office/safeguarding/{concern.id}")
    assert places[str(given["place"])] not in again.html
    asked = lead.submit(again, {"purpose": "find-place"}, "Show age band and place", 403)
    assert places[str(given["place"])] not in asked.html
    with writing() as session:
        revealed = [e for e in audit.entries(session) if e.action == "concern.reveal"]
    assert len(revealed) == 1
    assert "find-place" in revealed[0].facts


def test_an_unknown_concern_is_not_found(lead: PageClient) -> None:
    lead.page("/office/safeguarding/nobody", 404)


def test_lead_and_deputies_are_told_at_once_without_content_and_daily_when_it_is_late(
    app: Flask, concern: Concern, writing: Writing, keys: Keyring, now: dt.datetime, clock: Clock
) -> None:
    url = "https://example.org"
    with writing() as session:
        assert alarms.announce(session, public_url=url, now=now, keys=keys) == 0  # nobody to tell yet
        for name in ("Lead", "Deputy"):
            add_officer(session, "safeguarding", keys=keys, now=now, name=name)
        add_officer(session, "moderator", keys=keys, now=now, name="Somebody else")
        assert alarms.announce(session, public_url=url, now=now, keys=keys) == 1
        assert alarms.announce(session, public_url=url, now=now, keys=keys) == 0
        assert alarms.alarm(session, public_url=url, now=now, keys=keys) == 0
    with writing() as session:
        letters = outbox.claim(session, now=now, keys=keys)
    assert len(letters) == 2
    for letter in letters:
        assert "/office/safeguarding" in letter.body
        for word in ("danger", "child", "abuse", "comment", "stepfather", concern.id):
            assert word not in (letter.subject + letter.body).lower()
    late = clock.pass_by(days=2)
    with writing() as session:
        assert alarms.alarm(session, public_url=url, now=late, keys=keys) == 1
        assert alarms.alarm(session, public_url=url, now=late, keys=keys) == 0
        assert alarms.alarm(session, public_url=url, now=late + dt.timedelta(days=1), keys=keys) == 1
        assert concerns.standing(session, late.date()) == (1, 1)


def test_the_jobs_announce(
    app: Flask, concern: Concern, keys: Keyring, now: dt.datetime, tmp_path: Path
) -> None:
    store = app.extensions["portal.database"]
    with store.writing() as session:
        add_officer(session, "safeguarding", keys=keys, now=now)
    desk = jobs.Desk(store, keys, now, settings_for("sqlite://", tmp_path))
    assert jobs.announce_concerns(desk) == 1
    assert jobs.announce_concerns(desk) == 0
    assert jobs.alarm_overdue(desk) == 0


def test_the_fieldwork_board_shows_a_number_and_nothing_else(app: Flask, concern: Concern) -> None:
    page = sign_in(app, "consultation").page("/office/board/autumn")
    assert "With the safeguarding lead 1" in page.main.replace("lead1", "lead 1")
    for word in ("danger", "stepfather", concern.id, "/office/safeguarding"):
        assert word not in page.html
