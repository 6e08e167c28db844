"""Residents who asked to hear the outcome: an address, a consultation, and nothing else.

The store is never joined to a response: it keeps no moment, no receipt, no language and no order of arrival.
An address counts only once its owner has said so from the mail (double opt-in), and leaves with one click.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import CheckConstraint, Date, ForeignKey, LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import outbox
from surveys import audit
from surveys.db import Base, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

CONFIRM_WITHIN = dt.timedelta(days=7)
CONFIRM_KIND = f"{outbox.RESIDENT}confirm"
NEWS_KIND = f"{outbox.RESIDENT}outcome"


class Contact(Base):
    """One address that may be told one outcome. Found again only by a keyed hash of its own round."""

    __tablename__ = "outcome_contact"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'confirmed')", name="state"),
        {"sqlite_with_rowid": False},
    )

    round_slug: Mapped[str] = mapped_column(ForeignKey("round.slug"), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(9), default="asked")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of the token in the links to confirm and to leave."""
    until: Mapped[dt.date | None] = mapped_column(Date)
    """Until it is confirmed: the Sunday to give up on, which does not tell the day. Empty afterwards."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


@dataclass(frozen=True)
class Wording:
    """A letter's neutral subject, and its words with ``{link}`` in them."""

    subject: str
    body: str


def ask(
    session: Session,
    round_slug: str,
    *,
    address: str,
    link: str,
    wording: Wording,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Sends the letter that asks the owner of the address to confirm. ``link`` holds ``{token}``.

    Whatever the address is to us, whoever typed it sees the same: one that is already there gets at most one
    letter a week, one that is confirmed gets none. Raises ``mail.address``.
    """
    to = outbox.address(address)
    hashed = _address_hash(keys, round_slug, to)
    there = session.get(Contact, (round_slug, hashed))
    until = _give_up_on(now)
    if there is not None and (there.state == "confirmed" or there.until == until):
        return
    token = secrets.token_urlsafe(32)
    key_id, sealed = keys.seal(to)
    if there is None:
        there = Contact(round_slug=round_slug, address_hash=hashed)
        session.add(there)
    there.token_hash, there.until = _token_hash(keys, token), until
    there.sealed, there.key_id = sealed, key_id
    session.flush()
    body = wording.body.replace("{link}", link.replace("{token}", token))
    outbox.post(session, to=to, subject=wording.subject, body=body, kind=CONFIRM_KIND, now=now, keys=keys)


def standing(session: Session, token: str, *, keys: Keyring) -> Literal["asked", "confirmed", "unknown"]:
    """Where the address of this link stands; ``unknown`` also once it has left or was told the outcome."""
    found = session.scalar(select(Contact.state).where(Contact.token_hash == _token_hash(keys, token)))
    return "unknown" if found is None else "confirmed" if found == "confirmed" else "asked"


def confirm(session: Session, token: str, *, keys: Keyring) -> bool:
    """The owner of the address says yes. False when the link is not (or no longer) known."""
    mine = update(Contact).where(Contact.token_hash == _token_hash(keys, token))
    return rows_changed(session.execute(mine.values(state="confirmed", until=None))) > 0


def leave(session: Session, token: str, *, keys: Keyring) -> bool:
    """Deletes the address. False when it was not there any more: leaving twice is no fault."""
    mine = delete(Contact).where(Contact.token_hash == _token_hash(keys, token))
    return rows_changed(session.execute(mine)) > 0


def leave_by_address(session: Session, address: str, *, keys: Keyring) -> int:
    """Deletes an address everywhere, for somebody who lost the letter. Raises ``mail.address``."""
    to = outbox.address(address)
    slugs = session.scalars(select(Contact.round_slug).distinct()).all()
    gone = 0
    for slug in slugs:
        mine = (Contact.round_slug == slug, Contact.address_hash == _address_hash(keys, slug, to))
        gone += rows_changed(session.execute(delete(Contact).where(*mine)))
    return gone


def tell(
    session: Session,
    round_slug: str,
    *,
    wording: Wording,
    link: str,
    last: bool,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int:
    """Writes to everybody who confirmed and says how many letters that makes. ``link``: to leave by.

    After the ``last`` letter the whole list of this consultation is deleted: its purpose is done.
    Raises ``contacts.none``.
    """
    confirmed = (Contact.round_slug == round_slug, Contact.state == "confirmed")
    found = session.scalars(select(Contact).where(*confirmed)).all()
    if not found:
        raise SurveysError("contacts.none")
    for contact in found:
        token = secrets.token_urlsafe(32)
        contact.token_hash = _token_hash(keys, token)
        leaving = link.replace("{token}", token)
        body = wording.body.replace("{link}", leaving)
        to = keys.open(contact.key_id, contact.sealed)
        outbox.post(
            session,
            to=to,
            subject=wording.subject,
            body=body,
            kind=NEWS_KIND,
            link=leaving,
            now=now,
            keys=keys,
        )
    session.flush()
    if last:
        session.execute(delete(Contact).where(Contact.round_slug == round_slug))
    audit.record(
        session, actor=by, action="outcome.told", subject=f"round:{round_slug}",
        facts={"letters": len(found), "last": last}, now=now, keys=keys,
    )  # fmt: skip
    return len(found)


def waiting(session: Session, round_slug: str) -> int:
    """How many confirmed addresses wait for this outcome."""
    confirmed = (Contact.round_slug == round_slug, Contact.state == "confirmed")
    return session.scalar(select(func.count()).select_from(Contact).where(*confirmed)) or 0


def forget_unconfirmed(session: Session, now: dt.datetime) -> int:
    """Deletes the addresses nobody confirmed in time; says how many."""
    old = delete(Contact).where(Contact.state == "asked", Contact.until < london_day(now))
    return rows_changed(session.execute(old))


def _give_up_on(now: dt.datetime) -> dt.date:
    """The first Sunday at least a week ahead: the same for everybody who asks in one week."""
    earliest = london_day(now) + CONFIRM_WITHIN
    return earliest + dt.timedelta(days=6 - earliest.weekday())


def _address_hash(keys: Keyring, round_slug: str, address: str) -> bytes:
    """Of one round only: the same address cannot be recognised from one consultation to the next."""
    return keys.mac(f"outcome-contact:{round_slug}", address.casefold())


def _token_hash(keys: Keyring, token: str) -> bytes:
    return keys.mac("outcome-link", token)
