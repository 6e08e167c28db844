"""The only code that deletes what a respondent gave: rows, the bytes they leave, again after a restore."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from sqlalchemy import CheckConstraint, Connection, Engine, Select, SmallInteger, delete, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit, changes, drafts, responses
from surveys.audit import Entry
from surveys.db import Base, rows_changed, unguarded, upserting
from surveys.errors import SurveysError
from surveys.moderation import concerns, safeguarding
from surveys.moderation.concerns import Concern, HeldText, Telling
from surveys.responses import Comment, Participant, Response
from surveys.retention import Due
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day

REASONS = ("respondent", "identifies", "unlawful", "mistake", "retention")
Op = Literal["withdraw", "erase", "comment", "release"]
OPS: tuple[str, ...] = get_args(Op)


class ScrubDue(Base):
    """One row: how many erasures asked for the files to be rewritten, and up to which they were."""

    __tablename__ = "scrub_due"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    asked: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Erased:
    """One line of the ledger. ``id`` is a response's; a comment's ("comment"); a concern's ("release")."""

    survey_id: str
    id: str
    op: Op


class Ledger:
    """An append-only file of identifiers outside the database and its backups, one erasure a line.

    A line is on the disk before the rows go, so an erasure that was promised is never undone by a restore.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, erased: Erased) -> None:
        """Adds one line and waits until the disk has it. Raises OSError when it cannot."""
        made = not self.path.exists()
        line = f"{erased.op} {erased.survey_id} {erased.id}\n"
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
            survey_id, _, id = ids.partition(" ")
            if op in OPS and survey_id and id:
                yield Erased(survey_id, id, cast(Op, op))


# What people and officers ask for --------------------------------------------------------------------------


def withdraw(session: Session, number: str, *, keys: Keyring, now: dt.datetime, ledger: Ledger) -> Survey:
    """A respondent takes everything back with the receipt number; the survey it was given to.

    Raises ``receipt.too_late`` after the stated day, or as :func:`surveys.responses.find_response` does.
    """
    survey, response = responses.find_response(session, number, keys=keys)
    until = survey.withdraw_until
    if until is None or london_day(now) > until:
        raise SurveysError("receipt.too_late", field="number", until=until)
    remove(session, response, "withdraw", ledger)
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
    remove(session, response, "erase", ledger)
    audit.record(
        session,
        actor=by,
        action="response.erase",
        subject=f"survey:{survey_id}",
        facts={"reason": reason},
        now=now,
        keys=keys,
    )


def erase_comment(
    session: Session,
    survey_id: str,
    comment_id: str,
    *,
    by: str,
    reason: str,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    """Erases the words of one comment and all that was made of them; the answers beside it go on counting.

    Raises ``reason.unknown``, ``comment.unknown``, ``comment.held`` while a hold keeps it.
    """
    if reason not in REASONS:
        raise SurveysError("reason.unknown", field="reason")
    comment = session.get(Comment, (survey_id, comment_id))
    if comment is None:
        raise SurveysError("comment.unknown")
    if concerns.locked(session, survey_id, comment_id):
        raise SurveysError("comment.held")
    ledger.append(Erased(survey_id, comment_id, "comment"))
    session.delete(comment)
    _ask_to_scrub(session)
    session.flush()
    facts = {"survey": survey_id, "reason": reason}
    subject = f"comment:{comment_id}"
    audit.record(session, actor=by, action="comment.erase", subject=subject, facts=facts, now=now, keys=keys)


def release(
    session: Session,
    concern: Concern,
    *,
    reason: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    ledger: Ledger,
) -> None:
    """Ends a hold; a text that was only kept because of it goes. Raises as ``safeguarding.release`` does."""
    held = session.get(HeldText, (concern.survey_id, concern.id))
    safeguarding.release(
        session, concern, reason=reason, seen_version=seen_version, by=by, now=now, keys=keys
    )
    if held is not None:
        ledger.append(Erased(concern.survey_id, concern.id, "release"))
        session.delete(held)
        _ask_to_scrub(session)
        session.flush()


def replay(session: Session, ledger: Ledger) -> int:
    """After a restore: erases again whatever the backup brought back, and says how many of them."""
    brought_back = 0
    for erased in sorted(set(ledger), key=lambda line: line.op == "release"):
        brought_back += _again(session, erased)
    return brought_back


def _again(session: Session, erased: Erased) -> bool:
    key = (erased.survey_id, erased.id)
    if erased.op == "comment":
        found: Base | None = session.get(Comment, key)
        if found is not None:
            session.delete(found)
    elif erased.op == "release":
        found = session.get(HeldText, key)
        if found is not None:
            session.delete(found)
    else:
        found = response = session.get(Response, key)
        if response is not None:
            remove(session, response, erased.op, None)
    session.flush()
    return found is not None


# What retention takes ------------------------------------------------------------------------------------


def retire(session: Session, due: Due, *, by: str, now: dt.datetime, keys: Keyring, limit: int) -> int:
    """Deletes up to ``limit`` rows of what is due and says how many; call it again until it says 0.

    Texts under a hold are passed over. Nothing goes to the ledger: what a restore brings back is due again.
    Raises ``retention.early`` before its day.
    """
    if not due.now(london_day(now)):
        raise SurveysError("retention.early")
    if due.kind == "drafts":
        return drafts.expire_drafts(session, now)
    if due.kind == "text":
        return _retire_texts(session, due.subject, limit)
    if due.kind == "answers":
        found = session.scalars(select(Response).where(Response.survey_id == due.subject).limit(limit)).all()
        for response in found:
            remove(session, response, "erase", None)
        return len(found)
    if due.kind == "safeguarding":
        return _retire_concerns(session, due.since)
    return _cut_year(session, int(due.subject), by=by, now=now, keys=keys)


def _retire_texts(session: Session, survey_id: str, limit: int) -> int:
    mine = (Comment.survey_id == survey_id, Comment.id.not_in(concerns.held_comments(survey_id)))
    ids = session.scalars(select(Comment.id).where(*mine).limit(limit)).all()
    return rows_changed(
        session.execute(delete(Comment).where(Comment.survey_id == survey_id, Comment.id.in_(ids)))
    )


def _retire_concerns(session: Session, released_on: dt.date) -> int:
    gone = session.execute(
        select(Concern.survey_id, Concern.id).where(Concern.released_on == released_on)
    ).all()
    for survey_id, id in gone:
        for table in (Telling, HeldText):
            session.execute(delete(table).where(table.survey_id == survey_id, table.concern_id == id))
        session.execute(delete(Concern).where(Concern.survey_id == survey_id, Concern.id == id))
    return len(gone)


def _cut_year(session: Session, year: int, *, by: str, now: dt.datetime, keys: Keyring) -> int:
    """Takes the oldest year and its reasons off the audit log; an entry keeps what follows it."""
    query = select(Entry.number, Entry.mac).where(Entry.year == year).order_by(Entry.number.desc())
    last = session.execute(query.limit(1)).first()
    if last is None:
        return 0
    with unguarded(session.connection(), Entry.__table__):
        removed = rows_changed(session.execute(delete(Entry).where(Entry.year == year)))
    session.execute(delete(audit.Reason).where(audit.Reason.at < dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)))
    facts = {"last": f"{year}/{last.number}", "mac": last.mac.hex(), "entries": removed}
    subject = f"audit:{year}"
    audit.record(session, actor=by, action=audit.CUT, subject=subject, facts=facts, now=now, keys=keys)
    return removed


# What it leaves in the files ------------------------------------------------------------------------------


def touched() -> list[str]:
    """The tables whose dead rows PostgreSQL has to give up: all that hold anything sealed, and responses."""
    words = {"sealed", "comment_id"}
    return [
        t.name for t in Base.metadata.sorted_tables if t.name == "response" or words & set(t.columns.keys())
    ]


SMALL = 64 * 1024 * 1024
"""Bytes that are rewritten within a second or two, so also by day; more waits for the night."""
LOCK_WAIT, LOCK_NOT_AVAILABLE = 1000, "55P03"
"""Milliseconds a table is waited for, and what PostgreSQL calls a wait that was given up."""
SOON = 2.0
"""Seconds the rewriting by day waits for transactions that still see deleted rows."""
PATIENCE = 20.0
"""Seconds the nightly rewriting waits for transactions that still see deleted rows."""
NOW_NUMBER = text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)")
STILL_SEE = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND (age(backend_xmin) > age(CAST(:moment AS xid)) OR age(backend_xid) > age(CAST(:moment AS xid)))"
)


def scrub(engine: Engine, *, fully: bool = False, patience: float = PATIENCE) -> bool:
    """Frees the files of what committed deletions left. False: somebody was in the way, try again later.

    After each erasure it empties SQLite's write-ahead log, whose pages still hold the rows. ``fully``,
    run nightly, rewrites the SQLite file (secure_delete overwrites a deleted row where it lies, but not the
    copies left in free space when its page was rearranged) or the touched PostgreSQL tables.
    """
    if engine.dialect.name == "sqlite":
        return _scrub_sqlite(engine, fully)
    if fully:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return _nobody_looks_back(connection, patience) and _rewritten(connection)
    return True


def _rewritten(connection: Connection) -> bool:
    """Rewrites the touched tables one by one; False as soon as somebody keeps one.

    It does not wait long for a table: whoever wants the same one meanwhile would wait behind it.
    """
    connection.execute(text(f"SET lock_timeout = {LOCK_WAIT}"))
    try:
        for table in touched():
            connection.execute(text(f"VACUUM FULL {table}"))
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        return False
    finally:
        connection.execute(text("RESET lock_timeout"))
    return True


def scrub_asked(session: Session) -> int:
    """The number to give :func:`scrubbed` while traces of erasures may still lie in the files; else 0."""
    row = session.get(ScrubDue, 1)
    return row.asked if row is not None and row.asked > row.done else 0


def scrubbed(session: Session, asked: int) -> None:
    """The files were rewritten after these erasures; those that came meanwhile are still due."""
    session.execute(update(ScrubDue).where(ScrubDue.done < asked).values(done=asked))


def small(engine: Engine) -> bool:
    """Whether what would be rewritten is at most :data:`SMALL`: until it is, nobody can write to it."""
    if engine.dialect.name == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        tables = ", ".join(f"('{table}')" for table in touched())
        asked = f"SELECT sum(pg_total_relation_size(t.name::regclass)) FROM (VALUES {tables}) AS t(name)"  # noqa: S608
    with engine.connect() as connection:
        return int(connection.scalar(text(asked)) or 0) <= SMALL


def _ask_to_scrub(session: Session) -> None:
    connection = session.connection()
    once = upserting(connection)(ScrubDue).values(id=1, asked=1, done=0)
    connection.execute(once.on_conflict_do_update(index_elements=["id"], set_={"asked": ScrubDue.asked + 1}))


def _nobody_looks_back(connection: Connection, patience: float) -> bool:
    """Waits until no transaction is left that began before this moment.

    While one is, its own VACUUM included, PostgreSQL carries the rows it could still see into the rewritten
    table, deleted or not.
    """
    moment = connection.scalar(NOW_NUMBER)
    deadline = time.monotonic() + patience
    while connection.scalar(STILL_SEE, {"moment": moment}):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
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


# Removing -------------------------------------------------------------------------------------------------


def remove(
    session: Session, response: Response, op: Literal["withdraw", "erase"], ledger: Ledger | None
) -> None:
    """Everything that hangs on one response, the sent copy of its draft included; no text under a hold."""
    survey_id, response_id = response.survey_id, response.id
    participant_id, receipt_hash = response.participant_id, response.receipt_hash
    if ledger is not None:
        ledger.append(Erased(survey_id, response_id, op))
        _ask_to_scrub(session)
    drafts.discard_sent(session, receipt_hash)
    mine = (Comment.survey_id == survey_id, Comment.response_id == response_id)
    _set_aside(session, survey_id, select(Comment.id).where(*mine))
    session.execute(delete(Comment).where(*mine))
    session.delete(response)
    session.flush()
    if participant_id is not None:
        session.execute(
            delete(Participant).where(Participant.survey_id == survey_id, Participant.id == participant_id)
        )
    changes.record(session.connection(), survey_id, response_id, op)


def _set_aside(session: Session, survey_id: str, comment_ids: Select[str]) -> None:
    """Moves texts under a hold to their concerns, before the comments go."""
    rows = session.execute(
        select(Concern.id, Comment.sealed, Comment.key_id)
        .join(Comment, (Comment.survey_id == Concern.survey_id) & (Comment.id == Concern.comment_id))
        .where(
            Concern.survey_id == survey_id,
            Concern.released_on.is_(None),
            Concern.comment_id.in_(comment_ids),
        )
    ).all()
    for concern_id, sealed, key_id in rows:
        session.add(HeldText(survey_id=survey_id, concern_id=concern_id, sealed=sealed, key_id=key_id))
    session.flush()
