"""Reading data.police.uk street files, exactly as downloaded: streamed, checked row by row, counted by ward.

Points are never kept: each is placed in a ward, counted and forgotten. The source has already moved every
point to one of its fixed map points, so a ward's count is approximate.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from portal.partnership.bodies import POLICE_TYPES
from portal.partnership.sources import Fault
from surveys.errors import SurveysError

COLUMNS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
    "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
"""The header of a street file, in order."""
_SLUGS = {name: slug for slug, name in POLICE_TYPES.items()}
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
WEST, EAST, SOUTH, NORTH = -9.0, 3.0, 49.0, 61.0
"""Great Britain and Northern Ireland, in degrees."""
MOST_FAULTS = 25
"""A reading stops here: by then the file is another kind of file."""
Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


class CrimeFaults(SurveysError):
    """Files that cannot be imported. ``faults`` names each fault by file, row and column."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("crime.faults", field="files", count=len(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


# The area -------------------------------------------------------------------------------------------------

Ring = list[tuple[float, float]]


class Area:
    """The wards of a partnership. ``lsoa_names``: what the names of its small areas begin with.

    Where a row has such a name, the name decides whether it belongs: ward maps are generalised, and a point
    near the edge could be drawn on either side. Without one, the wards' polygons decide.
    """

    def __init__(self, wards: Iterable[Any], lsoa_names: str = "") -> None:
        self.lsoa_names = lsoa_names
        self.wards: list[tuple[str, list[list[Ring]], tuple[float, float, float, float]]] = []
        for ward in wards:
            if ward.level != "ward" or not ward.geometry:
                continue
            shapes = _polygons(ward.geometry)
            points = [point for shape in shapes for point in shape[0]]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            self.wards.append((ward.key, shapes, (min(xs), min(ys), max(xs), max(ys))))

    def ward_at(self, x: float, y: float) -> str | None:
        """The ward whose polygon this point lies in."""
        for key, shapes, (left, low, right, high) in self.wards:
            if left <= x <= right and low <= y <= high and any(_inside(shape, x, y) for shape in shapes):
                return key
        return None

    def nearest(self, x: float, y: float) -> str:
        """The ward with the nearest corner: for a point of the district just outside the generalised map."""

        def distance(ward: tuple[str, list[list[Ring]], Any]) -> float:
            return min(
                (px - x) ** 2 * 0.37 + (py - y) ** 2 for shape in ward[1] for px, py in shape[0]
            )  # a degree of longitude is about 0.61 of one of latitude in England

        return min(self.wards, key=distance)[0]

    def named(self, lsoa_name: str) -> bool | None:
        """Whether a small area of this name is here; None when names do not decide."""
        if not self.lsoa_names or not lsoa_name:
            return None
        return lsoa_name.rpartition(" ")[0] == self.lsoa_names


def _polygons(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    many = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[[(float(x), float(y)) for x, y, *_ in ring] for ring in polygon] for polygon in many]


def _inside(rings: list[Ring], x: float, y: float) -> bool:
    """Even-odd rule over the outer ring and its holes."""
    odd = False
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
            x1, y1 = x2, y2
    return odd


# Reading files --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Street:
    """One street file: its name, its size in bytes, and how to open it. It may lie in an archive."""

    name: str
    size: int
    opened: Callable[[], Any]


def streets(path: Path) -> tuple[Street, ...]:
    """The street files at a path: the file itself, or every one in a downloaded zip archive.

    Raises CrimeFaults when an archive cannot be read or holds none.
    """
    if path.suffix.lower() != ".zip":
        return (Street(path.name, path.stat().st_size, lambda: path.open("rb")),)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [one for one in archive.infolist() if one.filename.endswith("-street.csv")]
    except zipfile.BadZipFile:
        raise CrimeFaults([Fault(path.name, 1, "crime.zip", "is not a readable zip archive")]) from None
    if not found:
        raise CrimeFaults([Fault(path.name, 1, "crime.zip", "holds no file named …-street.csv")])
    return tuple(
        Street(Path(one.filename).name, one.file_size, lambda one=one: _member(path, one.filename))  # type: ignore[misc]
        for one in found
    )


