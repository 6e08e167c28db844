"""Erasure: rows, the bytes in the files, and again after a restore."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.migrations import load_models
from surveys import audit, erasure, responses, surveys
from surveys.changes import Watermark
from surveys.db import Base
from surveys.erasure import Erased, Ledger
from surveys.errors import SurveysError
from surveys.responses import Comment, Draft, Participant, Receipt, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import BY, Fill, Publish
from tests.surveys.questionnaire import samples

EVERY = samples.every_kind()


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def send(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, token: str, **more: Any
) -> Receipt:
    state = fill(survey, token=token, **more)
    sent = responses.submit(session, survey, EVERY, state, token=token, keys=keys, now=now)
    session.commit()
    return sent


def everything(session: Session) -> dict[str, int]:
    tables = (Response, Comment, Participant, Draft)
    return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def stored_bytes(engine: Engine) -> bytes:
    """Every byte of the database's files: SQLite's with its logs, PostgreSQL's tables of this database."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(text("CHECKPOINT"))
            folder = Path(str(connection.scalar(text("SHOW data_directory"))))
            number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
            files = list((folder / "base" / str(number)).iterdir())
        except (DBAPIError, OSError):
            pytest.skip("this PostgreSQL server's files cannot be read from here")
    return b"".join(path.read_bytes() for path in files if path.is_file())


