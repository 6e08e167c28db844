"""What officers put on record before a consultation opens: reasons, confirmed cover, languages checked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import editing, instruments
from portal.partnership.checklist import OVERRIDABLE
from portal.partnership.rounds import Round, note
from surveys.db import Base, UTCDateTime, append_only, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

MOST_REASON = 2000


class GateOverride(Base):
    """A line of the checklist set aside with a reason, or taken up again; the newest row counts."""

    __tablename__ = "gate_override"
    __table_args__ = (CheckConstraint("NOT holds OR reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    line: Mapped[str] = mapped_column(String(20))
    holds: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(GateOverride.__table__)


class CoverConfirmation(Base):
    """Somebody confirmed that comments will be read for safety on every working day of the consultation."""

    __tablename__ = "cover_confirmation"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    arrangement: Mapped[str] = mapped_column(Text)
    """Who covers whom, as officers agreed it."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(CoverConfirmation.__table__)


class LanguageCheck(Base):
    """A named speaker has read the page and the questions of a consultation in one language."""

    __tablename__ = "language_check"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10))
    speaker: Mapped[str] = mapped_column(String(120))
    on: Mapped[dt.date]
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the page's words as they were read: when they change, they have to be read again."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(LanguageCheck.__table__)


def override(
    session: Session, round_: Round, line: str, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Sets a line aside. Raises "gate.not_overridable", "reason.missing", "record.too_long"."""
    if line not in OVERRIDABLE:
        raise SurveysError("gate.not_overridable", line=line)
    given = _reason(reason)
    made = GateOverride(round_id=round_.id, line=line, holds=True, reason=given, by=by, at=now)
    session.add(made)
    session.flush()
    facts = {"line": line, "override": made.id}
    note(session, round_, "round.line_overridden", facts, by=by, now=now, keys=keys)


def lift(session: Session, round_: Round, line: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Takes a line up again. Raises "gate.not_overridden"."""
    if line not in overrides_of(session, round_):
        raise SurveysError("gate.not_overridden", line=line)
    session.add(GateOverride(round_id=round_.id, line=line, holds=False, reason="", by=by, at=now))
    session.flush()
    note(session, round_, "round.line_taken_up", {"line": line}, by=by, now=now, keys=keys)


def overrides_of(session: Session, round_: Round) -> dict[str, GateOverride]:
    """The reason in force for each line that is set aside."""
    wanted = select(GateOverride).where(GateOverride.round_id == round_.id).order_by(GateOverride.id)
    newest = {row.line: row for row in session.scalars(wanted)}
    return {line: row for line, row in newest.items() if row.holds}


def confirm_cover(
    session: Session, round_: Round, *, arrangement: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Confirms who reads for safety, day by day. Raises "record.missing"."""
    given = arrangement.strip()
    if not given:
        raise SurveysError("record.missing", field="arrangement")
    session.add(CoverConfirmation(round_id=round_.id, arrangement=given[:MOST_REASON], by=by, at=now))
    session.flush()
    note(session, round_, "round.cover_confirmed", {}, by=by, now=now, keys=keys)


def cover_of(session: Session, round_: Round) -> CoverConfirmation | None:
    """The newest confirmation."""
    wanted = select(CoverConfirmation).where(CoverConfirmation.round_id == round_.id)
    return session.scalar(wanted.order_by(CoverConfirmation.at.desc()).limit(1))


def check_language(
    session: Session,
    round_: Round,
    locale: str,
    *,
    speaker: str,
    on: dt.date,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Records that a named speaker read page and questions. Raises "record.missing", "language.in_future"."""
    name = " ".join(speaker.split())
    if not name:
        raise SurveysError("record.missing", field="speaker")
    if on > now.date():
        raise SurveysError("language.in_future", field="on")
    session.add(
        LanguageCheck(
            round_id=round_.id,
            locale=locale,
            speaker=name[:120],
            on=on,
            fingerprint=fingerprint(session, round_, locale),
            by=by,
            at=now,
        )
    )
    session.flush()
    instruments.check_language(session, round_, locale, speaker=name[:120], by=by, now=now, keys=keys)
    note(session, round_, "round.language_checked", {"locale": locale}, by=by, now=now, keys=keys)


def language_checks_of(session: Session, round_: Round) -> dict[str, LanguageCheck]:
    """The newest check of each language that still fits the page's words."""
    wanted = select(LanguageCheck).where(LanguageCheck.round_id == round_.id).order_by(LanguageCheck.at)
    newest = {row.locale: row for row in session.scalars(wanted)}
    return {
        locale: row
        for locale, row in newest.items()
        if row.fingerprint == fingerprint(session, round_, locale)
    }


def fingerprint(session: Session, round_: Round, locale: str) -> str:
    """Changes with every word of the page in this language."""
    working = editing.working(session, "round", round_.slug)
    body = dict(working.texts.get(locale, {})) if working else {}
    body.pop("translation", None)
    plain = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _reason(reason: str) -> str:
    given = reason.strip()
    if not given:
        raise SurveysError("reason.missing", field="reason")
    if len(given) > MOST_REASON:
        raise SurveysError("record.too_long", field="reason", most=MOST_REASON)
    return given
