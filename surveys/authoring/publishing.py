"""From a draft to a published version: the first of a new survey, or the correction of a live one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import surveys
from surveys.authoring import translating
from surveys.authoring.drafting import SurveyDraft, _to_change, document_of, note
from surveys.errors import SurveysError
from surveys.questionnaire.editing import closed, opened
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion


def publish_first(
    session: Session,
    draft_id: str,
    *,
    slug: str,
    receipt_prefix: str,
    places: Iterable[PlaceEntry],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Survey:
    """Makes the survey and freezes the draft as its first version. Nobody can answer before it is scheduled.

    Raises what :func:`surveys.create` and :func:`surveys.publish_version` raise, and
    ``survey_draft.correction``.
    """
    draft = _to_change(session, draft_id)
    if draft.survey_id is not None:
        raise SurveysError("survey_draft.correction")
    document = freeze(_stated(session, draft), places)
    survey = surveys.create(
        session,
        slug=slug,
        key=document.key,
        kind=document.kind,
        receipt_prefix=receipt_prefix,
        by=by,
        now=now,
        keys=keys,
    )
    version = surveys.publish_version(session, survey, document, meaning="first", by=by, now=now, keys=keys)
    _published(session, draft, version, by=by, now=now, keys=keys)
    return survey


def publish_correction(
    session: Session,
    draft_id: str,
    *,
    meaning: Literal["same", "changed"],
    note: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SurveyVersion:
    """Freezes the draft as the live survey's next version; ``note`` is public.

    Raises ``survey_draft.not_correction``, ``survey_draft.base_moved`` (another correction came first),
    ``correction.note``, ``correction.meaning``, ``correction.nothing`` and what
    :func:`surveys.publish_version` raises.
    """
    draft = _to_change(session, draft_id)
    survey = session.get(Survey, draft.survey_id) if draft.survey_id else None
    if survey is None:
        raise SurveysError("survey_draft.not_correction")
    if meaning not in ("same", "changed"):
        raise SurveysError("correction.meaning", field="meaning")
    said = note.strip()
    if not said:
        raise SurveysError("correction.note", field="note")
    current = surveys.current_version(session, survey.id)
    if current is None or current.id != draft.base_version_id:
        raise SurveysError("survey_draft.base_moved")
    document = _stated(session, draft)
    if opened(document) == current.document:
        raise SurveysError("correction.nothing")
    version = surveys.publish_version(
        session, survey, document, meaning=meaning, by=by, now=now, keys=keys, note=said
    )
    _published(session, draft, version, by=by, now=now, keys=keys)
    return version


def _stated(session: Session, draft: SurveyDraft) -> Questionnaire:
    """The document with what is known of its translations: checked only when a speaker checked every text."""
    document = document_of(draft)
    stated = opened(document)
    for locale in document.locales[1:]:
        stated["translations"][locale] = translating.summary(session, draft, locale).as_translation()
    return closed(stated)


def _published(
    session: Session,
    draft: SurveyDraft,
    version: SurveyVersion,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    draft.published_version_id = version.id
    session.flush()
    note(session, draft, "survey_draft.publish", by=by, now=now, keys=keys, version=version.number)


@dataclass(frozen=True)
class Correction:
    """One later version of a survey, as the public may know of it."""

    number: int
    published_at: dt.datetime
    meaning: str
    note: str


def corrections(session: Session, survey_id: str) -> tuple[Correction, ...]:
    """Every version after the first, oldest first."""
    rows = session.execute(
        select(SurveyVersion.number, SurveyVersion.published_at, SurveyVersion.meaning, SurveyVersion.note)
        .where(SurveyVersion.survey_id == survey_id, SurveyVersion.number > 1)
        .order_by(SurveyVersion.number)
    )
    return tuple(Correction(*row) for row in rows)
