"""Moderation pages: the queue, the decision with and without a mouse, two moderators, hostile text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import erasure, moderation, responses, surveys
from surveys.moderation import publication, screening, themes
from surveys.questionnaire.model import Answer
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
Send = Callable[..., str]
LAD = (
    "There is a lad called Robin Sample who deals drugs on Sample Street in AB12 CDE. "
    "Ring me on 07700 900123."
)
HOSTILE = (
    "</blockquote><script>alert(1)</script> \u202eevil\u202c zero\u200bwidth {{1337*7331}} & "
    '"quotes" 😀\U0001f469\u200d\U0001f467'
)


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def send(app: Flask, writing: Writing, keys: Keyring, clock: Clock) -> Send:
    """Sends a response to the open survey "autumn"; the id of its comment on why."""
    Site(app, writing, keys, clock.now).publish(samples.every_kind())

    def send(why: str, token: str = "", **more: object) -> str:
        answers: dict[str, Answer] = {
            "connection": ["live"],
            "age": "25-64",
            "topics": ["asb", "roads"],
            "topic-first": "asb",
            "why": why,
        }
        with writing() as session:
            survey = surveys.by_slug(session, "autumn")
            assert survey is not None
            version = surveys.current_version(session, survey.id)
            assert version is not None
            before = set(session.scalars(select(Comment.id)))
            given = {"locale": "en_GB", "may_publish": True} | more
            responses.submit_direct(
                session, survey, version, samples.every_kind(), answers, token=token or why, keys=keys,
                now=clock.now, **given,
            )  # fmt: skip
            screening.screen(session, keys=keys, now=clock.now)
            return (set(session.scalars(select(Comment.id))) - before).pop()

    return send


@pytest.fixture
def moderator(app: Flask) -> PageClient:
    return sign_in(app, "moderator", name="Anna Example")


def read(writing: Writing, comment_id: str) -> Comment:
    with writing() as session:
        return session.scalars(select(Comment).where(Comment.id == comment_id)).one()


def test_only_moderators_see_comments(app: Flask, send: Send) -> None:
    comment_id = send("The park is dark")
    for role in (
        "administrator",
        "consultation",
        "safeguarding",
        "analyst",
        "member",
        "auditor",
        "information",
    ):
        client = sign_in(app, role)
        client.page("/office/comments", 403)
        client.page(f"/office/comments/autumn/{comment_id}", 403)


def test_the_page_says_where_one_stands_and_skipping_leaves_it_as_it_is(
    app: Flask, moderator: PageClient, send: Send, writing: Writing
) -> None:
    ids = sorted(send(f"The park is dark {n}") for n in range(3))
    at = "/office/comments/autumn/"
    page = moderator.page(at + ids[0])
    assert page.h1 == "Comment 1 of 3"
    page = moderator.submit(page, {}, "Skip for now")
    assert (page.h1, page.url) == ("Comment 2 of 3", at + ids[1])
    assert "Skipped: it stays in the queue." in page.main
    assert read(writing, ids[0]).state == "waiting"
    assert read(writing, ids[0]).claimed_by is None
    assert read(writing, ids[1]).claimed_by is not None
    ben = sign_in(app, "moderator", name="Ben Example")
    theirs = ben.submit(ben.page(at + ids[0]), {}, "Skip for now")
    assert theirs.url == at + ids[2]  # the second is Anna's
    page = moderator.submit(page, {}, "Skip for now")
    assert page.h1 == "Moderation"  # the third is Ben's, and it was the last
    page = moderator.submit(moderator.page(at + ids[0]), {"outcome": "publishable"}, "Save and open the next")
    assert page.h1 == "Comment 1 of 2"
    assert "The park is dark" in moderator.page(at + ids[0]).main
    assert moderator.page(at + ids[0]).h1 == "Comment"
    assert moderator.page(f"{at}{ids[1]}?language=pl").h1 == "Comment"


def test_the_queue_shows_the_flagged_first_and_hides_what_is_hard_to_read(
    moderator: PageClient, send: Send
) -> None:
    send("The park is dark")
    send("My husband hits me", may_publish=False)
    page = moderator.page("/office/comments")
    assert page.h1 == "Moderation"
    assert page.main.index("domestic abuse") < page.main.index("The park is dark")
    assert "<details" in page.html[: page.html.index("My husband")]
    opened = moderator.page(page.link("Open comment 2")).html
    for answer in ("25-64", "25 to 64", "I live here"):
        assert answer not in page.html
        assert answer not in opened
    assert "Nobody who works in safeguarding has checked" in page.main
    only = moderator.submit(page, {"flagged": "y"}, "Show")
    assert "The park is dark" not in only.main
    assert "None." in moderator.submit(page, {"permission": "no", "language": "pl"}, "Show").main


def test_a_moderator_works_through_a_comment_without_scripts(
    moderator: PageClient, send: Send, writing: Writing, keys: Keyring
) -> None:
    comment_id = send(LAD)
    send("The park is dark")
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    assert "4 to settle" in page.main
    for why in ("Introduced as a name", "A street or house, next to a crime", "Phone number", "number plate"):
        assert why in page.main
    page = moderator.submit(page, {}, "Replace number 1")
    page = moderator.submit(page, {}, "Replace number 2")
    page = moderator.submit(page, {}, "Leave number 3")
    page = moderator.submit(page, {}, "Replace number 4")
    page = moderator.submit(page, {}, "Undo number 3")
    page = moderator.submit(page, {}, "Replace number 3")
    page = moderator.submit(page, {"words": "a LAD", "placeholder": "words"}, "Replace these words")
    wanted = "There is [words] called [name] who deals drugs on [place] in [vehicle]. Ring me on [phone]."
    assert wanted in page.main
    fault = moderator.submit(page, {"words": "never written"}, "Replace these words", 422)
    assert "Copy them exactly as written" in fault.main
    refused = moderator.submit(page, {"outcome": "redacted"}, "Save and open the next", 422)
    assert "Choose the reason" in refused.main
    done = moderator.submit(
        refused, {"outcome": "redacted", "reason": "identifies"}, "Save and open the next"
    )
    assert "Saved: the version with replacements." in done.main
    assert "The park is dark" in done.main
    stored = read(writing, comment_id)
    assert stored.state == "redacted"
    with writing() as session:
        assert moderation.public_text(session, stored, keys=keys) == wanted
        assert session.scalars(select(Comment.claimed_by).where(Comment.claimed_by.is_not(None))).all()
    again = moderator.page(f"/office/comments/autumn/{comment_id}")
    assert "Names a person or lets them be recognised" in again.main
    undone = moderator.submit(again, {}, "Undo: put it back in the queue")
    assert "Saved: put back in the queue." in undone.main
    assert read(writing, comment_id).state == "waiting"


def test_two_moderators_one_wins_and_the_other_sees_what_happened(
    app: Flask, moderator: PageClient, send: Send, writing: Writing
) -> None:
    comment_id = send("The park is dark")
    other = sign_in(app, "moderator", name="Ben Example")
    hers, his = (c.page(f"/office/comments/autumn/{comment_id}") for c in (moderator, other))
    moderator.submit(hers, {"outcome": "publishable"}, "Save and open the next")
    lost = other.submit(his, {"outcome": "spam", "reason": "repeated"}, "Save and open the next", 409)
    assert "Another officer decided this comment meanwhile" in lost.main
    assert "Anna Example" in lost.main
    assert read(writing, comment_id).state == "publishable"
    twice = moderator.submit(hers, {"outcome": "publishable"}, "Save and open the next")
    assert "Saved" in twice.main
    stored = read(writing, comment_id)
    with writing() as session:
        assert len(moderation.decisions(session, stored)) == 1


def test_signed_out_in_the_middle_keeps_the_replacements_and_what_was_typed(
    app: Flask, moderator: PageClient, send: Send, clock: Clock
) -> None:
    comment_id = send(LAD)
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    page = moderator.submit(page, {}, "Replace number 1")
    clock.pass_by(hours=24)
    held = moderator.submit(
        page, {"outcome": "redacted", "reason": "identifies"}, "Save and open the next", 401
    )
    assert ("reason", "identifies") in [field for f in held.forms() for field in f.fields]
    back = sign_in(app, "moderator").page(f"/office/comments/autumn/{comment_id}")
    assert "called [name] who" in back.main


def test_without_permission_only_reading_spam_and_referral_are_offered(
    moderator: PageClient, send: Send, writing: Writing
) -> None:
    comment_id = send("The park is dark", may_publish=False)
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    for words in ("All of it, as written", "The version with replacements", "Quote for reports"):
        assert words not in page.main
    forced = moderator.submit(page, {"outcome": "publishable"}, "Save and open the next", 422)
    assert "may not be quoted" in forced.main
    moderator.submit(page, {"outcome": "read"}, "Save and open the next")
    assert read(writing, comment_id).state == "read"


def test_someone_at_risk_goes_to_the_lead_and_out_of_sight(
    app: Flask, moderator: PageClient, send: Send, writing: Writing
) -> None:
    comment_id = send("Somebody is in trouble")
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    page = moderator.page(page.link("Someone may be at risk"))
    assert page.main.index("Call 999 first") < page.main.index("What is the risk about?")
    moderator.submit(page, {}, "Send to the safeguarding lead", 422)
    moderator.submit(page, {"category": "adult"}, "Send to the safeguarding lead")
    assert read(writing, comment_id).state == "referred"
    for address in (f"/office/comments/autumn/{comment_id}", "/office/comments?state=referred"):
        assert "in trouble" not in moderator.page(address).html
    lead = sign_in(app, "safeguarding")
    assert "An adult may be at risk" in lead.page("/office/safeguarding").main


def test_a_quote_waits_for_another_officer(
    app: Flask, moderator: PageClient, send: Send, writing: Writing, keys: Keyring
) -> None:
    comment_id = send("The park is dark")
    for n in range(12):
        send(f"Reason number {n}", may_publish=False)
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    moderator.submit(page, {"outcome": "publishable", "quote": "y"}, "Save and open the next")
    assert "The park is dark" in moderator.page("/office/comments?state=second-look").main
    own = moderator.page(f"/office/comments/autumn/{comment_id}")
    assert "Ask another officer" in moderator.submit(own, {}, "Clear as a quote", 422).main
    ben = sign_in(app, "moderator", name="Ben Example")
    ben.submit(ben.page(f"/office/comments/autumn/{comment_id}"), {}, "Clear as a quote")
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        assert [s.text for s in publication.shown(session, survey.id, "why", keys=keys)] == [
            "The park is dark"
        ]


def test_claims_passing_on_and_the_next_page(
    app: Flask, moderator: PageClient, send: Send, writing: Writing
) -> None:
    for n in range(27):
        send(f"Reason number {n}")
    page = moderator.page("/office/comments")
    assert "The next 25" in page.main
    rest = moderator.page(page.link("The next 25"))
    assert rest.main.count("Sent 10 November 2026") == 2
    page = moderator.submit(page, {}, "Keep these for me for half an hour")
    assert "25 comments are yours" in page.main
    ben = sign_in(app, "moderator", name="Ben Example")
    assert "Anna Example has this open" in ben.page("/office/comments").main
    mine = moderator.page("/office/comments?mine=y")
    assert mine.main.count("You keep this.") == 25
    first = moderator.page(mine.link("Open comment 1"))
    following = moderator.submit(first, {}, "Pass to someone else")
    assert "Saved: somebody else will read that one." in following.main
    page = moderator.submit(moderator.page("/office/comments"), {}, "Release all of mine")
    assert "24 comments are free" in page.main
    assert "A colleague passed this on." in ben.page("/office/comments").main


def test_identical_comments_are_decided_in_one_act(
    moderator: PageClient, send: Send, writing: Writing
) -> None:
    ids = [send("Buy my  tiles" if n else "Buy my tiles", token=str(n)) for n in range(3)]
    send("The park is dark")
    page = moderator.page("/office/comments")
    assert "3 comments on this page have the same words" in page.main
    page = moderator.submit(page, {"reason": "advertising"}, "Mark all as spam")
    assert "3 comments with the same words are decided." in page.main
    assert {read(writing, each).state for each in ids} == {"spam"}


def test_themes_are_ticked_with_the_decision(
    moderator: PageClient, send: Send, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    comment_id = send("The park is dark")
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        theme = themes.add(session, survey.id, "why", name="Lights", by="officer:x", now=now, keys=keys)
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    moderator.submit(page, {"outcome": "read", "themes": theme.id}, "Save and open the next")
    with writing() as session:
        assert themes.found(session, survey.id, "why")[0].people == 1


def test_the_translation_is_kept_beside_the_original(moderator: PageClient, send: Send) -> None:
    comment_id = send("Park jest ciemny", locale="pl")
    page = moderator.page(f"/office/comments/autumn/{comment_id}")
    assert 'lang="pl"' in page.html
    page = moderator.submit(page, {"translation": "The park is dark"}, "Keep the translation")
    assert "Park jest ciemny" in page.main
    assert "The park is dark" in page.html


@pytest.mark.parametrize("path", ["", "/risk"])
def test_hostile_text_is_shown_as_text(moderator: PageClient, send: Send, path: str) -> None:
    comment_id = send(HOSTILE)
    for address in (f"/office/comments/autumn/{comment_id}{path}", "/office/comments"):
        page = moderator.page(address)
        assert "<script>alert" not in page.html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
        assert "[U+202E]evil[U+202C]" in page.main
        assert "zero[U+200B]width" in page.main
        assert "9801547" not in page.html
        assert not set("\u202e\u202c\u200b") & set(page.html)


def test_a_very_long_comment_and_an_emoji_storm_are_shown(
    moderator: PageClient, writing: Writing, send: Send, keys: Keyring
) -> None:
    comment_id = send("short")
    with writing() as session:
        stored = session.scalars(select(Comment).where(Comment.id == comment_id)).one()
        stored.key_id, stored.sealed = keys.seal("😀" * 100_000 + "word " * 120_000)
    assert "😀" * 50 in moderator.page(f"/office/comments/autumn/{comment_id}").main
    assert len(moderator.page("/office/comments").html) < 40_000


def test_a_comment_that_was_taken_back_is_gone(
    moderator: PageClient, send: Send, writing: Writing, tmp_path: Path
) -> None:
    comment_id = send("Taken back later")
    at = f"/office/comments/autumn/{comment_id}"
    page = moderator.page(at)
    with writing() as session:
        response = session.scalars(select(Response)).one()
        erasure.remove(session, response, "withdraw", erasure.Ledger(tmp_path / "erasures.log"))
    gone = moderator.page(at, 404)
    assert "Its writer may have taken it back" in gone.main
    for act, values in (("Save and open the next", {"outcome": "publishable"}), ("Skip for now", {})):
        assert "taken it back" in moderator.submit(page, values, act, 404).main
    assert "Taken back later" not in moderator.page("/office/comments").main


def test_settings_of_surveys_and_the_own_list(moderator: PageClient, send: Send, writing: Writing) -> None:
    comment_id = send("The lads from Jubilee House")
    page = moderator.page("/office/comments/settings")
    assert "Nobody has checked it" in page.main
    assert "Polish" in page.main, "a language is named, not written as its code"
    assert "Clear as written" in moderator.page("/office/comments").main, "it is published as a quote at most"
    page = moderator.submit(page, {"mode": "all"}, "Save Local survey")
    assert "Publish comment 1" in moderator.page("/office/comments").main
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        assert moderation.mode_of(session, survey.id) == "all"
    moderator.submit(page, {"words": "x"}, "Add", 422)
    page = moderator.submit(page, {"words": "Jubilee House"}, "Add")
    shown = moderator.page(f"/office/comments/autumn/{comment_id}")
    assert "On the partnership's own list" in shown.main
    assert "Local survey" in shown.main
    page = moderator.submit(page, {}, "Remove Jubilee House")
    assert "Jubilee House" not in page.main
