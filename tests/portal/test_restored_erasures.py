"""A restored backup does not bring back a comment that was erased, nor anything made of its words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal import custody, schema
from portal.custody import Custody
from portal.database import Database
from surveys import erasure, moderation, responses, surveys
from surveys.moderation import PublicText, Redaction, Translation, appeals, concerns
from surveys.moderation.concerns import Concern, HeldText
from surveys.moderation.records import Appeal
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from tests.conftest import settings_for
from tests.surveys.conftest import CLOSES, OPENS
from tests.surveys.questionnaire import samples
from tests.surveys.test_erasure import stored_bytes, traces

TABLES = (Comment, PublicText, Translation, Appeal, HeldText)


@pytest.fixture
def care(engine: Engine, database_url: str, tmp_path: Path, keys: Keyring, now: dt.datetime) -> Any:
    yield Custody(settings_for(database_url, tmp_path), Database(engine, tmp_path), keys, now)
    schema.upgrade(engine)


def counted(session: Session) -> dict[str, int]:
    return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in TABLES}


def prepare(session: Session, keys: Keyring, now: dt.datetime) -> None:
    """One response: a comment published with changes, translated and appealed about; and one referred."""
    every = samples.every_kind()
    noted: dict[str, Any] = {"by": "o", "now": OPENS - dt.timedelta(days=1), "keys": keys}
    survey = surveys.create(
        session, slug="local", key=every.key, kind=every.kind, receipt_prefix="LX", **noted
    )
    version = surveys.publish_version(session, survey, every, meaning="first", **noted)
    window = {"opens_at": OPENS, "closes_at": CLOSES, "withdraw_until": dt.date(2026, 12, 13)}
    surveys.schedule(session, survey, **window, **noted)
    for token in ("a", "b"):
        answers: dict[str, Any] = samples.PATHS["adult, everything"] | {"why": f"Yellowhammer {token} " * 9}
        responses.submit_direct(
            session, survey, version, every, answers, token=token, locale="pl", may_publish=True, keys=keys,
            now=now,
        )  # fmt: skip
    acts: dict[str, Any] = {"by": "o", "now": now, "keys": keys, "seen_version": 0}
    for comment in session.scalars(select(Comment).where(Comment.item == "why")):
        change = Redaction(0, 12, "name")
        moderation.decide(
            session, comment, outcome="redacted", reason="identifies", redactions=[change], **acts
        )
        key_id, sealed = keys.seal("A translation")
        session.add(
            Translation(
                survey_id=survey.id, comment_id=comment.id, locale="en_GB", sealed=sealed, key_id=key_id,
                by="o", at=now,
            )
        )  # fmt: skip
        response = session.get_one(Response, (survey.id, comment.response_id))
        appeals.appeal(session, response, comment.id, words="Mine", now=now, keys=keys)
    for comment in session.scalars(select(Comment).where(Comment.item == "topics.else")):
        moderation.decide(session, comment, outcome="referred", category="child", **acts)


def test_neither_words_nor_what_was_made_of_them_come_back(
    care: Custody, engine: Engine, keys: Keyring, now: dt.datetime, tmp_path: Path
) -> None:
    with care.store.writing() as session:
        prepare(session, keys, now)
    kept = custody.backup(care, tmp_path / "backup.tar.gz")
    ledger = erasure.Ledger(care.settings.ledger_path)
    noted: dict[str, Any] = {"by": "o", "now": now, "keys": keys, "ledger": ledger}
    with care.store.writing() as session:
        before = counted(session)
        first, second = session.scalars(select(Comment).where(Comment.item == "why").order_by(Comment.id))
        gone = [first.sealed, second.sealed, *session.scalars(select(PublicText.sealed))]
        gone += [*session.scalars(select(Translation.sealed)), *session.scalars(select(Appeal.sealed))]
        erasure.erase_comment(session, first.survey_id, first.id, reason="identifies", **noted)
        erasure.erase(session, second.survey_id, second.response_id, reason="respondent", **noted)
        one, other = session.scalars(select(Concern).order_by(Concern.id))
        for concern in (one, other):
            erasure.release(session, concern, reason="not-safeguarding", seen_version=1, **noted)
        after = counted(session)
    names = [table.__tablename__ for table in TABLES]
    assert before == dict(zip(names, (4, 2, 2, 2, 0), strict=True))
    assert after == dict(zip(names, (1, 0, 0, 0, 0), strict=True))
    assert custody.restore(care, kept) >= 2
    with care.store.reading() as session:
        assert counted(session) == after
        assert concerns.standing(session, now.date())[0] == 2  # the register is as it was, without the text
    stored = stored_bytes(engine)
    assert not any(traces(sealed, stored) for sealed in gone)