@contextmanager
def _member(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive, archive.open(name) as member:
        yield member


@dataclass
class Month:
    """One month as the files give it."""

    file: str
    sha256: str = ""
    read: int = 0
    without_place: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(ward, type) to how many."""

    @property
    def kept(self) -> int:
        return self.counts.total()


def read(files: Iterable[Street], area: Area, progress: Progress = lambda done, of: None) -> dict[str, Month]:
    """Every month of the files, counted for this area. Stores nothing; memory does not grow with the files.

    Raises CrimeFaults: wrong columns, a value that cannot be, one month of one force in two files, an area
    without a map, or no row in the area at all.
    """
    files = tuple(files)
    if not area.wards:
        raise CrimeFaults(
            [Fault("wards", 1, "crime.no_map", "the partnership's wards have no map to count by")]
        )
    faults: list[Fault] = []
    months: dict[str, Month] = {}
    seen: dict[tuple[str, str], str] = {}
    total = sum(one.size for one in files)
    before = 0
    for street in files:
        reading = _Reading(street, area, faults, seen, months)
        with street.opened() as raw:
            reading.run(raw, lambda done, before=before: progress(before + done, total))  # type: ignore[misc]
        before += street.size
        if len(faults) >= MOST_FAULTS:
            break
    if not faults and not any(month.kept for month in months.values()):
        words = "has no row inside the partnership's area; is it the file of another force?"
        faults += [Fault(one.name, 2, "crime.none_here", words) for one in files]
    if faults:
        raise CrimeFaults(faults[:MOST_FAULTS])
    return dict(sorted(months.items()))


class _Counted(io.RawIOBase):
    """Bytes passed on, counted and hashed on the way."""

    def __init__(self, raw: Any, told: Callable[[int], None]) -> None:
        self.raw, self.told, self.digest, self.done = raw, told, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self.raw.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.digest.update(chunk)
        self.done += len(chunk)
        self.told(self.done)
        return len(chunk)


def _degrees(typed: str) -> float:
    try:
        return float(typed)
    except ValueError:
        return math.inf


class _Reading:
    """One file on its way through."""

    def __init__(
        self,
        street: Street,
        area: Area,
        faults: list[Fault],
        seen: dict[tuple[str, str], str],
        months: dict[str, Month],
    ) -> None:
        self.street, self.area, self.faults, self.seen, self.months = street, area, faults, seen, months
        self.names: dict[str, bool | None] = {}
        self.wards: dict[tuple[str, str, bool], str | None] = {}
        self.mine: set[tuple[str, str]] = set()

    def fault(self, line: int, column: str, words: str, code: str = "crime.value") -> None:
        where = f"column “{column}”: {words}" if column else words
        self.faults.append(Fault(self.street.name, line, code, where))

    def run(self, raw: Any, told: Callable[[int], None]) -> None:
        counted = _Counted(raw, told)
        text = io.TextIOWrapper(io.BufferedReader(counted, 1 << 16), encoding="utf-8-sig", newline="")
        rows = csv.reader(text)
        touched: set[str] = set()
        try:
            if self.header(next(rows, [])):
                for row in rows:
                    if row and (month := self.row(row, rows.line_num)):
                        touched.add(month)
                    if len(self.faults) >= MOST_FAULTS:
                        return
                if not touched and not self.faults:
                    self.fault(2, "", "has no rows", "crime.empty")
        except UnicodeDecodeError:
            self.fault(rows.line_num + 1, "", "is not UTF-8 text from this row on", "crime.encoding")
        except csv.Error as problem:
            self.fault(rows.line_num, "", f"cannot be read as CSV ({problem})", "crime.csv")
        for month in touched:
            self.months[month].sha256 = counted.digest.hexdigest()

    def header(self, header: list[str]) -> bool:
        if tuple(header) == COLUMNS:
            return True
        missing = [name for name in COLUMNS if name not in header]
        strange = [name for name in header if name not in COLUMNS]
        if missing:
            self.fault(1, "", f"lacks the columns {', '.join(missing)}", "crime.columns")
        if strange:
            self.fault(1, "", f"should not have the columns {', '.join(strange[:12])}", "crime.columns")
        if not missing and not strange:
            self.fault(1, "", "has the right columns in another order than data.police.uk", "crime.columns")
        return False

    def row(self, row: list[str], line: int) -> str | None:
        """Counts one row, and returns its month when it could be read."""
        if len(row) != len(COLUMNS):
            self.fault(line, "", f"has {len(row)} values, not {len(COLUMNS)}", "crime.width")
            return None
        month, force, kind = row[1], row[3], _SLUGS.get(row[9])
        if (month, force) not in self.mine and not self.first_of(month, force, line):
            return None
        if kind is None:
            self.fault(line, "Crime type", f"“{row[9][:60]}” is not one of the {len(_SLUGS)} types")
            return None
        into = self.months.get(month)
        if into is None:
            into = self.months[month] = Month(self.street.name)
        into.read += 1
        name = row[8]
        if name not in self.names:
            self.names[name] = self.area.named(name)
        named = self.names[name]
        if named is False:
            return month
        if not row[4] or not row[5]:
            into.without_place += 1
            return month
        ward = self.ward(row[4], row[5], line, here=bool(named))
        if ward:
            into.counts[ward, kind] += 1
        return month

    def first_of(self, month: str, force: str, line: int) -> bool:
        if not _MONTH.fullmatch(month):
            self.fault(line, "Month", f"“{month[:20]}” is not a month such as 2024-01")
            return False
        other = self.seen.get((month, force))
        if other is not None:
            words = f"{month} of {force[:60]} is in {other} as well; import each month once"
            self.fault(line, "Month", words, "crime.month_twice")
            return False
        self.seen[month, force] = self.street.name
        self.mine.add((month, force))
        return True

    def ward(self, lon: str, lat: str, line: int, *, here: bool) -> str | None:
        where = (lon, lat, here)
        if where in self.wards:
            return self.wards[where]
        x, y = _degrees(lon), _degrees(lat)
        for column, given, value, low, high in (
            ("Longitude", lon, x, WEST, EAST),
            ("Latitude", lat, y, SOUTH, NORTH),
        ):
            if not low <= value <= high:
                self.fault(line, column, f"“{given[:20]}” is no place in Britain")
                return None
        found = self.area.ward_at(x, y) or (self.area.nearest(x, y) if here else None)
        if len(self.wards) < 200_000:
            self.wards[where] = found
        return found
