"""The copy for an access request: all of one receipt number, nobody else's, no officer; noted, not kept."""

# ruff: noqa: F811 - fixtures of another module

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.partnership import requests
from surveys import erasure, moderation, surveys
from surveys.moderation import Redaction, appeals, work
from surveys.moderation.concerns import Concern
from surveys.records import Response
from surveys.results import releases
from surveys.sealing import Keyring
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal.office.test_requests import (  # noqa: F401
    TEXT,
    Writing,
    acts,
    comment_of,
    number,
    officer,
)
from tests.surveys.questionnaire import samples

BY = "officer:vanishing-moderator"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def noted(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys}


def asked(officer: PageClient, writing: Writing, noted: dict[str, Any], kind: str = "access") -> Page:
    with writing() as session:
        row = requests.receive(
            session, kind=kind, received_on=noted["now"].date(), who="W", about="Mine", **noted
        )
        reference = row.reference
    return officer.page(f"/office/requests/{reference}")


def made(client: PageClient, page: Page, button: str, **values: str) -> Any:
    form = page.form(button)
    data = dict(form.filled(values, button))
    return client.post(form.action, data=data, headers={"Origin": "http://localhost"})


def test_the_copy_holds_everything_of_one_response_and_names_no_officer(
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
    keys: Keyring,
    now: dt.datetime,
) -> None:
    with writing() as session:
        comment = comment_of(session, keys)
        survey_id, response_id = comment.survey_id, comment.response_id
        moderation.decide(
            session, comment, outcome="redacted", reason="identifies", seen_version=0,
            redactions=[Redaction(4, 19, "name")], **noted,
        )  # fmt: skip
        response = session.get_one(Response, (survey_id, response_id))
        appeals.appeal(session, response, comment.id, words="It is <u>me</u>", now=now, keys=keys)
        work.translate(session, comment, locale="pl", text="Zapytaj dwa razy", **noted)
    page = asked(officer, writing, noted)
    sent = made(officer, page, "Make the copy", number=number)
    assert sent.status_code == 200
    reference = page.url.rpartition("/")[2]
    assert sent.headers["Content-Disposition"] == f"attachment; filename=copy-{reference}.html"
    assert "no-store" in sent.headers["Cache-Control"]
    copy = sent.get_data(as_text=True)
    for words in (
        "Ask Ms Yellowhammer &lt;i&gt;twice&lt;/i&gt;", "Ask [name] &lt;i&gt;twice&lt;/i&gt;",
        "It is &lt;u&gt;me&lt;/u&gt;", "Zapytaj dwa razy", "Names a person or lets them", "A bit unsafe",
        "10 November 2026",
    ):  # fmt: skip
        assert words in copy, words
    for words in ("Nothing about anybody", BY, "vanishing", response_id, number):
        assert words not in copy, words
    assert acts(writing, "request.copy") == [{"survey": survey_id, "response": response_id, "kept_back": 0}]


def test_every_question_answered_is_in_it(
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
) -> None:
    copy = made(officer, asked(officer, writing, noted), "Make the copy", number=number).get_data(
        as_text=True
    )
    with writing() as session:
        response = session.scalars(select(Response)).first()
        assert response is not None
        given = response.answers
    for question in samples.every_kind().questions:
        if question.id in given and "{" not in question.text["en_GB"]:
            assert question.text["en_GB"].replace("'", "&#39;") in copy, question.id


def test_what_a_hold_keeps_is_left_out_and_only_after_the_lead_agreed(
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
    keys: Keyring,
    tmp_path: Path,
) -> None:
    with writing() as session:
        comment = comment_of(session, keys)
        moderation.decide(session, comment, outcome="referred", category="child", seen_version=0, **noted)
    page = asked(officer, writing, noted)
    refused = made(officer, page, "Make the copy", number=number)
    assert refused.status_code == 422
    assert "Ask the safeguarding lead first" in refused.get_data(as_text=True)
    assert acts(writing, "request.copy") == []
    copy = made(officer, page, "Make the copy", number=number, agreed="y").get_data(as_text=True)
    assert "Answers" in copy
    for words in ("Yellowhammer", "risk", "safeguarding", "child", "on hold", "eferred"):
        assert words not in copy, words
    assert acts(writing, "request.copy")[0]["kept_back"] == 1
    with writing() as session:
        concern = session.scalars(select(Concern)).one()
        erasure.release(
            session, concern, reason="not-safeguarding", seen_version=concern.version,
            ledger=erasure.Ledger(tmp_path / "erasures.log"), **noted,
        )  # fmt: skip
    assert made(officer, page, "Make the copy", number=number).status_code == 422
    copy = made(officer, page, "Make the copy", number=number, agreed="y").get_data(as_text=True)
    assert "Yellowhammer" in copy


def test_only_the_information_officer_makes_one_with_a_fresh_sign_in_and_a_true_number(
    app: Flask,
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
    clock: Clock,
) -> None:
    page = asked(officer, writing, noted)
    wrong = made(officer, page, "Make the copy", number="AAAA-AAAA-AAAA")
    assert wrong.status_code == 422
    assert "AAAA-AAAA-AAAA" in wrong.get_data(as_text=True)
    address = page.form("Make the copy").action
    for role in ("administrator", "moderator", "safeguarding", "analyst", "consultation", "auditor"):
        client = sign_in(app, role)
        data = dict(client.page("/office/").form("Sign out").filled({}, "Sign out")) | {"number": number}
        assert client.post(address, data=data, headers={"Origin": "http://localhost"}).status_code == 403
    clock.pass_by(minutes=15)
    late = made(officer, officer.page(page.url), "Make the copy", number=number)
    assert "Yellowhammer" not in late.get_data(as_text=True)
    assert acts(writing, "request.copy") == []


def test_no_copy_is_offered_for_another_kind(
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
) -> None:
    access, foi = asked(officer, writing, noted), asked(officer, writing, noted, "foi")
    assert "Make the copy" not in foi.html
    form = access.form("Make the copy")
    data = dict(form.filled({"number": number}, "Make the copy"))
    at = form.action.replace(access.url.rpartition("/")[2], foi.url.rpartition("/")[2])
    assert officer.post(at, data=data, headers={"Origin": "http://localhost"}).status_code == 404


def test_what_is_public_goes_into_one_file_and_nothing_else(
    officer: PageClient,
    number: str,
    writing: Writing,
    noted: dict[str, Any],
    clock: Clock,
) -> None:
    with writing() as session:
        survey = surveys.by_slug(session, "autumn")
        assert survey is not None
        after = noted["now"] + dt.timedelta(days=60)
        releases.make(session, survey, **noted | {"now": after})
    sent = made(officer, asked(officer, writing, noted, "foi"), "Make the file")
    assert sent.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(sent.get_data())) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert set(files) == {"results/autumn-1.csv", "results/autumn-1.json", "moderation.csv", "about.txt"}
    assert json.loads(files["results/autumn-1.json"])["survey"] == "autumn"
    rows = list(csv.reader(io.StringIO(files["moderation.csv"])))
    assert rows[0] == ["year", "figure", "reason", "comments"]
    assert not any("Yellowhammer" in body or BY in body for body in files.values())
    assert acts(writing, "request.copy") == [{"public": True}]
