"""Complaints about the use of personal data: taken electronically, acknowledged within 30 days, answered.

The duty is the Data Protection Act 2018, section 164A (in force since 19 June 2026).
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import outbox
from surveys import audit
from surveys.db import Base, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

ACKNOWLEDGE_WITHIN = dt.timedelta(days=30)
TEXT_MOST = 5000
ANSWER_MOST = 5000
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ACKNOWLEDGED = "complaint-received"


class Complaint(Base):
    """One complaint. Sealed: what it says, how to reach its writer, and what was answered."""

    __tablename__ = "data_complaint"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("state IN ('received', 'acknowledged', 'answered')", name="state"),
        CheckConstraint("(state = 'received') = (acknowledged_on IS NULL)", name="acknowledged"),
        CheckConstraint("(state = 'answered') = (answered_on IS NOT NULL)", name="answered"),
        Index(None, "state", "due_on"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default="received")
    received_on: Mapped[dt.date] = mapped_column(Date)
    due_on: Mapped[dt.date] = mapped_column(Date)
    """The last day on which it may be acknowledged."""
    acknowledged_on: Mapped[dt.date | None] = mapped_column(Date)
    answered_on: Mapped[dt.date | None] = mapped_column(Date)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


@dataclass(frozen=True)
class Words:
    """The sealed part. Nothing of it prints."""

    text: str = field(repr=False)
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    """An e-mail address, or any other way the writer wants to be reached."""
    answer: str = field(default="", repr=False)


def receive(
    session: Session,
    *,
    text: str,
    name: str,
    contact: str,
    subject: str,
    body: str,
    now: dt.datetime,
    keys: Keyring,
) -> Complaint:
    """Takes a complaint and gives it a reference number. One with an e-mail address is acknowledged at once:
    ``subject`` and ``body`` hold ``{reference}``. Without any way to reach the writer the page itself
    acknowledges it.

    Raises ``complaint.text``, ``complaint.long``.
    """
    words = Words(text.strip(), " ".join(name.split())[:200], " ".join(contact.split())[:200])
    if not words.text:
        raise SurveysError("complaint.text", field="text")
    if len(words.text) > TEXT_MOST:
        over = len(words.text) - TEXT_MOST
        raise SurveysError("text.too_long", field="text", most=TEXT_MOST, over=over)
    today = london_day(now)
    key_id, sealed = _seal(words, keys)
    made = Complaint(
        reference=_reference(), received_on=today, due_on=today + ACKNOWLEDGE_WITHIN, key_id=key_id,
        sealed=sealed,
    )  # fmt: skip
    to = _mailable(words.contact)
    if to or not words.contact:
        made.state, made.acknowledged_on = "acknowledged", today
    session.add(made)
    session.flush()
    if to:
        put = body.replace("{reference}", made.reference)
        outbox.post(session, to=to, subject=subject, body=put, kind=ACKNOWLEDGED, now=now, keys=keys)
    return made


def acknowledge(session: Session, complaint: Complaint, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Somebody told the writer that it arrived. Raises ``complaint.state``."""
    if complaint.state != "received":
        raise SurveysError("complaint.state")
    complaint.state, complaint.acknowledged_on = "acknowledged", london_day(now)
    session.flush()
    _note(session, complaint, "complaint.acknowledged", by, now, keys)


def answer(
    session: Session, complaint: Complaint, *, words: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """What was found and done, as the writer was told. Raises ``complaint.answer``, ``complaint.state``."""
    tidy = words.strip()
    if not tidy or len(tidy) > ANSWER_MOST:
        raise SurveysError("complaint.answer", field="words", most=ANSWER_MOST)
    if complaint.state == "answered":
        raise SurveysError("complaint.state")
    was = opened(complaint, keys)
    complaint.key_id, complaint.sealed = _seal(Words(was.text, was.name, was.contact, tidy), keys)
    today = london_day(now)
    complaint.acknowledged_on = complaint.acknowledged_on or today
    complaint.state, complaint.answered_on = "answered", today
    session.flush()
    _note(session, complaint, "complaint.answered", by, now, keys)


def opened(complaint: Complaint, keys: Keyring) -> Words:
    return Words(*json.loads(keys.open(complaint.key_id, complaint.sealed)))


def listing(session: Session) -> tuple[Complaint, ...]:
    """Every complaint: what waits first, the most urgent on top."""
    order = (Complaint.answered_on.is_not(None), Complaint.due_on, Complaint.reference)
    return tuple(session.scalars(select(Complaint).order_by(*order)))


def overdue(session: Session, today: dt.date) -> int:
    """How many should have been acknowledged by now."""
    late = (Complaint.state == "received", Complaint.due_on < today)
    return session.scalar(select(func.count()).select_from(Complaint).where(*late)) or 0


def _reference() -> str:
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"DC-{drawn[:4]}-{drawn[4:]}"


def _mailable(contact: str) -> str:
    try:
        return outbox.address(contact)
    except SurveysError:
        return ""


def _seal(words: Words, keys: Keyring) -> tuple[str, bytes]:
    inside = [words.text, words.name, words.contact, words.answer]
    return keys.seal(json.dumps(inside, ensure_ascii=False))


def _note(
    session: Session, complaint: Complaint, action: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    subject = f"complaint:{complaint.reference}"
    audit.record(session, actor=by, action=action, subject=subject, facts={}, now=now, keys=keys)
