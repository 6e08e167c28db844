"""The outbox: every letter the site sends waits here, sealed, until a job delivers it; nobody waits for mail.

A letter is delivered at least once. The address, the words and the link are gone a fortnight after it was
settled; a letter to a resident goes the moment it was sent, and officers see only its kind and state.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, UTCDateTime, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

KEPT = dt.timedelta(days=14)
"""How long a letter stays after it was sent or given up."""
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (10, 30, 120, 360, 1440, 1440))
"""How long to wait after each attempt that failed; after one more the letter is given up."""

KIND = re.compile(r"^[a-z][a-z-]{0,29}$")
ADDRESS = re.compile(
    r"^[^@\s,;:<>()\[\]\\\"]{1,64}@[^@\s,;:<>()\[\]\\\"]{1,190}\.[^@\s,;:<>()\[\]\\\"]{2,60}$"
)
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
"""What would end a header line, or cannot stand in one."""
SUBJECT_MOST = 120

RESIDENT = "resident-"
"""Kinds that begin so are for residents: no officer sees the address or the link."""
ACCOUNT = "account-"
"""Kinds that begin so open an account: only administrators see the link."""
URGENT = "safeguarding"
"""The kind that leaves before every other, and without waiting for the next round."""


class Outgoing(Base):
    """One letter. ``due_at``: not tried before; while an attempt is under way, when it counts as lost."""

    __tablename__ = "outgoing"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
        CheckConstraint("(state = 'queued') = (settled_at IS NULL)", name="settled"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(6), default="queued")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(60), default="")
    """What went wrong last, as a code; never what a mail server said."""
    queued_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Letter:
    """An opened letter, ready to be delivered. Nothing of it prints."""

    id: str
    kind: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    link: str = field(repr=False)
    attempts: int = 0


@dataclass(frozen=True)
class Listed:
    """A letter as officers see it; ``to`` and ``link`` are empty where they are not for them."""

    id: str
    kind: str
    state: str
    attempts: int
    fault: str
    queued_at: dt.datetime
    due_at: dt.datetime
    to: str = field(repr=False)
    subject: str = field(repr=False)
    link: str = field(repr=False)


# Writing --------------------------------------------------------------------------------------------------


def address(typed: str) -> str:
    """One plain address, without the spaces around it. Raises ``mail.address`` (field "address")."""
    tidy = typed.strip()
    if not ADDRESS.match(tidy) or BREAKS.search(tidy) or ".." in tidy:
        raise SurveysError("mail.address", field="address")
    return tidy


def post(
    session: Session,
    *,
    to: str,
    subject: str,
    body: str,
    kind: str,
    now: dt.datetime,
    keys: Keyring,
    link: str = "",
) -> Outgoing:
    """Puts a letter into the outbox. ``link``: the address in it that an officer may copy and pass on.

    The subject says nothing about crime, safety or the person: it shows on lock screens and in shared boxes.
    Raises ``mail.address``, or ``mail.header`` for a kind or subject that no header could carry.
    """
    if BREAKS.search(subject) or not 0 < len(subject) <= SUBJECT_MOST or not KIND.match(kind):
        raise SurveysError("mail.header", field="subject", most=SUBJECT_MOST)
    key_id, sealed = keys.seal(json.dumps([address(to), subject, body, link], ensure_ascii=False))
    letter = Outgoing(kind=kind, sealed=sealed, key_id=key_id, queued_at=now, due_at=now)
    session.add(letter)
    session.flush()
    return letter


def again(session: Session, letter_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> Outgoing:
    """Queues a letter that was given up or hurries a waiting one. Raises ``mail.unknown``, ``mail.sent``."""
    letter = session.get(Outgoing, letter_id, with_for_update=True)
    if letter is None:
        raise SurveysError("mail.unknown")
    if letter.state == "sent":
        raise SurveysError("mail.sent")
    letter.state, letter.settled_at, letter.attempts, letter.due_at = "queued", None, 0, now
    session.flush()
    audit.record(
        session, actor=by, action="mail.again", subject=f"outgoing:{letter.id}",
        facts={"kind": letter.kind}, now=now, keys=keys,
    )  # fmt: skip
    return letter


# Delivering: claim in one transaction, deliver outside any, settle in another -------------------------------


def hurries(session: Session, now: dt.datetime) -> bool:
    """Whether an urgent letter is due."""
    due = exists().where(Outgoing.state == "queued", Outgoing.due_at <= now, Outgoing.kind == URGENT)
    return bool(session.scalar(select(due)))


def claim(
    session: Session, *, now: dt.datetime, keys: Keyring, limit: int = 20, urgent: bool = False
) -> tuple[Letter, ...]:
    """Takes the letters that are due, urgent ones first, then the oldest, and counts an attempt at each.

    ``urgent``: takes no others.
    An attempt that is never settled counts as failed when its wait is over, so a crash loses no letter.
    """
    due = (
        select(Outgoing)
        .where(Outgoing.state == "queued", Outgoing.due_at <= now)
        .order_by(Outgoing.kind != URGENT, Outgoing.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if urgent:
        due = due.where(Outgoing.kind == URGENT)
    taken = []
    for letter in session.scalars(due):
        letter.attempts += 1
        letter.due_at = now + WAITS[min(letter.attempts, len(WAITS)) - 1]
        to, subject, body, link = json.loads(keys.open(letter.key_id, letter.sealed))
        taken.append(Letter(letter.id, letter.kind, to, subject, body, link, letter.attempts))
    session.flush()
    return tuple(taken)


def settle(session: Session, letter: Letter, *, fault: str, lasting: bool, now: dt.datetime) -> str:
    """Notes how an attempt ended and says the letter's state. ``lasting``: trying again cannot help."""
    row = session.get(Outgoing, letter.id)
    if row is None or row.state != "queued":
        return row.state if row is not None else "gone"
    row.fault = fault[:60]
    if not fault and row.kind.startswith(RESIDENT):
        session.delete(row)
        session.flush()
        return "sent"
    if not fault:
        row.state, row.settled_at = "sent", now
    elif lasting or row.attempts > len(WAITS):
        row.state, row.settled_at = "failed", now
    session.flush()
    return row.state