def analyse(engine: Engine) -> None:
    """What autovacuum does at moments of its own: samples of columns go into the statistics."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def ciphertexts(session: Session) -> dict[str, bytes]:
    """What a withdrawal has to make disappear: sealed comments, packed rows, the sent copies of drafts."""
    found = {f"comment {id}": sealed for id, sealed in session.execute(select(Comment.id, Comment.sealed))}
    found |= {f"packed {id}": packed for id, packed in session.execute(select(Response.id, Response.packed))}
    drafts = session.execute(select(Draft.token_hash, Draft.sealed))
    return found | {f"draft {hashed.hex()}": sealed for hashed, sealed in drafts}


def traces(sealed: bytes, stored: bytes) -> bool:
    """Whether any piece is there: a long value is cut up over pages, and all tokens begin alike."""
    pieces = [sealed[start : start + 40] for start in range(40, len(sealed) - 40, 150)] or [sealed]
    return any(piece in stored for piece in pieces)


def test_withdrawing_takes_everything_and_tells_the_counts(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    kept = send(session, survey, fill, keys, now, "kept")
    given = send(session, survey, fill, keys, now, "given")
    ids = set(session.scalars(select(Response.id)))
    typed = given.number.lower()
    assert erasure.withdraw(session, typed, keys=keys, now=now, ledger=ledger) is survey
    session.commit()
    assert everything(session) == {"response": 1, "comment": 4, "participant": 0, "draft": 1}
    gone = (ids - set(session.scalars(select(Response.id)))).pop()
    found, _ = responses.changes_since(session, survey.id, Watermark())
    assert [c.op for c in found] == ["submit", "submit", "withdraw"]
    assert (found[-1].response_id, list(ledger)) == (gone, [Erased(survey.id, gone, "withdraw")])
    with refused("receipt.unknown"):
        responses.find_receipt(session, given.number, keys=keys, now=now)
    assert responses.find_receipt(session, kept.number, keys=keys, now=now).can_withdraw
    assert responses.confirmation(session, "given", keys=keys, now=now) is None
    assert all(e.action.startswith("survey.") for e in audit.entries(session))


def test_withdrawing_ends_with_the_stated_day(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    sent = send(session, survey, fill, keys, now, "t")
    with refused("receipt.too_late"):
        erasure.withdraw(
            session, sent.number, keys=keys, now=dt.datetime(2026, 12, 14, tzinfo=dt.UTC), ledger=ledger
        )
    assert list(ledger) == []
    last = dt.datetime(2026, 12, 13, 23, 59, 59, tzinfo=dt.UTC)
    erasure.withdraw(session, sent.number, keys=keys, now=last, ledger=ledger)
    assert everything(session) == {"response": 0, "comment": 0, "participant": 0, "draft": 0}


def test_an_officer_erases_for_a_reason_that_is_recorded(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    send(session, survey, fill, keys, now, "t")
    id = session.scalars(select(Response.id)).one()
    noted: dict[str, Any] = {"by": BY, "keys": keys, "now": now, "ledger": ledger}
    with refused("reason.unknown"):
        erasure.erase(session, survey.id, id, reason="Mr Smith asked", **noted)
    with refused("response.unknown"):
        erasure.erase(session, survey.id, "nobody", reason="mistake", **noted)
    erasure.erase(session, survey.id, id, reason="identifies", **noted)
    session.commit()
    assert everything(session) == {"response": 0, "comment": 0, "participant": 0, "draft": 0}
    entry = next(audit.entries(session))
    assert (entry.action, json.loads(entry.facts)) == ("response.erase", {"reason": "identifies"})
    assert list(ledger) == [Erased(survey.id, id, "erase")]


def test_an_organisation_goes_with_what_it_said(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    document = samples.named()
    survey = publish(document)
    state = fill(survey, answers={"organisation": "Ely Food Bank", "value": "Trust"})
    sent = responses.submit(session, survey, document, state, token="token", keys=keys, now=now)
    session.commit()
    erasure.withdraw(session, sent.number, keys=keys, now=now, ledger=ledger)
    session.commit()
    assert everything(session) == {"response": 0, "comment": 0, "participant": 0, "draft": 0}


def test_neither_text_nor_ciphertext_is_left_in_the_files(
    engine: Engine,
    session: Session,
    survey: Survey,
    fill: Fill,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    chance = random.Random(7)
    receipts = []
    for number in range(60):  # of many sizes, so that pages split and cells move
        words = f"yellowhammer {number} " + "x" * chance.randrange(3000)
        answers = samples.PATHS["adult, everything"] | {"why": words, "years": number}
        receipts.append(send(session, survey, fill, keys, now, f"t{number}", answers=answers))
    chance.shuffle(receipts)
    before = ciphertexts(session)
    session.commit()
    analyse(engine)
    there = stored_bytes(engine)
    assert [name for name, sealed in before.items() if not traces(sealed, there)] == []
    for sent in receipts[:45]:
        erasure.withdraw(session, sent.number, keys=keys, now=now, ledger=ledger)
        session.commit()
    after = ciphertexts(session)
    session.close()
    assert erasure.scrub(engine, fully=True) is True
    left = stored_bytes(engine)
    assert b"yellowhammer" not in left
    assert len(before) - len(after) == 45 * 6
    assert [name for name, sealed in before.items() if name not in after and traces(sealed, left)] == []
    assert [name for name, sealed in after.items() if not traces(sealed, left)] == []


@pytest.mark.parametrize("fully", [False, True])
def test_a_discarded_draft_leaves_no_ciphertext(
    engine: Engine, session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, fully: bool
) -> None:
    if engine.dialect.name == "postgresql" and not fully:
        pytest.skip("PostgreSQL gives dead rows up when it rewrites the table")
    state = fill(survey)
    sealed = [session.scalars(select(Draft.sealed)).one()]
    state.answers["why"] = "y" * 2000
    responses.save(session, state, seen_revision=state.revision, keys=keys, now=now)
    session.commit()
    sealed.append(session.scalars(select(Draft.sealed)).one())
    responses.discard(session, "token", keys=keys)
    session.commit()
    session.close()
    assert erasure.scrub(engine, fully=fully) is True
    left = stored_bytes(engine)
    assert [s for s in sealed if traces(s, left)] == []


def impatient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=10")


@pytest.mark.parametrize("fully", [False, True])
def test_scrub_gives_way_to_a_reader_and_to_a_writer(
    engine: Engine, session: Session, survey: Survey, fill: Fill, fully: bool
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL waits by itself")
    event.listen(engine, "connect", impatient)
    session.commit()
    engine.dispose()  # those who wait longer
    with Session(engine) as reader:
        reader.scalars(select(Survey.id)).all()
        fill(survey)
        assert erasure.scrub(engine, fully=fully) is False
    session.execute(text("UPDATE survey SET demonstration = 1"))
    assert erasure.scrub(engine, fully=fully) is False
    session.rollback()
    assert erasure.scrub(engine, fully=fully) is True


def test_rewriting_waits_for_whoever_still_sees_deleted_rows(
    engine: Engine, session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    """PostgreSQL would carry the rows an old snapshot sees into the new table: better to try again later."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite refuses by itself")
    state = fill(survey)
    sealed = session.scalars(select(Draft.sealed)).one()
    session.commit()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.scalar(select(func.count()).select_from(Draft))
        responses.discard(session, "token", keys=keys)
        session.commit()
        assert erasure.scrub(engine, fully=True, patience=0.2) is False
        assert traces(sealed, stored_bytes(engine))
    assert state.survey_id == survey.id
    session.close()
    assert erasure.scrub(engine, fully=True) is True
    assert not traces(sealed, stored_bytes(engine))


