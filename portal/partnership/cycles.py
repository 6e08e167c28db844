"""The partnership's year: one cycle per plan year, where it stands, what is due next, and by whom.

A cycle is named after the plan year it works towards: the cycle of 2027 listens in the autumn of 2026 and its
plan starts on 1 April 2027.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import pages
from portal.partnership.pages import SOURCE
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, as_of, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

STATES = ("scanning", "consulting", "analysing", "deciding", "published", "in-delivery", "closed")
State = Literal["scanning", "consulting", "analysing", "deciding", "published", "in-delivery", "closed"]
STEPS = ("evidence", "ask", "read", "count", "decide", "plan", "act", "report")
"""The eight sides of the year, in order."""
_STEP = {
    "scanning": 1,
    "consulting": 2,
    "analysing": 3,
    "deciding": 5,
    "published": 6,
    "in-delivery": 7,
    "closed": 8,
}
_IN_STATES = ", ".join(f"'{state}'" for state in STATES)


class Cycle(Base):
    """One year. ``settings``: topics, partners, weights and last year's priorities, see :class:`Settings`."""

    __tablename__ = "cycle"
    __table_args__ = (
        CheckConstraint(f"state IN ({_IN_STATES})", name="state"),
        CheckConstraint("year BETWEEN 1998 AND 2199", name="year"),
        CheckConstraint("carried_from IS NULL OR carried_from < year", name="carried"),
    )

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    round_slug: Mapped[str | None] = mapped_column(ForeignKey("round.slug"))
    """The consultation whose answers this year's decision rests on."""
    meeting_on: Mapped[dt.date | None] = mapped_column(Date)
    """The day the decision is taken."""
    settings: Mapped[JsonValue] = mapped_column(Json)
    carried_from: Mapped[int | None] = mapped_column(ForeignKey("cycle.year"))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))


