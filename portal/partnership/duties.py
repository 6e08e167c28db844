"""What is due in the partnership's year, whose it is, and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from portal.partnership.cycles import Cycle


@dataclass(frozen=True)
class Duty:
    """One thing to be done: a code the office has words for, whose it is (a role), and by when."""

    code: str
    role: str
    due: dt.date
    late: bool


_DUTIES: Mapping[str, tuple[tuple[str, str, int, int, int], ...]] = {
    # state: (code, role, years after the one before the plan, month, day)
    "scanning": (
        ("import-evidence", "analyst", 0, 7, 31),
        ("write-assessment", "analyst", 0, 8, 31),
        ("open-consultation", "consultation", 0, 9, 1),
    ),
    "consulting": (
        ("reach-groups", "consultation", 0, 10, 31),
        ("partners-score", "member", 0, 11, 30),
        ("close-consultation", "consultation", 0, 11, 30),
    ),
    "analysing": (
        ("read-comments", "moderator", 0, 12, 31),
        ("make-release", "analyst", 1, 1, 15),
        ("finish-assessment", "analyst", 1, 1, 31),
    ),
    "deciding": (
        ("consider-submissions", "consultation", 1, 2, 14),
        ("answer-themes", "consultation", 1, 2, 28),
        ("record-decision", "member", 1, 3, 15),
        ("publish-decision", "consultation", 1, 3, 31),
    ),
    "published": (
        ("build-plan", "member", 1, 3, 31),
        ("start-delivery", "member", 1, 4, 1),
    ),
    "in-delivery": (
        ("review-quarter", "member", 1, 6, 30),
        ("review-quarter", "member", 1, 9, 30),
        ("review-quarter", "member", 1, 12, 31),
        ("review-quarter", "member", 2, 3, 31),
        ("report-back", "consultation", 2, 3, 31),
    ),
    "closed": (),
}
"""When each thing is usually due, counted from the year before the plan year (autumn 2026 for 2027)."""


def due(cycle: Cycle, today: dt.date) -> tuple[Duty, ...]:
    """What is due in the state the year is in, the earliest first. A meeting's own day counts."""
    found = []
    for code, role, years, month, day in _DUTIES[cycle.state]:
        due = dt.date(cycle.year - 1 + years, month, day)
        if code == "record-decision" and cycle.meeting_on is not None:
            due = cycle.meeting_on
        if code == "review-quarter" and due < today - dt.timedelta(days=45):
            continue
        found.append(Duty(code, role, due, due < today))
    return tuple(sorted(found, key=lambda duty: (duty.due, duty.code)))