def forget_settled(session: Session, now: dt.datetime) -> int:
    """Deletes what was settled a fortnight ago, address, words and all; says how many."""
    old = delete(Outgoing).where(Outgoing.settled_at <= now - KEPT)
    return rows_changed(session.execute(old))


# Reading --------------------------------------------------------------------------------------------------


def listing(
    session: Session, *, keys: Keyring, accounts: bool, state: str | None = None, limit: int = 200
) -> tuple[Listed, ...]:
    """The newest letters. ``accounts``: the reader may see links that open accounts."""
    wanted = select(Outgoing).order_by(Outgoing.queued_at.desc(), Outgoing.id).limit(limit)
    if state is not None:
        wanted = wanted.where(Outgoing.state == state)
    return tuple(_listed(row, keys, accounts) for row in session.scalars(wanted))


def _listed(row: Outgoing, keys: Keyring, accounts: bool) -> Listed:
    to, subject, _body, link = json.loads(keys.open(row.key_id, row.sealed))
    if row.kind.startswith(RESIDENT):
        to, link = "", ""
    elif row.kind.startswith(ACCOUNT) and not accounts:
        link = ""
    return Listed(
        row.id, row.kind, row.state, row.attempts, row.fault, row.queued_at, row.due_at, to, subject, link
    )


def faults(session: Session) -> tuple[str, ...]:
    """Why letters that wait or were given up did not leave, each code once."""
    unsent = select(Outgoing.fault).where(Outgoing.state != "sent", Outgoing.fault != "").distinct()
    return tuple(sorted(session.scalars(unsent)))


def standing(session: Session) -> dict[str, int]:
    """How many letters are queued, sent and failed."""
    found = session.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state))
    return {"queued": 0, "sent": 0, "failed": 0} | {state: int(number) for state, number in found}
