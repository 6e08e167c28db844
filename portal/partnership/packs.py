"""A partnership as a folder of files: every fault read at once, nobody's edit overwritten by loading it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import crime, offers, pages, rounds
from portal.partnership.crime_files import Month
from portal.partnership.geography import MarginRow, PlaceRow
from portal.partnership.pack_files import Reading, Written
from portal.partnership.places import Margin, Place, keep_edition
from portal.partnership.rounds import RoundPlan
from portal.partnership.sources import Fault
from surveys import audit
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring


class PackFaults(SurveysError):
    """A pack that cannot be loaded. ``faults`` holds every fault, by file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("pack.faults", count=len(faults))
        self.faults = tuple(sorted(set(faults)))

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True)
class Pack:
    """A valid pack. ``origin`` names it and the exact bytes it was read from."""

    name: str
    sha: str
    folder: Path
    area_set: str
    demonstration: bool
    entries: tuple[Written, ...]
    places: tuple[PlaceRow, ...]
    margins: tuple[MarginRow, ...]
    rounds: tuple[RoundPlan, ...]
    questionnaires: Mapping[str, Questionnaire]
    crime: Mapping[str, Month]
    """Months of recorded crime, counted while reading."""

    @property
    def origin(self) -> str:
        return f"pack:{self.name}@{self.sha}"


@dataclass(frozen=True)
class Loaded:
    """What loading did, by name ("area/scams/pl").

    ``kept``: an officer's edit, or a place or figure in use, that differs from the pack and stays.
    ``left``: came from an earlier state of this pack, is no longer in it, and stays.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    left: tuple[str, ...]


# Reading -------------------------------------------------------------------------------------------------


def read(folder: Path) -> Pack:
    """The pack in this folder. Raises :class:`PackFaults` with every fault of every file."""
    if not folder.is_dir():
        raise PackFaults([Fault(str(folder), 1, "pack.missing", "is not a folder")])
    reading = Reading(folder)
    site = reading.pack_toml()
    demonstration = site.get("demonstration") is True
    reading.lists()
    reading.markdown()
    reading.tables(str(site.get("district_code", "")))
    reading.recorded_crime(str(site.get("lsoa_names", "")))
    reading.questionnaire_files()
    reading.round_files(demonstration=demonstration)
    reading.references()
    reading.required()
    reading.round_references()
    reading.strangers()
    if reading.faults.found:
        raise PackFaults(reading.faults.found)
    return Pack(
        name=str(site["name"]),
        sha=_sha(folder),
        folder=folder,
        area_set=str(site["area_set"]),
        demonstration=demonstration,
        entries=tuple(reading.entries.values()),
        places=tuple(reading.places),
        margins=tuple(reading.margins),
        rounds=tuple(reading.rounds),
        questionnaires=MappingProxyType(reading.questionnaires),
        crime=MappingProxyType(reading.crime),
    )


def _sha(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__" not in path.name):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


# Loading --------------------------------------------------------------------------------------------------


def load(session: Session, pack: Pack, *, by: str, now: dt.datetime, keys: Keyring) -> Loaded:
    """Fills the database from the pack: adds revisions, places, census shares and empty rounds.

    Nothing an officer wrote is replaced, nothing is deleted, no survey opens; loading again changes nothing.
    """
    added: list[str] = []
    unchanged: list[str] = []
    kept: list[str] = []
    for written in pack.entries:
        before = pages.newest(session, written.kind, written.key, written.locale)
        body = pages.body_of(written.kind, written.locale, written.body)
        if before is not None and before.body == body:
            unchanged.append(written.name)
        elif before is not None and not before.origin.startswith("pack:"):
            offers.offer(
                session, written.kind, written.key, written.locale, body, origin=pack.origin, now=now
            )
            kept.append(written.name)
        else:
            pages.add(
                session, written.kind, written.key, written.locale, body, by=by, now=now, origin=pack.origin
            )
            added.append(written.name)
    for place in pack.places:
        _sort(_load_place(session, pack.area_set, place), f"place/{place.key}", added, unchanged, kept)
    for margin in pack.margins:
        name = f"census/{margin.variable}/{margin.category}"
        _sort(_load_margin(session, margin), name, added, unchanged, kept)
    brought = {(one.variable, one.as_of) for one in pack.margins}
    for variable, as_of in sorted(brought):
        if any(name.startswith(f"census/{variable}/") for name in added):
            keep_edition(session, variable, as_of, now=now)
    for plan in pack.rounds:
        if rounds.by_slug(session, plan.slug) is None:
            rounds.create(session, slug=plan.slug, by=by, now=now, keys=keys)
            added.append(f"round/{plan.slug}/itself")
    months = crime.store(
        session, pack.crime, area_set=pack.area_set, by=by, now=now, keys=keys, replace=False
    )
    added += [f"crime/{month}" for month in months]
    loaded = Loaded(tuple(added), tuple(unchanged), tuple(kept), _left(session, pack))
    if added:
        facts = {"origin": pack.origin, "added": len(added), "kept": len(kept)}
        subject = f"pack:{pack.name}"
        audit.record(
            session, actor=by, action="pack.loaded", subject=subject, facts=facts, now=now, keys=keys
        )
    return loaded


def _sort(same: bool | None, name: str, added: list[str], unchanged: list[str], kept: list[str]) -> None:
    (added if same is None else unchanged if same else kept).append(name)


def _load_place(session: Session, area_set: str, row: PlaceRow) -> bool | None:
    """None: added. True: there already. False: there and different, so left alone: a set never changes."""
    there = session.get(Place, (area_set, row.level, row.key))
    values = {name: getattr(row, name) for name in PlaceRow.__dataclass_fields__ if name != "line"}
    if there is not None:
        return all(getattr(there, name) == value for name, value in values.items())
    session.add(Place(area_set=area_set, **values))
    session.flush()
    return None


def _load_margin(session: Session, row: MarginRow) -> bool | None:
    there = session.scalar(
        select(Margin).where(
            Margin.as_of == row.as_of, Margin.variable == row.variable, Margin.category == row.category
        )
    )
    values = {name: getattr(row, name) for name in MarginRow.__dataclass_fields__}
    if there is not None:
        return all(getattr(there, name) == value for name, value in values.items())
    session.add(Margin(**values))
    session.flush()
    return None


def _left(session: Session, pack: Pack) -> tuple[str, ...]:
    wanted = {(one.kind, one.key, one.locale) for one in pack.entries}
    mine = select(pages.Revision).where(
        pages.Revision.state == "current",
        pages.Revision.origin.startswith(f"pack:{pack.name}@", autoescape=True),
    )
    return tuple(
        Written(one.kind, one.key, one.locale, {}, "", 0).name
        for one in session.scalars(mine.order_by(pages.Revision.id))
        if (one.kind, one.key, one.locale) not in wanted
    )
