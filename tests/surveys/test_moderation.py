"""Comments as officers read them: opened, in no order of arrival, beside no other answer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys import moderation, responses
from surveys.responses import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples


def test_comments_are_read_and_tallied(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    every = samples.every_kind()
    for token in ("a", "b", "c"):
        state = fill(survey, token=token, may_publish=token == "a")
        responses.submit(session, survey, every, state, token=token, keys=keys, now=now)
    ids = sorted(session.scalars(select(Comment.id)))
    session.execute(update(Comment).where(Comment.id == ids[0]).values(state="spam"))
    first = list(moderation.words(session, survey.id, keys=keys, limit=5))
    rest = list(moderation.words(session, survey.id, keys=keys, after=first[-1].id))
    assert [w.id for w in first + rest] == ids
    heard = list(moderation.words(session, survey.id, keys=keys, item="heard"))
    assert [(w.text, w.submitted_on) for w in heard] == [("At the library", dt.date(2026, 11, 10))] * 3
    assert sorted(w.may_publish for w in heard) == [False, False, True]
    assert [w.id for w in moderation.words(session, survey.id, keys=keys, state="spam")] == [ids[0]]
    assert moderation.tally(session, survey.id) == {"spam": 1, "waiting": 11}
    assert "library" not in repr(heard)


def test_moderation_never_changes_a_count(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    every = samples.every_kind()
    for token in ("a", "b"):
        state = fill(survey, token=token)
        responses.submit(session, survey, every, state, token=token, keys=keys, now=now)
    session.execute(update(Comment).values(state="spam"))
    expected = {"topics.else": 2, "why": 2, "why-not.other": 2, "heard": 2}
    assert moderation.written(session, survey.id) == expected
    assert responses.counts(session, survey.id) == 2
    some = session.scalars(select(Response.id)).first()
    session.execute(update(Response).where(Response.id == some).values(status="excluded"))
    assert moderation.written(session, survey.id) == dict.fromkeys(expected, 1)
    assert responses.counts(session, survey.id) == 1
