"""What waits for an officer's own roles, for the first page: numbers and days, never what it is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.forms.office.year import DUTY_WORDS
from portal.office.blueprint import may, now, officer, survey_title
from portal.office.round_words import TITLES
from portal.partnership import (
    complaints,
    cycles,
    duties,
    lapses,
    outbox,
    plan,
    plan_board,
    report_back,
    requests,
)
from portal.rendering import day
from surveys.moderation import concerns, queue
from surveys.moderation.records import Appeal
from surveys.results import compositions
from surveys.results.compositions import Composition
from surveys.surveys import Survey, london_day

SOON = dt.timedelta(days=31)


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
    found = _lapses(session) if may("office.round") else []
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
    if may("office.complaint", "POST"):
        found += _complaints(session)
    if may("office.year"):
        found += _year(session)
    if may("office.plan_report", "POST"):
        found += _plan(session)
    if may("office.report_back_publish", "POST"):
        found += _report_back(session)
    return sorted(found, key=lambda due: due.status != "attention")


def _lapses(session: Session) -> list[Due]:
    """Consultations people were promised in which something nothing overrides is missing."""
    return [
        Due(
            url_for("office.round", slug=one.consultation.slug),
            one.consultation.entry.texts.title,
            "; ".join(TITLES[line.code] for line in one.lines),
            "attention",
            "Open, and not in order" if one.consultation.state == "open" else "Not in order",
        )
        for one in lapses.lapses(session, now())
        if officer().has(*one.roles)
    ]


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
    return [Due(url_for("office.comments"), "Comments to read", f"{waiting:,}{since}", *status)]


def _releases(session: Session) -> list[Due]:
    """Results that wait for a second person, or to be published by hand."""
    wanted = select(Composition, Survey).join(Survey, Survey.id == Composition.survey_id)
    found = []
    for draft, survey in session.execute(wanted.where(Composition.state.in_(compositions.OPEN))):
        if draft.state == "approved" and draft.publish_at is not None:
            continue
        words = "Approved: publish it" if draft.state == "approved" else "In the making"
        address = url_for("office.release", slug=survey.slug)
        found.append(Due(address, f"Results of {survey_title(survey)}", words, "waiting", "Open"))
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


def _complaints(session: Session) -> list[Due]:
    """Complaints about personal data that nobody has answered yet."""
    found = complaints.standing(session, london_day(now()))
    if found.next_day is None:
        return []
    note = f"Not answered: {found.open}"
    note += f"; not acknowledged: {found.unacknowledged}" if found.unacknowledged else ""
    by = f"Next by {day(found.next_day)}"
    status = ("attention", f"{found.late} late") if found.late else ("waiting", by)
    return [Due(url_for("office.complaints"), "Complaints about personal data", note, *status)]


def _year(session: Session) -> list[Due]:
    """What the year asks of this officer's own roles, late or within a month."""
    today = london_day(now())
    mine = [
        (cycle, duty)
        for cycle in cycles.listing(session)
        for duty in duties.due(cycle, today)
        if duty.role in officer().roles and duty.due <= today + SOON
    ]
    return [
        Due(
            url_for("office.year_of", year=cycle.year),
            DUTY_WORDS[duty.code],
            f"The year {cycle.year}, by {day(duty.due)}",
            *(("attention", "Late") if duty.late else ("waiting", "Soon")),
        )
        for cycle, duty in mine
    ]


def _plan(session: Session) -> list[Due]:
    """What of the public plans is late, and what of it this officer answers for."""
    today = london_day(now())
    found = []
    for year in plan.public_years(session)[:2]:
        there = plan.of(session, year)
        if there is None:
            continue
        late = plan_board.late(plan_board.board(year, plan.content(session, there)), today)
        if not late:
            continue
        own = {one.key for one in plan.items(session, year) if one.owner == officer().by}
        mine = len({one.line.key for one in late} & own)
        note = f"{len({one.line.key for one in late})} late, the longest since {day(late[0].since)}"
        note += f"; {mine} of yours" if mine else ""
        status = ("attention", f"{mine} of yours") if mine else ("attention", "Late")
        found.append(Due(url_for("office.plan_late", year=year), f"Plan of {year}", note, *status))
    return found


def _report_back(session: Session) -> list[Due]:
    """People who answered and have not heard yet: late, or within a month."""
    today = london_day(now())
    found = []
    for cycle in cycles.listing(session)[:3]:
        clock = report_back.clock(session, cycle.year, now())
        if clock.due is None or clock.told or clock.due > today + SOON:
            continue
        status = ("attention", "Late") if clock.late(today) else ("waiting", "Soon")
        to = url_for("office.report_back_year", year=cycle.year)
        found.append(Due(to, f"Report back on {cycle.year}", f"By {day(clock.due)}", *status))
    return found
