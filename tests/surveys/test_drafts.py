"""Drafts: sealed, found by a token or a code only, never lost to a second tab, and gone in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys import responses, surveys
from surveys.errors import SurveysError
from surveys.responses import Draft, DraftState
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import BY, CLOSES, Fill
from tests.surveys.questionnaire import samples

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def opened(session: Session, token: str, keys: Keyring, now: dt.datetime) -> DraftState:
    state = responses.open_draft(session, token, keys=keys, now=now)
    assert state is not None
    return state


def test_a_draft_comes_back_whole(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    saved = fill(survey, seen=["1", "2"], declined=["other"], returning="check", locale="en_GB")
    state = opened(session, "token", keys, now)
    assert state == saved
    assert (state.revision, state.locale, state.answers) == (2, "en_GB", samples.PATHS["adult, everything"])


def test_a_draft_shows_nothing_when_printed(survey: Survey, fill: Fill) -> None:
    shown = repr(fill(survey, return_code="4821-7730-1956-2284"))
    assert not any(word in shown for word in ("Dogs", "scams", "token", "4821"))


def test_nothing_of_a_draft_is_readable_in_its_row(session: Session, survey: Survey, fill: Fill) -> None:
    fill(survey)
    row = session.execute(text("SELECT * FROM draft")).mappings().one()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert not any(word in stored for word in (b"Dogs", b"roads", b"E05000002", b"token"))


def test_other_tokens_open_nothing(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    fill(survey)
    assert responses.open_draft(session, "Token", keys=keys, now=now) is None
    assert responses.open_draft(session, "", keys=keys, now=now) is None


@pytest.mark.parametrize(
    ("at", "state"),
    [(-10 * DAY, "coming"), (20 * DAY, "closed"), (CLOSES, "grace")],
)
def test_nobody_starts_outside_the_window(
    session: Session,
    survey: Survey,
    keys: Keyring,
    now: dt.datetime,
    at: dt.datetime | dt.timedelta,
    state: str,
) -> None:
    version = surveys.current_version(session, survey.id)
    assert version is not None
    moment = at if isinstance(at, dt.datetime) else now + at
    with refused("survey.not_open") as refusal:
        responses.start(session, survey, version, locale="pl", token="t", keys=keys, now=moment)
    assert refusal.value.facts == {"state": state}


def test_two_tabs_do_not_overwrite_each_other(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    fill(survey)
    first, second = opened(session, "token", keys, now), opened(session, "token", keys, now)
    first.answers["heard"] = "first"
    responses.save(session, first, seen_revision=first.revision, keys=keys, now=now)
    second.answers["heard"] = "second"
    with refused("draft.stale"):
        responses.save(session, second, seen_revision=second.revision, keys=keys, now=now)
    assert opened(session, "token", keys, now).answers["heard"] == "first"
    assert (first.revision, second.revision) == (3, 2)


def test_a_plain_draft_lives_a_day_from_its_last_save(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    assert responses.open_draft(session, "token", keys=keys, now=now + DAY - SECOND) is not None
    assert responses.open_draft(session, "token", keys=keys, now=now + DAY) is None
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=now + 23 * HOUR)
    assert responses.open_draft(session, "token", keys=keys, now=now + 2 * DAY - 2 * HOUR) is not None
    with refused("draft.gone"):
        responses.save(session, state, seen_revision=state.revision, keys=keys, now=now + 3 * DAY)


def test_an_open_draft_has_an_hour_of_grace(
    session: Session, survey: Survey, fill: Fill, keys: Keyring
) -> None:
    late = CLOSES - HOUR
    state = fill(survey)
    session.execute(text("UPDATE draft SET expires_at = :at"), {"at": CLOSES.replace(tzinfo=None)})
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=late)
    assert responses.open_draft(session, "token", keys=keys, now=CLOSES + HOUR - SECOND) is not None
    assert responses.open_draft(session, "token", keys=keys, now=CLOSES + HOUR) is None


def test_a_return_code_keeps_a_draft_fourteen_days(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    fill(survey)
    code = responses.give_return_code(session, "token", keys=keys, now=now)
    assert responses.recognise(code) == "return"
    assert responses.open_draft(session, "token", keys=keys, now=now + 14 * DAY - SECOND) is not None
    assert responses.open_draft(session, "token", keys=keys, now=now + 14 * DAY) is None
    state = opened(session, "token", keys, now + DAY)
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=now + DAY)
    assert responses.open_draft(session, "token", keys=keys, now=now + 13 * DAY) is not None


def test_a_return_code_never_outlives_the_survey(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    survey.closes_at = now + 2 * DAY
    session.flush()
    fill(survey)
    responses.give_return_code(session, "token", keys=keys, now=now)
    ends = now + 2 * DAY + HOUR
    assert responses.open_draft(session, "token", keys=keys, now=ends - SECOND) is not None
    assert responses.open_draft(session, "token", keys=keys, now=ends) is None


def test_asking_twice_gives_the_same_return_code(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    fill(survey)
    code = responses.give_return_code(session, "token", keys=keys, now=now)
    state = opened(session, "token", keys, now)
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)
    responses.resume(session, code, new_token="elsewhere", keys=keys, now=now)
    assert responses.give_return_code(session, "elsewhere", keys=keys, now=now) == code


def test_only_the_code_reopens_a_draft_and_the_old_device_loses_it(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    saved = fill(survey)
    code = responses.give_return_code(session, "token", keys=keys, now=now)
    typed = code.replace("-", " ").replace("1", "l")
    state = responses.resume(session, typed, new_token="elsewhere", keys=keys, now=now + 5 * DAY)
    assert (state.token, state.answers, state.version_id) == ("elsewhere", saved.answers, saved.version_id)
    assert responses.open_draft(session, "token", keys=keys, now=now) is None
    assert opened(session, "elsewhere", keys, now) == state


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("LX7Q-4TXD-9RWB", "return.is_receipt"),
        ("4821-7730-1956-228", "return.malformed"),
        ("", "return.malformed"),
        ("\x00", "return.malformed"),
        ("4821-7730-1956-2284", "return.unknown"),
    ],
)
def test_resume_refuses(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, typed: str, code: str
) -> None:
    fill(survey)
    responses.give_return_code(session, "token", keys=keys, now=now)
    with refused(code) as refusal:
        responses.resume(session, typed, new_token="other", keys=keys, now=now)
    assert refusal.value.field == "code"
    assert responses.open_draft(session, "token", keys=keys, now=now) is not None


def test_a_code_opens_nothing_after_its_time_or_after_sending(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    fill(survey)
    code = responses.give_return_code(session, "token", keys=keys, now=now)
    with refused("return.unknown"):
        responses.resume(session, code, new_token="late", keys=keys, now=now + 14 * DAY)
    state = opened(session, "token", keys, now)
    responses.submit(session, survey, samples.every_kind(), state, token="token", keys=keys, now=now)
    with refused("return.unknown"):
        responses.resume(session, code, new_token="again", keys=keys, now=now)


def test_no_code_for_a_draft_that_is_gone(session: Session, keys: Keyring, now: dt.datetime) -> None:
    with refused("draft.gone"):
        responses.give_return_code(session, "token", keys=keys, now=now)


def test_discard_leaves_no_row(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    assert responses.discard(session, "token", keys=keys) is True
    assert responses.discard(session, "token", keys=keys) is False
    assert session.scalars(select(Draft)).all() == []
    with refused("draft.gone"):
        responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)
    with refused("draft.gone"):
        responses.submit(session, survey, samples.every_kind(), state, token="token", keys=keys, now=now)


def test_a_sent_draft_cannot_be_saved(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    responses.submit(session, survey, samples.every_kind(), state, token="token", keys=keys, now=now)
    assert responses.open_draft(session, "token", keys=keys, now=now) is None
    with refused("draft.sent"):
        responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)


def test_the_sweep_takes_only_what_is_over(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    for token in ("sent", "plain", "kept"):
        fill(survey, token=token)
    responses.give_return_code(session, "kept", keys=keys, now=now)
    state = opened(session, "sent", keys, now)
    responses.submit(session, survey, samples.every_kind(), state, token="sent", keys=keys, now=now)
    sweeps = [
        responses.expire_drafts(session, now + after) for after in (SECOND, 20 * SECOND * 60, DAY, 14 * DAY)
    ]
    assert sweeps == [0, 1, 1, 1]


def test_a_draft_goes_on_in_a_later_version(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    document = samples.every_kind().model_copy(update={"minutes": 5})
    second = surveys.publish_version(session, survey, document, meaning="same", by=BY, now=now, keys=keys)
    state.version_id = second.id
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)
    assert opened(session, "token", keys, now).version_id == second.id
