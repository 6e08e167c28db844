"""The evidence shelf: what is known beside what people answered, each thing with its source and its history.

Everything but recorded crime is kept as revisions of site texts (kinds recorded, evidence, assessment,
problem, harm), so nothing is overwritten and a decision can cite the exact state it was read in.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import crime, pages
from portal.partnership.bodies import HEADINGS, POLICE_TYPES, STATUTORY, Facts, Measure, Texts
from portal.partnership.crime import Volume
from portal.partnership.pages import NEUTRAL, SOURCE, Entry
from portal.partnership.sources import Fault
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

SHELF = ("evidence", "assessment", "problem", "harm", "recorded")
MEASURE_COLUMNS = ("Measure", "Area", "Period", "Value", "Unit")
HARM_COLUMNS = ("Crime type", "Weight")
MOST_ROWS = 2000
_PERSONAL = re.compile(
    r"name|birth|\bdob\b|address|post ?code|phone|e-?mail|nhs|national insurance|\bnino\b|crime id|crime ref|"
    r"\burn\b|longitude|latitude|easting|northing|person|suspect|victim",
    re.IGNORECASE,
)
"""Heads of columns that only a table about single people or single places has."""


class TableFaults(SurveysError):
    """A table that cannot be taken. ``faults`` names each fault by row and column."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("evidence.faults", field="file", count=len(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


# Tables partners bring ------------------------------------------------------------------------------------


def read_measures(name: str, content: bytes) -> tuple[Measure, ...]:
    """A partner's aggregate figures: a CSV with the columns Measure, Area, Period, Value and Unit.

    Raises TableFaults: other columns (those that name people or points are refused as such), a value that
    is no number, an empty cell, the same figure twice, no row, or over 2,000 rows.
    """
    faults: list[Fault] = []
    found: list[Measure] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in _rows(name, content, MEASURE_COLUMNS, faults):
        value = _number(name, line, "Value", row["Value"], faults)
        for column in ("Measure", "Area", "Period"):
            if not row[column]:
                faults.append(Fault(name, line, "table.empty", f"column “{column}” is empty"))
        if value is None or not all(row[column] for column in ("Measure", "Area", "Period")):
            continue
        key = (row["Measure"], row["Area"], row["Period"])
        if key in seen:
            faults.append(Fault(name, line, "table.repeated", f"gives the figure of row {seen[key]} again"))
        seen[key] = line
        found.append(
            Measure(measure=key[0], area=key[1], period=key[2], value=value, unit=row["Unit"] or "number")
        )
    if faults:
        raise TableFaults(faults[:25])
    return tuple(found)


def read_harm(name: str, content: bytes) -> tuple[dict[str, float], str]:
    """Harm weights: a CSV with the columns Crime type (police types) and Weight; the weights and its SHA-256.

    Raises TableFaults.
    """
    faults: list[Fault] = []
    known = {words.casefold(): key for key, words in POLICE_TYPES.items()}
    found: dict[str, float] = {}
    for line, row in _rows(name, content, HARM_COLUMNS, faults):
        kind = known.get(row["Crime type"].casefold())
        weight = _number(name, line, "Weight", row["Weight"], faults)
        if kind is None:
            words = f"column “Crime type”: “{row['Crime type'][:60]}” is no police type"
            faults.append(Fault(name, line, "table.value", words))
        elif kind in found:
            faults.append(Fault(name, line, "table.repeated", f"gives {POLICE_TYPES[kind]} again"))
        elif weight is not None and weight < 0:
            faults.append(Fault(name, line, "table.value", "column “Weight”: a weight cannot be negative"))
        elif weight is not None:
            found[kind] = weight
    if faults:
        raise TableFaults(faults[:25])
    return found, hashlib.sha256(content).hexdigest()


