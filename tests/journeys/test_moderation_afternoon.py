"""Fifty comments worked through to the end, as a new moderator would: what is public is what was approved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import jobs
from surveys import audit, erasure, moderation, responses, surveys
from surveys.moderation import concerns, publication
from surveys.moderation.records import Decision
from surveys.questionnaire.model import Answer
from surveys.records import Comment
from surveys.sealing import Keyring
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
PLAIN = "Number {}: more lights on the path behind the library, and a bus after ten"
LETTER = "I ask the partnership to bring back the night bus between our villages because the road is dark {}"
NAMED = "A man called Robin Sample revs his car AB12 CDE all night, number {}"
RISK_EN = "My stepdad hits me and I am scared to go home"
RISK_PL = "Mąż mnie bije i boję się wrócić do domu"
QUIET_RISK = "The old man next door has not been seen for a week and his post piles up"
SPAM = "Cheap tiles cheap tiles"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def receipts(site: Site, writing: Writing, keys: Keyring, now: dt.datetime) -> dict[str, str]:
    """Fifty responses with one comment each: text to receipt number."""
    document = samples.every_kind()
    site.publish(document)
    texts = [PLAIN.format(n) for n in range(18)]
    texts += [LETTER.format(word) for word in "now soon please today again still here".split()]
    texts += [NAMED.format(n) for n in range(8)]
    texts += [RISK_EN, RISK_PL, QUIET_RISK] + [SPAM] * 4
    texts += [f"Only to be read, {n}" for n in range(10)]
    assert len(texts) == 50
    given = {}
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for n, why in enumerate(texts):
            answers: dict[str, Answer] = {"age": "25-64", "topics": ["asb", "roads"], "why": why}
            receipt = responses.submit_direct(
                session, survey, version, document, answers, token=str(n), keys=keys, now=now,
                locale="pl" if why == RISK_PL else "en_GB", may_publish="Only to be read" not in why,
            )  # fmt: skip
            given[why] = receipt.number
    return given


def decide_as_a_moderator(client: PageClient, page: Page) -> Page:
    """What somebody careful would do with the comment on this page."""
    text = page.main
    if "stepdad" in text or "Mąż mnie" in text or "has not been seen" in text:
        risk = client.page(page.link("Someone may be at risk"))
        category = "adult" if "has not been seen" in text else "domestic-abuse"
        return client.submit(risk, {"category": category}, "Send to the safeguarding lead")
    if "Only to be read" in text:
        return client.submit(page, {"outcome": "read"}, "Save and open the next")
    if SPAM in text:
        return client.submit(page, {"outcome": "spam", "reason": "advertising"}, "Save and open the next")
    if "Robin Sample" in text:
        for number in (1, 2):
            page = client.submit(page, {}, f"Replace number {number}")
        chosen = {"outcome": "redacted", "reason": "identifies", "quote": "y"}
        return client.submit(page, chosen, "Save and open the next")
    return client.submit(page, {"outcome": "publishable", "quote": "y"}, "Save and open the next")


def test_an_afternoon(
    app: Flask,
    site: Site,
    receipts: dict[str, str],
    writing: Writing,
    keys: Keyring,
    clock: Clock,
    tmp_path: Path,
) -> None:
    desk = jobs.Desk(app.extensions["portal.database"], keys, clock.now)
    assert jobs.screen_comments(desk) == 50
    assert jobs.group_campaigns(desk) >= 1
    anna, ben = (sign_in(app, "moderator", name=name) for name in ("Anna Example", "Ben Example"))
    queue = anna.page("/office/comments?survey=autumn")
    assert "Flagged for safety2" in queue.main
    page = anna.page(queue.link("Open comment 1"))
    assert "Words about" in page.main
    for _ in range(60):
        page = decide_as_a_moderator(anna, page)
        if page.h1 == "Moderation":
            break
    assert "Waiting0" in page.main
    waiting = ben.page("/office/comments?state=second-look")
    page = ben.page(waiting.link("Open comment 1"))
    for _ in range(60):
        page = ben.submit(page, {}, "Clear as a quote")
        if not page.h1.startswith("Comment"):
            break
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        counted = responses.counts(session, survey.id)
        public = [s.text for s in publication.shown(session, survey.id, "why", keys=keys, limit=100)]
        approved = [PLAIN.format(n) for n in range(18)]
        approved += [LETTER.format(word) for word in "now soon please today again still here".split()]
        approved += [f"A man called [name] revs his car [vehicle] all night, number {n}" for n in range(8)]
        assert sorted(public) == sorted(approved)
        held = concerns.register(session)
        assert Counter(c.category for c in held) == {"child": 1, "domestic-abuse": 1, "adult": 1}
        assert concerns.standing(session, (clock.now + dt.timedelta(days=5)).date()) == (3, 3)
        outcomes = Counter(d.outcome for d in session.scalars(select(Decision)))
        assert outcomes == {
            "publishable": 25, "redacted": 8, "referred": 3, "spam": 4, "read": 10, "quote-cleared": 33,
        }  # fmt: skip
        written_down = [e for e in audit.entries(session, limit=500) if e.action == "comment.decide"]
        assert len(written_down) == sum(outcomes.values())
        assert moderation.tally(session, survey.id) == {
            "publishable": 25, "redacted": 8, "referred": 3, "spam": 4, "read": 10,
        }  # fmt: skip
        assert audit.check(session, keys) == []
        assert counted == 50
    with writing() as session:
        ledger = erasure.Ledger(tmp_path / "ledger")
        erasure.withdraw(session, receipts[PLAIN.format(3)], keys=keys, now=clock.now, ledger=ledger)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        public = [s.text for s in publication.shown(session, survey.id, "why", keys=keys, limit=100)]
        assert sorted(public) == sorted(set(approved) - {PLAIN.format(3)})
        assert Counter(d.outcome for d in session.scalars(select(Decision))) == outcomes
        assert session.scalar(select(Comment.id).where(Comment.claimed_by.is_not(None))) is None
