"""The store is locked, full, read-only or gone: nobody is told that something was saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from portal.database import Database
from tests.journeys.walker import ADULT, Resident, Site
from tests.pages import Page

WORDS = "words that took a long time to write"


@contextmanager
def broken(app: Flask, fault: Exception) -> Iterator[None]:
    """Every write statement fails as the driver would report it."""
    store: Database = app.extensions["portal.database"]
    engine: Engine = store.engine

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            raise fault

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


@pytest.fixture
def writer(resident: Resident) -> Resident:
    resident.go_to("questions/8", ADULT)
    return resident


def test_a_full_store_says_not_saved_keeps_the_words_and_the_draft(writer: Resident, site: Site) -> None:
    with broken(site.app, OSError(28, "No space left on device")):
        page = writer.press("Continue", 503, why=WORDS)
    assert page.h1 == "Your answer was not saved"
    assert page.title == "Your answer was not saved – Local survey"
    assert any(form.action.endswith("/surveys/exit") for form in page.forms())
    assert dict(page.form("Try again").fields)["why"] == WORDS
    writer.press("Try again")
    assert writer.at == "more/more"
    writer.open("questions/8")
    assert dict(writer.here.form("Continue").fields)["why"] == WORDS


def test_a_submit_that_could_not_be_stored_shows_no_receipt(writer: Resident, site: Site) -> None:
    writer.answer(ADULT, "Finish and send what I have answered")
    with broken(site.app, OSError(28, "No space left on device")):
        page = writer.press("Send my answers now", 503, publish="yes")
    assert page.h1 == "Your answer was not saved"
    assert "receipt" not in page.main
    assert site.responses() == []
    assert site.drafts() == 1
    writer.press("Try again")
    assert writer.here.h1 == "Thank you. Your answers have been sent"
    [response] = site.responses()
    assert response.may_publish is True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_locked_file_says_not_saved(writer: Resident, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.database.WAIT_SECONDS", 0.2)
    with site.writing():
        page = writer.press("Continue", 503, why=WORDS)
    assert page.h1 == "Your answer was not saved"
    writer.press("Try again")
    assert writer.at == "more/more"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_store_that_is_gone_answers_plainly_and_exit_still_works(
    writer: Resident, site: Site, tmp_path: Path
) -> None:
    store: Database = site.app.extensions["portal.database"]
    store.engine.dispose()
    path = tmp_path / "portal.sqlite3"
    path.rename(tmp_path / "away.sqlite3")
    path.mkdir()
    page = writer.press("Continue", 503, why=WORDS)
    assert "not saved" in page.h1
    assert writer.client.get("/surveys/autumn/questions/8").status_code == 503
    answer = writer.client.post("/surveys/exit")
    assert answer.status_code == 303
    assert answer.location.startswith("https://")
    path.rmdir()
    (tmp_path / "away.sqlite3").rename(path)
    assert site.drafts() == 1


def test_no_word_of_a_fault_reaches_the_page(writer: Resident, site: Site) -> None:
    with broken(site.app, OSError(5, "Input/output error on /secret/place")):
        answer = writer.client.post(
            "/surveys/autumn/questions/8",
            data=dict(writer.here.form("Continue").filled({"why": WORDS})),
            headers={"Origin": "http://localhost"},
        )
    assert answer.status_code == 503
    assert "secret" not in Page(answer).html
