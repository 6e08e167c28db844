"""After an erasure the next tick rewrites the files: no ciphertext waits for the night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal import jobs
from portal.database import Database
from portal.jobs import Desk, run
from surveys import erasure, responses
from surveys.erasure import Ledger
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill, fill, publish, survey  # noqa: F401 - fixtures
from tests.surveys.questionnaire import samples
from tests.surveys.test_erasure import ciphertexts, stored_bytes, traces


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, keys: Keyring, now: dt.datetime) -> Desk:
    return Desk(Database(engine, tmp_path), keys, now)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "erasures.log")


@pytest.fixture
def receipts(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> list[str]:  # noqa: F811
    numbers = []
    for number in range(30):  # of many sizes, so that pages split and copies stay in free space
        answers = samples.PATHS["adult, everything"] | {
            "years": number,
            "why": "x" * (97 * number % 2900 + 5),
        }
        state = fill(survey, token=f"t{number}", answers=answers)
        every = samples.every_kind()
        sent = responses.submit(session, survey, every, state, token=f"t{number}", keys=keys, now=now)
        session.commit()
        numbers.append(sent.number)
    return numbers


def left_of(engine: Engine, before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    there = stored_bytes(engine)
    return [name for name, sealed in before.items() if name not in after and traces(sealed, there)]


def test_the_next_tick_leaves_no_ciphertext(
    desk: Desk, engine: Engine, session: Session, receipts: list[str], ledger: Ledger, keys: Keyring
) -> None:
    assert run(desk)["scrub-soon"] == 0  # nothing was erased
    before = ciphertexts(session)
    for number in receipts[::2]:
        erasure.withdraw(session, number, keys=keys, now=desk.now, ledger=ledger)
        session.commit()
    after = ciphertexts(session)
    session.close()
    if engine.dialect.name == "postgresql":
        assert left_of(engine, before, after)
    assert run(desk)["scrub-soon"] == 1
    assert left_of(engine, before, after) == []
    assert run(desk)["scrub-soon"] == 0


def test_a_comment_erased_by_an_officer_is_scrubbed_as_well(
    desk: Desk, engine: Engine, session: Session, receipts: list[str], ledger: Ledger, keys: Keyring
) -> None:
    before = ciphertexts(session)
    comment = session.scalars(select(Comment).where(Comment.item == "why")).first()
    assert comment is not None
    noted = {"by": "officer:1", "reason": "identifies", "keys": keys, "now": desk.now, "ledger": ledger}
    erasure.erase_comment(session, comment.survey_id, comment.id, **noted)
    session.commit()
    after = ciphertexts(session)
    session.close()
    assert len(before) - len(after) == 1
    assert jobs.scrub_soon(desk) == 1
    assert left_of(engine, before, after) == []


def test_what_is_too_large_or_in_use_waits_and_the_night_settles_it(
    desk: Desk,
    engine: Engine,
    session: Session,
    receipts: list[str],
    ledger: Ledger,
    keys: Keyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erasure.withdraw(session, receipts[0], keys=keys, now=desk.now, ledger=ledger)
    session.commit()
    session.close()
    assert erasure.small(engine)
    monkeypatch.setattr(erasure, "SMALL", 1000)
    assert not erasure.small(engine)
    assert jobs.scrub_soon(desk) == 0
    monkeypatch.undo()
    monkeypatch.setattr(erasure, "SOON", 0.1)
    with desk.store.reading() as reader:
        reader.scalars(select(Comment.id)).all()
        if engine.dialect.name == "postgresql":  # there an open look at the past is in the way
            assert jobs.scrub(desk, 0.1) == 0
    with desk.store.reading() as check:
        assert erasure.scrub_asked(check) == 1
    assert jobs.scrub(desk) == 1
    assert jobs.scrub_soon(desk) == 0


def test_an_erasure_during_the_rewriting_is_still_due(
    session: Session, receipts: list[str], ledger: Ledger, keys: Keyring, now: dt.datetime
) -> None:
    erasure.withdraw(session, receipts[0], keys=keys, now=now, ledger=ledger)
    asked = erasure.scrub_asked(session)
    erasure.withdraw(session, receipts[1], keys=keys, now=now, ledger=ledger)
    erasure.scrubbed(session, asked)
    session.expire_all()
    assert erasure.scrub_asked(session) == asked + 1
    erasure.scrubbed(session, asked + 1)
    session.expire_all()
    assert erasure.scrub_asked(session) == 0
