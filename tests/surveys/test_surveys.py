"""Surveys: their states by the clock, their versions, their window, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import audit, surveys
from surveys.db import look_back
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyWindow
from tests.surveys.conftest import BY, CLOSES, OPENS, Publish
from tests.surveys.questionnaire import samples

LONDON = ZoneInfo("Europe/London")
SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (dt.date(2026, 11, 29), "2026-11-29T23:59:00+00:00"),
        (dt.date(2026, 7, 1), "2026-07-01T22:59:00+00:00"),
        (dt.date(2026, 3, 28), "2026-03-28T23:59:00+00:00"),  # the night the clocks go forward
        (dt.date(2026, 3, 29), "2026-03-29T22:59:00+00:00"),
        (dt.date(2026, 10, 24), "2026-10-24T22:59:00+00:00"),  # the night they go back
        (dt.date(2026, 10, 25), "2026-10-25T23:59:00+00:00"),
    ],
)
def test_closing_means_a_minute_to_midnight_in_london(day: dt.date, utc: str) -> None:
    moment = surveys.closing_moment(day)
    assert moment.isoformat() == utc
    assert (moment.astimezone(LONDON).date(), surveys.london_day(moment)) == (day, day)
    assert surveys.london_day(moment + 2 * dt.timedelta(minutes=1)) == day + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "at", "state"),
    [
        ({"opens_at": None}, OPENS, "draft"),
        ({}, OPENS - SECOND, "coming"),
        ({}, OPENS, "open"),
        ({}, CLOSES - SECOND, "open"),
        ({}, CLOSES, "grace"),
        ({}, CLOSES + HOUR - SECOND, "grace"),
        ({}, CLOSES + HOUR, "closed"),
        ({"closes_at": None}, CLOSES + HOUR, "open"),
        ({"paused_at": OPENS}, OPENS - SECOND, "paused"),
        ({"paused_at": OPENS}, OPENS, "paused"),
        ({"paused_at": OPENS}, CLOSES, "paused"),
        ({"paused_at": OPENS}, CLOSES + HOUR, "closed"),
        ({"withdrawn_at": OPENS}, CLOSES + HOUR, "withdrawn"),
        ({"withdrawn_at": OPENS, "paused_at": OPENS, "opens_at": None}, OPENS, "withdrawn"),
    ],
)
def test_the_state_follows_from_the_timestamps(fields: dict[str, Any], at: dt.datetime, state: str) -> None:
    survey = Survey(**({"opens_at": OPENS, "closes_at": CLOSES} | fields))
    assert surveys.state(survey, at) == state


def test_grace_is_an_hour_of_time_when_the_clocks_change() -> None:
    closes = dt.datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)  # an hour later it is 1:30 again
    survey = Survey(opens_at=OPENS - dt.timedelta(days=60), closes_at=closes.astimezone(dt.UTC))
    assert surveys.state(survey, closes.astimezone(dt.UTC) + HOUR - SECOND) == "grace"
    assert surveys.state(survey, closes.astimezone(dt.UTC) + HOUR) == "closed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"slug": "Two words"}, "survey.slug"),
        ({"slug": ""}, "survey.slug"),
        ({"kind": "secret"}, "survey.kind"),
        ({"receipt_prefix": "l7"}, "survey.prefix"),
        ({"receipt_prefix": "LXQ"}, "survey.prefix"),
        ({"slug": "local"}, "survey.slug_taken"),
        ({"receipt_prefix": "LX"}, "survey.prefix_taken"),
        ({"receipt_prefix": "IX"}, "survey.prefix_taken"),  # would be read as LX
    ],
)
def test_create_refuses(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime, changed: dict[str, str], code: str
) -> None:
    given = {"slug": "other", "key": "small", "kind": "anonymous", "receipt_prefix": "QA"} | changed
    with refused(code):
        surveys.create(session, **given, by=BY, now=now, keys=keys)


def test_by_slug_finds_only_what_is_there(session: Session, survey: Survey) -> None:
    assert surveys.by_slug(session, "local") is survey
    assert surveys.by_slug(session, "elsewhere") is None


def test_a_version_keeps_the_whole_document(session: Session, survey: Survey) -> None:
    session.expire_all()
    version = surveys.current_version(session, survey.id)
    assert version is not None
    assert surveys.questionnaire_of(version) == samples.every_kind()
    assert (version.number, version.meaning, version.published_by) == (1, "first", BY)


def test_a_document_is_parsed_once_per_version_and_the_cache_stays_small(
    session: Session, survey: Survey
) -> None:
    version = surveys.current_version(session, survey.id)
    assert version is not None
    cache: dict[str, Questionnaire] = {"old": samples.small(), "older": samples.named()}
    first = surveys.questionnaire_of(version, cache, size=2)
    assert surveys.questionnaire_of(version, cache, size=2) is first
    assert list(cache) == ["older", version.id]


def corrected() -> Questionnaire:
    document = samples.every_kind().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["title"]["en_GB"] = "Local survey, corrected"
    return Questionnaire.model_validate(document)


def test_a_correction_is_the_next_version(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    second = surveys.publish_version(
        session, survey, corrected(), meaning="same", note="a typing error", by=BY, now=now, keys=keys
    )
    newest = surveys.current_version(session, survey.id)
    assert newest is second
    assert (second.number, second.meaning, second.note) == (2, "same", "a typing error")


def test_a_first_version_is_first_once(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    with refused("version.meaning"):
        surveys.publish_version(session, survey, corrected(), meaning="first", by=BY, now=now, keys=keys)
    bare = surveys.create(
        session,
        slug="bare",
        key="small",
        kind="anonymous",
        receipt_prefix="QA",
        by=BY,
        now=now,
        keys=keys,
    )
    with refused("version.meaning"):
        surveys.publish_version(session, bare, samples.small(), meaning="same", by=BY, now=now, keys=keys)
    with refused("version.other_survey"):
        surveys.publish_version(session, bare, samples.named(), meaning="first", by=BY, now=now, keys=keys)
    with refused("survey.no_version"):
        surveys.schedule(
            session, bare, opens_at=OPENS, closes_at=CLOSES, withdraw_until=None, by=BY, now=now, keys=keys
        )


def test_every_fault_of_a_version_is_told_at_once(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    document = samples.every_kind().model_dump(mode="json", by_alias=True, exclude_none=True)
    del document["parts"][0]["pages"][4]["questions"][0]["options"][0]  # codes are append-only
    document["headline"] = "nothing"
    with refused("version.faults") as refusal:
        surveys.publish_version(
            session,
            survey,
            Questionnaire.model_validate(document),
            meaning="changed",
            by=BY,
            now=now,
            keys=keys,
        )
    assert len(refusal.value.facts["faults"]) >= 2


def test_schedule_only_widens_a_promise(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    def schedule(**changed: Any) -> None:
        window = {"opens_at": OPENS, "closes_at": CLOSES, "withdraw_until": dt.date(2026, 12, 13)} | changed
        surveys.schedule(session, survey, **window, by=BY, now=now, keys=keys)

    later = surveys.closing_moment(dt.date(2026, 12, 6))
    schedule(closes_at=later, withdraw_until=dt.date(2026, 12, 20))
    assert (survey.closes_at, survey.withdraw_until) == (later, dt.date(2026, 12, 20))
    for changed, code in (
        ({"closes_at": OPENS}, "survey.window"),
        ({"opens_at": OPENS + HOUR}, "survey.already_open"),
        ({"closes_at": now - HOUR}, "survey.closes_in_past"),
        ({"withdraw_until": dt.date(2026, 12, 19)}, "survey.withdraw_until_earlier"),
        ({"withdraw_until": None}, "survey.withdraw_until_earlier"),
    ):
        with refused(code):
            schedule(**changed)


def test_an_ended_survey_stays_ended(session: Session, survey: Survey, keys: Keyring) -> None:
    noted = {"by": BY, "now": CLOSES + HOUR, "keys": keys}
    with refused("survey.ended"):
        surveys.schedule(
            session, survey, opens_at=OPENS, closes_at=CLOSES + 9 * HOUR, withdraw_until=None, **noted
        )
    with refused("survey.ended"):
        surveys.publish_version(session, survey, corrected(), meaning="same", **noted)
    for verb in (surveys.close, surveys.pause):
        with refused("survey.not_open"):
            verb(session, survey, reason="late", **noted)
    surveys.withdraw_survey(session, survey, reason="wrong survey", **noted)
    with refused("survey.ended"):
        surveys.withdraw_survey(session, survey, reason="again", **noted)


def test_each_change_of_state_is_made_and_recorded(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    noted = {"by": BY, "now": now, "keys": keys}
    surveys.pause(session, survey, reason="storm", **noted)
    assert surveys.state(survey, now) == "paused"
    surveys.resume(session, survey, reason="it passed", **noted)
    assert surveys.state(survey, now) == "open"
    surveys.close(session, survey, reason=" enough ", **noted)
    assert (surveys.state(survey, now), survey.closes_at) == ("grace", now)
    session.expire_all()
    said = {one.id: one.words for one in session.scalars(select(audit.Reason))}
    log = [(e.action, said.get(json.loads(e.facts).get("reason"))) for e in audit.entries(session)]
    assert "it passed" not in "".join(e.facts for e in audit.entries(session))
    assert log == [
        ("survey.close", "enough"),
        ("survey.resume", "it passed"),
        ("survey.pause", "storm"),
        ("survey.schedule", None),
        ("survey.publish_version", None),
        ("survey.create", None),
    ]
    assert audit.check(session, keys) == []


def test_a_change_of_state_needs_a_reason(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    for verb in (surveys.close, surveys.pause, surveys.resume, surveys.withdraw_survey):
        with refused("reason.missing"):
            verb(session, survey, reason=" ", by=BY, now=now, keys=keys)
    with refused("survey.not_paused"):
        surveys.resume(session, survey, reason="why not", by=BY, now=now, keys=keys)


def test_a_survey_not_open_yet_is_not_closed(session: Session, publish: Publish, keys: Keyring) -> None:
    survey = publish(samples.small())
    with refused("survey.not_open"):
        surveys.close(session, survey, reason="early", by=BY, now=OPENS - HOUR, keys=keys)


def test_the_window_of_any_moment_stands_for_whoever_looks_back(
    session: Session, survey: Survey, keys: Keyring
) -> None:
    noted = {"by": BY, "keys": keys}
    surveys.pause(session, survey, reason="A fault", now=OPENS + HOUR, **noted)
    surveys.resume(session, survey, reason="Mended", now=OPENS + 2 * HOUR, **noted)
    surveys.close(session, survey, reason="Over", now=OPENS + 3 * HOUR, **noted)
    surveys.withdraw_survey(session, survey, reason="Wrong", now=OPENS + 4 * HOUR, **noted)
    told = []
    for moment in (*(OPENS + hours * HOUR for hours in range(5)), OPENS - dt.timedelta(days=2)):
        look_back(session, moment)
        stood = surveys.by_slug(session, survey.slug)
        assert stood is not None
        assert (stood is survey, stood.id) == (False, survey.id)
        told.append(surveys.state(stood, moment))
        assert (surveys.current_version(session, survey.id) is None) == (told[-1] == "draft")
    assert told == ["open", "paused", "open", "grace", "withdrawn", "draft"]
    look_back(session, None)
    assert surveys.by_slug(session, survey.slug) is survey
    session.commit()  # nothing of what was looked at is stored
    assert survey.withdrawn_at == OPENS + 4 * HOUR


def test_of_a_window_not_kept_for_so_long_the_first_that_was_is_shown(
    session: Session, keys: Keyring
) -> None:
    survey = surveys.create(
        session, slug="old", key="old", kind="anonymous", receipt_prefix="XX", by=BY, now=OPENS, keys=keys
    )
    session.add(SurveyWindow(survey_id=survey.id, number=2, at=CLOSES, opens_at=OPENS, closes_at=CLOSES))
    session.flush()
    look_back(session, OPENS + HOUR)
    assert surveys.as_it_stood(session, survey).closes_at == CLOSES
