"""The wards and parishes of a partnership, and the census shares its answers are set beside."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import CheckConstraint, Numeric, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, Json, JsonValue
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
