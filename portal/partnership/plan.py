"""The partnership plan of a year: objectives, their targets and actions, and what is reported each quarter.

Officers work on items; every state an item was in is kept. The public reads editions: each is frozen when it
is published and never changed, so what was public on a day can always be said. Nothing between two editions
is public. A plan needs no cycle: a partnership may bring the plan it has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.partnership import progress
from portal.partnership.plan_bodies import BODIES as BODIES
from portal.partnership.plan_bodies import KINDS as KINDS
from portal.partnership.plan_bodies import Action as Action
from portal.partnership.plan_bodies import Objective as Objective
from portal.partnership.plan_bodies import Target as Target
from portal.partnership.plan_bodies import checked as checked
from portal.partnership.plan_bodies import way_of as way_of
from portal.partnership.plan_models import Plan as Plan
from portal.partnership.plan_models import PlanChange as PlanChange
from portal.partnership.plan_models import PlanEdition as PlanEdition
from portal.partnership.plan_models import PlanItem as PlanItem
from portal.partnership.plan_models import PlanUpdate as PlanUpdate
from portal.partnership.progress import STATUSES, Status
from surveys import audit
from surveys.db import rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

# Reading --------------------------------------------------------------------------------------------------


def of(session: Session, year: int) -> Plan | None:
    return session.get(Plan, year)


def listing(session: Session) -> tuple[Plan, ...]:
    """Every plan, the newest year first."""
    return tuple(session.scalars(select(Plan).order_by(Plan.year.desc())))


def items(session: Session, year: int) -> tuple[PlanItem, ...]:
    """Everything of a plan that stands, in order."""
    wanted = select(PlanItem).where(PlanItem.year == year, PlanItem.withdrawn.is_(False))
    return tuple(session.scalars(wanted.order_by(PlanItem.position)))


def item(session: Session, year: int, key: str) -> PlanItem | None:
    return session.get(PlanItem, (year, key))


def history(session: Session, year: int, key: str) -> tuple[PlanChange, ...]:
    """Every state of an item, newest first."""
    wanted = select(PlanChange).where(PlanChange.year == year, PlanChange.key == key)
    return tuple(session.scalars(wanted.order_by(PlanChange.number.desc())))


def updates(session: Session, year: int) -> tuple[PlanUpdate, ...]:
    """What counts for each item and quarter: the last that was reported, by quarter."""
    wanted = select(PlanUpdate).where(PlanUpdate.year == year).order_by(PlanUpdate.number)
    last = {(one.key, one.quarter): one for one in session.scalars(wanted)}
    return tuple(sorted(last.values(), key=lambda one: (one.quarter, one.key)))


def editions(session: Session, year: int) -> tuple[PlanEdition, ...]:
    """Every edition of a year, newest first."""
    wanted = select(PlanEdition).where(PlanEdition.year == year).order_by(PlanEdition.number.desc())
    return tuple(session.scalars(wanted))


def public(session: Session, year: int, at: dt.datetime | None = None) -> PlanEdition | None:
    """The edition the public reads, or read at a moment; None when nothing was published then."""
    wanted = select(PlanEdition).where(PlanEdition.year == year)
    if at is not None:
        wanted = wanted.where(PlanEdition.at <= at)
    return session.scalar(wanted.order_by(PlanEdition.number.desc()).limit(1))


def public_years(session: Session) -> tuple[int, ...]:
    """Years with a public plan, the newest first."""
    wanted = select(PlanEdition.year).distinct().order_by(PlanEdition.year.desc())
    return tuple(session.scalars(wanted))


def content(session: Session, plan: Plan) -> dict[str, Any]:
    """The whole plan as plain JSON, the way an edition keeps it: nothing about officers."""
    return {
        "introduction": plan.introduction,
        "demonstration": plan.demonstration,
        "items": [
            {"key": one.key, "kind": one.kind, "parent": one.parent, "body": one.body}
            for one in items(session, plan.year)
        ],
        "updates": [
            {
                "key": one.key,
                "quarter": one.quarter,
                "value": one.value,
                "status": one.status,
                "words": one.words,
                "on": one.at.date().isoformat(),
            }
            for one in updates(session, plan.year)
        ],
    }


# Writing --------------------------------------------------------------------------------------------------


def begin(
    session: Session,
    year: int,
    *,
    carried_from: int | None = None,
    demonstration: bool = False,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Plan:
    """A plan for a year, empty or with what the plan of another year has and is not done.

    Raises ``plan.year``, ``plan.exists``, ``plan.unknown``.
    """
    if not 1998 <= year <= 2199:
        raise SurveysError("plan.year", field="year")
    if of(session, year) is not None:
        raise SurveysError("plan.exists", field="year", year=year)
    before = None if carried_from is None else of(session, carried_from)
    if carried_from is not None and before is None:
        raise SurveysError("plan.unknown", year=carried_from)
    made = Plan(year=year, demonstration=demonstration, created_by=by, created_at=now)
    session.add(made)
    session.flush()
    if before is not None:
        _carry(session, before, made, by=by, now=now, keys=keys)
    facts = {"carried_from": carried_from}
    audit.record(
        session, actor=by, action="plan.begun", subject=f"plan:{year}", facts=facts, now=now, keys=keys
    )
    return made


def _carry(session: Session, before: Plan, made: Plan, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    done = {one.key for one in updates(session, before.year) if one.status == "done"}
    new: dict[str | None, str] = {}
    there = items(session, before.year)
    for kind in KINDS:
        for one in there:
            gone = one.key in done or (one.parent is not None and one.parent not in new)
            if one.kind == kind and not gone:
                parent = new.get(one.parent)
                kept = put(
                    session,
                    made,
                    one.kind,
                    one.body,
                    parent=parent,
                    owner=one.owner,
                    by=by,
                    now=now,
                    keys=keys,
                )
                new[one.key] = kept.key


def introduce(
    session: Session, plan: Plan, words: str, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Puts the words at the top of the plan. Raises ``plan.long``, ``plan.meanwhile``."""
    if len(words) > 8000:
        raise SurveysError("plan.long", field="introduction")
    _claim(session, Plan, {"year": plan.year}, seen_version, introduction=words.strip())
    session.refresh(plan)
    audit.record(session, actor=by, action="plan.introduced", subject=f"plan:{plan.year}", now=now, keys=keys)


