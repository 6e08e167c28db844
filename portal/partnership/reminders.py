"""What is due and told once: opening, closing in three days, the response, the month's look at the site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Date, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts import people
from portal.partnership import outbox, rounds
from portal.partnership.rounds import Consultation
from surveys.db import Base
from surveys.sealing import Keyring
from surveys.surveys import london_day

CLOSING = dt.timedelta(days=3)
RESPONSE = dt.timedelta(weeks=12)
"""Published within twelve weeks of closing, or the reason why not (Cabinet Office principles, 2018)."""
RESPONSE_SOON = dt.timedelta(weeks=2)
KIND = "reminder"
LATE = dt.timedelta(days=7)
"""A reminder that could not be sent for so long is out of date and is not sent at all."""


class Reminded(Base):
    """What was told already, so that a sweep may run as often as it likes."""

    __tablename__ = "reminded"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    about: Mapped[str] = mapped_column(String(80), primary_key=True)
    on: Mapped[dt.date] = mapped_column(Date)


@dataclass(frozen=True)
class Due:
    what: str
    """``opening``, ``closing``, ``response-soon`` or ``response``."""
    consultation: Consultation
    on: dt.date
    """The day on which it is told."""

    @property
    def about(self) -> str:
        """A day that is moved is told anew."""
        return f"{self.consultation.slug} {self.on.isoformat()}"


def due(session: Session, now: dt.datetime) -> tuple[Due, ...]:
    """Everything that should be told now and was not, in the order of its day."""
    today = london_day(now)
    listing = rounds.listing(session, now)
    found: list[Due] = []
    for one in (*listing.open, *listing.closed):
        if one.opens_on is not None and one.state != "closed":
            found.append(Due("opening", one, one.opens_on))
        if one.closes_on is None:
            continue
        if one.state != "closed":
            found.append(Due("closing", one, one.closes_on - CLOSING))
        elif one.entry.facts.decision != "made":
            answer_by = one.outcome_due or one.closes_on + RESPONSE
            found.append(Due("response-soon", one, answer_by - RESPONSE_SOON))
            found.append(Due("response", one, answer_by))
    told = {(row.what, row.about) for row in session.scalars(select(Reminded))}
    wanted = [one for one in found if one.on <= today < one.on + LATE and (one.what, one.about) not in told]
    return tuple(sorted(wanted, key=lambda one: (one.on, one.what)))


def tell(session: Session, found: Due, *, address: str, now: dt.datetime, keys: Keyring) -> int:
    """Writes to the consultation officers, and notes that it was told; says how many letters that makes.

    ``address``: the public page of the consultation.
    """
    subject, body = _words(found)
    letters = write(
        session, ("consultation", "administrator"), subject=subject, body=f"{body}\n\n{address}\n", now=now,
        keys=keys,
    )  # fmt: skip
    note(session, found.what, found.about, now)
    return letters


def write(
    session: Session, roles: tuple[str, ...], *, subject: str, body: str, now: dt.datetime, keys: Keyring
) -> int:
    """One letter to everybody who has one of these roles."""
    to = {officer.email for role in roles for officer in people.holders(session, role)}
    for one in sorted(to):
        outbox.post(session, to=one, subject=subject, body=body, kind=KIND, now=now, keys=keys)
    return len(to)


def told(session: Session, what: str, about: str) -> bool:
    return session.get(Reminded, (what, about)) is not None


def note(session: Session, what: str, about: str, now: dt.datetime) -> None:
    session.execute(insert(Reminded), {"what": what, "about": about, "on": london_day(now)})


def _words(found: Due) -> tuple[str, str]:
    title = found.consultation.entry.texts.title
    closes = f"{found.consultation.closes_on:%-d %B %Y}" if found.consultation.closes_on else "a day not set"
    match found.what:
        case "opening":
            return "A consultation is open", (
                f"“{title}” takes answers now, until {closes}. Tell those on the list, and look at the board."
            )
        case "closing":
            return "A consultation closes in three days", (
                f"“{title}” closes on {closes}. The board shows who has not answered yet."
            )
        case "response-soon":
            return "A response is due in two weeks", (
                f"“{title}” closed on {closes}. The response is due by "
                f"{found.on + RESPONSE_SOON:%-d %B %Y}: what was decided and why, or why it takes longer."
            )
        case _:
            return "A response is due", (
                f"“{title}” closed on {closes}, and the response is due today: what was decided and why, "
                "or why it takes longer."
            )
