from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from portal.partnership import editing, packs, rounds
from portal.partnership.rounds import SurveyPlan
from surveys import audit, surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.portal.partnership.packs_on_disk import NORTHMOOR, copy_of_northmoor, replace

BY = "cli:tests"
BEFORE = dt.datetime(2031, 10, 1, 12, tzinfo=dt.UTC)
DURING = dt.datetime(2031, 11, 20, 12, tzinfo=dt.UTC)
GRACE = dt.datetime(2031, 12, 14, 23, 59, 30, tzinfo=dt.UTC)
AFTER = dt.datetime(2032, 1, 5, 12, tzinfo=dt.UTC)


def published(session: Session, keys: Keyring, folder: Path = NORTHMOOR, now: dt.datetime = BEFORE) -> Survey:
    pack = packs.read(folder)
    packs.load(session, pack, by=BY, now=now, keys=keys)
    made = rounds.publish(
        session, pack.rounds[0], pack.questionnaires, area_set=pack.area_set, by=BY, now=now, keys=keys
    )
    session.commit()
    return made[0]


def test_publishing_a_plan_freezes_the_places_and_sets_the_window(session: Session, keys: Keyring) -> None:
    survey = published(session, keys)
    version = surveys.current_version(session, survey.id)
    assert version is not None
    document = surveys.questionnaire_of(version)
    assert [(place.code, place.key, place.ward) for place in document.places] == [
        (1, "W05999001", None),
        (2, "W05999002", None),
        (11, "heath", "W05999001"),
        (12, "mill", None),
    ]
    assert [one.key for one in document.dimensions[0].categories] == ["w05999001", "w05999002"]
    assert (survey.slug, survey.key, survey.kind, survey.receipt_prefix, survey.demonstration) == (
        "winter-talk",
        "neighbours",
        "anonymous",
        "NM",
        False,
    )
    assert survey.opens_at == dt.datetime(2031, 11, 3, tzinfo=dt.UTC)
    assert survey.closes_at == surveys.closing_moment(dt.date(2031, 12, 14))
    assert survey.withdraw_until == dt.date(2031, 12, 21)
    round_ = rounds.of_survey(session, survey.id)
    assert round_ is not None
    assert round_.slug == "winter"
    assert audit.check(session, keys) == []


def test_a_round_with_dates_is_promised_and_never_hidden(session: Session, keys: Keyring) -> None:
    published(session, keys)
    [round_] = rounds.everyone(session)
    assert round_.launched_at is None
    with pytest.raises(SurveysError, match=r"^round\.announced$"):
        editing.retire(session, "round", round_.slug, retired=True, by=BY, now=DURING, keys=keys)


def test_publishing_again_makes_nothing_new(session: Session, keys: Keyring) -> None:
    first = published(session, keys)
    count = len(list(audit.entries(session)))
    pack = packs.read(NORTHMOOR)
    again = rounds.publish(
        session, pack.rounds[0], pack.questionnaires, area_set=pack.area_set, by=BY, now=AFTER, keys=keys
    )
    session.commit()
    assert [one.id for one in again] == [first.id]
    assert len(list(audit.entries(session))) == count


@pytest.mark.parametrize(
    ("now", "where", "state"),
    [
        (BEFORE, "coming", "coming"),
        (DURING, "open", "open"),
        (GRACE, "closed", "closed"),
        (AFTER, "closed", "closed"),
    ],
)
def test_the_listing_follows_the_surveys_windows(
    session: Session, keys: Keyring, now: dt.datetime, where: str, state: str
) -> None:
    published(session, keys)
    listing = rounds.listing(session, now, "cy")
    counted = {name: len(getattr(listing, name)) for name in ("coming", "open", "closed")}
    assert counted == {"coming": 0, "open": 0, "closed": 0} | {where: 1}
    (shown,) = getattr(listing, where)
    assert (
        shown.slug,
        shown.state,
        shown.opens_on,
        shown.closes_on,
        shown.results_due,
        shown.outcome_due,
    ) == (
        "winter",
        state,
        dt.date(2031, 11, 3),
        dt.date(2031, 12, 14),
        dt.date(2032, 2, 1),
        dt.date(2032, 2, 22),
    )
    assert [(one.survey.slug, one.audience) for one in shown.surveys] == [("winter-talk", "neighbours")]
    assert (shown.entry.texts.title, shown.entry.lang("title")) == ("Winter talk", "en-GB")
    assert rounds.one(session, "winter", now, "cy") == shown


