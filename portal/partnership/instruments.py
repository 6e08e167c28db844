"""The surveys of a consultation before they open: which draft each will ask, of whom, in which languages."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import pages
from portal.partnership.places import place_entries
from portal.partnership.rounds import Round, RoundSurvey, note
from surveys import surveys
from surveys.authoring import beginning, drafting, publishing, translating
from surveys.authoring.drafting import SurveyDraft
from surveys.db import Base, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.framing import drop_language
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.questionnaire.rules import young
from surveys.receipts import PREFIX, normalise
from surveys.sealing import Keyring
from surveys.surveys import SLUG, Survey, SurveyVersion

AUDIENCES = ("residents", "organisations", "partners", "councillors", "young-people", "easy-read")
PREFIX_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
"""The letters a receipt number may begin with: none that is read as a digit."""


class PlannedSurvey(Base):
    """A survey a round will have once it is launched: a draft, its address and whom it asks."""

    __tablename__ = "planned_survey"
    __table_args__ = (
        UniqueConstraint("draft_id"),
        UniqueConstraint("slug"),
        UniqueConstraint("receipt_prefix"),
        UniqueConstraint("round_id", "position"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    draft_id: Mapped[str] = mapped_column(ForeignKey("survey_draft.id"))
    slug: Mapped[str] = mapped_column(String(60))
    receipt_prefix: Mapped[str] = mapped_column(String(2))
    audience: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]


@dataclass(frozen=True)
class Instrument:
    """One survey of a round, planned or published, with the document people will be asked or are asked."""

    slug: str
    audience: str
    document: Questionnaire
    faults: tuple[Fault, ...] = ()
    """What keeps a planned one from being published over the places in use; missing words aside."""
    incomplete: frozenset[str] = frozenset()
    """Languages in which words are missing."""
    unchecked: frozenset[str] = frozenset()
    """Languages in which no named speaker has read every word."""
    planned: PlannedSurvey | None = None
    draft: SurveyDraft | None = None
    survey: Survey | None = None

    @property
    def title(self) -> str:
        return self.document.say(self.document.title, self.document.source_locale)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those besides the source."""
        return tuple(self.document.locales[1:])

    @property
    def under_13_lack(self) -> str:
        """Why somebody under 13 may not be led out in time; empty when nobody is missed."""
        return young.lack(self.document)


def of_round(session: Session, round_: Round) -> tuple[Instrument, ...]:
    """The round's surveys in their order: published ones first, withdrawn ones left out."""
    return (*_published(session, round_), *_planned(session, round_))


def _published(session: Session, round_: Round) -> list[Instrument]:
    rows = session.execute(
        select(RoundSurvey, Survey)
        .join(Survey, Survey.id == RoundSurvey.survey_id)
        .where(RoundSurvey.round_id == round_.id, Survey.withdrawn_at.is_(None))
        .order_by(RoundSurvey.position)
    )
    found = []
    for link, survey in rows:
        version = surveys.current_version(session, survey.id)
        if version is not None:
            document = surveys.questionnaire_of(version)
            unchecked = frozenset(document.locales[1:]) - frozenset(offered(document))
            found.append(Instrument(survey.slug, link.audience, document, unchecked=unchecked, survey=survey))
    return found


def _planned(session: Session, round_: Round) -> list[Instrument]:
    rows = session.execute(
        select(PlannedSurvey, SurveyDraft)
        .join(SurveyDraft, SurveyDraft.id == PlannedSurvey.draft_id)
        .where(PlannedSurvey.round_id == round_.id)
        .order_by(PlannedSurvey.position)
    )
    places = places_now(session)
    return [
        found
        for planned, draft in rows
        if (found := _instrument(session, round_, planned, draft, places)) is not None
    ]


def places_now(session: Session) -> tuple[PlaceEntry, ...]:
    """The places of the area set in use, as publishing freezes them; none before a pack is loaded."""
    site = pages.site(session, pages.SOURCE)
    return place_entries(session, site.facts.area_set) if site else ()


