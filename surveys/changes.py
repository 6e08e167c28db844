"""The change log: what counting must catch up with, in an order no reader can miss a change by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, on_sqlite, rows_changed
from surveys.errors import SurveysError

Operation = Literal["submit", "withdraw", "exclude", "erase"]

THIS_TRANSACTION = text("pg_current_xact_id()::text::bigint")
SETTLED_BELOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""Every transaction with a lower id is over, so its changes are all visible."""


class Change(Base):
    """One operation on one response; trimmed nightly, never backed up."""

    __tablename__ = "change_log"
    __table_args__ = (
        CheckConstraint("op IN ('submit', 'withdraw', 'exclude', 'erase')", name="op"),
        Index(None, "survey_id", "xid"),
        {"sqlite_autoincrement": True},  # a trimmed seq must never be given out again
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    survey_id: Mapped[str] = mapped_column(String(22))
    response_id: Mapped[str] = mapped_column(String(22))
    op: Mapped[str] = mapped_column(String(8))
    xid: Mapped[int] = mapped_column(BigInteger, default=0)
    """The writing transaction's id on PostgreSQL; 0 on SQLite, where ``seq`` is the order of commits."""


class ChangeHorizon(Base):
    """Up to where the log was trimmed: who stands behind it has to count anew."""

    __tablename__ = "change_horizon"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    xid: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)


CHANGE = cast(Table, Change.__table__)
RECORD_SQLITE = insert(CHANGE).values(xid=0)
RECORD_POSTGRESQL = insert(CHANGE).values(xid=THIS_TRANSACTION)


def _after(xid: object, seq: object) -> ColumnElement[bool]:
    """Changes not read yet: of later transactions, or (SQLite, where xid is 0) of a later seq."""
    return or_(CHANGE.c.xid > xid, and_(CHANGE.c.xid == xid, CHANGE.c.seq > seq))


def _up_to(xid: object, seq: object) -> ColumnElement[bool]:
    return or_(CHANGE.c.xid < xid, and_(CHANGE.c.xid == xid, CHANGE.c.seq <= seq))


# Built once: followers ask after every submission, and building these took longer than running them.
LATER = CHANGE.c.survey_id == bindparam("survey_id"), _after(bindparam("after_xid"), bindparam("after_seq"))
TELL = (
    select(CHANGE.c.response_id, CHANGE.c.op)
    .where(*LATER, _up_to(bindparam("xid"), bindparam("seq")))
    .order_by(CHANGE.c.xid, CHANGE.c.seq)
)
AHEAD = select(CHANGE.c.response_id).where(*LATER)
NEWEST = select(func.max(CHANGE.c.seq))
HORIZON = select(ChangeHorizon.__table__.c.xid, ChangeHorizon.__table__.c.seq)


class Told(NamedTuple):
    """One change as a follower hears of it."""

    response_id: str
    op: str


@dataclass(frozen=True, order=True)
class Watermark:
    """Everything before it has been read. On PostgreSQL ``xid`` decides, on SQLite ``seq``."""

    xid: int = 0
    seq: int = 0


def record(connection: Connection, survey_id: str, response_id: str, op: Operation) -> None:
    """Adds one operation to the log, in the transaction that does it."""
    statement = RECORD_SQLITE if on_sqlite(connection) else RECORD_POSTGRESQL
    connection.execute(statement, {"survey_id": survey_id, "response_id": response_id, "op": op})


def changes_since(session: Session, survey_id: str, watermark: Watermark) -> tuple[list[Told], Watermark]:
    """The survey's settled changes from the watermark on, and the watermark to continue from.

    None is missed or told twice, however transactions interleave: one still under way, and those begun
    after it, wait for the next call. Raises ``changes.trimmed`` when the log no longer reaches back.
    """
    now_at = standing(session)
    rows = session.connection().execute(
        TELL, {**_later(survey_id, watermark), "xid": now_at.xid, "seq": now_at.seq}
    )
    told = [Told(response_id, op) for response_id, op in rows]
    if watermark < _horizon(session):  # asked last: a trim that removed rows from this answer shows here
        raise SurveysError("changes.trimmed")
    return told, now_at


def standing(session: Session) -> Watermark:
    """The watermark of everything settled at this moment."""
    connection = session.connection()
    if on_sqlite(connection):
        return Watermark(0, connection.scalar(NEWEST) or _horizon(session).seq)
    return Watermark(int(connection.scalar(SETTLED_BELOW) or 0), 0)


def ahead_of(session: Session, survey_id: str, watermark: Watermark) -> frozenset[str]:
    """Ids of responses this snapshot already shows though their changes come after the watermark.

    A full count in the same snapshot (REPEATABLE READ on PostgreSQL) leaves them out: they follow as changes.
    """
    return frozenset(session.connection().scalars(AHEAD, _later(survey_id, watermark)))


def trim_changes(session: Session, up_to: Watermark | None = None) -> int:
    """Deletes settled changes before ``up_to`` (all of them unless told) and says how many.

    Run nightly behind the followers, and after a restore: the order of arrival is not kept longer than a day.
    """
    mark = standing(session)
    if up_to is not None:
        mark = max(min(up_to, mark), _horizon(session))
    removed = rows_changed(session.execute(delete(CHANGE).where(_up_to(mark.xid, mark.seq))))
    session.merge(ChangeHorizon(id=1, xid=mark.xid, seq=mark.seq))
    session.flush()
    return removed


def _horizon(session: Session) -> Watermark:
    row = session.connection().execute(HORIZON).first()
    return Watermark() if row is None else Watermark(row.xid, row.seq)


def _later(survey_id: str, mark: Watermark) -> dict[str, str | int]:
    return {"survey_id": survey_id, "after_xid": mark.xid, "after_seq": mark.seq}
