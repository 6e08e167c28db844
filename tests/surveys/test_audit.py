"""The audit log: what tampering it shows, where a year begins, and that two writers cannot fork it."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from surveys import audit
from surveys.audit import Entry, Head, Problem
from surveys.sealing import Keyring


def note(session: Session, keys: Keyring, now: dt.datetime, count: int = 1) -> None:
    for number in range(count):
        audit.record(
            session,
            actor="officer:1",
            action="survey.close",
            subject="survey:x",
            facts={"n": number, "code": "by-hand"},
            now=now,
            keys=keys,
        )


def tamper(session: Session, statement: str) -> None:
    """Changes the log as somebody with the database's own rights would: with the triggers off."""
    if session.get_bind().dialect.name == "sqlite":
        for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text(statement))
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))
        session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
    session.expire_all()


WORDS = (
    {"reason": "Snow closed the libraries"},
    {"reason": "Zażółć"},
    {"who": "somebody@example.org"},
    {"deep": [{"in": ["a", "b c"]}]},
    {"a name": 1},
    {"long": "x" * 121},
    {"line": "a\nb"},
)


@pytest.mark.parametrize("facts", WORDS)
def test_words_never_enter_the_log(
    session: Session, keys: Keyring, now: dt.datetime, facts: dict[str, object]
) -> None:
    given = {"actor": "officer:1", "action": "survey.close", "subject": "survey:x", "now": now, "keys": keys}
    with pytest.raises(audit.Worded):
        audit.record(session, facts=facts, **given)  # type: ignore[arg-type]
    for part in ("actor", "action", "subject"):
        with pytest.raises(audit.Worded):
            audit.record(session, **{**given, part: "two words"})  # type: ignore[arg-type]
    assert list(audit.entries(session)) == []


def test_a_reason_can_be_erased_and_the_log_stays_whole(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    kept = audit.keep_reason(session, "A name slipped in here", by="officer:1", now=now)
    audit.record(
        session, actor="officer:1", action="survey.close", subject="survey:x", facts={"reason": kept},
        now=now, keys=keys,
    )  # fmt: skip
    session.delete(session.get_one(audit.Reason, kept))
    session.flush()
    assert audit.check(session, keys) == []


def test_an_untouched_log_has_no_problem(session: Session, keys: Keyring, now: dt.datetime) -> None:
    note(session, keys, now, 3)
    assert audit.check(session, keys) == []
    newest = next(audit.entries(session, subject="survey:x", limit=1))
    assert (newest.year, newest.number, json.loads(newest.facts)) == (2026, 3, {"n": 2, "code": "by-hand"})


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ("UPDATE audit_entry SET actor = 'officer:2' WHERE number = 2", [Problem("changed", 2026, 2)]),
        ("UPDATE audit_entry SET facts = '{}' WHERE number = 3", [Problem("changed", 2026, 3)]),
        (
            "DELETE FROM audit_entry WHERE number = 2",
            [Problem("missing", 2026, 2), Problem("changed", 2026, 3)],
        ),
        (
            "DELETE FROM audit_entry WHERE number = 1",
            [Problem("missing", 2026, 1), Problem("changed", 2026, 2)],
        ),
    ],
)
def test_tampering_shows(
    session: Session, keys: Keyring, now: dt.datetime, statement: str, problems: list[Problem]
) -> None:
    note(session, keys, now, 3)
    tamper(session, statement)
    assert audit.check(session, keys) == problems


def test_a_cut_end_shows_against_a_noted_head(session: Session, keys: Keyring, now: dt.datetime) -> None:
    note(session, keys, now, 3)
    noted = audit.head(session)
    assert noted is not None
    assert audit.check(session, keys, noted) == []
    tamper(session, "DELETE FROM audit_entry WHERE number = 3")
    assert audit.check(session, keys) == []
    assert audit.check(session, keys, noted) == [Problem("cut", 2026, 3)]
    assert audit.check(session, keys, Head(2026, 2, b"?")) == [Problem("cut", 2026, 2)]


def test_each_year_is_a_segment_anchored_in_the_one_before(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    note(session, keys, now, 2)
    note(session, keys, now.replace(year=2027), 2)
    session.flush()
    places = [(e.year, e.number, e.follows) for e in audit.entries(session)]
    assert places == [(2027, 2, ""), (2027, 1, "2026/2"), (2026, 2, ""), (2026, 1, "")]
    assert audit.check(session, keys) == []
    tamper(session, "DELETE FROM audit_entry WHERE year = 2026 AND number = 2")
    assert audit.check(session, keys) == [Problem("unanchored", 2027, 1), Problem("changed", 2027, 1)]


def test_a_clock_behind_the_year_does_not_break_the_log(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    note(session, keys, now)
    note(session, keys, now.replace(year=2025))
    note(session, keys, now)
    assert audit.check(session, keys) == []


def test_another_key_fits_no_entry(session: Session, keys: Keyring, now: dt.datetime) -> None:
    note(session, keys, now)
    other = Keyring([("k", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9uISE=")], b"x" * 32)
    assert audit.check(session, other) == [Problem("changed", 2026, 1)]


def test_parallel_writers_make_one_chain(engine: Engine, keys: Keyring, now: dt.datetime) -> None:
    writers = engine.execution_options(portal_writes=True)
    ready = threading.Barrier(8)

    def write() -> None:
        ready.wait()
        for _ in range(5):
            with Session(writers) as session:
                note(session, keys, now)
                session.commit()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        assert [e.number for e in audit.entries(session)] == list(range(40, 0, -1))
        assert audit.check(session, keys) == []
        assert session.get(Entry, (2026, 41)) is None
