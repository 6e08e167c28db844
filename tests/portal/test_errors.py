"""Error pages: plain, in the house's look, and there even when everything else is gone."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from portal import database, errors
from portal.errors import NotSaved
from portal.permissions import PERMISSIONS, Permission
from surveys.errors import SurveysError
from tests.pages import Page, PageClient

OWN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_what_is_not_in_the_office_leads_back_to_it(client: PageClient) -> None:
    assert Page(client.get("/office/nothing-here")).link("Go to the office") == "/office/"
    assert Page(client.get("/nothing-here")).link("Go to the home page") == "/"


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> PageClient:
    """A site with an address that fails in whichever way is asked for."""
    causes: dict[str, Exception] = {
        "fault": LookupError("a secret somebody wrote"),
        "not-saved": NotSaved("OperationalError"),
        "away": OperationalError("SELECT 1", None, sqlite3.OperationalError("disk I/O error")),
        "refused": SurveysError("choice.unknown"),
        "unworded": SurveysError("nobody.knows"),
        "missing": SurveysError("survey.unknown"),
        "throttled": SurveysError("code.throttled"),
        "unavailable": ServiceUnavailable(),
    }

    def fail(cause: str) -> ResponseReturnValue:
        if cause.isdigit():
            abort(int(cause))
        raise causes[cause]

    monkeypatch.setitem(PERMISSIONS, "fail", Permission.RESPOND)
    app.add_url_rule("/surveys/fail/<cause>", "fail", fail, methods=["GET", "POST"])
    app.testing = False
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.mark.parametrize(
    ("cause", "status", "heading"),
    [
        ("400", 400, "We could not read that request"),
        ("403", 403, "That is not allowed"),
        ("404", 404, "Page not found"),
        ("405", 405, "This page cannot be used that way"),
        ("413", 413, "That is more than we can take"),
        ("418", 418, "We could not read that request"),
        ("429", 429, "Too many tries"),
        ("500", 500, "Sorry, something went wrong"),
        ("501", 501, "Sorry, something went wrong"),
        ("fault", 500, "Sorry, something went wrong"),
        ("away", 503, "Sorry, this page is not available at the moment"),
        ("unavailable", 503, "Sorry, this page is not available at the moment"),
        ("refused", 422, "We could not do that"),
        ("unworded", 422, "We could not do that"),
        ("missing", 404, "Page not found"),
        ("throttled", 429, "Too many tries"),
    ],
)
def test_each_fault_has_its_page(failing: PageClient, cause: str, status: int, heading: str) -> None:
    page = failing.page(f"/surveys/fail/{cause}", status=status)
    assert page.h1 == heading
    assert page.title.startswith(heading)
    assert "In an emergency call 999" in page.main
    assert "secret" not in page.html


def test_a_wrong_method_says_which_are_right(client: PageClient) -> None:
    answer = client.post("/rounds", headers=OWN)
    assert (answer.status_code, sorted(answer.headers["Allow"].split(", "))) == (
        405,
        ["GET", "HEAD", "OPTIONS"],
    )


def token(client: PageClient) -> str:
    form = client.page("/surveys/receipt").form()
    return dict(form.fields)["csrf_token"]


@pytest.mark.parametrize("cause", ["not-saved", "away"])
def test_an_answer_that_was_not_saved_is_kept_in_the_page(failing: PageClient, cause: str) -> None:
    typed = "«Zażółć»\n<script>&\u202e"
    data = {"csrf_token": token(failing), "comment": typed, "several": ["a", "b"]}
    page = Page(failing.post(f"/pl/surveys/fail/{cause}?x=1", data=data, headers=OWN))
    assert (page.status, page.response.headers["Retry-After"]) == (503, "30")
    form = page.form()
    kept = [(name, value) for name, value in form.fields if name != "csrf_token"]
    assert (form.action, form.method) == (f"/pl/surveys/fail/{cause}", "post")
    assert kept == [("comment", typed), ("several", "a"), ("several", "b")]
    assert dict(form.fields)["csrf_token"]


def test_an_expired_form_can_be_sent_again(failing: PageClient) -> None:
    data = {"csrf_token": "old", "comment": "words"}
    page = Page(failing.post("/surveys/fail/refused", data=data, headers=OWN))
    assert (page.status, page.h1) == (400, "This page was open for too long")
    again = failing.submit(page, status=422)
    assert again.h1 == "We could not do that"


def test_without_a_database_pages_still_say_what_happened(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", None, sqlite3.OperationalError("unable to open database file"))

    app.testing = False
    monkeypatch.setattr(database.Database, "reading", gone)
    page = client.page("/results", status=503)
    assert page.h1 == "Sorry, this page is not available at the moment"


def test_when_nothing_can_be_drawn_the_last_page_stands(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(errors, "draw", broken)
    page = client.page("/nothing-here", status=404)
    assert page.h1 == "Sorry, something went wrong"
    refused = Page(client.post("/surveys/receipt", data={"code": "x"}, headers=OWN))
    assert (refused.status, refused.h1) == (400, "Your answer was not saved")
