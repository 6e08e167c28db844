"""The audit log: who did what and when, with filters, a check of the whole chain, and the log as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.accounts import people
from portal.database import database, read_session, writing
from portal.office.blueprint import bp, keys, now, officer, whole
from portal.partnership.approvals import Approval
from portal.partnership.gates import GateOverride
from portal.partnership.openings import RoundChange
from surveys import audit as log
from surveys.audit import Entry, Reason
from surveys.surveys import LONDON

PAGE = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")
REASONS = {
    "reason": (Reason.id, Reason.words),
    "unapproved": (Reason.id, Reason.words),
    "change": (RoundChange.id, RoundChange.reason),
    "override": (GateOverride.id, GateOverride.reason),
    "approval": (Approval.id, Approval.reason),
}
"""The facts that name a reason, and where its words stand: beside the log, so that they can go."""

HEADS = ("year", "number", "at", "actor", "action", "subject", "facts")


@dataclass(frozen=True)
class Wanted:
    """What the filters ask for; unknown or malformed ones ask for nothing special."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    day: dt.date | None = None
    before: tuple[int, int] | None = None

    @classmethod
    def asked(cls) -> Wanted:
        given = request.args
        year, _, number = given.get("before", "").partition("-")
        before = (whole(year), whole(number)) if whole(year) and number.isdecimal() else None
        try:
            day = dt.date.fromisoformat(given.get("day", ""))
            _midnight(day + dt.timedelta(days=1))
        except (ValueError, OverflowError):
            day = None
        short = {name: given.get(name, "").replace("\0", "")[:120] for name in ("actor", "action", "subject")}
        return cls(**short, day=day, before=before)

    def query(self) -> Select[Entry]:
        query = select(Entry).order_by(Entry.year.desc(), Entry.number.desc())
        if self.actor:
            query = query.where(Entry.actor == self.actor)
        if self.action:
            query = query.where(Entry.action.startswith(self.action, autoescape=True))
        if self.subject:
            query = query.where(Entry.subject.contains(self.subject, autoescape=True))
        if self.day:
            start, end = _midnight(self.day), _midnight(self.day + dt.timedelta(days=1))
            query = query.where(Entry.at >= start, Entry.at < end)
        if self.before:
            year, number = self.before
            query = query.where((Entry.year < year) | ((Entry.year == year) & (Entry.number < number)))
        return query


def _midnight(day: dt.date) -> dt.datetime:
    """As this day begins in London, whose time the page shows."""
    return dt.datetime.combine(day, dt.time.min, LONDON).astimezone(dt.UTC)


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    session, wanted = read_session(), Wanted.asked()
    found = list(session.scalars(wanted.query().limit(PAGE + 1)))
    more = f"{found[PAGE - 1].year}-{found[PAGE - 1].number}" if len(found) > PAGE else ""
    return render_template(
        "office/audit/audit.html",
        entries=found[:PAGE],
        more=more,
        reasons=_reasons(session, found[:PAGE]),
        told=_told,
        wanted=wanted,
        officers=(*people.everyone(session), *people.everyone(session, left=True)),
    )


def _told(facts: str) -> list[str]:
    """The facts of an entry, one a line, as "name: value"; what is empty is left out."""
    return [
        f"{name.replace('_', ' ')}: {_value(value)}"
        for name, value in json.loads(facts).items()
        if value not in (None, "", [], {})
    ]


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def _reasons(session: Session, entries: Sequence[Entry]) -> dict[tuple[int, int], str]:
    """The words of the reason an entry names, while they are still there."""
    named = {(one.year, one.number): json.loads(one.facts) for one in entries}
    found: dict[tuple[int, int], str] = {}
    for fact, (id, words) in REASONS.items():
        wanted = {place: facts[fact] for place, facts in named.items() if facts.get(fact)}
        rows = session.execute(select(id, words).where(id.in_(wanted.values())))
        there = {row[0]: row[1] for row in rows}
        found |= {place: there[key] for place, key in wanted.items() if there.get(key)}
    return found


@bp.post("/audit/check")
def audit_check() -> ResponseReturnValue:
    """Recomputes the whole chain; the check itself is noted."""
    problems = log.check(read_session(), keys())
    with writing() as session:
        facts = {"problems": len(problems)}
        log.record(
            session, actor=officer().by, action="audit.checked", subject="audit", facts=facts,
            now=now(), keys=keys(),
        )  # fmt: skip
    return render_template("office/audit/check.html", problems=problems)


@bp.get("/audit/log.csv")
def audit_csv() -> ResponseReturnValue:
    """What the filters show, all of it, as a file. Cells that a spreadsheet would run are marked as text."""
    query = Wanted.asked().query()
    store = database()

    def lines() -> Iterator[str]:
        with store.reading() as session:
            yield "\ufeff" + _line(HEADS)
            for entry in session.scalars(query.execution_options(yield_per=500)):
                yield _line([getattr(entry, head) for head in HEADS])

    headers = {"Content-Disposition": "attachment; filename=audit-log.csv"}
    return Response(lines(), mimetype="text/csv", headers=headers)


def _line(cells: object) -> str:
    written = io.StringIO()
    texts = [str(cell) for cell in cells]  # type: ignore[attr-defined]
    csv.writer(written).writerow([f"'{text}" if text.startswith(FORMULA) else text for text in texts])
    return written.getvalue()
