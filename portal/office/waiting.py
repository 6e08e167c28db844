"""What waits for an officer's own roles, for the first page: numbers and days, never what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.office.blueprint import may, now
from portal.partnership import outbox, requests
from portal.rendering import day
from surveys.moderation import concerns, queue
from surveys.moderation.records import Appeal
from surveys.results import compositions
from surveys.results.compositions import Composition
from surveys.surveys import Survey, london_day


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
    if may("office.comments", "POST"):
        found += _comments(session)
    if may("office.release_approve", "POST"):
        found += _releases(session)
    if may("office.outbox"):
        found += _letters(session)
    if may("office.people"):
        found += _links(session)
    if may("office.appeals"):
        found += _appeals(session)
    if may("office.requests"):
        found += _requests(session)
    return sorted(found, key=lambda due: due.status != "attention")


def _comments(session: Session) -> list[Due]:
    """Comments to read, of every survey that has some."""
    standing = [queue.standing(session, one) for one in session.scalars(select(Survey.id))]
    waiting = sum(one.waiting for one in standing)
    if not waiting:
        return []
    flagged = sum(one.flagged for one in standing)
    oldest = min((one.oldest for one in standing if one.oldest), default=None)
    status = ("attention", f"{flagged} flagged for safety") if flagged else ("waiting", "Waiting")
    since = f", the oldest from {day(oldest)}" if oldest else ""
    return [Due(url_for("office.comments"), "Comments to read", f"{waiting}{since}", *status)]


def _releases(session: Session) -> list[Due]:
    """Results that wait for a second person, or to be published by hand."""
    wanted = select(Composition, Survey.slug).join(Survey, Survey.id == Composition.survey_id)
    found = []
    for draft, slug in session.execute(wanted.where(Composition.state.in_(compositions.OPEN))):
        if draft.state == "approved" and draft.publish_at is not None:
            continue
        words = "Approved: publish it" if draft.state == "approved" else "In the making"
        found.append(
            Due(url_for("office.release", slug=slug), f"Results of {slug}", words, "waiting", "Open")
        )
    return found


def _letters(session: Session) -> list[Due]:
    failed = outbox.standing(session)["failed"]
    if not failed:
        return []
    return [Due(url_for("office.outbox"), "Letters that could not be sent", str(failed), "attention", "Look")]


def _links(session: Session) -> list[Due]:
    """Ways back in that wait for a second administrator."""
    waits = [one for one in links.open_links(session, now()) if one.needs_second and not one.confirmed_by]
    if not waits:
        return []
    note = f"{len(waits)} to confirm"
    return [Due(url_for("office.people"), "A way back in for a colleague", note, "waiting", "Waiting")]


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
