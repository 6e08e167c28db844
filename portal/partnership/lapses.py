"""What nothing overrides and no longer holds in a consultation that is coming or open.

The clock opens an announced consultation all the same: people were promised its first day. So whoever can
mend it is told, on the first page and the site's health, and by letter the day before and on the day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts import people
from portal.partnership import readiness, reminders, rounds
from portal.partnership.checklist import SAFEGUARDING_PEOPLE, Holders, Line
from portal.partnership.rounds import Consultation
from surveys.sealing import Keyring
from surveys.surveys import london_day

TOLD = ("consultation", "administrator")
BEFORE, ON_THE_DAY = "gates-before", "gates-day"
SUBJECTS = {
    BEFORE: "A consultation that opens tomorrow is not in order",
    ON_THE_DAY: "A consultation that opens today is not in order",
}
WHILE_OPEN = "An open consultation is not in order"
WEEK = dt.timedelta(days=7)
BODY = """Something that no reason can set aside is missing. Its checklist says what, and who can do it.
It opens, or stays open, all the same. If it cannot be mended in time, pause it there.

Sign in here: {address}
"""


@dataclass(frozen=True)
class Lapse:
    """A consultation, and the lines of its checklist that nothing overrides and that lack something."""

    consultation: Consultation
    lines: tuple[Line, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Who can mend some of it, or has to know."""
        return frozenset(TOLD).union(*(line.roles for line in self.lines))


def holders_now(session: Session) -> Holders:
    """Who holds the roles a consultation cannot do without, by name."""
    found = people.holders(session, "safeguarding")
    return {"safeguarding": tuple(f"{one.name} <{one.id}>" for one in found)}


def lapses(session: Session, now: dt.datetime) -> tuple[Lapse, ...]:
    """Every open or coming consultation in which something that nothing overrides is missing."""
    holders, found = holders_now(session), []
    for one in promised(session, now):
        round_ = rounds.by_slug(session, one.slug)
        if round_ is None:
            continue
        lines = readiness.check(session, round_, now, holders)
        missing = tuple(line for line in lines if line.weight == "always" and line.stops)
        if missing:
            found.append(Lapse(one, missing))
    return tuple(found)


def promised(session: Session, now: dt.datetime) -> tuple[Consultation, ...]:
    """The consultations people can answer, or will."""
    listing = rounds.listing(session, now)
    return (*listing.open, *listing.coming)


def left_short(session: Session, now: dt.datetime, without: Collection[str]) -> tuple[Consultation, ...]:
    """The coming and open consultations that have too few people for safeguarding without these officers."""
    staying = [one for one in people.holders(session, "safeguarding") if one.id not in without]
    return promised(session, now) if len(staying) < SAFEGUARDING_PEOPLE else ()


def due(session: Session, now: dt.datetime) -> tuple[tuple[str, str], ...]:
    """(which letter, consultation) of every letter to write now: the day before, on the day, then weekly."""
    today, found = london_day(now), []
    for lapse in lapses(session, now):
        slug, opens = lapse.consultation.slug, lapse.consultation.opens_on
        which = _which(session, slug, opens, today) if opens is not None else ""
        if which and not reminders.told(session, which, slug):
            found.append((which, slug))
    return tuple(found)


def _which(session: Session, slug: str, opens: dt.date, today: dt.date) -> str:
    """The letter of this day; empty when there is none."""
    if today <= opens:
        return {1: BEFORE, 0: ON_THE_DAY}.get((opens - today).days, "")
    if today < opens + WEEK and reminders.told(session, ON_THE_DAY, slug):
        return ""
    year, week, _ = today.isocalendar()
    return f"gates-{year}-w{week:02}"


def tell(session: Session, which: str, slug: str, *, public_url: str, now: dt.datetime, keys: Keyring) -> int:
    """Writes one letter, without a word of what is missing, and notes it; says how many get it."""
    body = BODY.format(address=f"{public_url}/office/rounds/{slug}")
    subject = SUBJECTS.get(which, WHILE_OPEN)
    letters = reminders.write(session, TOLD, subject=subject, body=body, now=now, keys=keys)
    reminders.note(session, which, slug, now)
    return letters
