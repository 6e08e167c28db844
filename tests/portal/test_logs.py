"""Logs say what happened and never who asked, from where, or what they wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from portal import logs
from portal.permissions import PERMISSIONS, Permission
from tests.pages import PageClient


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def stream(app: Flask) -> Iterator[io.StringIO]:
    written = io.StringIO()
    logs.configure("info", written)
    yield written
    logs.configure("error")


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_public_page_leaves_its_endpoint_only(client: PageClient, stream: io.StringIO) -> None:
    client.get("/rounds?who=somebody", headers={"User-Agent": "agent-name"})
    (line,) = lines(stream)
    assert {key: line[key] for key in ("event", "method", "endpoint", "status", "level")} == {
        "event": "request",
        "method": "GET",
        "endpoint": "public.have_your_say",
        "status": 200,
        "level": "info",
    }
    assert set(line) == {"event", "method", "endpoint", "status", "level", "ms", "request_id", "timestamp"}


def test_survey_receipt_and_return_pages_leave_no_line(client: PageClient, stream: io.StringIO) -> None:
    for path in ("/surveys/receipt", "/surveys/return", "/surveys/x/start", "/surveys/left", "/healthz"):
        client.get(path)
    client.post("/surveys/exit")
    assert lines(stream) == []


def test_a_fault_leaves_its_place_and_not_its_words(
    app: Flask, client: PageClient, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(slug: str) -> str:
        raise ValueError(f"a secret of {slug}")

    monkeypatch.setitem(PERMISSIONS, "fail", Permission.RESPOND)
    app.add_url_rule("/fail/<slug>", "fail", fail)
    app.testing = False
    client.get("/fail/somebody")
    (line,) = lines(stream)
    assert (line["event"], line["endpoint"], line["fault"], line["level"]) == (
        "fault",
        "fail",
        "ValueError",
        "error",
    )
    assert "test_logs.py" in str(line["frames"])
    assert "secret" not in stream.getvalue()
    assert "somebody" not in stream.getvalue()


def test_lines_of_other_packages_lose_their_words(app: Flask, stream: io.StringIO) -> None:
    try:
        raise OSError("203.0.113.7")
    except OSError:
        logging.getLogger("waitress").exception("Client 203.0.113.7 left /surveys/x")
    (line,) = lines(stream)
    assert line["event"] == "waitress reported something"
    assert "203.0.113.7" not in stream.getvalue()
    assert "/surveys" not in stream.getvalue()


def test_a_fault_page_shows_the_number_in_the_log(app: Flask, stream: io.StringIO) -> None:
    def fail() -> str:
        raise KeyError

    app.add_url_rule("/fail", "static.fail", fail)
    PERMISSIONS["static.fail"] = Permission.PUBLIC
    app.testing = False
    try:
        text = app.test_client().get("/fail").text
    finally:
        del PERMISSIONS["static.fail"]
    assert str(lines(stream)[0]["request_id"]) in text
