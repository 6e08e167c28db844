"""From a draft to a published version: the first of a new survey, or the correction of a live one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ForeignKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit, surveys
from surveys.authoring import translating
from surveys.authoring.drafting import SurveyDraft, _to_change, document_of, note
from surveys.db import Base, UTCDateTime, append_only, as_of
from surveys.errors import SurveysError
from surveys.questionnaire.editing import closed, opened
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion


class CorrectionApproval(Base):
    """Somebody else read this state of a correction and agrees to its changed meaning. Append-only."""

    __tablename__ = "survey_draft_approval"
    __table_args__ = (ForeignKeyConstraint(["draft_id"], ["survey_draft.id"]),)

    draft_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))


append_only(CorrectionApproval.__table__)


def approve(
    session: Session, draft_id: str, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """A second account agrees to the correction as it stands; any later edit needs a new approval.

    Raises ``survey_draft.moved_on``, ``correction.own``, ``survey_draft.not_correction``.
    """
    draft = _to_change(session, draft_id)
    if draft.survey_id is None:
        raise SurveysError("survey_draft.not_correction")
    if draft.revision != seen_version:
        raise SurveysError("survey_draft.moved_on", seen=seen_version, now=draft.revision)
    if by == draft.changed_by:
        raise SurveysError("correction.own")
    if approval_of(session, draft) is None:
        session.add(CorrectionApproval(draft_id=draft.id, revision=draft.revision, at=now, by=by))
        session.flush()
        note(session, draft, "survey_draft.approve", by=by, now=now, keys=keys, step=draft.revision)


def approval_of(session: Session, draft: SurveyDraft) -> CorrectionApproval | None:
    """The approval of the draft as it stands now."""
    return session.get(CorrectionApproval, (draft.id, draft.revision))


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
    unapproved: str = "",
) -> SurveyVersion:
    """Freezes the draft as the live survey's next version; ``note`` is public.

    A changed meaning needs a second account's :func:`approve`, or the reason why nobody could give it.

    Raises ``survey_draft.not_correction``, ``survey_draft.base_moved`` (another correction came first),
    ``correction.note``, ``correction.meaning``, ``correction.nothing``, ``correction.unapproved`` and what
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
    document = _stated(session, draft, same_meaning=meaning == "same")
    if opened(document) == current.document:
        raise SurveysError("correction.nothing")
    approval = approval_of(session, draft)
    reason = unapproved.strip()
    if meaning == "changed" and approval is None and not reason:
        raise SurveysError("correction.unapproved", field="unapproved")
    version = surveys.publish_version(
        session, survey, document, meaning=meaning, by=by, now=now, keys=keys, note=said
    )
    if approval is not None:
        facts = {"approved_by": approval.by}
    else:
        facts = {"unapproved": audit.keep_reason(session, reason, by=by, now=now)} if reason else {}
    _published(session, draft, version, by=by, now=now, keys=keys, **facts)
    return version


def languages_lost(session: Session, draft: SurveyDraft, meaning: Literal["same", "changed"]) -> list[str]:
    """The languages the live survey offers that a correction of this meaning would take away."""
    base = session.get(SurveyVersion, draft.base_version_id) if draft.base_version_id else None
    if base is None:
        return []
    document = _stated(session, draft, same_meaning=meaning == "same")
    kept = {locale for locale, one in document.translations.items() if one.state == "checked"}
    before = surveys.questionnaire_of(base).translations
    return sorted(locale for locale, one in before.items() if one.state == "checked" and locale not in kept)


def _stated(session: Session, draft: SurveyDraft, *, same_meaning: bool = False) -> Questionnaire:
    """The document with what is known of its translations: checked only when a speaker checked every text."""
    document = document_of(draft)
    stated = opened(document)
    for locale in document.locales[1:]:
        found = translating.summary(session, draft, locale)
        stated["translations"][locale] = found.as_translation(same_meaning=same_meaning)
    return closed(stated)


def _published(
    session: Session,
    draft: SurveyDraft,
    version: SurveyVersion,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    draft.published_version_id = version.id
    session.flush()
    note(session, draft, "survey_draft.publish", by=by, now=now, keys=keys, version=version.number, **facts)


@dataclass(frozen=True)
class Correction:
    """One later version of a survey, as the public may know of it."""

    number: int
    published_at: dt.datetime
    meaning: str
    note: str


def corrections(session: Session, survey_id: str) -> tuple[Correction, ...]:
    """Every version after the first, oldest first."""
    wanted = select(
        SurveyVersion.number, SurveyVersion.published_at, SurveyVersion.meaning, SurveyVersion.note
    ).where(SurveyVersion.survey_id == survey_id, SurveyVersion.number > 1)
    moment = as_of(session)
    if moment is not None:
        wanted = wanted.where(SurveyVersion.published_at <= moment)
    return tuple(Correction(*row) for row in session.execute(wanted.order_by(SurveyVersion.number)))
