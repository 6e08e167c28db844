"""Ward maps without tiles: boundaries as SVG paths and as points for a chart, one projection for both."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership.places import Place
from surveys.questionnaire.model import Questionnaire

Point = tuple[float, float]
Ring = tuple[Point, ...]
Shade = Literal[0, 1, 2, 3, 4, 5]
"""1 to 5: a class of the legend, low to high. 0: too few people answered."""

_BREAKS = ((20, (5, 10, 15, 20)), (55, (20, 30, 40, 50)), (101, (50, 60, 70, 80)))
"""District figures below so much have these classes."""


@dataclass(frozen=True)
class Ward:
    """One area of the map. ``rings`` and ``label`` are longitude, latitude in degrees (WGS 84)."""

    key: str
    name: str
    rings: tuple[Ring, ...]
    label: Point


@dataclass(frozen=True)
class Shape:
    """A ward ready to draw, in units of the view box (y grows downwards). ``number`` matches the table."""

    key: str
    name: str
    number: int
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    shapes: tuple[Shape, ...]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


def ward(key: str, name: str, geometry: Mapping[str, Any], label: Point) -> Ward:
    """A ward from a GeoJSON Polygon or MultiPolygon. Raises ValueError for any other geometry."""
    kind = geometry.get("type")
    if kind == "Polygon":
        polygons = [geometry["coordinates"]]
    elif kind == "MultiPolygon":
        polygons = list(geometry["coordinates"])
    else:
        raise ValueError(f"not an area: {kind}")
    rings = tuple(
        tuple((float(x), float(y)) for x, y, *_ in ring) for polygon in polygons for ring in polygon
    )
    return Ward(key=key.lower(), name=name, rings=rings, label=label)


def wards_of(session: Session, document: Questionnaire) -> tuple[Ward, ...]:
    """The wards this document's map is of, with boundaries, from the set of areas that has most of them."""
    keys = {c.key for d in document.dimensions if d.map for c in d.categories}
    sets: dict[str, list[Place]] = {}
    for place in session.scalars(select(Place).where(Place.level == "ward")) if keys else ():
        if place.geometry and place.key.lower() in keys:
            sets.setdefault(place.area_set, []).append(place)
    if not sets:
        return ()
    _, places = max(sets.items(), key=lambda entry: (len(entry[1]), entry[0]))
    return tuple(
        ward(p.key, p.name, p.geometry, (p.label_lon or 0.0, p.label_lat or 0.0))
        for p in places
        if p.geometry
    )


def in_order(wards: Iterable[Ward]) -> tuple[Ward, ...]:
    """Alphabetical: the order of the numbers on the map and in its table."""
    return tuple(sorted(wards, key=lambda w: w.name.casefold()))


def squeeze(wards: Sequence[Ward]) -> float:
    """How much narrower a degree of longitude is than one of latitude at the middle of the map."""
    latitudes = [y for w in wards for ring in w.rings for _, y in ring]
    return math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))


def picture(wards: Iterable[Ward], *, width: int = 560, edge: int = 4) -> Picture:
    """All wards fitted to ``width`` units with a margin of ``edge``; the height follows."""
    ordered = in_order(wards)
    if not ordered:
        return Picture(width=width, height=0, shapes=())
    narrow = squeeze(ordered)
    points = [(x * narrow, y) for w in ordered for ring in w.rings for x, y in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = (width - 2 * edge) / ((east - west) or 1.0)

    def place(point: Point) -> Point:
        x, y = point
        return round(edge + (x * narrow - west) * scale, 1), round(edge + (north - y) * scale, 1)

    shapes = []
    for number, item in enumerate(ordered, start=1):
        path = "".join(_path([place(point) for point in ring]) for ring in item.rings)
        x, y = place(item.label)
        shapes.append(Shape(key=item.key, name=item.name, number=number, path=path, x=x, y=y))
    return Picture(width=width, height=math.ceil((north - south) * scale + 2 * edge), shapes=tuple(shapes))


def _path(points: Sequence[Point]) -> str:
    """A closed line in whole units, each step from the one before, which is shorter than places on the sheet.

    Neighbours share their points, so rounding opens no gap between them. A ring under a unit is a point.
    """
    whole = [(round(x), round(y)) for x, y in points]
    start, steps = whole[0], []  # the last point is the first again, and Z goes there
    for (x, y), (to_x, to_y) in itertools.pairwise(whole[:-1]):
        if (x, y) != (to_x, to_y):
            steps.append(f"{to_x - x} {to_y - y}")
    line = f"l{' '.join(steps)}" if steps else ""
    return f"M{start[0]} {start[1]}{line}Z".replace(" -", "-")


def breaks(overall: int | None) -> tuple[int, int, int, int]:
    """The four whole-number edges between the five classes, for a share whose district figure is ``overall``.

    One of three fixed sets and nothing finer, so that one year's map can be laid beside the next.
    """
    return next(edges for below, edges in _BREAKS if (overall if overall is not None else 20) < below)


def shade(percent: int | None, edges: Sequence[int]) -> Shade:
    """The class of a percentage; 0 when there is none to show."""
    if percent is None:
        return 0
    found: Sequence[Shade] = (1, 2, 3, 4, 5)
    return found[sum(percent >= edge for edge in edges)]
