"""Surveys: one instrument, its immutable versions, and its fieldwork window."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id


class Survey(Base):
    """One instrument. Its id never shows; its slug stands in addresses and says nothing about the topic."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("receipt_prefix"),
        UniqueConstraint("id", "kind"),
        CheckConstraint("kind IN ('anonymous', 'named')", name="kind"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(40))
    """The questionnaire's key ("residents"): the same instrument in another year has the same key."""
    kind: Mapped[str] = mapped_column(String(10))
    receipt_prefix: Mapped[str] = mapped_column(String(2))
    demonstration: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdraw_until: Mapped[dt.date | None]
    """Last day (London) a resident may take their answers back with the receipt number."""


class SurveyVersion(Base):
    """A published questionnaire document; never edited."""

    __tablename__ = "survey_version"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        CheckConstraint("meaning IN ('first', 'same', 'changed')", name="meaning"),
        CheckConstraint("(number = 1) = (meaning = 'first')", name="first"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    meaning: Mapped[str] = mapped_column(String(10))
    document: Mapped[JsonValue] = mapped_column(Json)
    published_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
