"""The tables of the plan; the verbs are in :mod:`portal.partnership.plan`."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Float, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.partnership.progress import STATUSES
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only

_IN_STATUSES = ", ".join(f"'{status}'" for status in STATUSES)


class Plan(Base):
    """One plan year, from 1 April of ``year``."""

    __tablename__ = "plan"
    __table_args__ = (CheckConstraint("year BETWEEN 1998 AND 2199", name="year"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    introduction: Mapped[str] = mapped_column(Text, default="")
    demonstration: Mapped[bool] = mapped_column(default=False)
    """Every figure in it is invented; every page of it says so."""
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanItem(Base):
    """An objective, target or action as it stands. ``key``: O1, T3, A12, never used twice in a year."""

    __tablename__ = "plan_item"
    __table_args__ = (
        ForeignKeyConstraint(["year", "parent"], ["plan_item.year", "plan_item.key"]),
        CheckConstraint("kind IN ('objective', 'target', 'action')", name="kind"),
        CheckConstraint("(kind = 'objective') = (parent IS NULL)", name="parent"),
        CheckConstraint("version > 0 AND position > 0", name="counted"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    key: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    parent: Mapped[str | None] = mapped_column(String(12))
    """The objective a target or action belongs to."""
    owner: Mapped[str | None] = mapped_column(String(80))
    """The officer who answers for it; never public."""
    position: Mapped[int]
    body: Mapped[JsonValue] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanChange(Base):
    """Every state an item was put in, by whom. Rows are only added."""

    __tablename__ = "plan_change"

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    body: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanUpdate(Base):
    """What a quarter brought for a target or action. A correction is one more row: the last counts."""

    __tablename__ = "plan_update"
    __table_args__ = (
        ForeignKeyConstraint(["year", "key"], ["plan_item.year", "plan_item.key"]),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        CheckConstraint(f"status IN ({_IN_STATUSES})", name="status"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quarter: Mapped[int]
    value: Mapped[float | None] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanEdition(Base):
    """The plan as it was made public at one moment. Rows are only added."""

    __tablename__ = "plan_edition"

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    """What is different from the edition before, for the public."""
    content: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


for _table in (PlanChange, PlanUpdate, PlanEdition):
    append_only(_table.__table__)