def _instrument(
    session: Session,
    round_: Round,
    planned: PlannedSurvey,
    draft: SurveyDraft,
    places: Collection[PlaceEntry],
) -> Instrument | None:
    """A planned survey; None once the round holds it as a published one."""
    if draft.published_version_id is not None:
        return _published_apart(session, round_, planned, draft)
    document = drafting.document_of(draft)
    summaries = [translating.summary(session, draft, locale) for locale in document.locales[1:]]
    found = faults(freeze(document, places), complete=True)
    return Instrument(
        slug=planned.slug,
        audience=planned.audience,
        document=document,
        faults=tuple(one for one in found if one.code != "translation.missing"),
        incomplete=frozenset(one.locale for one in summaries if not one.complete),
        unchecked=frozenset(one.locale for one in summaries if not one.checked),
        planned=planned,
        draft=draft,
    )


def _published_apart(
    session: Session, round_: Round, planned: PlannedSurvey, draft: SurveyDraft
) -> Instrument | None:
    """A planned survey whose questions were published already: it opens with the round all the same."""
    version = session.get_one(SurveyVersion, draft.published_version_id)
    survey = session.get_one(Survey, version.survey_id)
    if session.get(RoundSurvey, (round_.id, survey.id)) is not None or survey.withdrawn_at is not None:
        return None
    document = surveys.questionnaire_of(version)
    unchecked = frozenset(document.locales[1:]) - frozenset(offered(document))
    return Instrument(
        survey.slug, planned.audience, document, unchecked=unchecked, planned=planned, survey=survey
    )


# Planning -------------------------------------------------------------------------------------------------


def plan(
    session: Session,
    round_: Round,
    draft: SurveyDraft,
    *,
    slug: str,
    audience: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    receipt_prefix: str = "",
) -> PlannedSurvey:
    """Puts a draft into the round: it is published and opened with it.

    Raises "round.launched", "round.audience", "survey.slug", "survey.slug_taken", "survey.prefix",
    "survey.prefix_taken", "survey_draft.planned", "survey_draft.correction".
    """
    if round_.launched_at is not None:
        raise SurveysError("round.launched")
    if audience not in AUDIENCES:
        raise SurveysError("round.audience", field="audience")
    if draft.survey_id is not None or draft.published_version_id is not None:
        raise SurveysError("survey_draft.correction")
    if session.scalar(select(PlannedSurvey.id).where(PlannedSurvey.draft_id == draft.id)) is not None:
        raise SurveysError("survey_draft.planned", field="draft")
    prefix = receipt_prefix or free_prefix(session)
    _free_address(session, slug, prefix)
    last = session.scalar(select(func.max(PlannedSurvey.position)).where(PlannedSurvey.round_id == round_.id))
    planned = PlannedSurvey(
        id=new_id(),
        round_id=round_.id,
        draft_id=draft.id,
        slug=slug,
        receipt_prefix=prefix,
        audience=audience,
        position=(last or 0) + 1,
    )
    session.add(planned)
    session.flush()
    facts = {"draft": draft.id, "survey": slug, "audience": audience}
    note(session, round_, "round.survey_planned", facts, by=by, now=now, keys=keys)
    return planned


