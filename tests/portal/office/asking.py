"""A consultation with open surveys, put straight into an application's store, for tests of office pages."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from portal.partnership import rounds
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.surveys import Survey
from tests.portal.publishing import BY, KEYS, store

OPENS = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
CLOSES = surveys.closing_moment(dt.date(2026, 11, 29))


def ask(
    app: Flask,
    document: Questionnaire,
    slug: str = "local",
    prefix: str = "LX",
    audience: str = "residents",
    round_slug: str = "autumn",
) -> Survey:
    """The document as an open survey of the round."""
    noted = {"by": BY, "now": OPENS - dt.timedelta(days=1), "keys": KEYS}
    with store(app).writing() as session:
        survey = surveys.create(
            session, slug=slug, key=document.key, kind=document.kind, receipt_prefix=prefix, **noted
        )
        surveys.publish_version(session, survey, document, meaning="first", **noted)
        surveys.schedule(
            session, survey, opens_at=OPENS, closes_at=CLOSES, withdraw_until=dt.date(2026, 12, 13), **noted
        )
        round_ = rounds.by_slug(session, round_slug) or rounds.create(session, slug=round_slug, **noted)
        rounds.add_survey(session, round_, survey, audience=audience, **noted)
    return survey