class CycleMove(Base):
    """One change of state, with its reason. Rows are only ever added."""

    __tablename__ = "cycle_move"
    __table_args__ = (
        CheckConstraint(f"before IN ({_IN_STATES}) AND after IN ({_IN_STATES})", name="states"),
        CheckConstraint("before <> after", name="moves"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("cycle.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(CycleMove.__table__)


# What a year carries --------------------------------------------------------------------------------------

CRITERIA = ("residents", "partners", "risk", "recorded")
"""What the weighted sum adds up: see :mod:`portal.partnership.sensitivity`."""
START_WEIGHTS: Mapping[str, int] = {"residents": 40, "partners": 25, "risk": 25, "recorded": 10}
"""A proposal, shown and adjustable; nobody's standard."""


@dataclass(frozen=True)
class Settings:
    """What the year works with. ``before``: the priorities that stood when it began, key to areas."""

    topics: tuple[str, ...]
    partners: tuple[str, ...]
    weights: Mapping[str, int]
    before: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        return {
            "topics": list(self.topics),
            "partners": list(self.partners),
            "weights": dict(self.weights),
            "before": {key: list(areas) for key, areas in self.before.items()},
        }


def settings_of(cycle: Cycle) -> Settings:
    kept = cycle.settings
    return Settings(
        topics=tuple(kept["topics"]),
        partners=tuple(kept["partners"]),
        weights=dict(kept["weights"]),
        before={key: tuple(areas) for key, areas in kept["before"].items()},
    )


def settings_now(session: Session) -> Settings:
    """The site's topics, partners and priorities as they stand, with the proposed weights."""
    return Settings(
        topics=tuple(e.key for e in pages.current(session, "area", SOURCE) if e.facts.sort == "topic"),
        partners=tuple(
            e.key
            for e in pages.current(session, "partner", SOURCE)
            if e.facts.status == "responsible" and e.facts.until is None
        ),
        weights=dict(START_WEIGHTS),
        before={e.key: tuple(e.facts.areas) for e in pages.current(session, "priority", SOURCE)},
    )


# Reading --------------------------------------------------------------------------------------------------


def of(session: Session, year: int) -> Cycle | None:
    return session.get(Cycle, year)


def needed(session: Session, year: int) -> Cycle:
    """The cycle of this year. Raises ``cycle.unknown``."""
    found = of(session, year)
    if found is None:
        raise SurveysError("cycle.unknown", year=year)
    return found


def listing(session: Session) -> tuple[Cycle, ...]:
    """Every cycle, the newest year first."""
    return tuple(session.scalars(select(Cycle).order_by(Cycle.year.desc())))


def under_way(session: Session) -> Cycle | None:
    """The year that is being prepared: the newest that is not in delivery or closed, else the newest."""
    moment = as_of(session)
    found = [one for one in listing(session) if moment is None or one.created_at <= moment]
    open_ = [one for one in found if _state_of(session, one) not in ("in-delivery", "closed")]
    return next(iter(open_ or found), None)


def _state_of(session: Session, cycle: Cycle) -> str:
    """Where the year stands, or stood at the moment this session reads."""
    moment = as_of(session)
    later = [] if moment is None else [one for one in moves(session, cycle.year) if one.at > moment]
    return later[-1].before if later else cycle.state


def moves(session: Session, year: int) -> tuple[CycleMove, ...]:
    """Every change of state of a year, newest first."""
    wanted = select(CycleMove).where(CycleMove.year == year).order_by(CycleMove.number.desc())
    return tuple(session.scalars(wanted))


def of_round(session: Session, slug: str) -> Cycle | None:
    """The year a consultation belongs to."""
    return session.scalar(select(Cycle).where(Cycle.round_slug == slug).order_by(Cycle.year).limit(1))


def step(cycle: Cycle, *, released: bool = False) -> int:
    """The side of the year the partnership stands on, 1 to 8; counting begins once results are out."""
    return _STEP[cycle.state] + (1 if cycle.state == "analysing" and released else 0)


# Changing -------------------------------------------------------------------------------------------------


def open_year(
    session: Session,
    year: int,
    *,
    round_slug: str | None = None,
    state: State = "scanning",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Cycle:
    """The first year of a site, or one that carries nothing over. Raises ``cycle.exists``, ``cycle.year``."""
    if not 1998 <= year <= 2199:
        raise SurveysError("cycle.year", field="year")
    return _add(session, year, settings_now(session), None, round_slug, state, by=by, now=now, keys=keys)


Carry = Callable[[Session, int, int], None]
"""Takes something else of a year over: called with the session, the year before and the new year."""


def carry_over(
    session: Session,
    year: int,
    *,
    round_slug: str | None = None,
    also: Iterable[Carry] = (),
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Cycle:
    """Begins the year after ``year`` from what stands: priorities, partners, topics, weights, and ``also``.

    Topics and partners that have left the site stay behind; new ones join. Raises ``cycle.unknown``,
    ``cycle.exists``.
    """
    before = settings_of(needed(session, year))
    fresh = settings_now(session)
    kept = Settings(
        topics=_kept(before.topics, fresh.topics),
        partners=_kept(before.partners, fresh.partners),
        weights=before.weights,
        before=fresh.before,
    )
    made = _add(session, year + 1, kept, year, round_slug, "scanning", by=by, now=now, keys=keys)
    for take_over in also:
        take_over(session, year, year + 1)
    return made


def _kept(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    return (*(key for key in before if key in now), *(key for key in now if key not in before))


def _add(
    session: Session,
    year: int,
    settings: Settings,
    carried_from: int | None,
    round_slug: str | None,
    state: State,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Cycle:
    if of(session, year) is not None:
        raise SurveysError("cycle.exists", field="year", year=year)
    made = Cycle(
        year=year,
        state=state,
        version=1,
        round_slug=round_slug,
        settings=settings.as_json(),
        carried_from=carried_from,
        created_at=now,
        created_by=by,
    )
    session.add(made)
    session.flush()
    facts = {"carried_from": carried_from, "round": round_slug}
    audit.record(
        session, actor=by, action="cycle.opened", subject=f"cycle:{year}", facts=facts, now=now, keys=keys
    )
    return made


def move(
    session: Session,
    cycle: Cycle,
    to: str,
    *,
    reason: str = "",
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """To the next state; backwards, or past a state, only with a reason.

    "published" is reached by publishing the decision and not by hand. Raises ``cycle.state``,
    ``cycle.by_decision``, ``cycle.reason``, ``cycle.moved_meanwhile``.
    """
    if to not in STATES or to == cycle.state:
        raise SurveysError("cycle.state", field="to")
    if to == "published" and STATES.index(cycle.state) < STATES.index("published"):
        raise SurveysError("cycle.by_decision", field="to")
    next_in_order = STATES.index(to) == STATES.index(cycle.state) + 1
    if not next_in_order and not reason.strip():
        raise SurveysError("cycle.reason", field="reason")
    _move(session, cycle, to, reason.strip(), seen_version, by=by, now=now, keys=keys)


def decision_published(session: Session, cycle: Cycle, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """The year's decision is out: called by the verb that publishes it, and by nothing else."""
    if cycle.state != "published":
        _move(session, cycle, "published", "", cycle.version, by=by, now=now, keys=keys)


def _move(
    session: Session,
    cycle: Cycle,
    to: str,
    reason: str,
    seen_version: int,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    before = cycle.state
    _claim(session, cycle, seen_version, state=to)
    last = session.scalar(select(func.max(CycleMove.number)).where(CycleMove.year == cycle.year))
    session.add(
        CycleMove(
            year=cycle.year, number=(last or 0) + 1, before=before, after=to, reason=reason, by=by, at=now
        )
    )
    session.flush()
    audit.record(
        session,
        actor=by,
        action="cycle.moved",
        subject=f"cycle:{cycle.year}",
        facts={"from": before, "to": to},
        now=now,
        keys=keys,
    )


def arrange(
    session: Session,
    cycle: Cycle,
    *,
    meeting_on: dt.date | None,
    round_slug: str | None,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Sets the day of the meeting and the consultation it rests on. Raises ``cycle.moved_meanwhile``."""
    _claim(session, cycle, seen_version, meeting_on=meeting_on, round_slug=round_slug)
    facts = {"meeting_on": meeting_on.isoformat() if meeting_on else None, "round": round_slug}
    audit.record(
        session,
        actor=by,
        action="cycle.arranged",
        subject=f"cycle:{cycle.year}",
        facts=facts,
        now=now,
        keys=keys,
    )


def weigh(
    session: Session,
    cycle: Cycle,
    weights: Mapping[str, int],
    *,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Sets the weights of the matrix: whole numbers from 0 to 100, not all nought.

    Raises ``weights.wrong``, ``cycle.moved_meanwhile``.
    """
    if set(weights) != set(CRITERIA) or not all(0 <= weight <= 100 for weight in weights.values()):
        raise SurveysError("weights.wrong", field="residents")
    if not any(weights.values()):
        raise SurveysError("weights.nought", field="residents")
    settings = {**cycle.settings, "weights": dict(weights)}
    _claim(session, cycle, seen_version, settings=settings)
    audit.record(
        session,
        actor=by,
        action="cycle.weighed",
        subject=f"cycle:{cycle.year}",
        facts=dict(weights),
        now=now,
        keys=keys,
    )


def _claim(session: Session, cycle: Cycle, seen_version: int, **values: Any) -> None:
    """One conditional update, so that of two people who saw the same version only one changes it."""
    done = session.execute(
        update(Cycle)
        .where(Cycle.year == cycle.year, Cycle.version == seen_version)
        .values(version=Cycle.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise SurveysError("cycle.moved_meanwhile", year=cycle.year)
    session.refresh(cycle)
