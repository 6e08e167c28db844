"""What scrutiny recommended and what was answered, and to whom plans and papers were sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, UTCDateTime, append_only, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

REPLY_DAYS = 56
"""When a reply is due unless the clock is set otherwise: eight weeks, a proposal."""


class Recommendation(Base):
    """One recommendation to the partnership, shown in the plan of its year once it is marked public."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("(reply = '') = (replied_on IS NULL)", name="replied"),
        CheckConstraint("reply_due >= received_on", name="clock"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    plan_year: Mapped[int] = mapped_column(ForeignKey("plan.year"), index=True)
    made_by: Mapped[str] = mapped_column(String(200))
    """The committee or body that made it."""
    words: Mapped[str] = mapped_column(Text)
    received_on: Mapped[dt.date] = mapped_column(Date)
    reply_due: Mapped[dt.date] = mapped_column(Date)
    owner: Mapped[str | None] = mapped_column(String(80))
    """The officer who sees to the reply."""
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_on: Mapped[dt.date | None] = mapped_column(Date)
    public: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    def late(self, today: dt.date) -> bool:
        return self.replied_on is None and self.reply_due < today


class SentTo(Base):
    """That something was sent to somebody ("the plan, to the policing body"). Rows are only added."""

    __tablename__ = "sent_to"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    year: Mapped[int] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(200))
    recipient: Mapped[str] = mapped_column(String(200))
    sent_on: Mapped[dt.date] = mapped_column(Date)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(SentTo.__table__)


def of_year(session: Session, year: int) -> tuple[Recommendation, ...]:
    """Every recommendation of a plan year, the newest first; for officers."""
    wanted = select(Recommendation).where(Recommendation.plan_year == year)
    return tuple(session.scalars(wanted.order_by(Recommendation.received_on.desc(), Recommendation.id)))


def public(session: Session, year: int) -> tuple[Recommendation, ...]:
    """Those the public may read in the plan."""
    return tuple(one for one in of_year(session, year) if one.public)


def sent(session: Session, year: int) -> tuple[SentTo, ...]:
    """What was sent to whom about a plan year, the newest first."""
    wanted = select(SentTo).where(SentTo.year == year).order_by(SentTo.sent_on.desc(), SentTo.at.desc())
    return tuple(session.scalars(wanted))


def receive(
    session: Session,
    year: int,
    *,
    made_by: str,
    words: str,
    received_on: dt.date | None,
    reply_due: dt.date | None = None,
    owner: str | None = None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Recommendation:
    """Enters a recommendation. Raises ``scrutiny.made_by``, ``scrutiny.words``, ``scrutiny.day``,
    ``scrutiny.clock``."""
    if received_on is None:
        raise SurveysError("scrutiny.day", field="received_on")
    due = reply_due or received_on + dt.timedelta(days=REPLY_DAYS)
    if due < received_on:
        raise SurveysError("scrutiny.clock", field="reply_due")
    made = Recommendation(
        plan_year=year, made_by=_line(made_by, "made_by"), words=_prose(words, "words"),
        received_on=received_on, reply_due=due, owner=owner,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, made, "scrutiny.received", by=by, now=now, keys=keys)
    return made


def reply(
    session: Session,
    found: Recommendation,
    *,
    words: str,
    replied_on: dt.date | None,
    reply_due: dt.date | None,
    owner: str | None,
    public: bool,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Puts the reply, the clock, the owner and whether it is public. An empty reply is none yet.

    Raises ``scrutiny.words``, ``scrutiny.day``, ``scrutiny.clock``, ``scrutiny.meanwhile``.
    """
    text = words.strip()
    if len(text) > 8000:
        raise SurveysError("scrutiny.words", field="reply")
    if bool(text) != (replied_on is not None):
        raise SurveysError("scrutiny.day", field="replied_on")
    due = reply_due or found.reply_due
    if due < found.received_on:
        raise SurveysError("scrutiny.clock", field="reply_due")
    values: dict[str, Any] = {
        "reply": text, "replied_on": replied_on, "reply_due": due, "owner": owner, "public": public,
    }  # fmt: skip
    done = session.execute(
        update(Recommendation)
        .where(Recommendation.id == found.id, Recommendation.version == seen_version)
        .values(version=Recommendation.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise SurveysError("scrutiny.meanwhile")
    session.refresh(found)
    _note(session, found, "scrutiny.answered", by=by, now=now, keys=keys)


def note_sent(
    session: Session,
    year: int,
    *,
    what: str,
    recipient: str,
    sent_on: dt.date | None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SentTo:
    """Notes that something was sent. Raises ``scrutiny.what``, ``scrutiny.recipient``, ``scrutiny.day``."""
    if sent_on is None:
        raise SurveysError("scrutiny.day", field="sent_on")
    made = SentTo(
        year=year, what=_line(what, "what"), recipient=_line(recipient, "recipient"), sent_on=sent_on, by=by,
        at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, actor=by, action="plan.sent", subject=f"plan:{year}", now=now, keys=keys)
    return made


def _line(given: str, field: str) -> str:
    text = " ".join(given.split())
    if not 0 < len(text) <= 200:
        raise SurveysError(f"scrutiny.{field}", field=field)
    return text


def _prose(given: str, field: str) -> str:
    text = given.strip()
    if not 0 < len(text) <= 8000:
        raise SurveysError("scrutiny.words", field=field)
    return text


def _note(
    session: Session, found: Recommendation, action: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    facts = {"version": found.version, "public": found.public}
    subject = f"recommendation:{found.id}"
    audit.record(session, actor=by, action=action, subject=subject, facts=facts, now=now, keys=keys)
