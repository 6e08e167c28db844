"""The priorities a decision leads to: written in it, made site texts when adopted, shown when published.

Adopting writes revisions in the state "draft", which no page shows; publishing makes them current in one act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import pages
from portal.partnership.decisions import Decision, claim, keep_change
from portal.partnership.pages import NEUTRAL, SOURCE, Revision
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime
from surveys.errors import SurveysError
from surveys.sealing import Keyring

FIELDS = ("title", "statement", "lead", "body")


class ProposedPriority(Base):
    """A priority as the decision words it: a written statement that groups areas of focus."""

    __tablename__ = "decision_priority"
    __table_args__ = (CheckConstraint("position > 0", name="position"),)

    year: Mapped[int] = mapped_column(ForeignKey("decision.year"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    position: Mapped[int]
    texts: Mapped[JsonValue] = mapped_column(Json)
    areas: Mapped[JsonValue] = mapped_column(Json)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Wording:
    """What an officer writes of a priority."""

    title: str
    statement: str
    lead: str
    body: str
    areas: tuple[str, ...]

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name).strip() for name in FIELDS}


def proposed(session: Session, year: int) -> tuple[ProposedPriority, ...]:
    """The priorities a decision proposes, in order."""
    wanted = select(ProposedPriority).where(
        ProposedPriority.year == year, ProposedPriority.withdrawn.is_(False)
    )
    return tuple(session.scalars(wanted.order_by(ProposedPriority.position, ProposedPriority.key)))


def take_over(
    session: Session, decision: Decision, *, by: str, now: dt.datetime, keys: Keyring
) -> tuple[ProposedPriority, ...]:
    """Proposes the priorities that stand, word for word, where the decision proposes none yet."""
    there = proposed(session, decision.year)
    if there:
        return there
    for entry in pages.current(session, "priority", SOURCE):
        texts = entry.texts
        wording = Wording(texts.title, texts.statement, texts.lead, texts.body, tuple(entry.facts.areas))
        propose(session, decision, entry.key, wording, seen_version=0, by=by, now=now, keys=keys)
    return proposed(session, decision.year)


def propose(
    session: Session,
    decision: Decision,
    key: str,
    wording: Wording,
    *,
    withdrawn: bool = False,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Adds (``seen_version`` 0), changes or takes back a proposed priority.

    Raises ``decision.settled``, ``priority.words``, ``priority.areas``, ``priority.exists``,
    ``revision.invalid``, ``decision.meanwhile``.
    """
    if decision.state != "draft":
        raise SurveysError("decision.settled")
    for field, text in wording.texts.items():
        if not text or len(text) > 8000:
            raise SurveysError("priority.words", field=field)
    known = {entry.key for entry in pages.current(session, "area", SOURCE)}
    if not wording.areas or not set(wording.areas) <= known:
        raise SurveysError("priority.areas", field="areas")
    pages.body_of("priority", SOURCE, wording.texts)
    areas = list(dict.fromkeys(wording.areas))
    there = session.get(ProposedPriority, (decision.year, key))
    if seen_version == 0:
        if there is not None:
            raise SurveysError("priority.exists", field="title")
        last = session.scalar(
            select(func.max(ProposedPriority.position)).where(ProposedPriority.year == decision.year)
        )
        session.add(
            ProposedPriority(
                year=decision.year, key=key, version=1, position=(last or 0) + 1, texts=wording.texts,
                areas=areas, changed_by=by, changed_at=now,
            )
        )  # fmt: skip
        session.flush()
    else:
        changes: dict[str, Any] = {
            "texts": wording.texts, "areas": areas, "withdrawn": withdrawn,
            "changed_by": by, "changed_at": now,
        }  # fmt: skip
        claim(session, ProposedPriority, seen_version, **changes, year=decision.year, key=key)
        if there is not None:
            session.refresh(there)
    kept = {"texts": wording.texts, "areas": areas, "withdrawn": withdrawn}
    keep_change(session, decision.year, f"priority:{key}", kept, by=by, now=now)
    audit.record(
        session, actor=by, action="decision.written", subject=f"decision:{decision.year}",
        facts={"part": f"priority:{key}"}, now=now, keys=keys,
    )  # fmt: skip


# Into the site --------------------------------------------------------------------------------------------


def origin_of(year: int) -> str:
    return f"decision:{year}"


def draft(session: Session, year: int, since: dt.date, *, by: str, now: dt.datetime) -> tuple[str, ...]:
    """Writes the proposed priorities, and the retirement of those left out, as revisions nobody is shown."""
    wanted = proposed(session, year)
    standing = {entry.key: entry for entry in pages.current(session, "priority", SOURCE)}
    for order, one in enumerate(wanted, start=1):
        before = standing.get(one.key)
        began = before.facts.since if before is not None else since
        facts = {"order": order, "areas": one.areas, **({"since": began.isoformat()} if began else {})}
        _draft(session, year, one.key, NEUTRAL, facts, by, now)
        _draft(session, year, one.key, SOURCE, one.texts, by, now)
    for key in sorted(standing.keys() - {one.key for one in wanted}):
        facts = standing[key].facts.model_dump(mode="json", exclude_none=True)
        ended = {**facts, "retired": True, "until": (since - dt.timedelta(days=1)).isoformat()}
        _draft(session, year, key, NEUTRAL, ended, by, now)
    session.flush()
    return tuple(one.key for one in wanted)


def _draft(
    session: Session, year: int, key: str, locale: str, body: dict[str, Any], by: str, now: dt.datetime
) -> None:
    numbers = select(func.max(Revision.number)).where(
        Revision.kind == "priority", Revision.key == key, Revision.locale == locale
    )
    session.add(
        Revision(
            kind="priority", key=key, locale=locale, number=(session.scalar(numbers) or 0) + 1, state="draft",
            body=pages.body_of("priority", locale, body), by=by, at=now, origin=origin_of(year),
        )
    )  # fmt: skip
    session.flush()


def show(session: Session, year: int) -> tuple[str, ...]:
    """Makes the adopted priorities the site's; translations of words that changed give way to the source."""
    wanted = select(Revision).where(
        Revision.kind == "priority", Revision.origin == origin_of(year), Revision.state == "draft"
    )
    shown: list[str] = []
    for revision in list(session.scalars(wanted.order_by(Revision.id))):
        before = pages.newest(session, "priority", revision.key, revision.locale)
        changed = before is None or before.body != revision.body
        if before is not None:
            before.state = "superseded"
            session.flush()
        revision.state = "current"
        session.flush()
        if revision.locale == SOURCE and changed:
            _retire_translations(session, revision.key)
        shown.append(revision.key)
    return tuple(dict.fromkeys(shown))


def _retire_translations(session: Session, key: str) -> None:
    others = select(Revision).where(
        Revision.kind == "priority", Revision.key == key, Revision.state == "current",
        Revision.locale.not_in([NEUTRAL, SOURCE]),
    )  # fmt: skip
    for revision in list(session.scalars(others)):
        revision.state = "superseded"
    session.flush()


def covered(wanted: Sequence[ProposedPriority]) -> frozenset[str]:
    """The areas of focus the proposed priorities group."""
    return frozenset(area for one in wanted for area in one.areas)
