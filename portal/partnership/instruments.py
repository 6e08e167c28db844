"""The surveys of a consultation before they open: which document each will ask, and in which languages."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import rounds
from portal.partnership.rounds import Round, RoundSurvey
from surveys import audit, surveys
from surveys.db import Base, Json, JsonValue, UTCDateTime
from surveys.errors import SurveysError
from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire, Translation
from surveys.receipts import normalise
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion

AUDIENCES = ("residents", "organisations", "partners", "councillors", "young-people", "easy-read")
PREFIX_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
"""The letters a receipt number may begin with: none that is read as a digit."""


class PreparedQuestionnaire(Base):
    """The document a survey will ask once it is launched; replaced as it is worked on."""

    __tablename__ = "prepared_questionnaire"

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    document: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Instrument:
    """One survey of a round with the document people will be asked, or are being asked."""

    survey: Survey
    audience: str
    document: Questionnaire | None
    version: int
    """0: nothing is published yet."""
    prepared_by: str = ""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What stops it from being published; nothing once it is."""
        if self.document is None or self.version:
            return ()
        return faults(self.document)

    @property
    def has_under_13_route(self) -> bool:
        """Whether somebody who says they are too young is led to a page that ends the survey."""
        document = self.document
        question = document.question_by_id.get(document.age_question or "") if document else None
        if document is None or question is None:
            return False
        stops = {stop.id for stop in document.stops if stop.deletes_draft}
        return any(option.stop in stops for option in getattr(question, "options", ()) if option.stop)


def of_round(session: Session, round_: Round) -> tuple[Instrument, ...]:
    """The round's surveys in their order, withdrawn ones left out."""
    rows = session.execute(
        select(RoundSurvey, Survey)
        .join(Survey, Survey.id == RoundSurvey.survey_id)
        .where(RoundSurvey.round_id == round_.id, Survey.withdrawn_at.is_(None))
        .order_by(RoundSurvey.position)
    )
    return tuple(_instrument(session, survey, link.audience) for link, survey in rows)


def _instrument(session: Session, survey: Survey, audience: str) -> Instrument:
    version = surveys.current_version(session, survey.id)
    if version is not None:
        return Instrument(survey, audience, surveys.questionnaire_of(version), version.number)
    prepared = session.get(PreparedQuestionnaire, survey.id)
    if prepared is None:
        return Instrument(survey, audience, None, 0)
    document = Questionnaire.model_validate(prepared.document)
    return Instrument(survey, audience, document, 0, prepared.by)


def add(
    session: Session,
    round_: Round,
    *,
    slug: str,
    audience: str,
    document: Questionnaire,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    receipt_prefix: str | None = None,
    demonstration: bool = False,
) -> Survey:
    """A new survey of the round that will ask this document; nothing is published.

    Raises "round.audience" and what :func:`surveys.surveys.create` raises.
    """
    if audience not in AUDIENCES:
        raise SurveysError("round.audience", field="audience")
    survey = surveys.create(
        session,
        slug=slug,
        key=document.key,
        kind=document.kind,
        receipt_prefix=receipt_prefix or free_prefix(session),
        demonstration=demonstration,
        by=by,
        now=now,
        keys=keys,
    )
    rounds.add_survey(session, round_, survey, audience=audience, by=by, now=now, keys=keys)
    prepare(session, survey, document, by=by, now=now, keys=keys)
    return survey


def prepare(
    session: Session, survey: Survey, document: Questionnaire, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Replaces the document a survey will ask. Raises "survey.prepared_late", "version.other_survey"."""
    if surveys.current_version(session, survey.id) is not None:
        raise SurveysError("survey.prepared_late")
    if document.key != survey.key or document.kind != survey.kind:
        raise SurveysError("version.other_survey", key=document.key, kind=document.kind)
    row = session.get(PreparedQuestionnaire, survey.id) or PreparedQuestionnaire(survey_id=survey.id)
    row.document = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    row.by, row.at = by, now
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=by,
        action="survey.prepared",
        subject=f"survey:{survey.id}",
        facts={"slug": survey.slug},
        now=now,
        keys=keys,
    )


def remove(
    session: Session, round_: Round, survey_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes a survey that never opened out of the round. Raises "survey.unknown", "survey.opened"."""
    link = session.get(RoundSurvey, (round_.id, survey_id))
    survey = session.get(Survey, survey_id)
    if link is None or survey is None:
        raise SurveysError("survey.unknown")
    if survey.opens_at is not None:
        raise SurveysError("survey.opened")
    session.delete(link)
    session.flush()
    audit.record(
        session,
        actor=by,
        action="round.survey_removed",
        subject=f"round:{round_.slug}",
        facts={"survey": survey.slug},
        now=now,
        keys=keys,
    )


def free_prefix(session: Session) -> str:
    """Two letters no survey's receipt numbers begin with, nor letters read as the same."""
    taken = {normalise(prefix) for prefix in session.scalars(select(Survey.receipt_prefix))}
    for pair in itertools.product(PREFIX_LETTERS, repeat=2):
        if normalise("".join(pair)) not in taken:
            return "".join(pair)
    raise SurveysError("survey.prefix_taken", field="receipt_prefix")


# Languages ------------------------------------------------------------------------------------------------


def offered(document: Questionnaire, *, demonstration: bool = False) -> tuple[str, ...]:
    """The languages people are offered: the source, and those a named speaker has checked.

    A demonstration offers every language it has, so that they can be looked at.
    """
    return tuple(
        locale
        for locale in document.locales
        if demonstration or document.translations[locale].state != "unchecked"
    )


def incomplete(document: Questionnaire) -> frozenset[str]:
    """The languages in which some text of the document is missing."""
    return frozenset(
        str(fault.facts["locale"]) for fault in faults(document) if fault.code == "translation.missing"
    )


def with_checks(document: Questionnaire, checks: Mapping[str, tuple[str, dt.date]]) -> Questionnaire:
    """The document saying who checked each language (name, day); the others are unchecked."""
    states = {
        locale: Translation(state="checked", by=checks[locale][0], on=checks[locale][1])
        if locale in checks
        else known
        for locale, known in document.translations.items()
    }
    return document.model_copy(update={"translations": states})


def without(document: Questionnaire, locales: Collection[str]) -> Questionnaire:
    """The document without any words in these languages; the source language cannot go."""
    gone = frozenset(locales) - {document.source_locale}
    if not gone:
        return document
    plain = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    plain["locales"] = [locale for locale in plain["locales"] if locale not in gone]
    plain["translations"] = {
        locale: state for locale, state in plain["translations"].items() if locale not in gone
    }
    return Questionnaire.model_validate(_stripped(plain, gone, document.source_locale))


def _stripped(value: Any, gone: Collection[str], source: str) -> Any:
    if isinstance(value, list):
        return [_stripped(one, gone, source) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get(source), str):
        return {locale: words for locale, words in value.items() if locale not in gone}
    return {name: _stripped(one, gone, source) for name, one in value.items()}


def version_at(session: Session, survey_id: str, moment: dt.datetime) -> SurveyVersion | None:
    """The version people were asked at that moment."""
    return session.scalar(
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey_id, SurveyVersion.published_at <= moment)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )
