"""Beside the decision: who read what and when, and whose interests were declared. Rows are only added."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership.decisions import Decision
from surveys import audit
from surveys.db import Base, UTCDateTime, append_only
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day


class DecisionReading(Base):
    """Somebody read something before deciding: ``what`` can be cited, or is ``equality:<version>``."""

    __tablename__ = "decision_reading"

    year: Mapped[int] = mapped_column(ForeignKey("decision.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reader: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(200))
    read_on: Mapped[dt.date] = mapped_column(Date)
    recorded_by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class DecisionInterest(Base):
    """An interest declared by somebody who decides, in words that may be published."""

    __tablename__ = "decision_interest"

    year: Mapped[int] = mapped_column(ForeignKey("decision.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(DecisionReading.__table__)
append_only(DecisionInterest.__table__)


def readings(session: Session, year: int) -> tuple[DecisionReading, ...]:
    wanted = select(DecisionReading).where(DecisionReading.year == year)
    return tuple(session.scalars(wanted.order_by(DecisionReading.number)))


def interests(session: Session, year: int) -> tuple[DecisionInterest, ...]:
    wanted = select(DecisionInterest).where(DecisionInterest.year == year)
    return tuple(session.scalars(wanted.order_by(DecisionInterest.number)))


def note_reading(
    session: Session,
    decision: Decision,
    *,
    reader: str,
    what: str,
    read_on: dt.date | None = None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Records that somebody read something, once. Raises ``decision.settled``, ``reading.what``."""
    if decision.state != "draft":
        raise SurveysError("decision.settled")
    if not what.strip() or len(what) > 200 or not reader.strip() or len(reader) > 80:
        raise SurveysError("reading.what", field="what")
    if any(
        (one.reader, one.what) == (reader.strip(), what.strip()) for one in readings(session, decision.year)
    ):
        return
    session.add(
        DecisionReading(
            year=decision.year, number=_next(session, DecisionReading, decision.year), reader=reader.strip(),
            what=what.strip(), read_on=read_on or london_day(now), recorded_by=by, at=now,
        )
    )  # fmt: skip
    session.flush()
    _note(session, decision, "decision.read", by, now, keys)


def declare(
    session: Session, decision: Decision, *, who: str, words: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Records a declared interest. Raises ``decision.settled``, ``interest.words``."""
    if decision.state != "draft":
        raise SurveysError("decision.settled")
    if not who.strip() or len(who) > 200:
        raise SurveysError("interest.who", field="who")
    if not words.strip() or len(words) > 1000:
        raise SurveysError("interest.words", field="words")
    session.add(
        DecisionInterest(
            year=decision.year, number=_next(session, DecisionInterest, decision.year), who=who.strip(),
            words=words.strip(), recorded_by=by, at=now,
        )
    )  # fmt: skip
    session.flush()
    _note(session, decision, "decision.interest", by, now, keys)


def _next(session: Session, table: type[DecisionReading] | type[DecisionInterest], year: int) -> int:
    last = session.scalar(select(func.max(table.number)).where(table.year == year))
    return (last or 0) + 1


def _note(
    session: Session, decision: Decision, action: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    audit.record(session, actor=by, action=action, subject=f"decision:{decision.year}", now=now, keys=keys)
