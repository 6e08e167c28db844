"""A draft begins: from a document that was loaded, or as the correction of a live survey."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.authoring import translating
from surveys.authoring.drafting import SurveyDraft, note
from surveys.db import new_id
from surveys.errors import SurveysError
from surveys.questionnaire.editing import opened
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, questionnaire_of


def begin(
    session: Session,
    document: Questionnaire,
    *,
    name: str,
    origin: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SurveyDraft:
    """A draft of a survey that does not exist yet. Raises ``survey_draft.name``."""
    return _begin(session, document, None, name=name, origin=origin, by=by, now=now, keys=keys)


def begin_correction(
    session: Session, survey: Survey, version: SurveyVersion, *, by: str, now: dt.datetime, keys: Keyring
) -> SurveyDraft:
    """A draft that corrects this version of a live survey; the one under way, if there is one."""
    under_way = session.scalar(
        select(SurveyDraft).where(
            SurveyDraft.survey_id == survey.id,
            SurveyDraft.base_version_id == version.id,
            SurveyDraft.published_version_id.is_(None),
            SurveyDraft.set_aside_at.is_(None),
        )
    )
    if under_way is not None:
        return under_way
    document = questionnaire_of(version)
    name, origin = document.say(document.title, document.source_locale), f"version:{version.id}"
    return _begin(session, document, version, name=name, origin=origin, by=by, now=now, keys=keys)


def _begin(
    session: Session,
    document: Questionnaire,
    corrects: SurveyVersion | None,
    *,
    name: str,
    origin: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SurveyDraft:
    called = name.strip()
    if not called or len(called) > 120:
        raise SurveysError("survey_draft.name", field="name")
    draft = SurveyDraft(
        id=new_id(),
        name=called,
        key=document.key,
        origin=origin,
        survey_id=corrects.survey_id if corrects else None,
        base_version_id=corrects.id if corrects else None,
        document=opened(document),
        revision=0,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
    )
    session.add(draft)
    session.flush()
    translating.record_known(session, draft, by=by, now=now)
    note(session, draft, "survey_draft.begin", by=by, now=now, keys=keys, origin=origin)
    return draft
