"""A consultation with surveys that are open, for the tests of what officers do beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.partnership import rounds
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey

BY = "cli:tests"
OPENS = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
CLOSES = surveys.closing_moment(dt.date(2026, 11, 29))
PUBLISHED = OPENS - dt.timedelta(days=1)

Ask = Callable[..., Survey]


@pytest.fixture
def ask(session: Session, keys: Keyring) -> Ask:
    """Puts a document as an open survey into the round "autumn" and commits it."""

    def ask(
        document: Questionnaire, slug: str = "local", prefix: str = "LX", audience: str = "residents"
    ) -> Survey:
        noted = {"by": BY, "now": PUBLISHED, "keys": keys}
        survey = surveys.create(
            session, slug=slug, key=document.key, kind=document.kind, receipt_prefix=prefix, **noted
        )
        surveys.publish_version(session, survey, document, meaning="first", **noted)
        surveys.schedule(
            session, survey, opens_at=OPENS, closes_at=CLOSES, withdraw_until=dt.date(2026, 12, 13), **noted
        )
        round_ = rounds.by_slug(session, "autumn") or rounds.create(session, slug="autumn", **noted)
        rounds.add_survey(session, round_, survey, audience=audience, **noted)
        session.commit()
        return survey

    return ask
