"""Fieldwork ticks: counted by day, folded at night, the sums unchanged."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import fieldwork
from surveys.fieldwork import Tick
from surveys.surveys import Survey


def test_ticks_are_summed_by_london_day_page_and_language(
    session: Session, survey: Survey, now: dt.datetime
) -> None:
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)
    for page, locale, at in (("1", "pl", now), ("1", "pl", now), ("1", "en_GB", now), ("2", "pl", late)):
        fieldwork.tick(session, survey.id, page, locale=locale, now=at)
    assert fieldwork.pages_saved(session, survey.id) == {
        (dt.date(2026, 7, 2), "2", "pl"): 1,
        (dt.date(2026, 11, 10), "1", "en_GB"): 1,
        (dt.date(2026, 11, 10), "1", "pl"): 2,
    }


def test_folding_keeps_the_sums_and_leaves_today_alone(
    session: Session, survey: Survey, now: dt.datetime
) -> None:
    yesterday = now - dt.timedelta(days=1)
    for page, at in [("1", yesterday)] * 5 + [("2", yesterday)] + [("1", now)] * 3:
        fieldwork.tick(session, survey.id, page, locale="pl", now=at)
    before = fieldwork.pages_saved(session, survey.id)
    folded = [fieldwork.fold_ticks(session, now), fieldwork.fold_ticks(session, now)]
    count = session.scalar(select(func.count()).select_from(Tick))
    assert (folded, count) == ([4, 0], 5)
    assert fieldwork.pages_saved(session, survey.id) == before
    assert fieldwork.fold_ticks(session, now + dt.timedelta(days=1)) == 2
    assert fieldwork.pages_saved(session, survey.id) == before