def _rows(
    name: str, content: bytes, columns: tuple[str, ...], faults: list[Fault]
) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.append(Fault(name, line, "table.encoding", "is not UTF-8 text from this row on"))
        return []
    if "\0" in text:
        faults.append(Fault(name, 1, "table.encoding", "is not a text file"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    if tuple(header) != columns:
        personal = [cell for cell in header if _PERSONAL.search(cell)]
        if personal:
            words = f"names people or exact places ({', '.join(personal)}); bring totals only"
            faults.append(Fault(name, 1, "table.personal", words))
        words = f"needs the columns {', '.join(columns)}, in that order"
        faults.append(Fault(name, 1, "table.columns", words))
        return []
    rows = []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            words = f"has {len(row)} values, not {len(columns)}"
            faults.append(Fault(name, reader.line_num, "table.width", words))
            continue
        cells = [unicodedata.normalize("NFC", cell.strip()) for cell in row]
        rows.append((reader.line_num, dict(zip(columns, cells, strict=True))))
    if not rows and not faults:
        faults.append(Fault(name, 2, "table.none", "has no rows"))
    if len(rows) > MOST_ROWS:
        faults.append(Fault(name, 2, "table.long", f"has {len(rows)} rows; {MOST_ROWS} are the most"))
    return rows[:MOST_ROWS]


def _number(name: str, line: int, column: str, typed: str, faults: list[Fault]) -> float | None:
    plain = typed.replace(",", "").removesuffix("%").strip()
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain):
        return float(plain)
    faults.append(Fault(name, line, "table.value", f"column “{column}”: “{typed[:30]}” is no number"))
    return None


# Putting things on the shelf ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelved:
    """One thing on the shelf and the number of the state it is in: edit it only from that state."""

    entry: Entry
    number: int

    @property
    def id(self) -> str:
        """How a decision cites it, in exactly this state."""
        return f"{self.entry.kind}:{self.entry.key}@{self.number}"


def standing(session: Session, kind: str, key: str) -> int:
    """How often facts and words of this thing were put down, together; 0 when it is not there."""
    found = (pages.newest(session, kind, key, locale) for locale in (NEUTRAL, SOURCE))
    return sum(one.number for one in found if one is not None)


def one(session: Session, kind: str, key: str) -> Shelved | None:
    entry = pages.one(session, kind, key, SOURCE)
    return None if entry is None else Shelved(entry, standing(session, kind, key))


def of_kind(session: Session, kind: str, locale: str = SOURCE) -> tuple[Shelved, ...]:
    """Everything of this kind on the shelf, in order."""
    return tuple(Shelved(e, standing(session, kind, e.key)) for e in pages.current(session, kind, locale))


def put(
    session: Session,
    kind: str,
    key: str,
    facts: Facts | Mapping[str, Any],
    texts: Texts | Mapping[str, Any],
    *,
    seen: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Shelved:
    """Adds or changes one thing. ``seen``: the state the editor started from, 0 for something new.

    Raises ``evidence.kind``, ``evidence.exists``, ``evidence.changed_meanwhile``, ``revision.invalid``.
    """
    if kind not in SHELF:
        raise SurveysError("evidence.kind", kind=kind)
    stands = standing(session, kind, key)
    if stands != seen:
        raise SurveysError("evidence.exists" if seen == 0 else "evidence.changed_meanwhile", field="title")
    bodies = [(NEUTRAL, facts), (SOURCE, texts)]
    for locale, body in bodies:
        pages.body_of(kind, locale, body)
    for locale, body in bodies:
        pages.add(session, kind, key, locale, body, by=by, now=now, origin=by)
    audit.record(
        session,
        actor=by,
        action="evidence.put",
        subject=f"{kind}:{key}",
        facts={"number": standing(session, kind, key)},
        now=now,
        keys=keys,
    )
    found = one(session, kind, key)
    if found is None:  # put away: facts say retired
        entry = Entry(kind, key, SOURCE, SOURCE, facts, texts, frozenset())
        return Shelved(entry, standing(session, kind, key))
    return found


def slug_for(session: Session, kind: str, title: str) -> str:
    """A free key made of a title's letters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or kind
    number = 1
    while standing(session, kind, stem if number == 1 else f"{stem}-{number}"):
        number += 1
    return stem if number == 1 else f"{stem}-{number}"


# Reading it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recorded:
    """What police records say about one area of focus; ``volume`` None: no open data, which is not nought."""

    topic: str
    types: tuple[str, ...]
    note: str
    volume: Volume | None


def recorded(session: Session, topic: str) -> Recorded:
    """The recorded crime that says something about this area of focus."""
    entry = pages.one(session, "recorded", topic, SOURCE)
    if entry is None:
        return Recorded(topic, (), "", None)
    return Recorded(
        topic, tuple(entry.facts.types), entry.texts.note, crime.volume(session, entry.facts.types)
    )


def assessment(session: Session, year: int, locale: str = SOURCE) -> dict[str, Shelved]:
    """The strategic assessment of a year: heading to its words, in the order of the regulations."""
    found = {
        e.facts.heading: Shelved(e, standing(session, "assessment", e.key))
        for e in pages.current(session, "assessment", locale)
        if e.facts.year == year
    }
    return {heading: found[heading] for heading in HEADINGS if heading in found}


def unwritten(session: Session, year: int) -> tuple[str, ...]:
    """The statutory headings of a year's assessment that have no words yet."""
    there = assessment(session, year)
    return tuple(heading for heading in STATUTORY if heading not in there)


def harm(session: Session) -> Shelved | None:
    """The partnership's own table of harm weights, when it has brought one."""
    return one(session, "harm", "harm")
