"""Recorded crime as the partnership keeps it: numbers by ward, month and type, and what they say.

Nothing finer is stored. A ward's count is approximate (see :mod:`portal.partnership.crime_files`): nothing
here may be called a hot spot.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership.bodies import POLICE_TYPES
from portal.partnership.crime_files import Area, Month
from portal.partnership.places import Place
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, as_of
from surveys.sealing import Keyring


class CrimeMonth(Base):
    """One month as it was last imported. ``rows_read``: of the whole file, other districts included."""

    __tablename__ = "crime_month"
    __table_args__ = (CheckConstraint("length(month) = 7", name="month"),)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    area_set: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows_read: Mapped[int]
    rows_kept: Mapped[int]
    rows_without_place: Mapped[int]
    imported_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    imported_by: Mapped[str] = mapped_column(String(80))


class CrimeCount(Base):
    """How many of one type were recorded in one ward in one month; a count of nought has no row."""

    __tablename__ = "crime_count"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    month: Mapped[str] = mapped_column(ForeignKey("crime_month.month"), primary_key=True)
    ward_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]


class CrimeEdition(Base):
    """A month as it was imported once, whatever came in its place later: ward to type to number."""

    __tablename__ = "crime_edition"
    __table_args__ = (CheckConstraint("length(month) = 7", name="month"),)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 on. Where the first is a later one, those before it were not kept."""
    area_set: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows_read: Mapped[int]
    rows_kept: Mapped[int]
    rows_without_place: Mapped[int]
    imported_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    imported_by: Mapped[str] = mapped_column(String(80))
    counts: Mapped[JsonValue] = mapped_column(Json)


append_only(CrimeEdition.__table__)

_OF_MONTH = tuple(column.key for column in CrimeMonth.__table__.columns)


def area_of(session: Session, area_set: str, lsoa_names: str) -> Area:
    """The partnership's wards as they are stored."""
    wards = select(Place).where(Place.area_set == area_set, Place.level == "ward").order_by(Place.number)
    return Area(session.scalars(wards), lsoa_names)


# Storing --------------------------------------------------------------------------------------------------


def store(
    session: Session,
    months: Mapping[str, Month],
    *,
    area_set: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    replace: bool = True,
) -> tuple[str, ...]:
    """Puts the months in place of what was there, all of them or none; returns those that are now there.

    With ``replace`` off, a month that is there stays as it is.
    """
    there = set(session.scalars(select(CrimeMonth.month).where(CrimeMonth.month.in_(list(months)))))
    wanted = {month: read for month, read in months.items() if replace or month not in there}
    if not wanted:
        return ()
    session.execute(delete(CrimeCount).where(CrimeCount.month.in_(list(wanted))))
    session.execute(delete(CrimeMonth).where(CrimeMonth.month.in_(list(wanted))))
    for month, one in wanted.items():
        session.add(
            CrimeMonth(
                month=month,
                area_set=area_set,
                file=one.file[:200],
                sha256=one.sha256,
                rows_read=one.read,
                rows_kept=one.kept,
                rows_without_place=one.without_place,
                imported_at=now,
                imported_by=by,
            )
        )
    session.flush()
    session.add_all(
        CrimeCount(month=month, ward_key=ward, type=kind, number=number)
        for month, one in wanted.items()
        for (ward, kind), number in sorted(one.counts.items())
    )
    session.flush()
    for month, one in wanted.items():
        _keep(session, session.get_one(CrimeMonth, month), one)
    facts = {
        "months": sorted(wanted),
        "replaced": sorted(there & set(wanted)),
        "rows": sum(one.kept for one in wanted.values()),
    }
    audit.record(
        session, actor=by, action="crime.imported", subject="evidence:crime", facts=facts, now=now, keys=keys
    )
    return tuple(sorted(wanted))


def _keep(session: Session, stored: CrimeMonth, read: Month) -> None:
    counts: dict[str, dict[str, int]] = {}
    for (ward, kind), number in sorted(read.counts.items()):
        counts.setdefault(ward, {})[kind] = number
    last = session.scalar(select(func.max(CrimeEdition.number)).where(CrimeEdition.month == stored.month))
    facts = {name: getattr(stored, name) for name in _OF_MONTH}
    session.add(CrimeEdition(**facts, number=(last or 0) + 1, counts=counts))
    session.flush()


def editions(session: Session) -> dict[str, list[CrimeEdition]]:
    """Every edition of every month, as far as they were kept, the first ones first."""
    found: dict[str, list[CrimeEdition]] = {}
    for one in session.scalars(select(CrimeEdition).order_by(CrimeEdition.month, CrimeEdition.number)):
        found.setdefault(one.month, []).append(one)
    return found


def _then(session: Session, moment: dt.datetime) -> dict[str, CrimeEdition]:
    """The edition of each month that stood at that moment; of those not kept for so long, the first kept."""
    found = {}
    for month, kept in editions(session).items():
        stood = [one for one in kept if one.imported_at <= moment]
        if stood or kept[0].number > 1:
            found[month] = stood[-1] if stood else kept[0]
    return found


