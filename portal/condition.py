"""How the site is doing, for those who look after it: one line for each thing that can go wrong quietly."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.orm import Session

from portal import schema
from portal.config import Settings
from portal.database import Database
from portal.partnership import complaints, lapses, outbox, pages, reminders
from surveys.sealing import Keyring
from surveys.surveys import london_day

BACKUP_DAYS = 2
FREE_SHARE, FREE_BYTES = 0.1, 2 * 1024**3
HELPLINE_DAYS = 90
STATEMENT_DAYS = 365
JOBS_MINUTES = 60
TICK_FILE = "jobs.tick"
"""Touched by the jobs each time they ran."""
SIGN_IN = {
    "sign-in": "The mail server refused our sign-in.",
    "token.connection": "The server that gives out mail tokens could not be reached.",
    "token.away": "The server that gives out mail tokens had a fault of its own.",
    "token.certificate": "The certificate of the server that gives out mail tokens is not valid.",
    "token.answer": "The address for mail tokens answered something else. Check PORTAL_MAIL_TOKEN_URL.",
    "token.secret_file": "The file of PORTAL_MAIL_CLIENT_SECRET_FILE cannot be read.",
    "token.invalid_client": "The provider does not accept client id and secret; the secret may have ended.",
    "token.unauthorized_client": "The provider does not let this client get tokens by itself.",
    "token.invalid_scope": "The provider does not know the scope. Check PORTAL_MAIL_SCOPE.",
    "token.invalid_request": "The provider did not understand the request. Check client id and scope.",
    "token.invalid_grant": "The provider does not give this client a token.",
    "token.unsupported_grant_type": "The provider gives no tokens by client credentials. Use a token file.",
    "token.refused": "The provider refused us a token.",
}
"""Why the site cannot sign in to its mail server: the codes letters keep, in words without secrets."""
DISTRIBUTION = "community-safety-portal"


@dataclass(frozen=True)
class Line:
    """One look: ``good``, "soon" (due within a month) or "bad"; what was looked at, and what was found."""

    state: str
    name: str
    words: str


def lines(
    session: Session, store: Database, settings: Settings, now: dt.datetime, *, jobs_age: float | None
) -> tuple[Line, ...]:
    """Every look once; only reads. ``jobs_age``: seconds since the background jobs last ran."""
    today = london_day(now)
    return (
        _backup(settings.backed_up_path, now),
        _disk(settings.data_dir),
        *_mail(session, settings),
        _jobs(jobs_age),
        _version(store),
        *_reviews(session, today),
        _complaints(session, today),
        _consultations(session, now),
    )


def _backup(made: Path, now: dt.datetime) -> Line:
    try:
        age = now.timestamp() - made.stat().st_mtime
    except FileNotFoundError:
        return Line("bad", "Backup", "None was made from here yet. Run portal backup every night.")
    days = int(age // 86400)
    words = "Made today." if days < 1 else f"The last one is {days} day{'s' if days > 1 else ''} old."
    return Line("good" if days <= BACKUP_DAYS else "bad", "Backup", words)


def _disk(data_dir: Path) -> Line:
    space = shutil.disk_usage(data_dir)
    gigabytes = f"{space.free / 1024**3:.1f} GB of {space.total / 1024**3:.1f} GB free."
    good = space.free >= max(FREE_BYTES, FREE_SHARE * space.total)
    return Line("good" if good else "bad", "Disk", gigabytes)


def _mail(session: Session, settings: Settings) -> Iterator[Line]:
    standing = outbox.standing(session)
    if not settings.mail.server:
        yield Line("soon", "Mail server", "None is set: links have to be copied from the outbox.")
    failed, queued = standing["failed"], standing["queued"]
    words = f"{failed} not delivered, {queued} waiting." if failed or queued else "Nothing waits or failed."
    yield Line("bad" if failed else "good", "Letters", words)
    found = [SIGN_IN[fault] for fault in outbox.faults(session) if fault in SIGN_IN]
    if found:
        yield Line("bad", "Mail sign-in", " ".join(found))
    elif settings.mail.token_url:
        yield Line("good", "Mail sign-in", "The site renews its token itself.")


def last_tick_age(data_dir: Path, now: float) -> float | None:
    """Seconds since the jobs last ran here without a fault; None when they never did."""
    try:
        return now - (data_dir / TICK_FILE).stat().st_mtime
    except FileNotFoundError:
        return None


def _jobs(age: float | None) -> Line:
    if age is None:
        return Line("bad", "Background jobs", "They have not run here yet.")
    minutes = int(age // 60)
    ago = f"{minutes} minutes ago" if minutes > 1 else "a minute ago" if minutes else "less than a minute ago"
    return Line("good" if minutes <= JOBS_MINUTES else "bad", "Background jobs", f"Last ran {ago}.")


def _version(store: Database) -> Line:
    stands = str(schema.stands_at(store.engine)).replace("_", " ")
    return Line("good", "Version", f"{version(DISTRIBUTION)}. Last change of the database: {stands}.")


def _reviews(session: Session, today: dt.date) -> Iterator[Line]:
    sections = pages.current(session, "accessibility", pages.SOURCE)
    dates = [item.facts for item in sections if item.facts.reviewed or item.facts.prepared]
    if dates:
        last = max(filter(None, (dates[0].reviewed, dates[0].prepared)))
        review_by = dates[0].review_due or last + dt.timedelta(days=STATEMENT_DAYS)
        yield Line(_due(review_by, today), "Accessibility statement", f"Review it by {review_by:%-d %B %Y}.")
    else:
        yield Line("bad", "Accessibility statement", "It has no date of preparation or review.")
    lines_ = [one for one in pages.current(session, "helpline", pages.SOURCE) if one.facts.shown]
    old = [
        one.texts.name
        for one in lines_
        if one.facts.last_checked is None or (today - one.facts.last_checked).days > HELPLINE_DAYS
    ]
    words = (
        f"Not checked within {HELPLINE_DAYS} days: {', '.join([*old[:6], *(['others'] if old[6:] else [])])}."
        if old
        else f"All {len(lines_)} checked within {HELPLINE_DAYS} days."
    )
    yield Line("bad" if old else "good", "Helplines", words)


def _complaints(session: Session, today: dt.date) -> Line:
    found, name = complaints.standing(session, today), "Data-protection complaints"
    if found.next_day is None:
        return Line("good", name, "None waits for an answer.")
    words = f"Not answered: {found.open}"
    words += f"; not acknowledged: {found.unacknowledged}." if found.unacknowledged else "."
    if found.late_acknowledgements:
        words += f" {found.late_acknowledgements} should have been acknowledged by now."
    if found.late_answers:
        words += f" {found.late_answers} should have been answered by now."
    if not found.late:
        words += f" Something is due by {found.next_day:%-d %B %Y}."
    return Line("bad" if found.late else "soon", name, words)


def _consultations(session: Session, now: dt.datetime) -> Line:
    found = lapses.lapses(session, now)
    if not found:
        return Line("good", "Consultations", "Nothing is missing in what is open or coming.")
    said = [
        f"“{one.entry.texts.title}” ({one.state}), checklist: {count} to do"
        for one, count in ((lapse.consultation, len(lapse.lines)) for lapse in found)
    ]
    return Line(
        "bad", "Consultations", f"Something that no reason can set aside is missing: {'; '.join(said)}."
    )


def _due(day: dt.date, today: dt.date) -> str:
    if day < today:
        return "bad"
    return "soon" if day - today <= dt.timedelta(days=30) else "good"


# The month's mail -----------------------------------------------------------------------------------------


def remind(
    store: Database, settings: Settings, keys: Keyring, now: dt.datetime, *, jobs_age: float | None
) -> int:
    """Tells what is due, and once a month how the site is doing; says how many letters that makes."""
    public, letters = settings.public_url, 0
    with store.reading() as session:
        wanted = reminders.due(session, now)
        lapsed = lapses.due(session, now)
        pressing = bool(complaints.pressing(session, london_day(now)))
        found = lines(session, store, settings, now, jobs_age=jobs_age)
        month = f"{london_day(now):%Y-%m}"
        monthly = not reminders.told(session, "health", month)
    if not (wanted or lapsed or pressing or monthly):
        return 0
    with store.writing() as session:
        for one in wanted:
            address = f"{public}/rounds/{one.consultation.slug}"
            letters += reminders.tell(session, one, address=address, now=now, keys=keys)
        for which, slug in lapsed:
            letters += lapses.tell(session, which, slug, public_url=public, now=now, keys=keys)
        near, address = complaints.pressing(session, london_day(now)), f"{public}/office/complaints"
        letters += complaints.press(session, near, address=address, now=now, keys=keys)
        if monthly:
            letters += reminders.write(
                session, ("administrator",), subject="How the site is doing this month",
                body=_month(found, public), now=now, keys=keys,
            )  # fmt: skip
            reminders.note(session, "health", month, now)
    return letters


def _month(found: tuple[Line, ...], public: str) -> str:
    order = {"bad": "TO DO", "soon": "SOON", "good": "fine"}
    shown = sorted(found, key=lambda line: list(order).index(line.state))
    body = "\n".join(f"{order[line.state]}: {line.name}. {line.words}" for line in shown)
    return f"{body}\n\n{public}/office/health\n"
