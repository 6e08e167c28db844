"""Column types and the guard of append-only tables, on both databases."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from surveys import surveys
from surveys.db import new_id
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import BY, Publish
from tests.surveys.questionnaire import samples


def test_a_moment_comes_back_in_utc(session: Session, survey: Survey) -> None:
    london = dt.datetime(2026, 7, 1, 12, 30, tzinfo=ZoneInfo("Europe/London"))
    survey.paused_at = london
    session.flush()
    session.expire(survey)
    assert survey.paused_at == london
    assert survey.paused_at.tzinfo is dt.UTC


def test_a_moment_without_zone_is_refused(session: Session, survey: Survey) -> None:
    survey.paused_at = dt.datetime(2026, 7, 1)
    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_new_ids_are_random_and_fit() -> None:
    ids = {new_id() for _ in range(1000)}
    assert (len(ids), {len(id) for id in ids}) == (1000, {22})


@pytest.mark.parametrize("table", ["audit_entry", "survey_version"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = 99", "DELETE FROM {}"])
def test_append_only_tables_refuse_changes(
    session: Session, publish: Publish, keys: Keyring, now: dt.datetime, table: str, statement: str
) -> None:
    survey = publish(samples.small())
    surveys.pause(session, survey, reason="storm", by=BY, now=now, keys=keys)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement.format(table)))
