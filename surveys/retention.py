"""How long each class of what is kept stays, as officers set it, and what is due to go. Deletes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Date, ForeignKey, Select, SmallInteger, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.audit import Entry
from surveys.db import Base, UTCDateTime
from surveys.drafts import Draft
from surveys.errors import SurveysError
from surveys.moderation.concerns import Concern, held_comments
from surveys.records import Comment, Response
from surveys.results.releases import Release
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day
from surveys.working_days import months_after


@dataclass(frozen=True)
class Kept:
    """How long a class of what is kept stays unless officers say otherwise, and within which bounds."""

    default: int
    least: int
    most: int
    unit: str


CLASSES: dict[str, Kept] = {
    "drafts": Kept(14, 1, 14, "days"),
    "text": Kept(12, 1, 36, "months"),
    "answers": Kept(72, 12, 120, "months"),
    "safeguarding": Kept(72, 12, 180, "months"),
    "audit": Kept(72, 24, 180, "months"),
}
"""``drafts``: with a return code, from the day it was given. ``text``: from the day the results were
published, closing while they are not, or the day an officer set instead. ``answers``: from closing.
``safeguarding``: from the release of the hold. ``audit``: whole years, from their end."""
REASON_LIMIT = 500


class Rule(Base):
    """What officers set for one class."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{n}'" for n in CLASSES)), name="kind"),
        CheckConstraint("keep > 0", name="keep"),
    )

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    keep: Mapped[int] = mapped_column(SmallInteger)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Start(Base):
    """The day an officer set for a survey's comments instead of the one that follows from the rule."""

    __tablename__ = "retention_start"

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    since: Mapped[dt.date] = mapped_column(Date)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Due:
    """What of one class goes, and when. ``rows`` without those a hold keeps, which are ``held``."""

    kind: str
    subject: str
    """A survey's id; an audit year; else nothing."""
    since: dt.date
    due_on: dt.date
    rows: int
    held: int = 0
    runs_from: str = ""
    """Of "text", why its clock runs from that day: "closing", "results" or "officer"."""

    def now(self, today: dt.date) -> bool:
        return self.due_on <= today


# Settings -------------------------------------------------------------------------------------------------


def rules(session: Session) -> dict[str, int]:
    """Class to how long it stays, in the class's unit."""
    own = {row.kind: row.keep for row in session.scalars(select(Rule))}
    return {name: own.get(name, kept.default) for name, kept in CLASSES.items()}


def draft_life(session: Session) -> dt.timedelta:
    """How long a draft with a return code stays."""
    return dt.timedelta(days=rules(session)["drafts"])


def set_rule(session: Session, kind: str, keep: int, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Sets how long a class stays. Raises ``retention.class``, ``retention.bounds`` (facts: least, most)."""
    kept = CLASSES.get(kind)
    if kept is None:
        raise SurveysError("retention.class")
    if not kept.least <= keep <= kept.most:
        raise SurveysError("retention.bounds", field=kind, least=kept.least, most=kept.most)
    before = rules(session)[kind]
    if before == keep:
        return
    session.merge(Rule(kind=kind, keep=keep, by=by, at=now))
    session.flush()
    facts = {"from": before, "to": keep, "unit": kept.unit}
    subject = f"retention:{kind}"
    audit.record(session, actor=by, action="retention.set", subject=subject, facts=facts, now=now, keys=keys)


def set_start(
    session: Session,
    survey: Survey,
    since: dt.date | None,
    *,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Sets another day than the one that follows from the rule, for a reason; None goes back to that one.

    Raises ``retention.start`` (before the closing, or to come), ``reason.missing``, ``reason.long``.
    """
    closed = survey.closes_at is not None and (since is None or since >= london_day(survey.closes_at))
    if not closed or (since is not None and since > london_day(now)):
        raise SurveysError("retention.start", field="since")
    given = reason.strip()
    if not given:
        raise SurveysError("reason.missing", field="reason")
    if len(given) > REASON_LIMIT:
        raise SurveysError("reason.long", field="reason", most=REASON_LIMIT)
    own = session.get(Start, survey.id)
    if (own.since if own is not None else None) == since:
        return
    if since is not None:
        session.merge(Start(survey_id=survey.id, since=since, by=by, at=now))
    elif own is not None:
        session.delete(own)
    session.flush()
    facts = {
        "since": since.isoformat() if since is not None else "",
        "reason": audit.keep_reason(session, given, by=by, now=now),
    }
    subject = f"survey:{survey.id}"
    audit.record(
        session, actor=by, action="retention.start", subject=subject, facts=facts, now=now, keys=keys
    )


# What is due ----------------------------------------------------------------------------------------------


def preview(session: Session, now: dt.datetime) -> list[Due]:
    """Everything that stays for a time, what goes first first; nothing that has already gone."""
    keep = rules(session)
    found = [*_of_surveys(session, keep, now), *_concerns(session, keep), *_years(session, keep)]
    waiting = session.scalar(select(func.count()).select_from(Draft).where(Draft.expires_at <= now)) or 0
    if waiting:
        today = london_day(now)
        found.append(Due("drafts", "", today, today, waiting))
    return sorted(found, key=lambda due: (due.due_on, due.kind, due.subject))


def _of_surveys(session: Session, keep: dict[str, int], now: dt.datetime) -> Iterator[Due]:
    starts = {row.survey_id: row.since for row in session.scalars(select(Start))}
    results = _results_days(session)
    for survey in session.scalars(select(Survey).where(Survey.closes_at.is_not(None))):
        if survey.closes_at is None or survey.closes_at > now:
            continue
        closed = london_day(survey.closes_at)
        held_ids = held_comments(survey.id)
        mine = Comment.survey_id == survey.id
        rows = _count(session, select(Comment.id).where(mine, Comment.id.not_in(held_ids)))
        held = _count(session, select(Comment.id).where(mine, Comment.id.in_(held_ids)))
        if rows or held:
            since, why = closed, "closing"
            if survey.id in results:
                since, why = max(closed, results[survey.id]), "results"
            if survey.id in starts:
                since, why = starts[survey.id], "officer"
            yield Due("text", survey.id, since, months_after(since, keep["text"]), rows, held, why)
        answers = _count(session, select(Response.id).where(Response.survey_id == survey.id))
        if answers:
            yield Due("answers", survey.id, closed, months_after(closed, keep["answers"]), answers)


def _results_days(session: Session) -> dict[str, dt.date]:
    """Survey to the day its results were first published whole; what came out while it was open is no end."""
    query = select(Release.survey_id, func.min(Release.made_at)).where(Release.kind != "interim")
    return {of: london_day(at) for of, at in session.execute(query.group_by(Release.survey_id))}


def _concerns(session: Session, keep: dict[str, int]) -> Iterator[Due]:
    query = select(Concern.released_on, func.count()).where(Concern.released_on.is_not(None))
    for released_on, number in session.execute(query.group_by(Concern.released_on)):
        if released_on is not None:
            yield Due(
                "safeguarding", "", released_on, months_after(released_on, keep["safeguarding"]), number
            )


def _years(session: Session, keep: dict[str, int]) -> Iterator[Due]:
    """Years of the audit log; the newest never goes, or the chain would have no beginning."""
    years = session.execute(select(Entry.year, func.count()).group_by(Entry.year).order_by(Entry.year)).all()
    for year, number in years[:-1]:
        since = dt.date(year, 12, 31)
        yield Due("audit", str(year), since, months_after(since, keep["audit"]), number)


def _count(session: Session, query: Select[str]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
