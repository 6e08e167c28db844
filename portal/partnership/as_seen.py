"""What anybody could read and was asked at any moment of the past, and what of it was not kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import crime, openings, pages, places, round_documents, rounds
from portal.partnership.openings import RoundChange
from portal.partnership.pages import NEUTRAL, Revision
from portal.partnership.round_documents import RoundDocument
from portal.partnership.rounds import LONDON, Round, RoundSurvey
from surveys import db, surveys
from surveys.surveys import Survey, SurveyVersion

Bodies = dict[tuple[str, str, str], Mapping[str, object] | None]


@contextmanager
def looking_back(session: Session, moment: dt.datetime) -> Iterator[None]:
    """Within the block this session reads the whole site as it stood: words, facts, dates, figures."""
    db.look_back(session, moment)
    pages.overlay(session, site_at(session, moment))
    try:
        yield
    finally:
        db.look_back(session, None)
        session.info.pop(pages.OVERLAY, None)


def site_at(session: Session, moment: dt.datetime) -> Bodies:
    """What stood on the site, by kind, key and locale, to be laid over what stands there now.

    None: it is there now and was not there then.
    """
    rows = select(Revision.kind, Revision.key, Revision.locale, Revision.body)
    found: Bodies = dict.fromkeys(
        (kind, key, locale)
        for kind, key, locale, _ in session.execute(rows.where(Revision.state == "current"))
    )
    then = rows.where(Revision.shown_from <= moment).order_by(Revision.shown_from, Revision.number)
    for kind, key, locale, body in session.execute(then):
        found[kind, key, locale] = body
    return found


# One consultation -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenSurvey:
    survey: Survey
    audience: str
    state: str
    version: SurveyVersion


@dataclass(frozen=True)
class Seen:
    """A consultation as the public met it at one moment."""

    moment: dt.datetime
    announced: bool
    """Whether its page was there."""
    facts: Mapping[str, Any]
    texts: Mapping[str, Mapping[str, Any]]
    revisions: tuple[Revision, ...]
    """Which state of which words it was, so that anybody can look it up again."""
    surveys: tuple[SeenSurvey, ...]
    documents: tuple[RoundDocument, ...]
    changes: tuple[RoundChange, ...]
    gaps: tuple[Gap, ...]
    demonstration: bool
    """Whether the site was one: then every language of a survey was offered."""


@dataclass(frozen=True)
class Event:
    """One change of what the public could see: ``what`` it was, and of what."""

    at: dt.datetime
    what: str
    about: str = ""


@dataclass(frozen=True)
class Gap:
    """Something whose state at a moment was not kept: only from ``since`` on is it known."""

    what: str
    since: dt.datetime
    about: str = ""


def as_seen(session: Session, round_: Round, moment: dt.datetime) -> Seen:
    """What anybody could read and was asked at that moment: words, questions, documents, changes of dates."""
    locales = select(Revision.locale).where(Revision.kind == "round", Revision.key == round_.slug).distinct()
    revisions = [
        found
        for locale in session.scalars(locales)
        if (found := pages.as_at(session, "round", round_.slug, locale, moment)) is not None
    ]
    bodies = {row.locale: row.body for row in revisions}
    gaps = gaps_of(session, round_, moment)
    with looking_back(session, moment):
        site = pages.site(session, pages.SOURCE)
        shown = rounds.one(session, round_.slug, moment) or rounds.withdrawn(session, round_.slug, moment)
        asked = []
        for link, survey in _surveys(session, round_):
            stood = surveys.as_it_stood(session, survey)
            version = surveys.current_version(session, survey.id)
            state = surveys.state(stood, moment)
            if version is not None and state != "draft":
                asked.append(SeenSurvey(stood, link.audience, state, version))
        return Seen(
            moment=moment,
            announced=shown is not None,
            facts=bodies.get(NEUTRAL, {}),
            texts={locale: body for locale, body in bodies.items() if locale != NEUTRAL},
            revisions=tuple(revisions),
            surveys=tuple(asked),
            documents=round_documents.of_round(session, round_.id),
            changes=openings.changes_of(session, round_.id),
            gaps=gaps,
            demonstration=bool(site and site.facts.demonstration),
        )


def _surveys(session: Session, round_: Round) -> list[tuple[RoundSurvey, Survey]]:
    rows = session.execute(
        select(RoundSurvey, Survey)
        .join(Survey, Survey.id == RoundSurvey.survey_id)
        .where(RoundSurvey.round_id == round_.id)
        .order_by(RoundSurvey.position)
    )
    return [(link, survey) for link, survey in rows]


def events(session: Session, round_: Round) -> tuple[Event, ...]:
    """Every change of what the public could see of this consultation, its surveys opening and closing too.

    Oldest first; other pages of the site that changed are one kind of their own ("site").
    """
    found = [Event(one.at, f"change.{one.what}") for one in openings.changes_of(session, round_.id)]
    found += [Event(one.at, "reason", one.locale) for one in openings.wordings_of(session, round_.id)]
    told = {one.at for one in found}
    shown = select(Revision.shown_from, Revision.kind, Revision.key, Revision.locale).where(
        Revision.shown_from.is_not(None)
    )
    for at, kind, key, locale in session.execute(shown):
        if at is None:
            continue
        if kind != "round":
            found.append(Event(at, "site"))
        elif key == round_.slug:
            found.append(Event(at, "words" if locale else "facts", locale))
    for _, survey in _surveys(session, round_):
        versions = select(SurveyVersion.published_at, SurveyVersion.number)
        for at, number in session.execute(versions.where(SurveyVersion.survey_id == survey.id)):
            found.append(Event(at, "version", f"{survey.slug}, {number}"))
        windows = surveys.windows_of(session, survey.id)
        found += [Event(one.at, "dates", survey.slug) for one in windows if one.at not in told]
        found += [Event(at, what, survey.slug) for at, what in _clock(windows)]
    documents = select(RoundDocument).where(RoundDocument.round_id == round_.id)
    for document in session.scalars(documents):
        found.append(Event(document.added_at, "document", document.title))
        if document.removed_at is not None:
            found.append(Event(document.removed_at, "document.gone", document.title))
    return tuple(sorted(set(found), key=lambda one: (one.at, one.what, one.about)))


def _clock(windows: tuple[surveys.SurveyWindow, ...]) -> Iterator[tuple[dt.datetime, str]]:
    """When the clock alone opened and closed a survey: while the window that says so stood."""
    ends = [*(one.at for one in windows[1:]), None]
    for window, end in zip(windows, ends, strict=True):
        for at, what in ((window.opens_at, "opens"), (window.closes_at, "closes")):
            stood = at is not None and window.at < at and (end is None or at < end)
            if at is not None and stood and window.withdrawn_at is None:
                yield at, what


def day_of(event: Event) -> dt.date:
    """The day in London."""
    return event.at.astimezone(LONDON).date()


def gaps_of(session: Session, round_: Round, moment: dt.datetime) -> tuple[Gap, ...]:
    """What cannot be shown as it was at that moment, because nobody kept it yet."""
    found = []
    for _, survey in _surveys(session, round_):
        windows = surveys.windows_of(session, survey.id)
        if windows and windows[0].number > 1 and moment < windows[0].at:
            found.append(Gap("dates", windows[0].at, survey.slug))
    made = {one.id: one.at for one in openings.changes_of(session, round_.id)}
    seen: set[tuple[str, str]] = set()
    for one in openings.wordings_of(session, round_.id):
        first = (one.change_id, one.locale) not in seen
        seen.add((one.change_id, one.locale))
        if first and one.number > 1 and made[one.change_id] <= moment < one.at:
            found.append(Gap("reason", one.at, one.locale))
    for month, kept in crime.editions(session).items():
        if kept[0].number > 1 and moment < kept[0].imported_at:
            found.append(Gap("crime", kept[0].imported_at, month))
    for (variable, _), brought in places.editions(session).items():
        if brought[0].number > 1 and moment < brought[0].at:
            found.append(Gap("census", brought[0].at, variable))
    return tuple(found)
