"""A pack's tables: wards, parishes, the census and the languages people speak, each row with its line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.partnership.sources import Document, Faults, Steps, read_csv

WARD_FIELDS = ("number", "code", "name", "district", "label_lon", "label_lat")
PARISH_COLUMNS = ("number", "key", "name", "ward", "checked", "source")
CENSUS_COLUMNS = ("variable", "category", "count", "percent", "as_of", "source")
LANGUAGE_COLUMNS = ("key", "name", "own_name", "code", "people", "as_of", "source")

_CODE = re.compile(r"[A-Z]\d{8}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HIGHEST_NUMBER = 59999


@dataclass(frozen=True)
class PlaceRow:
    level: str
    key: str
    number: int
    name: str
    source: str
    line: int
    code: str | None = None
    label_lon: float | None = None
    label_lat: float | None = None
    geometry: dict[str, Any] | None = None
    ward_key: str | None = None
    checked: bool = False


@dataclass(frozen=True)
class MarginRow:
    variable: str
    category: str
    count: int | None
    percent: float | None
    as_of: dt.date
    source: str


def wards(document: Document, district: str, faults: Faults) -> list[PlaceRow]:
    """The features of a GeoJSON collection with the properties of WARD_FIELDS and WGS84 areas."""
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("features"), list):
        faults.add(document.file, 1, "geojson.shape", "needs to be a FeatureCollection")
        return []
    source = value.get("source")
    if not isinstance(source, str) or not source:
        faults.add(document.file, 1, "source.missing", "needs a “source”: where the boundaries come from")
        source = ""
    rows = []
    for index, feature in enumerate(value["features"]):
        row = _ward(document, ("features", index), feature, district, source, faults)
        if row is not None:
            rows.append(row)
    return rows


def _ward(
    document: Document, path: Steps, feature: Any, district: str, source: str, faults: Faults
) -> PlaceRow | None:
    before = len(faults.found)

    def fault(steps: Steps, code: str, words: str) -> None:
        faults.add(document.file, document.line((*path, *steps)), code, words)

    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        fault((), "geojson.shape", "needs to be a Feature with properties")
        return None
    for name in WARD_FIELDS:
        if name not in properties:
            fault(("properties",), "field.missing", f"needs a value for “{name}”")
    for name in properties.keys() - set(WARD_FIELDS):
        fault(("properties", name), "field.unknown", f"does not know the field “{name}”")
    if len(faults.found) > before:
        return None
    code, name = properties["code"], properties["name"]
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        fault(("properties", "code"), "ward.code", "needs a code such as E05015488")
    if not isinstance(name, str) or not name.strip():
        fault(("properties", "name"), "field.wrong", "needs a name")
    if properties["district"] != district:
        fault(("properties", "district"), "ward.district", f"lies in another district than {district}")
    number = properties["number"]
    if type(number) is not int or not 1 <= number <= _HIGHEST_NUMBER:
        fault(("properties", "number"), "place.number", f"needs a whole number from 1 to {_HIGHEST_NUMBER}")
    if not _is_position([properties["label_lon"], properties["label_lat"]]):
        fault(("properties",), "geojson.position", "needs a label point in longitude and latitude")
    geometry = feature.get("geometry")
    for words in _shape_faults(geometry):
        fault(("geometry",), "geojson.area", words)
    if len(faults.found) > before:
        return None
    return PlaceRow(
        level="ward",
        key=code,
        code=code,
        number=number,
        name=name.strip(),
        label_lon=float(properties["label_lon"]),
        label_lat=float(properties["label_lat"]),
        geometry=geometry,
        checked=True,
        source=source,
        line=document.line((*path, "properties")),
    )


def _shape_faults(geometry: Any) -> Iterator[str]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        yield "needs a Polygon or a MultiPolygon"
        return
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons or not all(isinstance(p, list) and p for p in polygons):
        yield "needs at least one ring"
        return
    for ring in (ring for polygon in polygons for ring in polygon):
        if not isinstance(ring, list) or len(ring) < 4:
            yield "has a ring of fewer than four points"
        elif not all(_is_position(point) for point in ring):
            yield "has a point that is not longitude and latitude"
        elif ring[0] != ring[-1]:
            yield "has a ring that does not end where it starts"


def _is_position(point: Any) -> bool:
    if not isinstance(point, list) or len(point) != 2:
        return False
    lon, lat = point
    if isinstance(lon, bool) or isinstance(lat, bool):
        return False
    numbers = isinstance(lon, int | float) and isinstance(lat, int | float)
    return numbers and abs(lon) <= 180 and abs(lat) <= 90


def parishes(file: str, text: str, ward_keys: frozenset[str], faults: Faults) -> list[PlaceRow]:
    """Parishes; ``ward`` is the one ward a parish lies in, or empty when it lies in several."""
    rows = []
    for line, row in read_csv(file, text, PARISH_COLUMNS, faults):
        before = len(faults.found)
        if not _SLUG.fullmatch(row["key"]):
            faults.add(file, line, "key.wrong", "needs a key of small letters, digits and hyphens")
        if not row["name"]:
            faults.add(file, line, "field.missing", "needs a value for “name”")
        if not row["source"]:
            faults.add(file, line, "source.missing", "needs a value for “source”")
        if row["ward"] and row["ward"] not in ward_keys:
            faults.add(file, line, "reference.unknown", f"names the ward “{row['ward']}”, which is not there")
        if row["checked"] not in ("yes", "no"):
            faults.add(file, line, "field.wrong", "“checked” needs to be yes or no")
        number = _whole(row["number"])
        if number is None or not 1 <= number <= _HIGHEST_NUMBER:
            faults.add(file, line, "place.number", f"needs a whole number from 1 to {_HIGHEST_NUMBER}")
        if len(faults.found) > before or number is None:
            continue
        rows.append(
            PlaceRow(
                level="parish",
                key=row["key"],
                number=number,
                name=row["name"],
                ward_key=row["ward"] or None,
                checked=row["checked"] == "yes",
                source=row["source"],
                line=line,
            )
        )
    return rows


def margins(file: str, text: str, faults: Faults) -> list[MarginRow]:
    """Census shares. A count or a percentage may be unknown, never both; nothing is filled in."""
    rows: list[MarginRow] = []
    seen: dict[tuple[str, str, dt.date], int] = {}
    for line, row in read_csv(file, text, CENSUS_COLUMNS, faults):
        before = len(faults.found)
        for name in ("variable", "category", "source"):
            if not row[name]:
                faults.add(file, line, "field.missing", f"needs a value for “{name}”")
        count = _whole(row["count"]) if row["count"] else None
        if row["count"] and count is None:
            faults.add(file, line, "number.wrong", f"“{row['count']}” is not a whole number")
        percent = _share(row["percent"]) if row["percent"] else None
        if row["percent"] and percent is None:
            faults.add(file, line, "number.wrong", f"“{row['percent']}” is not a percentage from 0 to 100")
        if not row["count"] and not row["percent"]:
            faults.add(file, line, "field.missing", "needs a count or a percentage")
        as_of = _date(row["as_of"])
        if as_of is None:
            faults.add(file, line, "date.wrong", f"“{row['as_of']}” is not a date such as 2021-03-21")
        if len(faults.found) > before or as_of is None:
            continue
        mine = (row["variable"], row["category"], as_of)
        if mine in seen:
            faults.add(file, line, "key.repeated", f"repeats line {seen[mine]}")
            continue
        seen[mine] = line
        rows.append(MarginRow(row["variable"], row["category"], count, percent, as_of, row["source"]))
    return rows


def languages(file: str, text: str, faults: Faults) -> list[tuple[int, str, dict[str, Any], str]]:
    """Main languages as (line, key, facts, English name)."""
    rows = []
    for line, row in read_csv(file, text, LANGUAGE_COLUMNS, faults):
        before = len(faults.found)
        if not _SLUG.fullmatch(row["key"]):
            faults.add(file, line, "key.wrong", "needs a key of small letters, digits and hyphens")
        for name in ("name", "own_name", "source"):
            if not row[name]:
                faults.add(file, line, "field.missing", f"needs a value for “{name}”")
        if row["code"] and not _TAG.fullmatch(row["code"]):
            faults.add(file, line, "language.code", f"“{row['code']}” is not a tag such as pl or zh-Hant")
        people = _whole(row["people"])
        if people is None:
            faults.add(file, line, "number.wrong", f"“{row['people']}” is not a whole number")
        if _date(row["as_of"]) is None:
            faults.add(file, line, "date.wrong", f"“{row['as_of']}” is not a date such as 2021-03-21")
        if len(faults.found) > before:
            continue
        facts = {name: row[name] for name in ("own_name", "code", "as_of", "source") if row[name]}
        rows.append((line, row["key"], {**facts, "people": people}, row["name"]))
    return rows


def _whole(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdigit() else None


def _share(cell: str) -> float | None:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", cell):
        return None
    return float(cell) if float(cell) <= 100 else None


def _date(cell: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        return None
