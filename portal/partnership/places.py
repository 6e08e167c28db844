"""The wards and parishes of a partnership, and the census shares its answers are set beside."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import CheckConstraint, Numeric, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, as_of
from surveys.questionnaire.model import PlaceEntry


class Place(Base):
    """A ward or parish of one set of areas. A set never changes once in use: new boundaries, a new set."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("level IN ('parish', 'ward')", name="level"),
        UniqueConstraint("area_set", "number"),
        CheckConstraint("level = 'parish' OR ward_key IS NULL", name="ward"),
    )

    area_set: Mapped[str] = mapped_column(String(20), primary_key=True)
    level: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    """Ward: its code. Parish: a slug."""
    number: Mapped[int]
    """The small number that stands for it in packed answers; never reused within a set."""
    code: Mapped[str | None] = mapped_column(String(9))
    """The statistical office's code, where it is known."""
    name: Mapped[str] = mapped_column(String(120))
    label_lon: Mapped[float | None]
    label_lat: Mapped[float | None]
    geometry: Mapped[JsonValue | None] = mapped_column(Json)
    """GeoJSON Polygon or MultiPolygon, WGS84 longitude and latitude."""
    ward_key: Mapped[str | None] = mapped_column(String(60))
    """For a parish that lies in one ward: that ward."""
    checked: Mapped[bool] = mapped_column(default=False)
    """False: taken from memory or a generalised map. Only officers see it."""
    source: Mapped[str] = mapped_column(Text)


class Margin(Base):
    """One share of the census: how many, or which percentage, of people or homes are in a category."""

    __tablename__ = "census_margin"
    __table_args__ = (
        UniqueConstraint("as_of", "variable", "category"),
        CheckConstraint("count IS NOT NULL OR percent IS NOT NULL", name="given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[dt.date]
    variable: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(120))
    count: Mapped[int | None]
    percent: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))


class MarginEdition(Base):
    """One table of the census as it was brought once, whatever came in its place later."""

    __tablename__ = "census_edition"
    __table_args__ = (UniqueConstraint("variable", "as_of", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    variable: Mapped[str] = mapped_column(String(60))
    as_of: Mapped[dt.date]
    number: Mapped[int]
    """From 1 on. Where the first is a later one, those before it were not kept."""
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    shares: Mapped[JsonValue] = mapped_column(Json)
    """Source, category, count and percent of each share, in order."""


append_only(MarginEdition.__table__)

MOST_SHARES = 10_000


def keep_edition(session: Session, variable: str, as_of: dt.date, *, now: dt.datetime) -> None:
    """Keeps a table of the census as it stands from now on."""
    mine = (MarginEdition.variable == variable, MarginEdition.as_of == as_of)
    last = session.scalar(select(func.max(MarginEdition.number)).where(*mine))
    rows = select(Margin).where(Margin.variable == variable, Margin.as_of == as_of).order_by(Margin.id)
    shares = [[row.source, row.category, row.count, row.percent] for row in session.scalars(rows)]
    session.add(MarginEdition(variable=variable, as_of=as_of, number=(last or 0) + 1, at=now, shares=shares))
    session.flush()


def editions(session: Session) -> dict[tuple[str, dt.date], list[MarginEdition]]:
    """Every edition of every table, as far as they were kept, the first ones first."""
    found: dict[tuple[str, dt.date], list[MarginEdition]] = {}
    for one in session.scalars(select(MarginEdition).order_by(MarginEdition.id)):
        found.setdefault((one.variable, one.as_of), []).append(one)
    return found


def all_margins(session: Session) -> list[Margin]:
    """Every share of the census, by the date of its table: what stands now, or stood then."""
    moment = as_of(session)
    if moment is None:
        return list(session.scalars(select(Margin).order_by(Margin.as_of, Margin.id)))
    found = []
    for (variable, date), kept in sorted(editions(session).items(), key=lambda pair: pair[0][1]):
        stood = [one for one in kept if one.at <= moment]
        if not stood and kept[0].number == 1:
            continue
        shown = stood[-1] if stood else kept[0]
        for place, (source, category, count, percent) in enumerate(shown.shares):
            facts = {"source": source, "category": category, "count": count, "percent": percent}
            facts |= {"id": shown.id * MOST_SHARES + place, "variable": variable, "as_of": date}
            found.append(Margin(**facts))
    return found


def places(session: Session, area_set: str, level: Literal["parish", "ward"]) -> tuple[Place, ...]:
    """The wards or parishes of a set, by name."""
    found = select(Place).where(Place.area_set == area_set, Place.level == level).order_by(Place.name)
    return tuple(session.scalars(found))


def place_entries(session: Session, area_set: str) -> tuple[PlaceEntry, ...]:
    """Every place of a set as a questionnaire freezes it at publication, by number."""
    found = select(Place).where(Place.area_set == area_set).order_by(Place.number)
    return tuple(
        PlaceEntry.model_validate(
            {"code": place.number, "key": place.key, "level": place.level, "name": place.name}
            | ({"ward": place.ward_key} if place.ward_key else {})
        )
        for place in session.scalars(found)
    )


def margins(session: Session, variable: str) -> tuple[Margin, ...]:
    """The census shares of one variable, in the order they were given."""
    return tuple(session.scalars(select(Margin).where(Margin.variable == variable).order_by(Margin.id)))
