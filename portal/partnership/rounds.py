"""Consultation rounds: one purpose, one or more surveys, a state that follows from the surveys' windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import pages
from portal.partnership.pages import Entry
from portal.partnership.places import place_entries
from portal.partnership.register import Body, Slug
from surveys import audit, surveys
from surveys.db import Base, UTCDateTime, as_of, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey

LONDON = ZoneInfo("Europe/London")
BY_INVITATION = "partners"
"""The audience whose survey can be answered by invitation only, so no public page lists it."""

_ANY_DAY = dt.date(2000, 1, 1)

State = Literal["draft", "coming", "open", "paused", "closed", "withdrawn"]


class Round(Base):
    """A consultation. Its slug stands in addresses and is the key of its texts (kind "round")."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("(launched_at IS NULL) = (launched_by IS NULL)", name="launched"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    launched_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    """When its checklist was complete and its dates were set; a pack's rounds have none."""
    launched_by: Mapped[str | None] = mapped_column(String(80))


class RoundSurvey(Base):
    """A survey of a round and whom it asks. A survey belongs to one round."""

    __tablename__ = "round_survey"
    __table_args__ = (UniqueConstraint("survey_id"), UniqueConstraint("round_id", "position"))

    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]


# What a pack asks for -------------------------------------------------------------------------------------


class SurveyPlan(Body):
    """A survey a pack wants: its instrument and window. Relative days suit a demonstration run on any day."""

    slug: Slug
    questionnaire: Slug
    audience: Slug
    receipt_prefix: Annotated[str, StringConstraints(pattern=r"^[A-HJKMNP-TV-Z]{2}$")]
    """Two letters that cannot be read as digits."""
    opens: dt.date | None = None
    opens_days_before: int | None = Field(default=None, ge=0)
    opens_days_after: int | None = Field(default=None, ge=0)
    closes: dt.date | None = None
    closes_days_before: int | None = Field(default=None, ge=0)
    closes_days_after: int | None = Field(default=None, ge=0)
    withdraw_days: int = Field(default=14, ge=0)
    """Days after closing on which people can still take their answers back."""

    @model_validator(mode="after")
    def _one_window(self) -> SurveyPlan:
        for end in ("opens", "closes"):
            given = [name for name in (end, f"{end}_days_before", f"{end}_days_after") if self._has(name)]
            if len(given) != 1:
                raise ValueError(f"needs exactly one of {end}, {end}_days_before and {end}_days_after")
        if (self.opens is None) != (self.closes is None):
            raise ValueError("needs two dates or two numbers of days, not one of each")
        if self.first_day(_ANY_DAY) > self.last_day(_ANY_DAY):
            raise ValueError("closes before it opens")
        return self

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None

    def first_day(self, today: dt.date) -> dt.date:
        return _day(self.opens, self.opens_days_before, self.opens_days_after, today)

    def last_day(self, today: dt.date) -> dt.date:
        return _day(self.closes, self.closes_days_before, self.closes_days_after, today)


def _day(fixed: dt.date | None, before: int | None, after: int | None, today: dt.date) -> dt.date:
    if fixed is not None:
        return fixed
    return today + dt.timedelta(days=after if after is not None else -(before or 0))


@dataclass(frozen=True)
class RoundPlan:
    """A round a pack wants."""

    slug: str
    surveys: tuple[SurveyPlan, ...]
    demonstration: bool


