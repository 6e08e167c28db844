"""Responses in the store, for the tests of counting and releasing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys import responses, surveys
from surveys.questionnaire.model import Answers
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.people import document

Send = Callable[..., list[str]]
AFTER = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
"""The survey of the fixture has closed and its hour of grace is over."""


@pytest.fixture
def survey(publish: Callable[..., Survey]) -> Survey:
    """An open survey with every kind of question."""
    return publish(document())


@pytest.fixture
def send(session: Session, keys: Keyring, now: dt.datetime) -> Send:
    """Submits these answers by the real verb, commits them, and gives the receipt numbers."""
    sent: list[str] = []

    def send(survey: Survey, everybody: list[Answers], **more: Any) -> list[str]:
        version = surveys.current_version(session, survey.id)
        assert version is not None
        questionnaire = surveys.questionnaire_of(version)
        numbers = []
        for answers in everybody:
            sent.append("")
            receipt = responses.submit_direct(
                session, survey, version, questionnaire, written_out(answers),
                **{
                    "token": f"token {len(sent)}", "locale": "en_GB", "may_publish": False, "keys": keys,
                    "now": now, **more,
                },
            )  # fmt: skip
            numbers.append(receipt.number)
        session.commit()
        return numbers

    return send


def written_out(answers: Answers) -> dict[str, Any]:
    """A stored response as it was typed: words where only "something was written" is kept."""
    return {key: "words" if value is True else value for key, value in answers.items()}
