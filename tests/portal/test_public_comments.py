"""Public comments: only what was approved and permitted, gone at once when taken back, beside no traits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import pages
from surveys import moderation, responses, surveys
from surveys.moderation import Redaction, Translation, appeals, publication, statistics
from surveys.records import Comment, Response
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

HOSTILE = "<script>alert(1)</script> \u202etrick\u200b {{ 7*7 }} " + "\U0001f600" * 200
Writing = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@dataclass
class Closed:
    """A survey with twelve sent responses whose results are out, and ways to decide about its comments."""

    site: Site
    clock: Clock

    def comment(self, session: Session, number: int) -> Comment:
        return list(session.scalars(select(Comment).where(Comment.item == "why").order_by(Comment.id)))[
            number
        ]

    def decide(self, number: int, outcome: str, **more: Any) -> None:
        with self.site.writing() as session:
            comment = self.comment(session, number)
            moderation.decide(
                session, comment, outcome=outcome, by="officer:a", now=self.clock(), keys=self.site.keys,
                seen_version=comment.version, **more,
            )  # fmt: skip

    def text(self, number: int) -> str:
        with self.site.writing() as session:
            comment = self.comment(session, number)
            return self.site.keys.open(comment.key_id, comment.sealed)


def send(site: Site, session: Session, survey: Survey, number: int, **more: Any) -> None:
    every = samples.every_kind()
    version = surveys.current_version(session, survey.id)
    assert version is not None
    answers = {**samples.PATHS["adult, everything"], "why": f"Lamp {number} is out", "heard": None} | more
    responses.submit_direct(
        session, survey, version, every, answers, token=f"t{number}",
        locale="pl" if number % 2 else "en_GB", may_publish=True, keys=site.keys, now=site.now,
    )  # fmt: skip


@pytest.fixture
def closed(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime, clock: Clock) -> Closed:
    site = Site(app, writing, keys, now)
    site.publish(samples.every_kind())
    with writing() as session:
        survey = session.scalars(select(Survey)).one()
        for number in range(12):
            send(site, session, survey, number, **({"why": HOSTILE} if number == 11 else {}))
        moderation.set_mode(session, survey.id, "all", by="officer:a", now=now, keys=keys)
    clock.pass_by(days=30)
    with writing() as session:
        survey = session.scalars(select(Survey)).one()
        releases.make(session, survey, by="cli:t", now=clock(), keys=keys)
    return Closed(site, clock)


def test_only_what_was_approved_is_shown(closed: Closed, client: PageClient) -> None:
    page = client.page("/results/autumn/comments")
    assert "No comment can be shown yet" in page.main
    assert "Lamp" not in page.html
    closed.decide(0, "publishable")
    closed.decide(1, "redacted", reason="identifies", redactions=[Redaction(0, 4, "name")])
    closed.decide(2, "withheld", reason="abuse")
    closed.decide(3, "spam", reason="repeated")
    closed.decide(4, "referred", category="child")
    page = client.page("/results/autumn/comments")
    assert "2 comments may be read here." in page.main
    assert closed.text(2) not in page.main
    assert (
        client.page("/results/autumn").link("Read comments in people’s own words")
        == "/results/autumn/comments"
    )
    for trait in ("Birch End", "Westfen", "25 to 64"):
        assert trait not in page.main


def test_hostile_words_are_text_and_the_language_is_marked(closed: Closed, client: PageClient) -> None:
    for number in range(12):
        closed.decide(number, "publishable")
    html = client.page("/results/autumn/comments").html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html
    assert html.count('<blockquote dir="auto" lang="pl">') == 6
    assert html.count('<blockquote dir="auto" lang="en-GB">') == 6


def test_a_translation_stands_beside_the_original(closed: Closed, client: PageClient) -> None:
    closed.decide(0, "publishable")
    with closed.site.writing() as session:
        comment = closed.comment(session, 0)
        other = "en_GB" if comment.locale == "pl" else "pl"
        key_id, sealed = closed.site.keys.seal("The yellow translation")
        session.add(
            Translation(
                survey_id=comment.survey_id, comment_id=comment.id, locale=other, sealed=sealed,
                key_id=key_id, by="officer:a", at=closed.clock(),
            )
        )  # fmt: skip
    prefix = "/pl" if other == "pl" else ""
    page = client.page(f"{prefix}/results/autumn/comments")
    assert "The yellow translation" in page.main
    assert closed.text(0)[:6] in page.html


def test_what_is_taken_back_is_gone_at_once_also_from_caches(closed: Closed, client: PageClient) -> None:
    closed.decide(0, "publishable")
    answer = client.get("/results/autumn/comments")
    assert answer.headers["Cache-Control"] == "no-cache"
    tag = answer.headers["ETag"]
    assert client.get("/results/autumn/comments", headers={"If-None-Match": tag}).status_code == 304
    with closed.site.writing() as session:
        comment = closed.comment(session, 0)
        response = session.get_one(Response, (comment.survey_id, comment.response_id))
        appeals.take_back_permission(session, response)
    answer = client.get("/results/autumn/comments", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "No comment can be shown yet" in answer.get_data(as_text=True)


def test_quotes_only_until_all_was_chosen(closed: Closed, client: PageClient) -> None:
    closed.decide(0, "publishable")
    closed.decide(1, "publishable", quote=True)
    with closed.site.writing() as session:
        noted = {"now": closed.clock(), "keys": closed.site.keys}
        survey = session.scalars(select(Survey)).one()
        moderation.set_mode(session, survey.id, "quotes", by="officer:a", **noted)  # type: ignore[arg-type]
    assert "No comment can be shown yet" in client.page("/results/autumn/comments").main
    with closed.site.writing() as session:
        comment = closed.comment(session, 1)
        moderation.look_at_quote(
            session,
            comment,
            clear=True,
            by="officer:b",
            seen_version=comment.version,
            **noted,  # type: ignore[arg-type]
        )
    assert "1 comment may be read here." in client.page("/results/autumn/comments").main


def test_nothing_is_shown_of_a_question_few_wrote_to_or_before_the_results(
    app: Flask, writing: Writing, keys: Keyring, now: dt.datetime, client: PageClient, clock: Clock
) -> None:
    site = Site(app, writing, keys, now)
    site.publish(samples.every_kind())
    client.page("/results/autumn/comments", 404)
    client.page("/results/nowhere/comments", 404)
    with writing() as session:
        survey = session.scalars(select(Survey)).one()
        moderation.set_mode(session, survey.id, "all", by="officer:a", now=now, keys=keys)
        for number in range(9):
            send(site, session, survey, number)
        for comment in session.scalars(select(Comment)):
            moderation.decide(
                session, comment, outcome="publishable", by="o", now=now, keys=keys, seen_version=0
            )
        assert publication.items(session, survey.id) == {}
        send(site, session, survey, 9)
        assert publication.items(session, survey.id)["why"] == 9


def test_pages_turn(closed: Closed, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.public.comments.PAGE", 5)
    for number in range(12):
        closed.decide(number, "publishable")
    seen = 0
    address: str | None = "/results/autumn/comments?question=why"
    for _ in range(5):
        page = client.page(address or "")
        seen += page.html.count("<blockquote")
        links = [a.get("href") for a in page.root.iter("a") if "from=" in (a.get("href") or "")]
        address = links[0] if links else None
        if address is None:
            break
    assert seen == 12
    client.page("/results/autumn/comments?question=nothing&from=99999999999999999999")


def test_the_policy_says_why_and_keeps_its_versions(
    client: PageClient, writing: Writing, now: dt.datetime, keys: Keyring
) -> None:
    page = client.page("/moderation-policy")
    assert "It could show who a child is" in page.main
    assert "The figures of a year come out when the year is over." in page.main
    with writing() as session:
        noted: dict[str, Any] = {"by": "officer:a", "now": now, "origin": "officer:a"}
        pages.add(session, "page", "moderation-policy", "", {"order": 1}, **noted)
        for words in ("We read **everything**.", "We read everything <script>twice</script>."):
            body = {"title": "Our rules", "lead": "For comments.", "body": words}
            pages.add(session, "page", "moderation-policy", "en_GB", body, **noted)
    page = client.page("/moderation-policy")
    assert page.h1 == "Our rules"
    assert "<script>twice" not in page.html
    earlier = client.page("/moderation-policy?version=1")
    assert "This is an earlier version" in earlier.main
    assert "<strong>everything</strong>" in earlier.html
    client.page("/moderation-policy?version=9", 404)


def test_yearly_figures_hide_small_numbers(closed: Closed, client: PageClient) -> None:
    for number in range(12):
        closed.decide(number, "withheld", reason="abuse" if number else "child")
    closed.clock.pass_by(days=40)
    with closed.site.writing() as session:
        year = statistics.of_year(session, 2026)
        assert statistics.freeze(session, closed.clock()) == 1
        assert statistics.freeze(session, closed.clock()) == 0
        assert statistics.frozen(session) == [year]
    assert (year.decided, year.outcomes) == (10, {"withheld": 10})
    assert year.reasons == {("withheld", "abuse"): 10, ("withheld", "child"): None}
    assert (year.days, year.appeals) == (None, None)
    page = client.page("/moderation-policy")
    assert "It could show who a child is: fewer than 10" in page.main
    assert "It insults or attacks somebody: 10" in page.main


@pytest.mark.parametrize(
    ("number", "shown"), [(0, None), (9, None), (10, 10), (12, 10), (13, 15), (1234, 1235)]
)
def test_numbers_are_hidden_or_rounded(number: int, shown: int | None) -> None:
    assert statistics.hidden(number) == shown
