"""The change log: no change missed, none told twice, whatever order transactions end in."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from surveys import changes, responses
from surveys.changes import Change, Watermark
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples


def told(session: Session, watermark: Watermark, survey_id: str = "s") -> tuple[list[str], Watermark]:
    found, after = changes.changes_since(session, survey_id, watermark)
    return [change.response_id for change in found], after


def note(session: Session, *ids: str, survey_id: str = "s", settle: bool = True) -> None:
    for id in ids:
        changes.record(session.connection(), survey_id, id, "submit")
    session.commit()
    if settle:  # not while the test itself holds an earlier transaction open
        wait_for_neighbours(session)


def wait_for_neighbours(session: Session) -> None:
    """PostgreSQL's horizon is the whole server's: a transaction of a test beside this one holds it back."""
    if session.get_bind().dialect.name != "postgresql":
        return
    newest = session.scalar(select(func.max(Change.xid))) or 0
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        horizon = session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
        session.rollback()
        if horizon > newest:
            return
        time.sleep(0.02)


def test_each_change_is_told_once(session: Session) -> None:
    note(session, "a", "b")
    note(session, "x", survey_id="other")
    first, mark = told(session, Watermark())
    again, same = told(session, mark)
    session.rollback()
    note(session, "c")
    then, _ = told(session, same)
    assert (first, again, then) == (["a", "b"], [], ["c"])


def test_a_submit_is_in_the_log(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    every = samples.every_kind()
    responses.submit(session, survey, every, fill(survey), token="token", keys=keys, now=now)
    session.commit()
    found, _ = responses.changes_since(session, survey.id, Watermark())
    ids = session.scalars(select(responses.Response.id)).all()
    assert [(c.response_id, c.op) for c in found] == [(ids[0], "submit")]


def test_a_rolled_back_change_is_never_told(session: Session) -> None:
    changes.record(session.connection(), "s", "lost", "submit")
    session.rollback()
    note(session, "kept")
    assert told(session, Watermark())[0] == ["kept"]


def test_a_lower_seq_that_commits_last_is_not_missed(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: seq is the order of commits")
    with Session(engine) as early, Session(engine) as late, Session(engine) as reader:
        changes.record(early.connection(), "s", "early", "submit")
        early.flush()
        note(late, "late", settle=False)
        first, mark = told(reader, Watermark())
        ahead = changes.ahead_of(reader, "s", mark)
        reader.rollback()
        early.commit()
        then, after = told(reader, mark)
        reader.rollback()
        seqs = dict(reader.execute(select(Change.response_id, Change.seq)).all())
        assert seqs["early"] < seqs["late"]
        assert (first, sorted(ahead), sorted(then)) == ([], ["late"], ["early", "late"])
        assert told(reader, after)[0] == []


def test_a_transaction_under_way_holds_back_those_after_it_only(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: seq is the order of commits")
    with Session(engine) as before, Session(engine) as slow, Session(engine) as reader:
        note(before, "before")
        changes.record(slow.connection(), "s", "slow", "submit")
        note(before, "after", settle=False)
        first, mark = told(reader, Watermark())
        reader.rollback()
        slow.rollback()
        assert (first, told(reader, mark)[0]) == (["before"], ["after"])


def test_a_full_count_continues_where_it_stands(session: Session) -> None:
    note(session, "counted")
    mark = changes.standing(session)
    assert changes.ahead_of(session, "s", mark) == frozenset()
    session.rollback()
    note(session, "new")
    assert told(session, mark)[0] == ["new"]


def test_who_lags_behind_a_trim_counts_anew(session: Session) -> None:
    note(session, "a", "b")
    _, read_all = told(session, Watermark())
    session.rollback()
    assert changes.trim_changes(session) == 2
    session.commit()
    with pytest.raises(SurveysError, match=r"^changes\.trimmed$"):
        told(session, Watermark())
    session.rollback()
    note(session, "c")
    assert told(session, read_all)[0] == ["c"]


def test_a_trim_leaves_what_followers_have_not_read(session: Session) -> None:
    note(session, "read")
    _, mark = told(session, Watermark())
    session.rollback()
    note(session, "unread")
    assert changes.trim_changes(session, mark) == 1
    session.commit()
    assert told(session, mark)[0] == ["unread"]
    session.rollback()
    assert changes.trim_changes(session, Watermark()) == 0
    session.commit()
    assert told(session, mark)[0] == ["unread"]


def test_an_emptied_log_never_gives_a_number_twice(session: Session) -> None:
    note(session, "a", "b")
    used = set(session.scalars(select(Change.seq)))
    changes.trim_changes(session)
    session.commit()
    note(session, "c")
    assert not used & set(session.scalars(select(Change.seq)))


def test_a_trim_on_postgresql_spares_transactions_under_way(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    with Session(engine) as slow, Session(engine) as sweeper:
        changes.record(slow.connection(), "s", "slow", "submit")
        note(sweeper, "after", settle=False)
        assert changes.trim_changes(sweeper) == 0
        sweeper.commit()
        slow.commit()
        mark = Watermark(sweeper.execute(text("SELECT xid FROM change_horizon")).scalar_one(), 0)
        assert sorted(told(sweeper, mark)[0]) == ["after", "slow"]
