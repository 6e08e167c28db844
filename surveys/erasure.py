"""The only code that deletes what a respondent gave: rows, the bytes they leave, again after a restore."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, delete, text
from sqlalchemy.orm import Session

from surveys import audit, changes, drafts, responses
from surveys.errors import SurveysError
from surveys.responses import Comment, Participant, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day

REASONS = ("respondent", "identifies", "unlawful", "mistake", "retention")
TOUCHED = (
    "draft",
    "comment",
    "comment_public",
    "comment_translation",
    "comment_marks",
    "participant",
    "response",
)
"""The tables whose dead rows PostgreSQL has to give up."""


@dataclass(frozen=True)
class Erased:
    survey_id: str
    response_id: str
    op: Literal["withdraw", "erase"]


class Ledger:
    """An append-only file of identifiers outside the database and its backups, one erasure a line.

    A line is on the disk before the rows go, so an erasure that was promised is never undone by a restore.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, erased: Erased) -> None:
        """Adds one line and waits until the disk has it. Raises OSError when it cannot."""
        made = not self.path.exists()
        line = f"{erased.op} {erased.survey_id} {erased.response_id}\n"
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (("\n" if torn else "") + line).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if made:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def __iter__(self) -> Iterator[Erased]:
        """Every whole line, oldest first; a line torn by a crash is passed over."""
        if not self.path.exists():
            return
        for line in self.path.read_text().splitlines():
            op, _, ids = line.partition(" ")
            survey_id, _, response_id = ids.partition(" ")
            if op in ("withdraw", "erase") and survey_id and response_id:
                yield Erased(survey_id, response_id, "withdraw" if op == "withdraw" else "erase")


def withdraw(session: Session, number: str, *, keys: Keyring, now: dt.datetime, ledger: Ledger) -> Survey:
    """A respondent takes everything back with the receipt number; the survey it was given to.

    Raises ``receipt.too_late`` after the stated day, or as :func:`surveys.responses.find_response` does.
    """
    survey, response = responses.find_response(session, number, keys=keys)
    until = survey.withdraw_until
    if until is None or london_day(now) > until:
        raise SurveysError("receipt.too_late", field="number", until=until)
    _remove(session, response, "withdraw", ledger)
    return survey


def erase(
    session: Session,
    survey_id: str,
    response_id: str,
    *,
    by: str,
    reason: str,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    """Erases one response for one of ``REASONS``. Raises ``response.unknown``, ``reason.unknown``."""
    if reason not in REASONS:
        raise SurveysError("reason.unknown", field="reason")
    response = session.get(Response, (survey_id, response_id))
    if response is None:
        raise SurveysError("response.unknown")
    _remove(session, response, "erase", ledger)
    audit.record(
        session,
        actor=by,
        action="response.erase",
        subject=f"survey:{survey_id}",
        facts={"reason": reason},
        now=now,
        keys=keys,
    )


def replay(session: Session, ledger: Ledger) -> int:
    """After a restore: erases again whatever the backup brought back, and says how many responses."""
    brought_back = 0
    for erased in set(ledger):
        response = session.get(Response, (erased.survey_id, erased.response_id))
        if response is not None:
            _remove(session, response, erased.op, None)
            brought_back += 1
    return brought_back


def scrub(engine: Engine, *, fully: bool = False) -> bool:
    """Frees the files of what committed deletions left. False: somebody was in the way, try again later.

    After each erasure it empties SQLite's write-ahead log, whose pages still hold the rows. ``fully``,
    run nightly, rewrites the SQLite file (secure_delete overwrites a deleted row where it lies, but not the
    copies left in free space when its page was rearranged) or the touched PostgreSQL tables.
    """
    if engine.dialect.name == "sqlite":
        return _scrub_sqlite(engine, fully)
    if fully:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in TOUCHED:
                connection.execute(text(f"VACUUM FULL {table}"))
    return True


def _scrub_sqlite(engine: Engine, fully: bool) -> bool:
    borrowed = engine.raw_connection()  # neither statement may run inside a transaction
    try:
        cursor = borrowed.cursor()
        if fully:
            cursor.execute("PRAGMA temp_store=FILE")
            cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        return row is not None and row[0] == 0
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem):
            return False
        raise
    finally:
        borrowed.invalidate()
        borrowed.close()


def _remove(
    session: Session, response: Response, op: Literal["withdraw", "erase"], ledger: Ledger | None
) -> None:
    """Everything that hangs on one response, the sent copy of its draft included."""
    survey_id, response_id = response.survey_id, response.id
    participant_id, receipt_hash = response.participant_id, response.receipt_hash
    if ledger is not None:
        ledger.append(Erased(survey_id, response_id, op))
    drafts.discard_sent(session, receipt_hash)
    mine = (Comment.survey_id == survey_id, Comment.response_id == response_id)
    session.execute(delete(Comment).where(*mine))
    session.delete(response)
    session.flush()
    if participant_id is not None:
        session.execute(
            delete(Participant).where(Participant.survey_id == survey_id, Participant.id == participant_id)
        )
    changes.record(session.connection(), survey_id, response_id, op)
