"""Guessing codes: ten misses in a quarter of an hour, counted by a hash that changes every day."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from surveys import attempts
from surveys.errors import SurveysError
from surveys.sealing import Keyring

MINUTE = dt.timedelta(minutes=1)


def miss(session: Session, who: bytes, now: dt.datetime, times: int) -> None:
    for _ in range(times):
        attempts.throttle(session, "return", who, now=now)
        attempts.missed(session, "return", who, now=now)


def test_the_eleventh_try_after_ten_misses_is_refused(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    who = attempts.caller(keys, "192.0.2.1", now)
    miss(session, who, now, 5)
    miss(session, who, now + 4 * MINUTE, 5)
    with pytest.raises(SurveysError) as refused:
        attempts.throttle(session, "return", who, now=now + 5 * MINUTE)
    assert (refused.value.code, refused.value.facts) == ("code.throttled", {"minutes": 15})
    attempts.throttle(session, "receipt", who, now=now)
    attempts.throttle(session, "return", attempts.caller(keys, "192.0.2.2", now), now=now)


def test_misses_are_forgotten_after_a_quarter_of_an_hour(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    who = attempts.caller(keys, "192.0.2.1", now)
    miss(session, who, now, 10)
    with pytest.raises(SurveysError):
        attempts.throttle(session, "return", who, now=now + 14 * MINUTE)
    attempts.throttle(session, "return", who, now=now + 15 * MINUTE)
    swept = [attempts.forget_attempts(session, now + after * MINUTE) for after in (14, 15)]
    assert swept == [0, 1]


def test_a_caller_is_somebody_else_tomorrow(keys: Keyring, now: dt.datetime) -> None:
    today = attempts.caller(keys, "192.0.2.1", now)
    assert attempts.caller(keys, "192.0.2.1", now + 11 * 60 * MINUTE) == today
    assert attempts.caller(keys, "192.0.2.1", now + 12 * 60 * MINUTE) != today
    assert b"192" not in today
