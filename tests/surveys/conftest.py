"""Surveys open for answers, and drafts filled in, for the tests of the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys import responses, surveys
from surveys.erasure import Ledger
from surveys.questionnaire.model import Answer, Questionnaire
from surveys.responses import DraftState
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.questionnaire import samples

BY = "cli:tests"
OPENS = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
CLOSES = surveys.closing_moment(dt.date(2026, 11, 29))

Publish = Callable[..., Survey]
Fill = Callable[..., DraftState]


@pytest.fixture
def publish(session: Session, keys: Keyring) -> Publish:
    """Publishes a document as an open survey and commits it."""

    def publish(document: Questionnaire, slug: str = "local", prefix: str = "LX", **more: Any) -> Survey:
        noted = {"by": BY, "now": OPENS - dt.timedelta(days=1), "keys": keys}
        survey = surveys.create(
            session, slug=slug, key=document.key, kind=document.kind, receipt_prefix=prefix, **noted
        )
        surveys.publish_version(session, survey, document, meaning="first", **noted)
        window = {"opens_at": OPENS, "closes_at": CLOSES, "withdraw_until": dt.date(2026, 12, 13)} | more
        surveys.schedule(session, survey, **window, **noted)
        session.commit()
        return survey

    return publish


@pytest.fixture
def survey(publish: Publish) -> Survey:
    return publish(samples.every_kind())


@pytest.fixture
def fill(session: Session, keys: Keyring, now: dt.datetime) -> Fill:
    """Starts a draft under a token, saves these answers in it and commits it."""

    def fill(
        survey: Survey, token: str = "token", answers: dict[str, Answer] | None = None, **more: Any
    ) -> DraftState:
        version = surveys.current_version(session, survey.id)
        assert version is not None
        state = responses.start(session, survey, version, locale="pl", token=token, keys=keys, now=now)
        state.answers = dict(samples.PATHS["adult, everything"] if answers is None else answers)
        state.accepted, state.may_publish = ["more", "about-you"], True
        for name, value in more.items():
            setattr(state, name, value)
        responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)
        session.commit()
        return state

    return fill


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "erased")
