"""Complaints about the use of personal data: taken electronically, acknowledged within 30 days, answered.

A complaint counts as acknowledged when its letter has left, or an officer says the writer was told; every one
is open until it is answered.

The duty is the Data Protection Act 2018, section 164A (in force since 19 June 2026).
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts import people
from portal.partnership import outbox, reminders, requests
from portal.partnership.outbox import Letter, Outgoing
from surveys import audit
from surveys.db import Base, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

TEXT_MOST = 5000
ANSWER_MOST = 5000
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ACKNOWLEDGED = f"{outbox.RESIDENT}complaint"
"""The kind of letter that tells the writer."""
BY_MAIL = "job:mail"
ARRIVED_SUBJECT = "Something came for you in the office"
ARRIVED_BODY = """Something came for you in the office. The law gives days for it.

Sign in here: {address}

This letter says no more on purpose.
"""
NEAR = dt.timedelta(days=7)
REMINDED = "complaint"
NEAR_SUBJECT = "Something in the office is due soon"
NEAR_BODY = """Something in the office is due within a week, or overdue.

Sign in here: {address}

This letter says no more on purpose.
"""


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
    letter: Mapped[str | None] = mapped_column(String(22))
    """The letter to the writer that acknowledges it; it may be forgotten by now."""

    @property
    def answer_by(self) -> dt.date:
        """The last day for an answer, the partnership's own: the law says without undue delay."""
        return requests.due("complaint", self.received_on)

    @property
    def next_day(self) -> dt.date:
        """The day on which something has to be done at the latest."""
        return self.due_on if self.state == "received" else self.answer_by

    def late(self, today: dt.date) -> bool:
        return self.state != "answered" and self.next_day < today


@dataclass(frozen=True)
class Standing:
    """The complaints nobody has answered yet."""

    open: int
    unacknowledged: int
    late_acknowledgements: int
    late_answers: int
    next_day: dt.date | None

    @property
    def late(self) -> int:
        return self.late_acknowledgements + self.late_answers


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
    address: str,
    now: dt.datetime,
    keys: Keyring,
) -> Complaint:
    """Takes a complaint, gives it a reference number, and tells those who answer that something came.

    One with an e-mail address gets a letter; ``body`` holds ``{reference}``. Without any way to reach the
    writer the page itself acknowledges it. ``address``: where officers read it.

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
        reference=_reference(), received_on=today,
        due_on=today + dt.timedelta(days=requests.ACKNOWLEDGE_DAYS), key_id=key_id, sealed=sealed,
    )  # fmt: skip
    to = _mailable(words.contact)
    if not words.contact:
        made.state, made.acknowledged_on = "acknowledged", today
    session.add(made)
    session.flush()
    if to:
        put = body.replace("{reference}", made.reference)
        letter = outbox.post(session, to=to, subject=subject, body=put, kind=ACKNOWLEDGED, now=now, keys=keys)
        made.letter = letter.id
        session.flush()
    _write(session, ARRIVED_SUBJECT, ARRIVED_BODY.format(address=address), now, keys)
    return made


def letter_left(session: Session, letter: Letter, *, now: dt.datetime, keys: Keyring) -> None:
    """A letter went to the mail server: the complaint it is about is acknowledged, unless it was before."""
    if letter.kind != ACKNOWLEDGED:
        return
    waits = (Complaint.letter == letter.id, Complaint.state == "received")
    complaint = session.scalar(select(Complaint).where(*waits).with_for_update())
    if complaint is not None:
        acknowledge(session, complaint, by=BY_MAIL, now=now, keys=keys)


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


def standing(session: Session, today: dt.date) -> Standing:
    """What waits for somebody, and what of it waits too long."""
    found = session.scalars(select(Complaint).where(Complaint.state != "answered")).all()
    late = [one.state for one in found if one.late(today)]
    return Standing(
        open=len(found),
        unacknowledged=sum(one.state == "received" for one in found),
        late_acknowledgements=late.count("received"),
        late_answers=late.count("acknowledged"),
        next_day=min((one.next_day for one in found), default=None),
    )


def mail_state(session: Session, complaint: Complaint) -> str:
    """How the letter to the writer stands: ``queued``, ``sent``, ``failed``, or empty where there is none."""
    letter = session.get(Outgoing, complaint.letter) if complaint.letter else None
    return letter.state if letter is not None else ""


def pressing(session: Session, today: dt.date) -> tuple[Complaint, ...]:
    """Those whose next day is near or past, and of whose day nobody was reminded yet."""
    return tuple(
        one
        for one in listing(session)
        if one.state != "answered"
        and one.next_day - NEAR <= today
        and not reminders.told(session, REMINDED, _about(one))
    )


def press(
    session: Session, found: tuple[Complaint, ...], *, address: str, now: dt.datetime, keys: Keyring
) -> int:
    """Reminds whoever answers complaints, once of each day; says how many letters that makes."""
    for one in found:
        reminders.note(session, REMINDED, _about(one), now)
    return _write(session, NEAR_SUBJECT, NEAR_BODY.format(address=address), now, keys) if found else 0


def _about(complaint: Complaint) -> str:
    return f"{complaint.reference} {complaint.next_day.isoformat()}"


def _write(session: Session, subject: str, body: str, now: dt.datetime, keys: Keyring) -> int:
    """To the information officers; while there is none, to the administrators, who may answer too."""
    role = "information" if people.holders(session, "information") else "administrator"
    return reminders.write(session, (role,), subject=subject, body=body, now=now, keys=keys)


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
