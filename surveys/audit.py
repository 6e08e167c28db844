"""The audit log: append-only, chained under a key, one segment a year. Never a resident's act or words."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, String, Text, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, UTCDateTime, append_only, new_id
from surveys.sealing import Keyring

ADVISORY_LOCK = 0x61756469745F31
"""Taken on PostgreSQL while an entry is chained, so that two writers cannot follow the same entry."""

CUT = "audit.cut"
"""The action of an entry that says a year was taken off the log, and what its successor continues from."""


CODED = re.compile(r"[A-Za-z0-9_.:/+=-]{0,120}(@[0-9a-f]{12})?")
"""What a text in the log looks like: an id, a code, a day, a fingerprint, a pack's version; never words."""


class Worded(ValueError):
    """A fault of ours: words on their way into the log, where nothing can be taken out again."""


class Entry(Base):
    """One act. ``facts`` is JSON of ids, codes and numbers; ``mac`` covers the entry and the one before."""

    __tablename__ = "audit_entry"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    facts: Mapped[str] = mapped_column(Text)
    follows: Mapped[str] = mapped_column(String(24), default="")
    """On a year's first entry: "year/number" of the entry it follows in an earlier year, else nothing."""
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


append_only(Entry.__table__)


class Reason(Base):
    """Why an officer did something that has no page of its own. The log names the id; the words can go."""

    __tablename__ = "audit_reason"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Head:
    """Where the log ended at some moment: kept outside the database, it shows whether the end was cut off."""

    year: int
    number: int
    mac: bytes


@dataclass(frozen=True)
class Problem:
    """``changed``, ``missing`` (a gap), ``unanchored`` (a year was cut), ``cut`` (the known head is gone)."""

    code: str
    year: int
    number: int


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    facts: Mapping[str, Any] | None = None,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Appends one entry: the last statement of a verb. Ids, codes and numbers only; else :class:`Worded`."""
    for said in (actor, action, subject, *_texts_in(facts or {})):
        if not CODED.fullmatch(said):
            raise Worded(f"{action}: the log holds ids and codes, not words")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
    year = now.astimezone(dt.UTC).year
    last = session.execute(
        select(Entry.year, Entry.number, Entry.mac)
        .where(Entry.year <= year)
        .order_by(Entry.year.desc(), Entry.number.desc())
        .limit(1)
    ).first()
    first_of_year = last is None or last.year != year
    values = {
        "year": year,
        "number": 1 if first_of_year or last is None else last.number + 1,
        "at": now,
        "actor": actor,
        "action": action,
        "subject": subject,
        "facts": json.dumps(facts or {}, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        "follows": f"{last.year}/{last.number}" if first_of_year and last is not None else "",
    }
    values["mac"] = _mac(keys, values, last.mac if last is not None else b"")
    session.execute(insert(Entry), values)


def _texts_in(value: object) -> Iterator[str]:
    """Every text anywhere in facts, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts_in(inner)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _texts_in(inner)


def keep_reason(session: Session, words: str, *, by: str, now: dt.datetime) -> str:
    """Keeps an officer's reason beside the log, and gives the id by which an entry's facts name it."""
    kept = Reason(id=new_id(), words=words, by=by, at=now)
    session.add(kept)
    session.flush()
    return kept.id


def head(session: Session) -> Head | None:
    """The newest entry's place and mac, to be noted somewhere the database's owner cannot change."""
    row = session.execute(
        select(Entry.year, Entry.number, Entry.mac).order_by(Entry.year.desc(), Entry.number.desc()).limit(1)
    ).first()
    return None if row is None else Head(row.year, row.number, row.mac)


def check(session: Session, keys: Keyring, known: Head | None = None) -> list[Problem]:
    """Every break in the chain, oldest first; none means nobody changed, removed or inserted an entry.

    Entries cut off the very end show only against a ``known`` head noted earlier.
    """
    problems: list[Problem] = []
    cut = known is not None
    previous = b""
    year, number = 0, 0
    for entry in session.scalars(
        select(Entry).order_by(Entry.year, Entry.number).execution_options(yield_per=500)
    ):
        if entry.year != year:
            year, number = entry.year, 0
            previous = _anchor(session, entry, problems)
        if entry.number != number + 1:
            problems.append(Problem("missing", year, number + 1))
        number = entry.number
        values = {name: getattr(entry, name) for name in COVERED}
        if not hmac.compare_digest(_mac(keys, values, previous), entry.mac):
            problems.append(Problem("changed", year, number))
        previous = entry.mac
        if known is not None and (known.year, known.number, known.mac) == (year, number, entry.mac):
            cut = False
    if known is not None and cut:
        problems.append(Problem("cut", known.year, known.number))
    return problems


def _anchor(session: Session, entry: Entry, problems: list[Problem]) -> bytes:
    """The mac a year's first entry continues from; reports when the entry it points at is gone."""
    if not entry.follows:
        return b""
    year, _, number = entry.follows.partition("/")
    found = session.scalar(select(Entry.mac).where(Entry.year == int(year), Entry.number == int(number)))
    if found is None:
        found = _cut_at(session, entry.follows)
    if found is None:
        problems.append(Problem("unanchored", entry.year, 1))
        return b""
    return found


def _cut_at(session: Session, last: str) -> bytes | None:
    """The mac of the last entry of a year that retention took, from the entry that says so."""
    for facts in session.scalars(select(Entry.facts).where(Entry.action == CUT)):
        said = json.loads(facts)
        if said.get("last") == last:
            return bytes.fromhex(said["mac"])
    return None


def entries(session: Session, *, subject: str | None = None, limit: int = 100) -> Iterator[Entry]:
    """The newest entries first, of one subject or of all."""
    query = select(Entry).order_by(Entry.year.desc(), Entry.number.desc()).limit(limit)
    if subject is not None:
        query = query.where(Entry.subject == subject)
    yield from session.scalars(query)


COVERED = ("year", "number", "at", "actor", "action", "subject", "facts", "follows")


def _mac(keys: Keyring, values: Mapping[str, Any], previous: bytes) -> bytes:
    covered = [
        values[name].astimezone(dt.UTC).isoformat() if name == "at" else values[name] for name in COVERED
    ]
    return keys.mac("audit", json.dumps([*covered, previous.hex()], ensure_ascii=False))
