"""Public meetings: when and where, who of each authority came, what was asked, and what was said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

MOST_LINES = 60


class Meeting(Base):
    """One meeting record. ``attendance``: a list of {authority, post}: posts, never names.

    ``round_slug`` is empty for a meeting that belongs to no consultation (a decision meeting, say).
    ``questions``: a list of {asked, answered}. ``seen`` counts the saves.
    """

    __tablename__ = "public_meeting"
    __table_args__ = (CheckConstraint("public_came >= 0", name="public_came"), Index(None, "held_on"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_slug: Mapped[str | None] = mapped_column(ForeignKey("round.slug"))
    held_on: Mapped[dt.date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(200))
    public: Mapped[bool] = mapped_column(default=True)
    """Open to everybody; False for a meeting of the partnership alone."""
    publicised: Mapped[str] = mapped_column(Text, default="")
    """How people were told beforehand."""
    attendance: Mapped[JsonValue] = mapped_column(Json)
    public_came: Mapped[int] = mapped_column(default=0)
    """About how many members of the public came."""
    questions: Mapped[JsonValue] = mapped_column(Json)
    notes: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))


@dataclass(frozen=True)
class Minutes:
    """What an officer writes down about a meeting."""

    held_on: dt.date
    place: str
    public: bool = True
    publicised: str = ""
    attendance: Sequence[tuple[str, str]] = ()
    """(authority, post of who came) for each."""
    public_came: int = 0
    questions: Sequence[tuple[str, str]] = ()
    """(what was asked, what was answered) for each."""
    notes: str = ""


def record(
    session: Session,
    minutes: Minutes,
    *,
    round_slug: str | None = None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Meeting:
    """Keeps a new record. Raises ``meeting.place``, ``meeting.lines``, ``meeting.came``."""
    meeting = Meeting(round_slug=round_slug, recorded_at=now, recorded_by=by, **_columns(minutes))
    session.add(meeting)
    session.flush()
    _note(session, meeting, "meeting.recorded", by, now, keys)
    return meeting


def amend(
    session: Session,
    meeting: Meeting,
    minutes: Minutes,
    *,
    seen: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Replaces a record's words. Raises ``meeting.changed`` when somebody saved since ``seen``."""
    session.refresh(meeting, with_for_update=True)
    if meeting.seen != seen:
        raise SurveysError("meeting.changed")
    for name, value in _columns(minutes).items():
        setattr(meeting, name, value)
    meeting.seen = seen + 1
    meeting.recorded_at, meeting.recorded_by = now, by
    session.flush()
    _note(session, meeting, "meeting.amended", by, now, keys)


def of_round(session: Session, round_slug: str) -> tuple[Meeting, ...]:
    """The meetings of one consultation, newest first."""
    wanted = select(Meeting).where(Meeting.round_slug == round_slug)
    return tuple(session.scalars(wanted.order_by(Meeting.held_on.desc(), Meeting.id)))


def between(session: Session, first: dt.date, last: dt.date) -> tuple[Meeting, ...]:
    """The meetings held from one day to another, newest first."""
    wanted = select(Meeting).where(Meeting.held_on >= first, Meeting.held_on <= last)
    return tuple(session.scalars(wanted.order_by(Meeting.held_on.desc(), Meeting.id)))


def authorities(meeting: Meeting) -> tuple[str, ...]:
    """Which authorities somebody came from."""
    return tuple(dict.fromkeys(line["authority"] for line in meeting.attendance))


def _columns(minutes: Minutes) -> dict[str, Any]:
    place = " ".join(minutes.place.split())
    if not 0 < len(place) <= 200:
        raise SurveysError("meeting.place", field="place")
    if minutes.public_came < 0:
        raise SurveysError("meeting.came", field="public_came")
    if len(minutes.attendance) > MOST_LINES or len(minutes.questions) > MOST_LINES:
        raise SurveysError("meeting.lines", field="attendance", most=MOST_LINES)
    return {
        "held_on": minutes.held_on,
        "place": place,
        "public": minutes.public,
        "publicised": minutes.publicised.strip(),
        "attendance": [
            {"authority": authority.strip(), "post": post.strip()}
            for authority, post in minutes.attendance
            if authority.strip()
        ],
        "public_came": minutes.public_came,
        "questions": [
            {"asked": asked.strip(), "answered": answered.strip()}
            for asked, answered in minutes.questions
            if asked.strip()
        ],
        "notes": minutes.notes.strip(),
    }


def _note(session: Session, meeting: Meeting, action: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    facts = {
        "round": meeting.round_slug or "",
        "authorities": len(authorities(meeting)),
        "questions": len(meeting.questions),
    }
    audit.record(
        session, actor=by, action=action, subject=f"meeting:{meeting.id}", facts=facts, now=now, keys=keys
    )
