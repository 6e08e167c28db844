"""The partnership plan of a year: objectives, their targets and actions, and what is reported each quarter.

Officers work on items; every state an item was in is kept. The public reads editions: each is frozen when it
is published and never changed, so what was public on a day can always be said. Nothing between two editions
is public. A plan needs no cycle: a partnership may bring the plan it has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import causes, pages, progress
from portal.partnership.progress import STATUSES, Status, Way
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

KINDS = ("objective", "target", "action")
Kind = Literal["objective", "target", "action"]
_IN_STATUSES = ", ".join(f"'{status}'" for status in STATUSES)

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Value = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(_Body):
    """What the partnership wants to reach under one priority."""

    title: Named
    outcome: Prose = ""
    """What will be different, in a sentence or two."""
    priority: Key = ""
    partner: Key = ""
    """The partner that leads on it."""
    evaluation: Prose = ""


class Target(_Body):
    """How it will be seen whether an objective is reached."""

    title: Named
    """What is measured ("People who feel safe after dark")."""
    unit: Line = ""
    count: bool = False
    """A number of things, not a share or a rate."""
    up: bool = True
    """More is better."""
    baseline: Value | None = None
    baseline_on: dt.date | None = None
    aim: Value
    due: dt.date
    term: Literal["short", "long"] = "short"
    source: Line = ""
    partner: Key = ""


class Action(_Body):
    """What somebody does about an objective. ``causes``: the findings and decisions behind it, by id."""

    title: Named
    partners: tuple[Key, ...] = ()
    area: Key = ""
    place: Line = ""
    resources: Line = ""
    due: dt.date | None = None
    review_on: dt.date | None = None
    causes: tuple[Line, ...] = ()
    evaluation: Prose = ""

    @field_validator("partners", "causes")
    @classmethod
    def _once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for one in given if one))


BODIES: Mapping[str, type[_Body]] = {"objective": Objective, "target": Target, "action": Action}


class Plan(Base):
    """One plan year, from 1 April of ``year``."""

    __tablename__ = "plan"
    __table_args__ = (CheckConstraint("year BETWEEN 1998 AND 2199", name="year"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    introduction: Mapped[str] = mapped_column(Text, default="")
    demonstration: Mapped[bool] = mapped_column(default=False)
    """Every figure in it is invented; every page of it says so."""
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanItem(Base):
    """An objective, target or action as it stands. ``key``: O1, T3, A12, never used twice in a year."""

    __tablename__ = "plan_item"
    __table_args__ = (
        ForeignKeyConstraint(["year", "parent"], ["plan_item.year", "plan_item.key"]),
        CheckConstraint("kind IN ('objective', 'target', 'action')", name="kind"),
        CheckConstraint("(kind = 'objective') = (parent IS NULL)", name="parent"),
        CheckConstraint("version > 0 AND position > 0", name="counted"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    key: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    parent: Mapped[str | None] = mapped_column(String(12))
    """The objective a target or action belongs to."""
    owner: Mapped[str | None] = mapped_column(String(80))
    """The officer who answers for it; never public."""
    position: Mapped[int]
    body: Mapped[JsonValue] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanChange(Base):
    """Every state an item was put in, by whom. Rows are only added."""

    __tablename__ = "plan_change"

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    body: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanUpdate(Base):
    """What a quarter brought for a target or action. A correction is one more row: the last counts."""

    __tablename__ = "plan_update"
    __table_args__ = (
        ForeignKeyConstraint(["year", "key"], ["plan_item.year", "plan_item.key"]),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        CheckConstraint(f"status IN ({_IN_STATUSES})", name="status"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quarter: Mapped[int]
    value: Mapped[float | None] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PlanEdition(Base):
    """The plan as it was made public at one moment. Rows are only added."""

    __tablename__ = "plan_edition"

    year: Mapped[int] = mapped_column(ForeignKey("plan.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    """What is different from the edition before, for the public."""
    content: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


for _table in (PlanChange, PlanUpdate, PlanEdition):
    append_only(_table.__table__)


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


def checked(session: Session, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an item as it is stored. Raises as :func:`put` does for what is wrong in it."""
    if kind not in BODIES:
        raise SurveysError("plan.kind", kind=kind)
    given = {name: value for name, value in body.items() if value is not None}
    try:
        found = BODIES[kind].model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SurveysError("plan.wrong", field=str(first["loc"][0]), reason=first["type"]) from error
    for field, of_kind, named in _references(found):
        known = {entry.key for entry in pages.current(session, of_kind, pages.SOURCE)}
        if wrong := [key for key in named if key and key not in known]:
            raise SurveysError(f"plan.{of_kind}", field=field, wrong=wrong)
    if isinstance(found, Action) and (unknown := causes.unknown(session, found.causes)):
        raise SurveysError("plan.causes", field="causes", wrong=list(unknown))
    if isinstance(found, Target) and found.baseline_on is not None and found.baseline_on >= found.due:
        raise SurveysError("plan.due", field="due")
    return found.model_dump(mode="json", exclude_defaults=True)


def _references(body: _Body) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    match body:
        case Objective():
            return (("priority", "priority", (body.priority,)), ("partner", "partner", (body.partner,)))
        case Target():
            return (("partner", "partner", (body.partner,)),)
        case Action():
            return (("partners", "partner", body.partners), ("area", "area", (body.area,)))
    return ()


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


def way_of(target: Target, year: int) -> Way | None:
    """The way a target has to go; None without a baseline."""
    if target.baseline is None:
        return None
    since = target.baseline_on or min(progress.first_day(year), target.due)
    return Way(target.baseline, since, target.aim, target.due)


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
