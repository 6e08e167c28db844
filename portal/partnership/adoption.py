"""Adopting a decision and publishing it: what must be answered first, what is frozen, what becomes public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import cycles, decision_minutes, decisions, priorities, submissions
from portal.partnership.decisions import NEEDED, Decision
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring


@dataclass(frozen=True)
class Open:
    """One thing that stands in the way of adopting. ``code``: words, reasons, topic, theme, submission,
    priority, uncovered, contradicts, equality or meeting; ``key`` says which."""

    code: str
    key: str = ""


def unanswered(session: Session, decision: Decision) -> tuple[Open, ...]:
    """Everything that must be answered before the decision can be adopted.

    Each topic and theme needs an outcome with reasons that cite evidence, each letter from outside a
    consideration; somebody who decides must have read the equality assessment in the version named.
    """
    cycle = cycles.needed(session, decision.year)
    words = decision.words
    found = [Open("words", name) for name in NEEDED if not getattr(words, name)]
    if not words.reasons:
        found.append(Open("reasons"))
    topics = decisions.entries(session, decision.year, "topic")
    found += [Open("topic", entry.key) for entry in topics if entry.outcome is None]
    themes = decisions.entries(session, decision.year, "theme")
    found += [Open("theme", entry.key) for entry in themes if entry.outcome is None]
    if cycle.round_slug is not None:
        found += [Open("submission", one.id) for one in submissions.unconsidered(session, cycle.round_slug)]
    wanted = priorities.proposed(session, decision.year)
    if not wanted:
        found.append(Open("priority"))
    else:
        covered = priorities.covered(wanted)
        for entry in topics:
            if entry.outcome in ("keep", "change", "add") and entry.key not in covered:
                found.append(Open("uncovered", entry.key))
            elif entry.outcome in ("drop", "leave") and entry.key in covered:
                found.append(Open("contradicts", entry.key))
    read = {one.what for one in decision_minutes.readings(session, decision.year)}
    if words.equality_version and f"equality:{words.equality_version}" not in read:
        found.append(Open("equality"))
    return tuple(found)


def adopt(
    session: Session,
    decision: Decision,
    *,
    snapshot: Mapping[str, Any],
    on: dt.date,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Settles the decision on the day of the meeting and writes next year's priorities, not yet shown.

    ``snapshot``: the matrix it rests on, as it stands now. Raises ``decision.settled``,
    ``decision.unanswered``, ``decision.day`` (in the future), ``decision.meanwhile``.
    """
    if decision.state != "draft":
        raise SurveysError("decision.settled")
    if on > now.date() + dt.timedelta(days=1):
        raise SurveysError("decision.day", field="on")
    open_ = unanswered(session, decision)
    if open_:
        raise SurveysError("decision.unanswered", count=len(open_))
    decisions.claim(
        session, Decision, seen_version, year=decision.year, state="adopted", snapshot=dict(snapshot),
        adopted_on=on, adopted_at=now, adopted_by=by,
    )  # fmt: skip
    session.refresh(decision)
    keys_written = priorities.draft(session, decision.year, dt.date(decision.year, 4, 1), by=by, now=now)
    audit.record(
        session, actor=by, action="decision.adopted", subject=f"decision:{decision.year}",
        facts={"priorities": list(keys_written), "on": on.isoformat()}, now=now, keys=keys,
    )  # fmt: skip


def publish(
    session: Session, decision: Decision, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Makes the record public, its priorities the site's, and the year "published", in one act.

    Raises ``decision.not_adopted``, ``decision.meanwhile``.
    """
    if decision.state != "adopted":
        raise SurveysError("decision.not_adopted")
    decisions.claim(
        session, Decision, seen_version, year=decision.year, state="published", published_at=now,
        published_by=by,
    )  # fmt: skip
    session.refresh(decision)
    shown = priorities.show(session, decision.year)
    cycle = cycles.needed(session, decision.year)
    cycles.decision_published(session, cycle, by=by, now=now, keys=keys)
    audit.record(
        session, actor=by, action="decision.published", subject=f"decision:{decision.year}",
        facts={"priorities": list(shown)}, now=now, keys=keys,
    )  # fmt: skip
