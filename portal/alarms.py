"""Letters to the safeguarding lead and deputies: something waits, or is overdue. Never what it is about."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.accounts import people
from portal.partnership import outbox
from surveys.moderation import concerns
from surveys.moderation.concerns import Concern
from surveys.sealing import Keyring
from surveys.surveys import london_day

SUBJECT = "Something waits for you in the office"
WAITS = """Something waits for you in the office and should be looked at today.

Sign in here: {address}

This letter says no more on purpose. Nobody else was told what it is about.
"""
OVERDUE_SUBJECT = "Something in the office is overdue"
OVERDUE = """Something in the office should have been passed on by now. It is overdue.

Sign in here: {address}

You get this letter once a day until somebody has been told. It says no more on purpose.
"""


def announce(session: Session, *, public_url: str, now: dt.datetime, keys: Keyring) -> int:
    """Tells lead and deputies of concerns they were not told of yet, and says how many; once each.

    While nobody holds the role the concerns wait, and are announced to whoever is given it.
    """
    waiting = concerns.unannounced(session)
    return _tell(session, waiting, SUBJECT, WAITS, public_url, now=now, keys=keys, column="announced_on")


def waits(session: Session) -> bool:
    """Whether a concern came up that nobody was told of, and there is somebody to tell."""
    return concerns.untold(session) and bool(people.holders(session, "safeguarding"))


def alarm(session: Session, *, public_url: str, now: dt.datetime, keys: Keyring) -> int:
    """Tells them once a day that concerns are overdue, and says how many."""
    late = concerns.overdue(session, london_day(now))
    return _tell(session, late, OVERDUE_SUBJECT, OVERDUE, public_url, now=now, keys=keys, column="alarmed_on")


def _tell(
    session: Session,
    about: list[Concern],
    subject: str,
    body: str,
    public_url: str,
    *,
    now: dt.datetime,
    keys: Keyring,
    column: str,
) -> int:
    readers = people.holders(session, "safeguarding") if about else ()
    if not readers:
        return 0
    words = body.format(address=f"{public_url}/office/safeguarding")
    for reader in readers:
        outbox.post(
            session, to=reader.email, subject=subject, body=words, kind=outbox.URGENT, now=now, keys=keys
        )
    for concern in about:
        setattr(concern, column, london_day(now))
    session.flush()
    return len(about)
