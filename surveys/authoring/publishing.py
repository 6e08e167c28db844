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
from surveys.authoring.drafting import SurveyDraft, _to_change, authors, base_of, document_of, note
from surveys.db import Base, UTCDateTime, append_only, as_of
from surveys.errors import SurveysError
from surveys.questionnaire import spelling
from surveys.questionnaire.editing import closed, opened
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.questionnaire.spelling import Beyond
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion

Meaning = Literal["same", "changed"]


class CorrectionApproval(Base):
    """Somebody else read this state of a correction and agrees to what it is said to mean. Append-only."""

    __tablename__ = "survey_draft_approval"
    __table_args__ = (ForeignKeyConstraint(["draft_id"], ["survey_draft.id"]),)

    draft_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))
    meaning: Mapped[str] = mapped_column(String(10), default="changed", server_default="changed")
    """Whether the questions still mean the same, as it was agreed to."""


append_only(CorrectionApproval.__table__)


def approve(
    session: Session,
    draft_id: str,
    *,
    meaning: Meaning,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """A second account agrees to the correction as it stands and to this meaning; a later edit voids it.

    Raises ``survey_draft.moved_on``, ``survey_draft.not_correction``, ``correction.meaning``,
    ``correction.own`` (to anybody who edited the draft since it was begun) and ``correction.approved_as``
    when it was agreed to with the other meaning.
    """
    draft = _to_change(session, draft_id)
    if draft.survey_id is None:
        raise SurveysError("survey_draft.not_correction")
    if meaning not in ("same", "changed"):
        raise SurveysError("correction.meaning", field="meaning")
    if draft.revision != seen_version:
        raise SurveysError("survey_draft.moved_on", seen=seen_version, now=draft.revision)
    if by in authors(session, draft):
        raise SurveysError("correction.own")
    given = approval_of(session, draft)
    if given is not None and given.meaning != meaning:
        raise SurveysError("correction.approved_as", meaning=given.meaning)
    if given is None:
        session.add(
            CorrectionApproval(draft_id=draft.id, revision=draft.revision, at=now, by=by, meaning=meaning)
        )
        session.flush()
        facts = {"step": draft.revision, "meaning": meaning}
        note(session, draft, "survey_draft.approve", by=by, now=now, keys=keys, **facts)


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
    meaning: Meaning,
    note: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    unapproved: str = "",
) -> SurveyVersion:
    """Freezes the draft as the live survey's next version; ``note`` is public.

    A changed meaning, and the same meaning where more than spelling differs, needs a second account's
    :func:`approve` of just that, or the reason why nobody could give it.

    Raises ``survey_draft.not_correction``, ``survey_draft.base_moved`` (another correction came first),
    ``correction.note``, ``correction.meaning``, ``correction.nothing``, ``correction.unapproved``,
    ``correction.beyond_spelling`` and what :func:`surveys.publish_version` raises.
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
    approval, reason, needed = approval_of(session, draft), unapproved.strip(), ""
    if meaning == "changed":
        needed = "correction.unapproved"
    elif spelling.beyond(surveys.questionnaire_of(current), document):
        needed = "correction.beyond_spelling"
    approved = approval is not None and approval.meaning == meaning
    if needed and not approved and not reason:
        raise SurveysError(needed, field="unapproved")
    version = surveys.publish_version(
        session, survey, document, meaning=meaning, by=by, now=now, keys=keys, note=said
    )
    facts: dict[str, str] = {}
    if approved and approval is not None:
        facts = {"approved_by": approval.by}
    elif needed:
        draft.unapproved = audit.keep_reason(session, reason, by=by, now=now)
        facts = {"unapproved": draft.unapproved}
    _published(session, draft, version, by=by, now=now, keys=keys, **facts)
    return version


def beyond_spelling(session: Session, draft: SurveyDraft) -> Beyond:
    """What of a correction is more than spelling, so that a second person has to agree."""
    before = base_of(session, draft)
    return spelling.beyond(before, document_of(draft)) if before is not None else Beyond()


@dataclass(frozen=True)
class Unapproved:
    """A correction that one person published alone."""

    published_at: dt.datetime
    meaning: str
    reason: str
    """Empty once the words have gone."""


def unapproved(session: Session, survey_id: str) -> tuple[Unapproved, ...]:
    """Every correction of this survey that nobody else agreed to, with the reason given, oldest first."""
    rows = session.execute(
        select(SurveyVersion.published_at, SurveyVersion.meaning, audit.Reason.words)
        .select_from(SurveyDraft)
        .join(SurveyVersion, SurveyVersion.id == SurveyDraft.published_version_id)
        .outerjoin(audit.Reason, audit.Reason.id == SurveyDraft.unapproved)
        .where(SurveyDraft.survey_id == survey_id, SurveyDraft.unapproved.is_not(None))
        .order_by(SurveyVersion.number)
    )
    return tuple(Unapproved(at, meaning, words or "") for at, meaning, words in rows)


def languages_lost(session: Session, draft: SurveyDraft, meaning: Meaning) -> list[str]:
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
