"""The engine and the request's two kinds of session: one that only reads, one that writes in its turn."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.errors import NotSaved

WAIT_SECONDS = 5.0
"""How long a writer waits for its turn, and SQLite for a foreign lock, before the person is told."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRAGMAS = (
    f"PRAGMA busy_timeout={int(WAIT_SECONDS * 1000)}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)


def make_engine(settings: Settings) -> Engine:
    """An engine whose transactions begin when we say so, and whose errors never quote what people wrote."""
    return engine_for(settings.database_url)


def engine_for(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=40)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin or commit by itself
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("portal_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class ReadSession(Session):
    """Reads only: a pending change is a programming error and is refused before it reaches the database."""


@event.listens_for(ReadSession, "before_flush")
def _refuse_flush(session: Session, _context: object, _instances: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("this session only reads: open writing() to change something")


class Database:
    """The store of one application: who may read now, and whose turn it is to write."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self.engine = engine
        self.data_dir = data_dir
        self._writers = engine.execution_options(portal_writes=True)
        self._turn_path = data_dir / "write.lock" if engine.dialect.name == "sqlite" else None
        self._turn = threading.Lock()

    def reading(self) -> Session:
        """A session for reads, in a plain transaction; the caller closes it."""
        return ReadSession(self.engine, expire_on_commit=False, autoflush=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction, alone in its turn; commits when the block ends, rolls back when it raises.

        Raises NotSaved when the store could not take the change (full, read-only, locked, gone).
        """
        with self._in_turn():
            session = Session(self._writers, expire_on_commit=False)
            try:
                yield session
                session.commit()
            except (IntegrityError, DataError, ProgrammingError):
                raise
            except (DatabaseError, InterfaceError, PoolTimeout, OSError) as problem:
                raise NotSaved(type(problem).__name__) from problem
            finally:
                _close(session)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite has one writer: threads queue on a lock, processes on a file; PostgreSQL needs neither."""
        if self._turn_path is None:
            yield
            return
        deadline = time.monotonic() + WAIT_SECONDS
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise NotSaved("busy")
        try:
            try:
                # Opened anew each time: a descriptor kept over a fork would share its lock with the parent.
                file = os.open(self._turn_path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as problem:
                raise NotSaved(type(problem).__name__) from problem
            try:
                _lock(file, deadline)
                yield
            finally:
                os.close(file)
        finally:
            self._turn.release()


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


class Rehearsal(Database):
    """The same store to whoever tries something out: every change reaches the database, and none is kept."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with suppress(_TakenBack), super().writing() as session:
            yield session
            session.flush()
            raise _TakenBack


def _lock(file: int, deadline: float) -> None:
    pause = 0.0005
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise NotSaved("busy") from None
            time.sleep(pause)
            pause = min(pause * 2, 0.01)
        else:
            return


def _close(session: Session) -> None:
    """Rolls back what was not committed; a broken connection does not hide the first fault."""
    try:
        session.close()
    except DatabaseError:
        session.invalidate()


def database() -> Database:
    return cast(Database, current_app.extensions["portal.database"])


def read_session() -> Session:
    """The request's session for reads; closed when the request ends."""
    if "read_session" not in g:
        g.read_session = database().reading()
    return cast(Session, g.read_session)


@contextmanager
def writing() -> Iterator[Session]:
    """The request's turn to write (see :meth:`Database.writing`); a GET never gets one.

    Reading ends first: requests that kept a connection for it while they wait here would wait for each other.
    """
    if has_request_context() and request.method in SAFE_METHODS:
        raise RuntimeError(f"a {request.method} request must not write")
    end_reading()
    with database().writing() as session:
        yield session


def end_reading(_problem: BaseException | None = None) -> None:
    """Gives the read transaction back, so that it pins no old snapshot."""
    session: Session | None = g.pop("read_session", None)
    if session is not None:
        _close(session)


def init_app(app: Flask, engine: Engine, settings: Settings) -> None:
    app.extensions["portal.database"] = Database(engine, settings.data_dir)
    app.teardown_appcontext(end_reading)


def after_fork(app: Flask) -> None:
    """In a preloaded worker: forget the parent's connections without closing them under it."""
    kept: Database = app.extensions["portal.database"]
    kept.engine.dispose(close=False)