def plan_from(
    session: Session,
    round_: Round,
    document: Questionnaire,
    *,
    origin: str,
    slug: str,
    audience: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> PlannedSurvey:
    """A new draft of this document, in the round at once. Raises as :func:`plan`."""
    name = f"{document.say(document.title, document.source_locale)} ({slug})"
    draft = beginning.begin(session, document, name=name, origin=origin, by=by, now=now, keys=keys)
    return plan(session, round_, draft, slug=slug, audience=audience, by=by, now=now, keys=keys)


def take_out(
    session: Session, round_: Round, planned_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes a draft out of the round; the draft itself stays. Raises "survey.unknown", "round.launched"."""
    planned = session.get(PlannedSurvey, planned_id)
    if planned is None or planned.round_id != round_.id:
        raise SurveysError("survey.unknown")
    if round_.launched_at is not None:
        raise SurveysError("round.launched")
    slug = planned.slug
    session.delete(planned)
    session.flush()
    note(session, round_, "round.survey_taken_out", {"survey": slug}, by=by, now=now, keys=keys)


def _free_address(session: Session, slug: str, prefix: str) -> None:
    if not SLUG.fullmatch(slug):
        raise SurveysError("survey.slug", field="slug")
    if not PREFIX.fullmatch(prefix):
        raise SurveysError("survey.prefix", field="receipt_prefix")
    planned = session.scalar(select(PlannedSurvey.id).where(PlannedSurvey.slug == slug))
    if planned is not None or surveys.by_slug(session, slug) is not None:
        raise SurveysError("survey.slug_taken", field="slug", slug=slug)
    if normalise(prefix) in _taken_prefixes(session):
        raise SurveysError("survey.prefix_taken", field="receipt_prefix", prefix=prefix)


def _taken_prefixes(session: Session) -> set[str]:
    taken = (
        *session.scalars(select(Survey.receipt_prefix)),
        *session.scalars(select(PlannedSurvey.receipt_prefix)),
    )
    return {normalise(prefix) for prefix in taken}


def free_prefix(session: Session) -> str:
    """Two letters no survey's receipt numbers begin with, nor letters read as the same."""
    taken = _taken_prefixes(session)
    for pair in itertools.product(PREFIX_LETTERS, repeat=2):
        if normalise("".join(pair)) not in taken:
            return "".join(pair)
    raise SurveysError("survey.prefix_taken", field="receipt_prefix", prefix="")


def publish(
    session: Session,
    round_: Round,
    one: Instrument,
    places: Collection[PlaceEntry],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Survey:
    """Freezes a planned survey's draft as its first version, without the languages that lack words."""
    if one.planned is None or one.draft is None:
        raise SurveysError("survey.unknown")
    for locale in sorted(one.incomplete):
        drafting.edit(
            session,
            one.draft.id,
            lambda document, gone=locale: drop_language(document, gone),  # type: ignore[misc]
            action="language.drop",
            subjects=[f"language:{locale}"],
            seen_version=one.draft.revision,
            by=by,
            now=now,
            keys=keys,
        )
    return publishing.publish_first(
        session,
        one.draft.id,
        slug=one.planned.slug,
        receipt_prefix=one.planned.receipt_prefix,
        places=places,
        by=by,
        now=now,
        keys=keys,
    )


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


def check_language(
    session: Session,
    round_: Round,
    locale: str,
    *,
    speaker: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int:
    """Notes that this speaker read every text of the round's surveys in this language; says how many."""
    texts = 0
    for one in of_round(session, round_):
        if one.draft is None or locale not in one.languages:
            continue
        names = [row.wording.name for row in translating.side_by_side(session, one.draft, locale)]
        texts += translating.check(
            session, one.draft.id, locale, names, speaker=speaker, by=by, now=now, keys=keys
        )
    return texts


def offer_language(
    session: Session, round_: Round, locale: str, *, speaker: str, by: str, now: dt.datetime, keys: Keyring
) -> int:
    """Publishes a version that offers the language in every open survey whose words are all there.

    The questions are the same, so answers are counted together and drafts go on. Says in how many surveys.
    """
    added = 0
    for one in of_round(session, round_):
        if one.survey is None or locale not in one.unchecked:
            continue
        version = surveys.current_version(session, one.survey.id)
        if version is None:
            continue
        draft = beginning.begin_correction(session, one.survey, version, by=by, now=now, keys=keys)
        names = [row.wording.name for row in translating.side_by_side(session, draft, locale)]
        translating.check(session, draft.id, locale, names, speaker=speaker, by=by, now=now, keys=keys)
        publishing.publish_correction(
            session, draft.id, meaning="same", note=locale, by=by, now=now, keys=keys
        )
        added += 1
    return added


def asked_before(session: Session) -> tuple[Survey, ...]:
    """Every survey that has questions, newest first: any may be asked again."""
    versions = select(SurveyVersion.survey_id).distinct()
    found = session.scalars(select(Survey).where(Survey.id.in_(versions)))
    return tuple(
        sorted(found, key=lambda one: (one.opens_at is not None, one.opens_at, one.slug), reverse=True)
    )
