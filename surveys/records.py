"""The rows of a response: what was answered, what was written, who took part, each in its own table."""

from __future__ import annotations

import datetime as dt
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id, partial_index


class Response(Base):
    """One response that counts: coded answers only, a day and no time, no trace of who or from where."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("survey_id", "submission_hash"),
        UniqueConstraint("survey_id", "receipt_hash"),
        ForeignKeyConstraint(["survey_id", "survey_kind"], ["survey.id", "survey.kind"]),
        ForeignKeyConstraint(
            ["survey_id", "participant_id"],
            ["participant.survey_id", "participant.id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("survey_kind = 'named' OR participant_id IS NULL", name="anonymous"),
        CheckConstraint("status IN ('counted', 'excluded')", name="status"),
        CheckConstraint("record_key BETWEEN 0 AND 255", name="record_key"),
        {"sqlite_with_rowid": False},  # a rowid would keep the order of arrival
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
    """Who took part in a named survey, sealed and apart from what was said. Only ever an organisation."""

    __tablename__ = "participant"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "survey_kind"], ["survey.id", "survey.kind"]),
        CheckConstraint("survey_kind = 'named'", name="named"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_kind: Mapped[str] = mapped_column(String(10), default="named")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


class Comment(Base):
    """Any text a respondent wrote, sealed. ``item``: question id, or ``question.option`` for a write-in.

    What moderation knows of it stands on the row, as codes only; words made of it lie in tables of their own.
    """

    __tablename__ = "comment"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "response_id"], ["response.survey_id", "response.id"]),
        CheckConstraint(
            "state IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read')",
            name="state",
        ),
        CheckConstraint("quote IN ('', 'proposed', 'cleared', 'declined')", name="quote"),
        CheckConstraint("quote = '' OR state IN ('publishable', 'redacted')", name="quoted"),
        CheckConstraint("urgency BETWEEN 0 AND 2", name="urgency"),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim"),
        Index(None, "survey_id", "response_id"),
        Index(
            "ix_comment_queue", "survey_id", "state", "urgency", "submitted_on", "id", "item", "locale"
        ),  # the queue's order; filters are read off the index
        Index("ix_comment_standing", "survey_id", "state", "urgency"),  # counts: PostgreSQL packs it to 1 %
        partial_index("ix_comment_unscreened", "survey_id", "id", where="screened = ''"),
        partial_index("ix_comment_second_look", "survey_id", "id", where="quote = 'proposed'"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    response_id: Mapped[str] = mapped_column(String(22))
    item: Mapped[str] = mapped_column(String(81))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    submitted_on: Mapped[dt.date] = mapped_column(Date)
    """The response's day again: the queue's order is read off one index."""
    version: Mapped[int] = mapped_column(default=0)
    """How many decisions were taken; a decision names the one it saw."""
    urgency: Mapped[int] = mapped_column(SmallInteger, default=1)
    """0: a phrase of the safety lists is in it. 1: nobody looked (no list for its language). 2: the rest."""
    screened: Mapped[str] = mapped_column(String(20), default="")
    """Which phrase list looked at it ("en-2", "none"); empty until one did."""
    flags: Mapped[str] = mapped_column(String(120), default="")
    """Codes of what the lists found, separated by spaces. A flag never decides."""
    quote: Mapped[str] = mapped_column(String(10), default="")
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class ResponseSign(Base):
    """Something odd about a whole response. A sign never blocks, hides or leaves out anything."""

    __tablename__ = "response_sign"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "response_id"], ["response.survey_id", "response.id"], ondelete="CASCADE"
        ),
        CheckConstraint("sign IN ('identical', 'fast', 'trap')", name="sign"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    sign: Mapped[str] = mapped_column(String(10), primary_key=True)


RESPONSE = cast(Table, Response.__table__)
"""For statements on the hot path and scans of every row: plain rows cost a fraction of objects."""