def _counts_then(
    session: Session, moment: dt.datetime, latest: Iterable[str]
) -> Iterator[tuple[str, str, str, int]]:
    stood = _then(session, moment)
    for month in latest:
        for ward, by_kind in stood[month].counts.items() if month in stood else ():
            for kind, number in by_kind.items():
                yield month, ward, kind, number


# Counting -------------------------------------------------------------------------------------------------

LEAST_FOR_PERCENT = 20
"""Under this many before, a change is told as two numbers and never in per cent."""


@dataclass(frozen=True)
class Volume:
    """What was recorded over ``months`` (first, last, how many), and over the same months a year before.

    ``trend``: up, down, steady (no more than chance alone often makes), few (under 20 before) or unknown.
    """

    number: int
    first: str
    last: str
    months: int
    before: int | None = None
    percent: int | None = None
    trend: str = "unknown"

    @property
    def id(self) -> str:
        """How a decision cites it."""
        return f"crime:{self.first}..{self.last}"


def months(session: Session) -> tuple[CrimeMonth, ...]:
    """Every month that was imported, the latest first."""
    moment = as_of(session)
    if moment is not None:
        stood = _then(session, moment)
        found = (stood[month] for month in sorted(stood, reverse=True))
        return tuple(CrimeMonth(**{name: getattr(one, name) for name in _OF_MONTH}) for one in found)
    return tuple(session.scalars(select(CrimeMonth).order_by(CrimeMonth.month.desc())))


def window(known: Iterable[str], length: int = 12) -> tuple[str, ...]:
    """The months known among the latest ``length`` months, in order."""
    there = set(known)
    if not there:
        return ()
    last = max(there)
    return tuple(month for month in (_shift(last, -n) for n in reversed(range(length))) if month in there)


def _shift(month: str, by: int) -> str:
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


@dataclass(frozen=True)
class Comparison:
    """The months counted now, and those of the year before that are not here: while any lacks, no change."""

    latest: tuple[str, ...]
    lacking: tuple[str, ...]


def comparison(session: Session) -> Comparison:
    """What a change of recorded crime rests on. A change over a whole year needs 24 months in a row."""
    known = {one.month for one in months(session)}
    latest = window(known)
    earlier = (_shift(month, -12) for month in latest)
    return Comparison(latest, tuple(month for month in earlier if month not in known))


def volume(session: Session, types: Iterable[str]) -> Volume | None:
    """What was recorded of these types in the latest twelve months known; None without any month."""
    known = [one.month for one in months(session)]
    latest = window(known)
    if not latest:
        return None
    kinds = list(types)
    number = _number(session, latest, kinds)
    earlier = [_shift(month, -12) for month in latest]
    found = Volume(number, latest[0], latest[-1], len(latest))
    if not set(earlier) <= set(known):
        return found
    before = _number(session, earlier, kinds)
    change = None if before < LEAST_FOR_PERCENT else round(100 * (number - before) / before)
    return Volume(number, latest[0], latest[-1], len(latest), before, change, _trend(before, number))


def _trend(before: int, after: int) -> str:
    if before < LEAST_FOR_PERCENT:
        return "few"
    if abs(after - before) <= 2 * (after + before) ** 0.5:  # about twice what two Poisson counts differ by
        return "steady"
    return "up" if after > before else "down"


def _number(session: Session, latest: Iterable[str], kinds: list[str]) -> int:
    moment = as_of(session)
    if moment is not None:
        return sum(n for _, _, kind, n in _counts_then(session, moment, latest) if kind in kinds)
    summed = select(func.sum(CrimeCount.number)).where(
        CrimeCount.month.in_(list(latest)), CrimeCount.type.in_(kinds)
    )
    return int(session.scalar(summed) or 0)


def by_type(session: Session, latest: Iterable[str]) -> dict[str, dict[str, int]]:
    """Type to month to number, for these months; every type has a row."""
    found: dict[str, dict[str, int]] = {kind: {} for kind in POLICE_TYPES}
    moment = as_of(session)
    if moment is not None:
        for month, _, kind, number in _counts_then(session, moment, latest):
            found[kind][month] = found[kind].get(month, 0) + number
        return found
    rows = (
        select(CrimeCount.type, CrimeCount.month, func.sum(CrimeCount.number))
        .where(CrimeCount.month.in_(list(latest)))
        .group_by(CrimeCount.type, CrimeCount.month)
    )
    for kind, month, number in session.execute(rows):
        found[kind][month] = int(number)
    return found


def by_ward(session: Session, latest: Iterable[str], types: Iterable[str] | None = None) -> dict[str, int]:
    """Ward key to number over these months: approximate, because points and ward maps both are."""
    moment = as_of(session)
    if moment is not None:
        summed: Counter[str] = Counter()
        for _, ward, kind, number in _counts_then(session, moment, latest):
            if types is None or kind in types:
                summed[ward] += number
        return dict(summed)
    rows = select(CrimeCount.ward_key, func.sum(CrimeCount.number)).where(CrimeCount.month.in_(list(latest)))
    if types is not None:
        rows = rows.where(CrimeCount.type.in_(list(types)))
    return {ward: int(number) for ward, number in session.execute(rows.group_by(CrimeCount.ward_key))}