def note(
    session: Session,
    round_: Round,
    action: str,
    facts: Mapping[str, object],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Puts an act on this round into the audit log: the last statement of a verb."""
    audit.record(
        session, actor=by, action=action, subject=f"round:{round_.slug}", facts=facts, now=now, keys=keys
    )


# Verbs ----------------------------------------------------------------------------------------------------


def by_slug(session: Session, slug: str) -> Round | None:
    return session.scalar(select(Round).where(Round.slug == slug))


def is_launched(session: Session, slug: str) -> bool:
    """Whether people were promised this round: it was launched, or a pack gave its surveys their dates."""
    round_ = by_slug(session, slug)
    if round_ is None or round_.launched_at is not None:
        return round_ is not None
    dated = select(Survey.id).join(RoundSurvey, RoundSurvey.survey_id == Survey.id)
    dated = dated.where(RoundSurvey.round_id == round_.id, Survey.opens_at.is_not(None))
    return session.scalar(dated.limit(1)) is not None


def everyone(session: Session) -> tuple[Round, ...]:
    """Every round there is, newest first."""
    return tuple(session.scalars(select(Round).order_by(Round.created_at.desc(), Round.slug.desc())))


def create(session: Session, *, slug: str, by: str, now: dt.datetime, keys: Keyring) -> Round:
    """A round without surveys: nobody sees it yet. Raises "round.exists" when the slug is taken."""
    if by_slug(session, slug) is not None:
        raise SurveysError("round.exists", field="slug", slug=slug)
    made = Round(slug=slug, created_at=now, created_by=by)
    session.add(made)
    session.flush()
    audit.record(
        session, actor=by, action="round.created", subject=f"round:{slug}", facts={}, now=now, keys=keys
    )
    return made


def add_survey(
    session: Session,
    round_: Round,
    survey: Survey,
    *,
    audience: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Puts a survey into the round, after those already there; once only."""
    there = list(session.scalars(select(RoundSurvey).where(RoundSurvey.round_id == round_.id)))
    if any(link.survey_id == survey.id for link in there):
        return
    session.add(
        RoundSurvey(round_id=round_.id, survey_id=survey.id, audience=audience, position=len(there) + 1)
    )
    session.flush()
    audit.record(
        session,
        actor=by,
        action="round.survey_added",
        subject=f"round:{round_.slug}",
        facts={"survey": survey.slug, "audience": audience},
        now=now,
        keys=keys,
    )


def publish(
    session: Session,
    plan: RoundPlan,
    questionnaires: Mapping[str, Questionnaire],
    *,
    area_set: str,
    today: dt.date | None = None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Survey, ...]:
    """Creates, publishes and schedules each survey of the plan that is not there yet; returns all of them.

    Relative days count from ``today`` (London's date of ``now`` by default), so that a past consultation can
    be carried out with a past ``now``. The places of ``area_set`` are frozen into the published documents.
    """
    today = today or now.astimezone(LONDON).date()
    round_ = by_slug(session, plan.slug) or create(session, slug=plan.slug, by=by, now=now, keys=keys)
    published = []
    for wanted in plan.surveys:
        survey = surveys.by_slug(session, wanted.slug)
        if survey is None:
            document = freeze(questionnaires[wanted.questionnaire], place_entries(session, area_set))
            survey = _publish_survey(
                session, wanted, document, plan.demonstration, today=today, by=by, now=now, keys=keys
            )
        add_survey(session, round_, survey, audience=wanted.audience, by=by, now=now, keys=keys)
        published.append(survey)
    return tuple(published)


def _publish_survey(
    session: Session,
    wanted: SurveyPlan,
    document: Questionnaire,
    demonstration: bool,
    *,
    today: dt.date,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Survey:
    survey = surveys.create(
        session,
        slug=wanted.slug,
        key=document.key,
        kind=document.kind,
        receipt_prefix=wanted.receipt_prefix,
        demonstration=demonstration,
        by=by,
        now=now,
        keys=keys,
    )
    surveys.publish_version(session, survey, document, meaning="first", by=by, now=now, keys=keys)
    last = wanted.last_day(today)
    surveys.schedule(
        session,
        survey,
        opens_at=dt.datetime.combine(wanted.first_day(today), dt.time(), LONDON),
        closes_at=surveys.closing_moment(last),
        withdraw_until=last + dt.timedelta(days=wanted.withdraw_days),
        by=by,
        now=now,
        keys=keys,
    )
    return survey


# Reading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One survey of a round, with its own state at this moment."""

    survey: Survey
    audience: str
    state: str


@dataclass(frozen=True)
class Consultation:
    """A round as the public meets it. ``entry`` holds its texts and facts (kind "round")."""

    slug: str
    state: State
    opens_on: dt.date | None
    closes_on: dt.date | None
    """The last day, London; it means 23:59 that day."""
    results_due: dt.date | None
    outcome_due: dt.date | None
    surveys: tuple[Asked, ...]
    entry: Entry


@dataclass(frozen=True)
class Listing:
    """``coming`` soonest first, ``open`` (paused ones too) closing soonest first, ``closed`` latest first."""

    coming: tuple[Consultation, ...]
    open: tuple[Consultation, ...]
    closed: tuple[Consultation, ...]


def listing(session: Session, now: dt.datetime, locale: str = pages.SOURCE) -> Listing:
    """Every round that has texts and a survey somebody may know of."""
    entries = {entry.key: entry for entry in pages.current(session, "round", locale)}
    asked = _asked(session, now)
    found = [
        _consultation(round_, asked.get(round_.id, ()), entries[round_.slug])
        for round_ in session.scalars(select(Round))
        if round_.slug in entries
    ]
    by_opening = sorted(found, key=lambda one: (one.opens_on or dt.date.max, one.slug))
    by_closing = sorted(found, key=lambda one: (one.closes_on or dt.date.max, one.slug))
    return Listing(
        coming=tuple(one for one in by_opening if one.state == "coming"),
        open=tuple(one for one in by_closing if one.state in ("open", "paused")),
        closed=tuple(one for one in reversed(by_closing) if one.state == "closed"),
    )


def one(session: Session, slug: str, now: dt.datetime, locale: str = pages.SOURCE) -> Consultation | None:
    """The round of this slug, or None while nobody may know of it. A preview shows it all the same."""
    round_ = by_slug(session, slug)
    entry = pages.one(session, "round", slug, locale)
    if round_ is None or entry is None:
        return None
    found = _consultation(round_, _asked(session, now, round_.id).get(round_.id, ()), entry)
    previewed = pages.overlaid(session) and as_of(session) is None
    return found if found.state != "draft" or previewed else None


def withdrawn(
    session: Session, slug: str, now: dt.datetime, locale: str = pages.SOURCE
) -> Consultation | None:
    """A round whose surveys were all taken back: it is in no list, but its page says so."""
    round_ = by_slug(session, slug)
    entry = pages.one(session, "round", slug, locale)
    asked = _asked(session, now, round_.id).get(round_.id, ()) if round_ else ()
    if round_ is None or entry is None or state_of(one.state for one in asked) != "draft":
        return None
    if all(one.state != "withdrawn" for one in asked):
        return None
    return replace(_consultation(round_, asked, entry), state="withdrawn")


def of_survey(session: Session, survey_id: str) -> Round | None:
    """The round a survey belongs to."""
    joined = select(Round).join(RoundSurvey, RoundSurvey.round_id == Round.id)
    return session.scalar(joined.where(RoundSurvey.survey_id == survey_id))


def _asked(session: Session, now: dt.datetime, round_id: str | None = None) -> dict[str, tuple[Asked, ...]]:
    rows = select(RoundSurvey, Survey).join(Survey, Survey.id == RoundSurvey.survey_id)
    if round_id is not None:
        rows = rows.where(RoundSurvey.round_id == round_id)
    asked: dict[str, tuple[Asked, ...]] = {}
    for link, survey in session.execute(rows.order_by(RoundSurvey.position)):
        stood = surveys.as_it_stood(session, survey)
        mine = Asked(survey=stood, audience=link.audience, state=surveys.state(stood, now))
        asked[link.round_id] = (*asked.get(link.round_id, ()), mine)
    return asked


def state_of(states: Iterable[str]) -> State:
    """A round's state from its surveys' states: open while any can be answered, closed when none will be."""
    public = {state for state in states if state not in ("draft", "withdrawn")}
    if "open" in public:
        return "open"
    if "paused" in public:
        return "paused"
    if "coming" in public:
        return "coming"
    return "closed" if public else "draft"


def _consultation(round_: Round, asked: tuple[Asked, ...], entry: Entry) -> Consultation:
    public = [one for one in asked if one.state not in ("draft", "withdrawn")]
    opens = [one.survey.opens_at for one in public if one.survey.opens_at]
    closes = [one.survey.closes_at for one in public if one.survey.closes_at]
    closes_on = last_day(max(closes)) if closes else None
    facts = entry.facts
    return Consultation(
        slug=round_.slug,
        state=state_of(one.state for one in asked),
        opens_on=min(opens).astimezone(LONDON).date() if opens else None,
        closes_on=closes_on,
        results_due=_due(facts.results_due, facts.results_due_weeks, closes_on),
        outcome_due=_due(facts.outcome_due, facts.outcome_due_weeks, closes_on),
        surveys=tuple(one for one in public if one.audience != BY_INVITATION),
        entry=entry,
    )


def last_day(closes_at: dt.datetime) -> dt.date:
    """The London day on which answers are still taken, whether closing is stored as 23:59 or as midnight."""
    return (closes_at.astimezone(LONDON) - dt.timedelta(seconds=1)).date()


def _due(fixed: dt.date | None, weeks: int | None, closes_on: dt.date | None) -> dt.date | None:
    if fixed is not None or weeks is None or closes_on is None:
        return fixed
    return closes_on + dt.timedelta(weeks=weeks)