def put(
    session: Session,
    plan: Plan,
    kind: str,
    body: Mapping[str, Any],
    *,
    key: str | None = None,
    parent: str | None = None,
    owner: str | None = None,
    seen_version: int = 0,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> PlanItem:
    """Adds an item (no ``key``) or changes the version of it that was seen.

    Raises ``plan.kind``, ``plan.wrong`` (the field, and ``reason``), ``plan.parent``, ``plan.priority``,
    ``plan.partner``, ``plan.area``, ``plan.causes``, ``plan.due``, ``plan.no_item``, ``plan.meanwhile``.
    """
    stored = checked(session, kind, body)
    above = None if parent is None else item(session, plan.year, parent)
    if (kind == "objective") != (parent is None) or (
        parent is not None and (above is None or above.kind != "objective" or above.withdrawn)
    ):
        raise SurveysError("plan.parent", field="parent")
    values: dict[str, Any] = {
        "parent": parent, "owner": owner or None, "body": stored, "changed_by": by, "changed_at": now,
    }  # fmt: skip
    if key is None:
        found = PlanItem(year=plan.year, kind=kind, **_next(session, plan.year, kind), **values)
        session.add(found)
        session.flush()
    else:
        there = item(session, plan.year, key)
        if there is None or there.kind != kind:
            raise SurveysError("plan.no_item", key=key)
        _claim(session, PlanItem, {"year": plan.year, "key": key}, seen_version, withdrawn=False, **values)
        session.refresh(there)
        found = there
    kept = {"parent": parent, "owner": owner or None, "body": stored}
    _keep(session, found, kept, by=by, now=now, keys=keys)
    return found


def withdraw(
    session: Session, found: PlanItem, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes an item out of the plan, with what stands under it; its history and past editions stay.

    Raises ``plan.meanwhile``.
    """
    named = {"year": found.year, "key": found.key}
    _claim(session, PlanItem, named, seen_version, withdrawn=True, changed_by=by, changed_at=now)
    session.refresh(found)
    _keep(session, found, {"withdrawn": True}, by=by, now=now, keys=keys)
    for below in items(session, found.year):
        if below.parent == found.key:
            withdraw(session, below, seen_version=below.version, by=by, now=now, keys=keys)


def report(
    session: Session,
    found: PlanItem,
    *,
    quarter: int,
    value: float | None = None,
    status: Status | None = None,
    words: str = "",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> PlanUpdate:
    """What a quarter brought. For a target with a baseline the thresholds say the status; else the officer.

    Raises ``plan.quarter``, ``plan.reports`` (an objective's status follows from what stands under it),
    ``plan.value``, ``plan.status``, ``plan.words``.
    """
    if quarter not in (1, 2, 3, 4):
        raise SurveysError("plan.quarter", field="quarter")
    if found.kind == "objective" or found.withdrawn:
        raise SurveysError("plan.reports")
    if value is not None and not abs(value) <= 1e9:
        raise SurveysError("plan.value", field="value")
    if found.kind == "target" and value is not None:
        target = Target.model_validate(found.body)
        on = progress.quarter_end(found.year, quarter)
        way = way_of(target, found.year)
        status = status if way is None else way.status(value, on, up=target.up)
    if status not in STATUSES:
        raise SurveysError("plan.status", field="status")
    if not words.strip() or len(words) > 4000:
        raise SurveysError("plan.words", field="words")
    last = session.scalar(
        select(func.max(PlanUpdate.number)).where(PlanUpdate.year == found.year, PlanUpdate.key == found.key)
    )
    made = PlanUpdate(
        year=found.year, key=found.key, number=(last or 0) + 1, quarter=quarter,
        value=value if found.kind == "target" else None, status=status, words=words.strip(), by=by, at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _log(session, "plan.reported", found, {"quarter": quarter, "status": status}, by=by, now=now, keys=keys)
    return made


def publish(
    session: Session, plan: Plan, *, note: str = "", by: str, now: dt.datetime, keys: Keyring
) -> PlanEdition:
    """Makes the plan public as it stands now. Raises ``plan.empty``, ``plan.note`` (from the second edition
    on it says what is different), ``plan.same`` (nothing is different)."""
    made = content(session, plan)
    if not made["items"]:
        raise SurveysError("plan.empty")
    before = public(session, plan.year)
    if before is not None and before.content == made:
        raise SurveysError("plan.same")
    if before is not None and not note.strip():
        raise SurveysError("plan.note", field="note")
    number = 1 if before is None else before.number + 1
    edition = PlanEdition(
        year=plan.year, number=number, note=note.strip()[:2000], content=made, by=by, at=now
    )
    session.add(edition)
    session.flush()
    audit.record(
        session, actor=by, action="plan.published", subject=f"plan:{plan.year}", facts={"edition": number},
        now=now, keys=keys,
    )  # fmt: skip
    return edition


def _next(session: Session, year: int, kind: str) -> dict[str, Any]:
    """The next free key of a kind and the last position."""
    keys = session.scalars(select(PlanItem.key).where(PlanItem.year == year, PlanItem.kind == kind))
    last = session.scalar(select(func.max(PlanItem.position)).where(PlanItem.year == year))
    number = max((int(key[1:]) for key in keys), default=0) + 1
    return {"key": f"{kind[0].upper()}{number}", "position": (last or 0) + 1}


def _claim(
    session: Session, table: Any, named: Mapping[str, Any], seen_version: int, /, **values: Any
) -> None:
    """One conditional update, so that of two people who saw the same version only one changes it."""
    done = session.execute(
        update(table)
        .where(
            *(getattr(table, name) == value for name, value in named.items()), table.version == seen_version
        )
        .values(version=table.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise SurveysError("plan.meanwhile")


def _keep(
    session: Session, found: PlanItem, kept: Mapping[str, Any], *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    last = session.scalar(select(func.max(PlanChange.number)).where(PlanChange.year == found.year))
    session.add(
        PlanChange(
            year=found.year, number=(last or 0) + 1, key=found.key, version=found.version, body=dict(kept),
            by=by, at=now,
        )
    )  # fmt: skip
    session.flush()
    _log(session, "plan.written", found, {"version": found.version}, by=by, now=now, keys=keys)


def _log(
    session: Session,
    action: str,
    found: PlanItem,
    facts: Mapping[str, Any],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    subject = f"plan:{found.year}"
    noted = {"item": found.key, **facts}
    audit.record(session, actor=by, action=action, subject=subject, facts=noted, now=now, keys=keys)
