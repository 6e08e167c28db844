"""Drafts, submission, receipts, withdrawal and the change log: everything a respondent gives, on its way in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id


class Draft(Base):
    """Answers not sent yet, sealed as one text; found only by the hash of a token or of a return code."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("return_hash"),
        CheckConstraint("state IN ('open', 'sent')", name="state"),
        Index(None, "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("survey_version.id"))
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(4), default="open")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=1)
    return_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Response(Base):
    """One response that counts: coded answers only, a day and no time, no trace of who or from where."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("survey_id", "submission_hash"),
        UniqueConstraint("survey_id", "receipt_hash"),
        ForeignKeyConstraint(["survey_id", "survey_kind"], ["survey.id", "survey.kind"]),
        ForeignKeyConstraint(["survey_id", "participant_id"], ["participant.survey_id", "participant.id"]),
        CheckConstraint("survey_kind = 'named' OR participant_id IS NULL", name="anonymous"),
        CheckConstraint("status IN ('counted', 'excluded')", name="status"),
        CheckConstraint("record_key BETWEEN 0 AND 255", name="record_key"),
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_kind: Mapped[str] = mapped_column(String(10))
    version_id: Mapped[str] = mapped_column(ForeignKey("survey_version.id"))
    submission_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    participant_id: Mapped[str | None] = mapped_column(String(22))
    answers: Mapped[JsonValue] = mapped_column(Json)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    record_key: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(String(10), default="web")
    locale: Mapped[str] = mapped_column(String(10))
    submitted_on: Mapped[dt.date] = mapped_column(Date)
    may_publish: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(10), default="counted")


class Participant(Base):
    """Who took part in a named survey, kept apart from what was said. Only ever an organisation."""

    __tablename__ = "participant"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "survey_kind"], ["survey.id", "survey.kind"]),
        CheckConstraint("survey_kind = 'named'", name="named"),
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_kind: Mapped[str] = mapped_column(String(10), default="named")
    organisation: Mapped[str] = mapped_column(String(200))


class Comment(Base):
    """Any text a respondent wrote, sealed. ``item`` is the question id, or ``question.option`` for a write-in."""

    __tablename__ = "comment"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "response_id"], ["response.survey_id", "response.id"]),
        CheckConstraint(
            "state IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read')", name="state"
        ),
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    response_id: Mapped[str] = mapped_column(String(22))
    item: Mapped[str] = mapped_column(String(81))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default="waiting")


class Change(Base):
    """What the counts must catch up with; trimmed nightly, never backed up."""

    __tablename__ = "change_log"
    __table_args__ = (CheckConstraint("op IN ('submit', 'withdraw', 'exclude', 'erase')", name="op"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    survey_id: Mapped[str] = mapped_column(String(22))
    response_id: Mapped[str] = mapped_column(String(22))
    op: Mapped[str] = mapped_column(String(8))
    xid: Mapped[int] = mapped_column(BigInteger, default=0)
    """The writing transaction's id on PostgreSQL; 0 on SQLite, where the order of ``seq`` is the order of commits."""


class Tick(Base):
    """A page was first saved by somebody: the only trail fieldwork leaves. Folded nightly into daily sums."""

    __tablename__ = "fieldwork_tick"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    page: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(10))
    on: Mapped[dt.date] = mapped_column(Date)
    tally: Mapped[int] = mapped_column(default=1)
