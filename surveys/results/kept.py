"""Releases as they are kept, and how they are read; in private, the exact tables they were made from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    String,
    Text,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, as_of
from surveys.results.counted import Counts
from surveys.results.disclosure import ReleasedTable
from surveys.surveys import Survey, as_it_stood

YEARS_BEFORE = 4


class Release(Base):
    """One numbered release of a survey's results. ``content`` is everything but the figures."""

    __tablename__ = "survey_release"
    __table_args__ = (CheckConstraint("kind IN ('interim', 'closing', 'correction')", name="kind"),)

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[JsonValue] = mapped_column(Json)
    figures: Mapped[JsonValue] = mapped_column(Json)
    """Locale to table key to figure."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of ``content``, see :func:`fingerprint`."""

    @property
    def tables(self) -> list[ReleasedTable]:
        return [ReleasedTable.from_json(table) for table in self.content["tables"]]


class FrozenTables(Base):
    """The exact tables behind one release. Never shown to anybody but analysts."""

    __tablename__ = "survey_release_exact"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "number"], ["survey_release.survey_id", "survey_release.number"]),
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[JsonValue] = mapped_column(Json)


append_only(Release.__table__)
append_only(FrozenTables.__table__)


# Reading --------------------------------------------------------------------------------------------------


def current(session: Session, survey_id: str) -> Release | None:
    """The newest release: what the public sees."""
    wanted = select(Release).where(Release.survey_id == survey_id)
    found: Release | None = session.scalar(_known(session, wanted).order_by(Release.number.desc()).limit(1))
    return found


def newest_number(session: Session, survey_id: str) -> int | None:
    """The number of the newest release; None before the first."""
    number: int | None = session.scalar(
        _known(session, select(func.max(Release.number)).where(Release.survey_id == survey_id))
    )
    return number


def newest_of_people(session: Session) -> Survey | None:
    """The survey of people with the newest release of all; one that was taken back is none."""
    wanted = _known(session, select(Survey).join(Release, Release.survey_id == Survey.id))
    anonymous = wanted.where(Survey.kind == "anonymous").order_by(Release.made_at.desc())
    if as_of(session) is None:
        anonymous = anonymous.where(Survey.withdrawn_at.is_(None)).limit(1)
    found = (as_it_stood(session, survey) for survey in session.scalars(anonymous))
    return next((survey for survey in found if survey.withdrawn_at is None), None)


def all_of(session: Session, survey_id: str) -> list[Release]:
    """Every release of a survey, the first one first."""
    wanted = select(Release).where(Release.survey_id == survey_id)
    return list(session.scalars(_known(session, wanted).order_by(Release.number)))


def _known(session: Session, wanted: Select[Any]) -> Select[Any]:
    moment = as_of(session)
    return wanted if moment is None else wanted.where(Release.made_at <= moment)


def contents_before(session: Session, survey: Survey) -> list[Mapping[str, Any]]:
    """The newest releases of the surveys of the same key that opened before this one, the last one first.

    At most :data:`YEARS_BEFORE`, and none beyond a survey without a release. Invented answers are never set
    beside real ones.
    """
    if survey.opens_at is None:
        return []
    wanted = select(Survey.id).where(
        Survey.key == survey.key,
        Survey.opens_at < survey.opens_at,
        Survey.withdrawn_at.is_(None),
        Survey.demonstration == survey.demonstration,
    )
    found: list[Mapping[str, Any]] = []
    for earlier in session.scalars(wanted.order_by(Survey.opens_at.desc()).limit(YEARS_BEFORE)):
        newest = current(session, earlier)
        if newest is None:
            break
        found.append(newest.content)
    return found


def exact_counts(session: Session, release: Release) -> Counts:
    """The exact numbers behind a release, for analysts."""
    frozen = session.get_one(FrozenTables, (release.survey_id, release.number))
    return Counts.from_json(frozen.counts)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
