"""A named senior has the second look at quotes: one link, these quotes, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import outbox, quote_approvals
from surveys import audit, moderation, responses, surveys
from surveys.moderation import Redaction, publication
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
TEXTS = ("Robin Sample helps <b>everybody</b>", "The park is dark", "Buses \u202estop early")


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def anna(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> PageClient:
    """The only moderator: she proposed three quotes, one of them with a name replaced."""
    every, client = samples.every_kind(), sign_in(app, "moderator", name="Anna Example")
    Site(app, writing, keys, now).publish(every)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for why in TEXTS:
            responses.submit_direct(
                session, survey, version, every, {"age": "25-64", "topics": ["asb"], "why": why}, token=why,
                locale="en_GB", may_publish=True, keys=keys, now=now,
            )  # fmt: skip
    for why in TEXTS:
        propose(client, writing, keys, now, why)
    return client


def comment_of(session: Session, keys: Keyring, why: str) -> Comment:
    return next(c for c in session.scalars(select(Comment)) if keys.open(c.key_id, c.sealed) == why)


def propose(client: PageClient, writing: Writing, keys: Keyring, now: dt.datetime, why: str) -> None:
    outcome = {"outcome": "publishable"}
    if why.startswith("Robin"):
        outcome = {"outcome": "redacted", "reason": "identifies"}
    with writing() as session:
        comment = comment_of(session, keys, why)
        moderation.decide(
            session, comment, **outcome, redactions=[Redaction(0, 12, "name")], quote=True, keys=keys,
            now=now, seen_version=comment.version, by=client.officer.by,  # type: ignore[attr-defined]
        )  # fmt: skip


def states(writing: Writing, keys: Keyring) -> dict[str, str]:
    with writing() as session:
        return {keys.open(c.key_id, c.sealed): c.quote for c in session.scalars(select(Comment))}


def link_of(anna: PageClient, writing: Writing, **more: str) -> str:
    page = anna.page("/office/comments?state=second-look")
    page = anna.page(page.link("Nobody else to look?"))
    assert "3 quotes wait" in page.main
    made = anna.submit(page, {"name": "Alex Senior", "post": "Head of service", **more}, "Make the link")
    assert made.h1 == "A link for Alex Senior"
    address: str = made.html.partition("http://localhost")[2].partition("<")[0].partition('"')[0]
    assert address.startswith("/office/signing/quotes/autumn/")
    return address


def ids(page: Page) -> list[str]:
    return [part.partition('"')[0] for part in page.html.split('name="clear" type="checkbox" value="')[1:]]


def test_a_senior_clears_some_and_declines_the_rest_once(
    app: Flask, anna: PageClient, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    address = link_of(anna, writing, email="alex@example.org")
    with writing() as session:
        (letter,) = outbox.claim(session, now=now, keys=keys)
        assert address in letter.body
        assert not any(text in letter.body for text in TEXTS)
    senior = PageClient(app)
    page = senior.page(address)
    assert "[name] helps &lt;b&gt;everybody&lt;/b&gt;" in page.html
    assert "Robin Sample" not in page.html
    assert "[U+202E]" in page.main
    with writing() as session:
        kept = {c.id: keys.open(c.key_id, c.sealed) for c in session.scalars(select(Comment))}
        robin = next(id for id, text in kept.items() if text == TEXTS[0])
    assert sorted(ids(page)) == sorted(kept)
    assert "reason" in senior.submit(page, {"clear": [robin]}, "Send all of it back", 422).main.lower()
    assert set(states(writing, keys).values()) == {"proposed"}
    done = senior.submit(page, {"clear": [robin]}, "Publish what is ticked, not the rest")
    assert "may be published now" in done.main
    assert states(writing, keys) == {TEXTS[0]: "cleared", TEXTS[1]: "declined", TEXTS[2]: "declined"}
    assert "used" in senior.page(address, 410).main
    with writing() as session:
        last = moderation.decisions(
            session, session.scalars(select(Comment).where(Comment.id == robin)).one()
        )
        assert last[-1].by.startswith("senior:")
        assert last[-1].reason == ""
        survey = session.scalars(select(Survey)).one()
        acts = [e.action for e in audit.entries(session, subject=f"quotes:{survey.id}")]
        assert acts == ["quotes.approval_asked"]
        assert publication.items(session, survey.id, frozenset({"why"})) == {"why": 1}
    assert "Alex Senior, Head of service" in anna.page(f"/office/comments/autumn/{robin}").main


def test_sent_back_they_go_on_waiting_and_the_officer_reads_why(
    app: Flask, anna: PageClient, writing: Writing, keys: Keyring
) -> None:
    address, senior = link_of(anna, writing), PageClient(app)
    senior.submit(senior.page(address), {"words": "Too close to home"}, "Send all of it back")
    assert set(states(writing, keys).values()) == {"proposed"}
    assert "Too close to home" in anna.page("/office/quotes/autumn").main


def test_a_link_fits_only_what_it_was_made_for(
    app: Flask, anna: PageClient, writing: Writing, keys: Keyring, clock: Clock
) -> None:
    address, senior = link_of(anna, writing), PageClient(app)
    later = clock.pass_by(minutes=5)
    with writing() as session:  # a quote proposed afterwards is not in it and does not void it
        survey = surveys.by_slug(session, "autumn")
        version = surveys.current_version(session, survey.id) if survey else None
        assert survey is not None
        assert version is not None
        responses.submit_direct(
            session, survey, version, samples.every_kind(), {"age": "25-64", "topics": ["asb"], "why": "New"},
            token="n", locale="en_GB", may_publish=True, keys=keys, now=later,
        )  # fmt: skip
    propose(anna, writing, keys, later, "New")
    page = senior.page(address)
    assert len(ids(page)) == 3
    assert "Waits, until" in anna.page("/office/quotes/autumn").main
    with writing() as session:
        comment = comment_of(session, keys, TEXTS[1])
        moderation.decide(
            session, comment, outcome="withheld", reason="abuse", by="officer:x", now=later, keys=keys,
            seen_version=comment.version,
        )  # fmt: skip
    assert "changed" in senior.page(address, 410).main
    senior.submit(page, {"clear": ids(page)}, "Publish what is ticked, not the rest", 410)
    assert "cleared" not in states(writing, keys).values()
    assert "Void" in anna.page("/office/quotes/autumn").main


def test_a_link_taken_back_run_out_or_of_another_survey_opens_nothing(
    app: Flask, anna: PageClient, writing: Writing, keys: Keyring, clock: Clock
) -> None:
    address, senior = link_of(anna, writing), PageClient(app)
    senior.page(address.replace("/quotes/", "/results/"), 404)
    senior.page(f"{address}x", 404)
    anna.submit(anna.page("/office/quotes/autumn"), {}, "Take back Alex Senior")
    senior.page(address, 410)
    second = link_of(anna, writing)
    clock.pass_by(days=15)
    senior.page(second, 410)
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        assert len(quote_approvals.waiting(session, survey, until=clock.now, keys=keys)) == 3