def test_a_paused_survey_still_stands_among_the_open_and_a_withdrawn_one_vanishes(
    session: Session, keys: Keyring
) -> None:
    survey = published(session, keys)
    surveys.pause(session, survey, reason="A mistake in question 2", by=BY, now=DURING, keys=keys)
    assert [one.state for one in rounds.listing(session, DURING).open] == ["paused"]
    surveys.withdraw_survey(session, survey, reason="Wrong questions", by=BY, now=DURING, keys=keys)
    listing = rounds.listing(session, DURING)
    assert (listing.coming, listing.open, listing.closed) == ((), (), ())
    assert rounds.one(session, "winter", DURING) is None


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], "draft"),
        (["draft"], "draft"),
        (["withdrawn"], "draft"),
        (["draft", "coming"], "coming"),
        (["coming", "open"], "open"),
        (["paused", "open"], "open"),
        (["paused", "closed"], "paused"),
        (["closed", "coming"], "coming"),
        (["grace"], "closed"),
        (["grace", "open"], "open"),
        (["closed", "withdrawn"], "closed"),
    ],
)
def test_a_rounds_state_is_derived(states: list[str], expected: str) -> None:
    assert rounds.state_of(states) == expected


def test_a_slug_is_used_once(session: Session, keys: Keyring) -> None:
    rounds.create(session, slug="spring", by=BY, now=BEFORE, keys=keys)
    with pytest.raises(SurveysError) as caught:
        rounds.create(session, slug="spring", by=BY, now=BEFORE, keys=keys)
    assert (caught.value.code, caught.value.field) == ("round.exists", "slug")


@pytest.mark.parametrize("now", [DURING, AFTER, DURING + dt.timedelta(days=1000)])
def test_days_relative_to_publication_are_open_on_any_day(
    session: Session, keys: Keyring, tmp_path: Path, now: dt.datetime
) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, "rounds/winter.toml", "opens = 2031-11-03", "opens_days_before = 2")
    replace(folder, "rounds/winter.toml", "closes = 2031-12-14", "closes_days_after = 3")
    published(session, keys, folder, now)
    (shown,) = rounds.listing(session, now).open
    today = now.date()
    assert (shown.opens_on, shown.closes_on) == (
        today - dt.timedelta(days=2),
        today + dt.timedelta(days=3),
    )


WINDOW: dict[str, Any] = {
    "slug": "s",
    "questionnaire": "q",
    "audience": "a",
    "receipt_prefix": "AB",
}


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"opens": dt.date(2031, 1, 1)},
        {"opens": dt.date(2031, 1, 1), "opens_days_before": 1, "closes": dt.date(2031, 2, 1)},
        {"opens": dt.date(2031, 2, 1), "closes": dt.date(2031, 1, 1)},
        {"opens": dt.date(2031, 2, 1), "closes_days_after": 4},
        {"opens_days_after": 5, "closes_days_after": 4},
        {"opens_days_before": 5, "closes_days_before": 6},
        {"opens_days_before": -5, "closes_days_after": 6},
    ],
)
def test_a_window_that_makes_no_sense_is_refused(days: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SurveyPlan.model_validate(WINDOW | days)


def test_summer_time_changes_nothing_about_the_last_day() -> None:
    for day in (dt.date(2031, 3, 30), dt.date(2031, 7, 1), dt.date(2031, 10, 26)):
        assert rounds.last_day(surveys.closing_moment(day)) == day
