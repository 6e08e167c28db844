"""Next year's consultation from this year's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import (
    consultation_record,
    editing,
    instruments,
    pages,
    rounds,
)
from portal.partnership.instruments import PlannedSurvey
from portal.partnership.pages import NEUTRAL
from portal.partnership.rounds import Round
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire, Translation
from surveys.sealing import Keyring
from surveys.surveys import SLUG

NOT_COPIED = frozenset(
    "opens closes results_due outcome_due impact_assessment impact_assessment_on decision demonstration"
    " retired".split()
)
"""Facts that belong to one year."""
YEAR = re.compile(r"20\d\d")


def begin(
    session: Session,
    *,
    slug: str,
    title: str,
    purpose: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Round:
    """An empty consultation with its first words as a draft. Raises "survey.slug", "round.exists"."""
    _sound_slug(slug)
    made = rounds.create(session, slug=slug, by=by, now=now, keys=keys)
    bodies = {NEUTRAL: {}, pages.SOURCE: {"title": title.strip() or None, "purpose": purpose.strip() or None}}
    editing.save(session, "round", slug, bodies, seen={}, by=by, now=now, keys=keys)
    return made


def copy(session: Session, earlier: Round, *, slug: str, by: str, now: dt.datetime, keys: Keyring) -> Round:
    """A new round from an old one: its words, its questions and whom to tell; no date, document or sign-off.

    Each survey gets an address of its own and a language is unchecked again. Raises as :func:`begin`.
    """
    _sound_slug(slug)
    made = rounds.create(session, slug=slug, by=by, now=now, keys=keys)
    there = editing.working(session, "round", earlier.slug)
    if there is not None:
        bodies: dict[str, Mapping[str, Any]] = {locale: dict(body) for locale, body in there.texts.items()}
        bodies[NEUTRAL] = {name: value for name, value in there.facts.items() if name not in NOT_COPIED}
        for locale, body in bodies.items():
            if locale not in (NEUTRAL, pages.SOURCE):
                bodies[locale] = {**body, "translation": "unchecked"}
        editing.save(session, "round", slug, bodies, seen={}, by=by, now=now, keys=keys)
    for one in instruments.of_round(session, earlier):
        instruments.plan_from(
            session,
            made,
            fresh(one.document),
            origin=f"round:{earlier.slug}",
            slug=free_slug(session, one.slug, slug),
            audience=one.audience if one.audience in instruments.AUDIENCES else "residents",
            by=by,
            now=now,
            keys=keys,
        )
    for told in consultation_record.stakeholders_of(session, earlier, keys):
        consultation_record.list_stakeholder(
            session,
            made,
            name=told.stakeholder.name,
            speaks_for=told.stakeholder.speaks_for,
            contact=told.contact,
            particularly_affected=told.stakeholder.particularly_affected,
            by=by,
            now=now,
            keys=keys,
        )
    return made


def _sound_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise SurveysError("survey.slug", field="slug")


def fresh(document: Questionnaire) -> Questionnaire:
    """The document before publication: places are frozen anew, and nobody has checked a language yet."""
    states = {
        locale: known if known.state == "source" else Translation(state="unchecked")
        for locale, known in document.translations.items()
    }
    plain = [one.model_copy(update={"categories": []}) if one.map else one for one in document.dimensions]
    return document.model_copy(update={"translations": states, "places": [], "dimensions": plain})


def free_slug(session: Session, earlier: str, round_slug: str) -> str:
    """An address for the copy of a survey: last year's with this year's number, or the next that is free."""
    year = YEAR.search(round_slug)
    base = YEAR.sub(year[0], earlier) if year and YEAR.search(earlier) else earlier
    stem = base[:50]
    candidate, number = base, 1
    planned = set(session.scalars(select(PlannedSurvey.slug)))
    while candidate in planned or surveys.by_slug(session, candidate) is not None:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate
