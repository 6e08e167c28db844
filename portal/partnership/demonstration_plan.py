"""The demonstration's plan: invented objectives, targets and actions, and the quarters reported so far."""

from __future__ import annotations

import calendar
import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import plan, progress
from portal.partnership.packs import Pack
from portal.partnership.plan import Plan, PlanItem
from surveys.surveys import LONDON

How = dict[str, Any]
"""by, now and keys, as every verb takes them."""
TARGET = ("title", "unit", "count", "up", "baseline", "aim", "term", "source")
ACTION = ("title", "partners", "area", "place", "resources")


def carry_out(session: Session, pack: Pack, year: int | None, how: How) -> bool:
    """Publishes the pack's ``plan.toml`` for a year, and again with what was reported; once only.

    ``year``: the year whose decision the actions point to; without one there is no plan.
    """
    file = pack.folder / "plan.toml"
    if year is None or not file.is_file() or plan.of(session, year) is not None:
        return False
    wanted = tomllib.loads(file.read_text(encoding="utf-8"))
    opened = min(dt.datetime.combine(progress.first_day(year), dt.time(9), LONDON), how["now"])
    begun = how | {"now": opened}
    made = plan.begin(session, year, demonstration=True, **begun)
    plan.introduce(session, made, wanted["introduction"], seen_version=1, **begun)
    reported: list[tuple[PlanItem, Mapping[str, Any]]] = []
    for one in wanted["objective"]:
        body = {name: one[name] for name in ("title", "outcome", "priority", "partner")}
        objective = plan.put(session, made, "objective", body, **begun)
        for kind in ("target", "action"):
            for part in one.get(kind, ()):
                found = plan.put(session, made, kind, _body(made, kind, part), parent=objective.key, **begun)
                reported.append((found, part))
    plan.publish(session, made, **begun)
    over = progress.quarters_over(year, how["now"].astimezone(LONDON).date())
    for quarter in range(1, over + 1):
        moment = dt.datetime.combine(progress.quarter_end(year, quarter), dt.time(12), LONDON)
        for found, part in reported:
            _report(session, found, part, quarter, how | {"now": moment + dt.timedelta(days=14)})
    if over:
        plan.publish(session, made, note=wanted["note"], **how)
    return True


def _body(made: Plan, kind: str, part: Mapping[str, Any]) -> dict[str, Any]:
    body = {name: part[name] for name in (TARGET if kind == "target" else ACTION) if name in part}
    for name in ("due", "review_on"):
        if name in part:
            body[name] = _day(made.year, *part[name]).isoformat()
    if kind == "target":
        body["baseline_on"] = progress.first_day(made.year).isoformat()
    else:
        body["causes"] = [f"decision:{made.year}:{one}" for one in part["cause"]]
    return body


def _day(year: int, months: int, day: int) -> dt.date:
    """A day so many months after April of the plan year."""
    years, month = divmod(3 + months, 12)
    last = calendar.monthrange(year + years, month + 1)[1]
    return dt.date(year + years, month + 1, min(day, last))


def _report(session: Session, found: PlanItem, part: Mapping[str, Any], quarter: int, how: How) -> None:
    if quarter > len(part["reports"]):
        return
    words = part["reports"][quarter - 1]
    if found.kind == "target":
        plan.report(session, found, quarter=quarter, value=part["values"][quarter - 1], words=words, **how)
    else:
        plan.report(session, found, quarter=quarter, status=part["states"][quarter - 1], words=words, **how)
