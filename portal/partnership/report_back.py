"""Reporting back: "you said, we did, we could not, because", drafted from the decision.

The texts are entries of the kind ``outcome``. Drafting writes what the published decision and the public plan
say already; an officer puts it into words for residents. Nothing is public before it is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import cycles, decisions, editing, pages, plan, plan_board, rounds
from portal.partnership.decisions import DecisionEntry
from portal.partnership.pages import NEUTRAL, SOURCE
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

WEEKS = 12
"""How soon after closing people should hear, or be told why not."""
DONE = frozenset({"keep", "change", "add", "taken-up", "partly"})
COULD_NOT = frozenset({"drop", "leave", "not-taken-up", "partly"})


@dataclass(frozen=True)
class Clock:
    """``due``: the day that was promised, else twelve weeks after closing. ``told``: something is public."""

    due: dt.date | None
    told: bool

    def late(self, today: dt.date) -> bool:
        return self.due is not None and self.due < today and not self.told


def clock(session: Session, year: int, now: dt.datetime) -> Clock:
    """When people must hear what came of the year's consultation."""
    cycle = cycles.of(session, year)
    asked = None if cycle is None or not cycle.round_slug else rounds.one(session, cycle.round_slug, now)
    told = bool(public(session, year))
    if asked is None:
        return Clock(None, told)
    due = asked.outcome_due
    if due is None and asked.closes_on is not None:
        due = asked.closes_on + dt.timedelta(weeks=WEEKS)
    return Clock(due, told)


def public(session: Session, year: int) -> tuple[pages.Entry, ...]:
    """What is on the site about a year's decision."""
    return tuple(e for e in pages.current(session, "outcome", SOURCE) if e.facts.decision_year == year)


def working(session: Session, year: int) -> tuple[editing.Working, ...]:
    """What officers work on for a year's decision, drafts too."""
    return tuple(
        one for one in editing.everything(session, "outcome") if one.facts.get("decision_year") == year
    )


def key_of(year: int, entry: DecisionEntry) -> str:
    return f"{year}-{entry.kind}-{entry.key}"[:60].rstrip("-")


def draft(session: Session, year: int, *, by: str, now: dt.datetime, keys: Keyring) -> int:
    """A draft for everything decided that has none yet; says how many. What people wrote stays as it is.

    Raises ``report.no_decision`` while the year's decision is not published.
    """
    decision = decisions.published(session, year)
    if decision is None:
        raise SurveysError("report.no_decision")
    edition = plan.public(session, year)
    board = None if edition is None else plan_board.board(year, edition.content)
    areas = {one.key: one for one in pages.current(session, "area", SOURCE)}
    made = 0
    for kind in ("theme", "topic"):
        for entry in decisions.entries(session, year, kind):
            key = key_of(year, entry)
            if entry.outcome is None or editing.working(session, "outcome", key) is not None:
                continue
            actions = [] if board is None else _actions(board, year, entry)
            area = entry.key if kind == "topic" else next((one.body.area for one in actions), "")
            if kind == "topic" and area in areas:
                title = areas[area].texts.title
            else:
                title = str(entry.about.get("title") or entry.key)
            facts: dict[str, Any] = {"decision_year": year, "cause": f"{kind}:{entry.key}", "order": made + 1}
            if area in areas:
                facts["area"] = area
            bodies = {NEUTRAL: facts, SOURCE: _words(entry, title, [one.body.title for one in actions])}
            editing.save(session, "outcome", key, bodies, seen={}, by=by, now=now, keys=keys)
            made += 1
    return made


def _actions(board: plan_board.Board, year: int, entry: DecisionEntry) -> list[plan_board.ActionLine]:
    cause = f"decision:{year}:{entry.kind}:{entry.key}"
    return [one for one in board.actions if cause in one.body.causes]


def _words(entry: DecisionEntry, title: str, actions: list[str]) -> Mapping[str, str]:
    count = entry.about.get("count")
    if entry.kind == "theme" and count:
        said = f"About {count} of the people who answered wrote about this: {title}."
    else:
        said = f"We asked about this: {title}."
    words = {"title": title, "you_said": said}
    if entry.outcome in DONE:
        listed = " ".join(f"{one.rstrip('.')}." for one in actions)
        words["we_did"] = listed or entry.reasons
    if entry.outcome in COULD_NOT:
        words["we_could_not"] = "Not all of it." if entry.outcome == "partly" else "This is not a priority."
        words["because"] = entry.reasons
    return words


def publish(session: Session, year: int, *, by: str, now: dt.datetime, keys: Keyring) -> int:
    """Puts every draft about the year on the site, all or nothing; says how many.

    Raises ``report.nothing``, and as :func:`portal.partnership.editing.publish` does (``key`` says where).
    """
    drafted = [one for one in working(session, year) if one.drafted]
    if not drafted:
        raise SurveysError("report.nothing")
    for one in drafted:
        try:
            editing.publish(session, "outcome", one.key, by=by, now=now, keys=keys)
        except SurveysError as problem:
            raise SurveysError("report.unfinished", key=one.key, title=one.title) from problem
    facts = {"entries": len(drafted)}
    audit.record(
        session,
        actor=by,
        action="report.published",
        subject=f"report:{year}",
        facts=facts,
        now=now,
        keys=keys,
    )
    return len(drafted)
