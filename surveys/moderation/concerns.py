"""Concerns: comments that show somebody may be at risk, in a register only the safeguarding role opens.

A concern locks its comment from publication and holds its text against withdrawal and retention until it is
released. The clock runs in working days from the day the answers were sent. What was passed on, to whom and
through which channel outside the portal is noted here; what it said is not. Days only: a time of day beside a
comment would tell when somebody was at the keyboard.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    UniqueConstraint,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import working_days
from surveys.db import Base, new_id
from surveys.moderation.policy import CATEGORIES
from surveys.questionnaire.model import Questionnaire

SOURCES = ("moderator", "phrases")
CHANNELS = ("emergency-call", "phone", "secure-email", "online-form", "in-person")
OUTCOMES = ("emergency-response", "referral-accepted", "already-known", "advice-only", "no-action")
RELEASES = ("finished", "not-safeguarding")
"""``not-safeguarding`` gives the comment back to the moderators; otherwise it is never published."""
REVEAL_REASONS = ("find-person", "find-place", "agency-asked")

REFER_WITHIN = 1
"""Working days from the day of sending until somebody outside the portal has been told."""
WHO_LIMIT, REFERENCE_LIMIT = 120, 60


def _among(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Concern(Base):
    """One comment somebody should act on. ``comment_id`` outlives the comment itself."""

    __tablename__ = "safeguarding_concern"
    __table_args__ = (
        UniqueConstraint("survey_id", "comment_id"),
        CheckConstraint(_among("category", CATEGORIES), name="category"),
        CheckConstraint(_among("source", SOURCES), name="source"),
        CheckConstraint(_among("outcome", OUTCOMES), name="outcome"),
        CheckConstraint(_among("release_reason", RELEASES), name="release_reason"),
        CheckConstraint("(outcome IS NULL) = (concluded_on IS NULL)", name="concluded"),
        CheckConstraint("(release_reason IS NULL) = (released_on IS NULL)", name="released"),
        Index(None, "released_on"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    comment_id: Mapped[str] = mapped_column(String(22))
    item: Mapped[str] = mapped_column(String(81))
    locale: Mapped[str] = mapped_column(String(10))
    submitted_on: Mapped[dt.date] = mapped_column(Date)
    category: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(10))
    raised_by: Mapped[str] = mapped_column(String(80))
    raised_on: Mapped[dt.date] = mapped_column(Date)
    announced_on: Mapped[dt.date | None] = mapped_column(Date)
    """When the lead and the deputies were sent a message, and in ``alarmed_on`` that it is overdue."""
    alarmed_on: Mapped[dt.date | None] = mapped_column(Date)
    read_on: Mapped[dt.date | None] = mapped_column(Date)
    told_on: Mapped[dt.date | None] = mapped_column(Date)
    outcome: Mapped[str | None] = mapped_column(String(20))
    concluded_on: Mapped[dt.date | None] = mapped_column(Date)
    release_reason: Mapped[str | None] = mapped_column(String(20))
    released_on: Mapped[dt.date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)

    @property
    def held(self) -> bool:
        return self.released_on is None


class Telling(Base):
    """Somebody outside was told: through which channel, when; who and their reference are sealed."""

    __tablename__ = "safeguarding_telling"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "concern_id"], ["safeguarding_concern.survey_id", "safeguarding_concern.id"]
        ),
        CheckConstraint(_among("channel", CHANNELS), name="channel"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    concern_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(20))
    told_on: Mapped[dt.date] = mapped_column(Date)
    noted_by: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


class HeldText(Base):
    """The text under a hold whose response is gone, as it was sealed."""

    __tablename__ = "safeguarding_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "concern_id"], ["safeguarding_concern.survey_id", "safeguarding_concern.id"]
        ),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    concern_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


UNTOLD = (Concern.announced_on.is_(None), Concern.released_on.is_(None))


@dataclass(frozen=True)
class Clock:
    """How long a concern has waited, in working days from the day of sending."""

    due: dt.date
    waited: int
    overdue: bool
    certain: bool
    """Whether the bank holidays of these days are known."""


@dataclass(frozen=True)
class Told:
    """One entry of who was told."""

    number: int
    channel: str
    told_on: dt.date
    noted_by: str
    who: str = field(repr=False)
    reference: str = field(repr=False)


@dataclass(frozen=True)
class Circumstances:
    """Question id to the key of the answer: age band and place of one response, nothing else."""

    document: Questionnaire = field(repr=False)
    answers: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Measures:
    """How fast concerns were dealt with, in working days from the day of sending; None without any."""

    raised: int
    read: int
    told: int
    days_to_read: float | None
    days_to_telling: float | None
    told_in_time: int
    overdue: int


# Pure -----------------------------------------------------------------------------------------------------


def clock(
    submitted_on: dt.date, told_on: dt.date | None, released_on: dt.date | None, today: dt.date
) -> Clock:
    """The clock stops when somebody was told, or the hold was released, and then says how long it ran."""
    stopped = min((day for day in (told_on, released_on) if day is not None), default=None)
    due = working_days.after(submitted_on, REFER_WITHIN)
    until = stopped or today
    return Clock(
        due=due,
        waited=working_days.between(submitted_on, until),
        overdue=stopped is None and today > due,
        certain=working_days.known(submitted_on) and working_days.known(until),
    )


def clock_of(concern: Concern, today: dt.date) -> Clock:
    return clock(concern.submitted_on, concern.told_on, concern.released_on, today)


# Reading --------------------------------------------------------------------------------------------------


def of_comment(session: Session, survey_id: str, comment_id: str) -> Concern | None:
    return session.scalar(
        select(Concern).where(Concern.survey_id == survey_id, Concern.comment_id == comment_id)
    )


def locked(session: Session, survey_id: str, comment_id: str) -> bool:
    """Whether a hold keeps this comment from publication, withdrawal and retention."""
    concern = of_comment(session, survey_id, comment_id)
    return concern is not None and concern.held


def register(session: Session, *, closed: bool = False, limit: int = 200) -> list[Concern]:
    """Concerns under a hold (or released ones), immediate danger first, then the longest waiting."""
    query = select(Concern).where(
        Concern.released_on.is_not(None) if closed else Concern.released_on.is_(None)
    )
    urgent = Concern.category != "danger"
    order = (Concern.told_on.is_not(None), urgent, Concern.submitted_on, Concern.id)
    if closed:
        return list(session.scalars(query.order_by(Concern.released_on.desc(), Concern.id).limit(limit)))
    return list(session.scalars(query.order_by(*order).limit(limit)))


def standing(session: Session, today: dt.date, survey_id: str | None = None) -> tuple[int, int]:
    """How many concerns are open and how many of these are overdue: all that anybody else may see."""
    query = select(Concern.submitted_on, Concern.told_on).where(Concern.released_on.is_(None))
    if survey_id is not None:
        query = query.where(Concern.survey_id == survey_id)
    rows = session.execute(query).all()
    return len(rows), sum(clock(sent, told, None, today).overdue for sent, told in rows)


# Alarms and measures --------------------------------------------------------------------------------------


def unannounced(session: Session) -> list[Concern]:
    """Concerns the lead and the deputies have not been told of yet, kept for whoever tells them now."""
    return list(session.scalars(select(Concern).where(*UNTOLD).with_for_update(skip_locked=True)))


def untold(session: Session) -> bool:
    """Whether there is any of these."""
    return bool(session.scalar(select(exists().where(*UNTOLD))))


def overdue(session: Session, today: dt.date) -> list[Concern]:
    """Concerns past their day of which nobody was alarmed today."""
    rows = session.scalars(
        select(Concern).where(Concern.released_on.is_(None), Concern.told_on.is_(None))
    ).all()
    return [
        concern
        for concern in rows
        if clock_of(concern, today).overdue and (concern.alarmed_on or dt.date.min) < today
    ]


def measures(session: Session, first: dt.date, last: dt.date, today: dt.date) -> Measures:
    """Concerns about answers sent in this period."""
    rows = session.execute(
        select(Concern.submitted_on, Concern.read_on, Concern.told_on, Concern.released_on).where(
            Concern.submitted_on.between(first, last)
        )
    ).all()
    to_read = [working_days.between(sent, seen) for sent, seen, _, _ in rows if seen is not None]
    to_telling = [working_days.between(sent, told) for sent, _, told, _ in rows if told is not None]
    return Measures(
        raised=len(rows),
        read=len(to_read),
        told=len(to_telling),
        days_to_read=median(to_read) if to_read else None,
        days_to_telling=median(to_telling) if to_telling else None,
        told_in_time=sum(days <= REFER_WITHIN for days in to_telling),
        overdue=sum(clock(sent, told, freed, today).overdue for sent, _, told, freed in rows),
    )


def held_comments(survey_id: str) -> Select[str]:
    """Ids of comments of a survey that a hold keeps, as a subquery."""
    return select(Concern.comment_id).where(Concern.survey_id == survey_id, Concern.released_on.is_(None))
