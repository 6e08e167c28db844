"""The information officer: requests, a noted search, erasure in one act, retention; and appeals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import jobs
from portal.partnership import complaints, requests
from surveys import audit, erasure, moderation, responses, retention, surveys
from surveys.moderation import appeals
from surveys.moderation.records import Appeal
from surveys.records import Comment, Response
from surveys.responses import Draft
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], AbstractContextManager[Session]]
TEXT = "Ask Ms Yellowhammer <i>twice</i>"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def number(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> str:
    """The receipt number of a response that names somebody, beside one that does not."""
    every = samples.every_kind()
    site = Site(app, writing, keys, now)
    site.publish(every)
    numbers = []
    with writing() as session:
        survey = session.scalars(select(Survey)).one()
        version = surveys.current_version(session, survey.id)
        assert version is not None
        for why in (TEXT, "Nothing about anybody"):
            answers: dict[str, Any] = samples.PATHS["adult, everything"] | {"why": why}
            sent = responses.submit_direct(
                session, survey, version, every, answers, token=why, locale="en_GB", may_publish=True,
                keys=keys, now=now,
            )  # fmt: skip
            numbers.append(sent.number)
    return numbers[0]


@pytest.fixture
def officer(app: Flask) -> PageClient:
    return sign_in(app, "information")


def comment_of(session: Session, keys: Keyring, text: str = TEXT) -> Comment:
    return next(c for c in session.scalars(select(Comment)) if keys.open(c.key_id, c.sealed) == text)


def acts(writing: Writing, action: str) -> list[dict[str, Any]]:
    with writing() as session:
        return [json.loads(e.facts) for e in audit.entries(session, limit=500) if e.action == action]


def test_only_the_role_opens_them(app: Flask) -> None:
    for role in ("moderator", "safeguarding", "analyst", "member", "consultation"):
        client = sign_in(app, role)
        for address in ("/office/requests", "/office/search", "/office/retention"):
            client.page(address, 403)
    sign_in(app, "auditor").page("/office/retention")
    sign_in(app, "information").page("/office/appeals", 403)


def test_a_request_from_its_arrival_to_the_answer(officer: PageClient) -> None:
    page = officer.page("/office/requests")
    wrong = officer.submit(page, {"kind": "access", "who": "", "about": "All"}, "Enter it", 422)
    assert "Say who asks" in wrong.main
    typed = {"kind": "access", "received_on": "2026-11-09", "who": "Wanda <b>K</b>", "about": "All of it"}
    page = officer.submit(page, typed, "Enter it")
    assert page.h1 == "Request 2026-001"
    assert "Wanda &lt;b&gt;K" in page.html
    assert "9 December 2026" in page.main
    page = officer.submit(page, {}, "Two more months: it is complex")
    assert "9 February 2027" in page.main
    page = officer.submit(page, {}, "They were told that it came")
    stale = page
    page = officer.submit(page, {"decision": "cannot-identify"}, "Note the decision")
    assert "We cannot tell whose it is" in page.main
    refused = officer.submit(stale, {"decision": "given"}, "Note the decision", 422)
    assert "Somebody else changed this request" in refused.main
    page = officer.submit(page, {"sent_on": "2026-11-10"}, "The answer was sent")
    assert "None is open." in officer.page("/office/requests").main
    assert "2026-001" in officer.page("/office/requests?settled=yes").main
    officer.page("/office/requests/2031-001", 404)


def test_a_search_leaves_one_entry_with_a_number_and_no_words(
    officer: PageClient, number: str, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    page = officer.page("/office/search")
    assert "Enter at least 3" in officer.submit(page, {"words": "ms"}, "Search", 422).main
    with writing() as session:
        requests.receive(
            session, kind="access", received_on=now.date(), who="A. Writer", about="Everything",
            by="o", now=now, keys=keys,
        )  # fmt: skip
    made_up = {"words": "ms  YELLOWHAMMER", "reference": "the one of Ms Kestrel"}
    refused = officer.submit(page, made_up, "Search", status=422)
    assert "no request with this number" in refused.main
    assert 'value="the one of Ms Kestrel"' in refused.html
    found = officer.submit(page, {"words": "ms  YELLOWHAMMER", "reference": "2026-001"}, "Search")
    assert found.url == "/office/search"
    assert "1 comment found" in found.main
    assert "&lt;i&gt;twice&lt;/i&gt;" in found.html
    assert acts(writing, "comments.search") == [{"hits": 1, "looked_at": 4, "request": "2026-001"}]
    with writing() as session:
        comment = comment_of(session, keys)
        moderation.decide(
            session, comment, outcome="referred", category="child", by="o", now=now, keys=keys, seen_version=0
        )
    found = officer.submit(page, {"words": "yellowhammer"}, "Search")
    assert "0 comments found" in found.main
    assert "1 under a safeguarding hold" in found.main


def test_one_comment_is_erased_and_the_count_stays(
    officer: PageClient, number: str, writing: Writing, keys: Keyring, app: Flask
) -> None:
    found = officer.submit(officer.page("/office/search"), {"words": "yellowhammer"}, "Search")
    page = officer.submit(found, {}, "Erase comment 1")
    assert page.h1 == "Erase for good?"
    assert "Yellowhammer" in page.main
    assert (
        "Choose one of the reasons" in officer.submit(page, {"what": "comment"}, "Erase for good", 422).main
    )
    officer.submit(page, {"what": "comment", "reason": "identifies"}, "Erase for good")
    officer.submit(page, {"what": "comment", "reason": "identifies"}, "Erase for good", 404)
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 2
        assert session.scalar(select(func.count()).select_from(Comment)) == 3
    assert [act["reason"] for act in acts(writing, "comment.erase")] == ["identifies"]
    assert acts(writing, "response.erase") == []
    ledger = erasure.Ledger(app.extensions["portal.settings"].ledger_path)
    assert [line.op for line in ledger] == ["comment"]
    folder = Path(app.extensions["portal.settings"].data_dir)
    assert b"Yellowhammer" not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_a_response_is_erased_by_its_receipt_number_unseen(
    officer: PageClient, number: str, writing: Writing
) -> None:
    page = officer.page("/office/search")
    officer.submit(page, {"number": "KX12"}, "Find the response", 422)
    page = officer.submit(page, {"number": number}, "Find the response")
    assert "Yellowhammer" not in page.html
    assert number not in page.url
    officer.submit(page, {"reason": "respondent"}, "Erase for good")
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_a_hold_is_stronger_than_erasure_of_the_comment(
    officer: PageClient, number: str, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    found = officer.submit(officer.page("/office/search"), {"words": "yellowhammer"}, "Search")
    with writing() as session:
        comment = comment_of(session, keys)
        moderation.decide(
            session, comment, outcome="referred", category="child", by="o", now=now, keys=keys, seen_version=0
        )
    page = officer.submit(found, {}, "Erase comment 1")
    assert "Yellowhammer" not in page.html
    page = officer.submit(page, {"what": "comment", "reason": "identifies"}, "Erase for good", 422)
    assert "A safeguarding hold keeps this comment" in page.main


def test_erasing_is_a_dangerous_act(officer: PageClient, number: str, clock: Clock, writing: Writing) -> None:
    found = officer.submit(officer.page("/office/search"), {"words": "yellowhammer"}, "Search")
    clock.pass_by(minutes=15)
    officer.submit(found, {}, "Erase comment 1", 403)


def test_retention_is_set_previewed_done_and_reported(
    app: Flask, officer: PageClient, number: str, writing: Writing, keys: Keyring, clock: Clock
) -> None:
    assert "Nothing yet." in officer.page("/office/retention").main
    store = app.extensions["portal.database"]
    clock.pass_by(days=30)
    officer = sign_in(app, "information")
    page = officer.page("/office/retention")
    assert "What people wrote" in page.main
    assert (
        "Enter a number from 1 to 36"
        in officer.submit(page, {"keep": "99"}, "Set What people wrote", 422).main
    )
    page = officer.submit(page, {"keep": "1"}, "Set What people wrote")
    assert "the survey closed" in page.main
    other = {"survey": "autumn", "since": "2026-12-05"}
    refused = officer.submit(page, other, "Set the day", 422)
    assert "2026-12-05" in refused.html
    page = officer.submit(refused, other | {"reason": "Priorities <b>published</b>"}, "Set the day")
    assert "5 January 2027" in page.main
    assert "set by an officer" in page.main
    (fact,) = acts(writing, "retention.start")
    assert fact["since"] == "2026-12-05"
    assert "Priorities" not in json.dumps(fact)
    assert jobs.retire(jobs.Desk(store, keys, clock())) == 0
    clock.pass_by(days=40)
    assert jobs.retire(jobs.Desk(store, keys, clock())) == 4
    assert jobs.retire(jobs.Desk(store, keys, clock())) == 0
    assert acts(writing, "retention.run") == [{"held": 0, "text": 4}]
    assert "What people wrote: 4" in sign_in(app, "information").page("/office/retention").main
    with writing() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 2


def test_a_shorter_life_of_drafts_is_kept_when_a_code_is_given(
    app: Flask, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    Site(app, writing, keys, now).publish(samples.every_kind())
    with writing() as session:
        retention.set_rule(session, "drafts", 3, by="o", now=now, keys=keys)
        survey = session.scalars(select(Survey)).one()
        version = surveys.current_version(session, survey.id)
        assert version is not None
        responses.start(session, survey, version, locale="pl", token="t", keys=keys, now=now)
        life = retention.draft_life(session)
        responses.give_return_code(session, "t", keys=keys, now=now, life=life)
        assert session.scalars(select(Draft.expires_at)).one() == now + dt.timedelta(days=3)


def test_an_appeal_is_settled_by_somebody_else(
    app: Flask, number: str, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    first, second = sign_in(app, "moderator", name="First"), sign_in(app, "moderator", name="Second")
    with writing() as session:
        comment = comment_of(session, keys)
        moderation.decide(
            session, comment, outcome="withheld", reason="identifies", keys=keys, now=now, seen_version=0,
            by=first.officer.by,  # type: ignore[attr-defined]
        )  # fmt: skip
        response = session.get_one(Response, (comment.survey_id, comment.response_id))
        words = "It is <u>my own</u> name"
        appeals.appeal(session, response, comment.id, words=words, now=now, keys=keys)
    page = first.page("/office/appeals")
    assert "You decided it" in page.main
    page = first.page(page.link("Appeal of 10 November 2026 1"))
    assert "&lt;u&gt;my own&lt;/u&gt;" in page.html
    refused = first.submit(page, {"outcome": "kept"}, "Settle the appeal", 422)
    assert "somebody else has to look" in refused.main
    page = second.page("/office/appeals")
    page = second.page(page.link("Appeal of 10 November 2026 1"))
    assert "Choose whether the decision stands" in second.submit(page, {}, "Settle the appeal", 422).main
    page = second.submit(page, {"outcome": "changed"}, "Settle the appeal")
    assert "None." in page.main
    with writing() as session:
        assert comment_of(session, keys).state == "waiting"
        assert session.scalars(select(Appeal.outcome)).all() == ["changed"]
    assert acts(writing, "appeal.settle")[0]["outcome"] == "changed"
    with writing() as session:
        comment = comment_of(session, keys)
        survey = session.get_one(Survey, comment.survey_id)
        address = f"/office/comments/{survey.slug}/{comment.id}"
    anew = {"outcome": "withheld", "reason": "abuse"}
    page = first.page(address)
    refused = first.submit(page, anew, "Save and open the next", 422)
    assert "somebody else decides this comment" in refused.main
    with writing() as session:
        assert comment_of(session, keys).state == "waiting"
    assert "asked for your decision" not in second.page(address).main
    second.submit(second.page(address), anew, "Save and open the next")
    with writing() as session:
        assert comment_of(session, keys).state == "withheld"
    assert [fact for fact in acts(writing, "comment.decide") if "alone" in fact] == []
    first.submit(first.page(address), anew | {"alone": "y"}, "Save and open the next")
    assert [fact["alone"] for fact in acts(writing, "comment.decide") if "alone" in fact] == [
        "nobody-available"
    ]
    second.page("/office/appeals/nothing", 404)


def test_the_first_page_says_what_waits_for_each_role(
    app: Flask, number: str, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    with writing() as session:
        comment = comment_of(session, keys)
        noted: dict[str, Any] = {"by": "o", "now": now, "keys": keys}
        moderation.decide(session, comment, outcome="withheld", reason="abuse", seen_version=0, **noted)
        response = session.get_one(Response, (comment.survey_id, comment.response_id))
        appeals.appeal(session, response, comment.id, words="", now=now, keys=keys)
        other = comment_of(session, keys, "Nothing about anybody")
        moderation.decide(session, other, outcome="referred", category="child", seen_version=0, **noted)
        late = now.date() - dt.timedelta(days=60)
        requests.receive(session, kind="foi", received_on=late, who="W", about="A", **noted)
    shown = {
        role: sign_in(app, role).page("/office/").main
        for role in ("moderator", "safeguarding", "information")
    }
    assert "Appeals of writers" in shown["moderator"]
    assert "Safeguarding" not in shown["moderator"]
    assert "In time" in shown["safeguarding"]
    assert "1 late" in shown["information"]
    assert "child" not in shown["safeguarding"]


def test_a_complaint_from_the_site_stands_in_the_same_register(
    officer: PageClient, writing: Writing, keys: Keyring, now: dt.datetime
) -> None:
    with writing() as session:
        sent = complaints.receive(
            session, text="You kept my <b>answers</b>", name="", contact="", subject="{reference}",
            body="{reference}", address="a", now=now - dt.timedelta(days=40), keys=keys,
        )  # fmt: skip
        reference = sent.reference
    assert "Complaints about personal dataNot answered: 1" in officer.page("/office/").main
    page = officer.page("/office/requests")
    assert f"{reference}: Complaint from the site" in page.main
    assert "answers" not in page.main.partition("Complaint from the site")[2].partition("Enter a request")[0]
