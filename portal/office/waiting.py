"""What waits for an officer's own roles, for the first page: numbers and days, never what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.office.blueprint import may, now
from portal.partnership import requests
from portal.rendering import day
from surveys.moderation import concerns
from surveys.moderation.appeals import Appeal
from surveys.surveys import london_day


@dataclass(frozen=True)
class Due:
    """One line, as the office's list of dues takes it."""

    href: str
    text: str
    note: str
    status: str
    status_text: str


def dues(session: Session) -> list[Due]:
    """The most urgent first."""
    found = []
    if may("office.safeguarding"):
        found += _concerns(session)
    if may("office.appeals"):
        found += _appeals(session)
    if may("office.requests"):
        found += _requests(session)
    return sorted(found, key=lambda due: due.status != "attention")


def _concerns(session: Session) -> list[Due]:
    standing, late = concerns.standing(session, london_day(now()))
    if not standing:
        return []
    status = ("attention", f"{late} overdue") if late else ("waiting", "In time")
    return [Due(url_for("office.safeguarding"), "Safeguarding", f"Open: {standing}", *status)]


def _appeals(session: Session) -> list[Due]:
    open_ones = select(func.count(), func.min(Appeal.made_on)).where(Appeal.outcome.is_(None))
    number, oldest = session.execute(open_ones).one()
    if not number:
        return []
    note = f"Open: {number}, since {day(oldest)}"
    return [Due(url_for("office.appeals"), "Appeals of writers", note, "waiting", "Waiting")]


def _requests(session: Session) -> list[Due]:
    rows = requests.register(session)
    if not rows:
        return []
    late = sum(row.late(london_day(now())) for row in rows)
    status = ("attention", f"{late} late") if late else ("waiting", f"Next by {day(rows[0].due_on)}")
    return [Due(url_for("office.requests"), "Requests", f"Open: {len(rows)}", *status)]