def test_a_restore_does_not_bring_back_what_was_erased(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    for token in ("a", "b", "c"):
        send(session, survey, fill, keys, now, token)
    ids = sorted(session.scalars(select(Response.id)))
    for id in (ids[0], "of another backup"):
        ledger.append(Erased(survey.id, id, "withdraw"))
    ledger.append(Erased(survey.id, ids[1], "erase"))
    assert erasure.replay(session, ledger) == 2
    assert session.scalars(select(Response.id)).all() == [ids[2]]
    assert everything(session) == {"response": 1, "comment": 4, "participant": 0, "draft": 1}
    assert erasure.replay(session, ledger) == 0
    assert len(list(ledger)) == 3


def test_the_ledger_holds_identifiers_only_and_only_for_its_owner(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erased")
    assert list(ledger) == []
    ledger.append(Erased("s1", "r1", "withdraw"))
    ledger.append(Erased("s1", "r2", "erase"))
    assert ledger.path.read_text() == "withdraw s1 r1\nerase s1 r2\n"
    assert ledger.path.stat().st_mode & 0o777 == 0o600


def test_a_torn_line_does_not_spoil_the_next(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erased")
    ledger.append(Erased("s1", "r1", "withdraw"))
    with ledger.path.open("a") as file:
        file.write("erase s1")
    ledger.append(Erased("s1", "r3", "erase"))
    assert list(ledger) == [Erased("s1", "r1", "withdraw"), Erased("s1", "r3", "erase")]


def test_nothing_is_erased_when_the_ledger_cannot_be_written(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, tmp_path: Path
) -> None:
    sent = send(session, survey, fill, keys, now, "t")
    nowhere = Ledger(tmp_path / "missing" / "erased")
    with pytest.raises(FileNotFoundError):
        erasure.withdraw(session, sent.number, keys=keys, now=now, ledger=nowhere)
    session.rollback()
    assert everything(session) == {"response": 1, "comment": 4, "participant": 0, "draft": 1}


def test_each_erasure_is_on_the_disk_before_the_rows_go(
    session: Session,
    survey: Survey,
    fill: Fill,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = send(session, survey, fill, keys, now, "t")
    seen: list[int] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        seen.append(session.scalar(select(func.count()).select_from(Response)) or 0)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    erasure.withdraw(session, sent.number, keys=keys, now=now, ledger=ledger)
    assert seen == [1, 1]  # the file, and the folder it was made in


def test_withdrawing_works_while_a_survey_is_paused(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    sent = send(session, survey, fill, keys, now, "t")
    surveys.pause(session, survey, reason="storm", by=BY, now=now, keys=keys)
    erasure.withdraw(session, sent.number, keys=keys, now=now, ledger=ledger)
    assert responses.counts(session, survey.id) == 0


def test_whatever_is_kept_beside_a_comment_or_a_response_goes_with_it() -> None:
    load_models()
    stays = {"comment_decision", "safeguarding_concern", "change_log"}
    """Identifiers and codes only, or what a hold keeps."""
    left = set()
    for table in Base.metadata.sorted_tables:
        for column in ("comment_id", "response_id"):
            ends = (
                {key.ondelete for key in table.columns[column].foreign_keys}
                if column in table.columns
                else None
            )
            if ends is not None and "CASCADE" not in ends and table.name not in ("comment", *stays):
                left.add(table.name)
    assert left == set()
    assert all(not {"sealed", "packed"} & set(Base.metadata.tables[name].columns.keys()) for name in stays)


def test_every_table_with_words_is_rewritten_at_night() -> None:
    load_models()
    sealed = {table.name for table in Base.metadata.sorted_tables if "sealed" in table.columns}
    assert sealed <= set(erasure.touched())
    assert {"comment_marks", "campaign_comment", "response"} <= set(erasure.touched())
