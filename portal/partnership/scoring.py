"""Partners' scores: harm, likelihood, confidence and capacity, on the partnership's own scale of 0 to 4.

The scores are the answers to the partners' survey of the year's consultation, asked once and read here. A
scoring survey is a named one with four grids, ``harm``, ``likelihood``, ``confidence`` and ``capacity``,
whose rows carry a topic and whose options are ``0`` to ``4`` (anything else is no score). Risk is harm
times likelihood; confidence and capacity stand beside it and are never multiplied in. One position per
organisation counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import ForeignKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import rounds
from portal.partnership.rounds import RoundSurvey
from surveys import audit, responses, surveys
from surveys.db import Base, UTCDateTime
from surveys.errors import SurveysError
from surveys.questionnaire.model import Grid, Questionnaire
from surveys.records import Response
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion

CRITERIA = ("harm", "likelihood", "confidence", "capacity")
MOST = 4
"""The top of the scale."""
AUDIENCE = rounds.BY_INVITATION
Scores = Mapping[str, Mapping[str, int]]
"""Topic to criterion to score; what somebody did not score is not there."""


class PartnerPosition(Base):
    """Which of an organisation's answers is its position, where it gave more than one."""

    __tablename__ = "partner_position"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "response_id"], ["response.survey_id", "response.id"], ondelete="CASCADE"
        ),
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    chosen_by: Mapped[str] = mapped_column(String(80))
    chosen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Position:
    """One set of scores of one organisation."""

    organisation: str
    response_id: str
    day: dt.date
    scores: Scores

    def risk(self, topic: str) -> int | None:
        """Harm times likelihood, 0 to 16; None unless both were scored."""
        given = self.scores.get(topic, {})
        if "harm" not in given or "likelihood" not in given:
            return None
        return given["harm"] * given["likelihood"]


@dataclass(frozen=True)
class Standing:
    """``positions``: one an organisation. ``several``: those that still have to say which is theirs.

    ``answers``: everything each organisation sent, by its name.
    """

    positions: tuple[Position, ...]
    several: Mapping[str, tuple[Position, ...]]
    answers: Mapping[str, tuple[Position, ...]] = field(default_factory=dict)

    @property
    def organisations(self) -> tuple[str, ...]:
        return tuple(sorted({*(one.organisation for one in self.positions), *self.several}, key=str.casefold))


@dataclass(frozen=True)
class TopicScores:
    """Medians over organisations. ``ranks``: each organisation's own rank of the topic by risk, in order."""

    topic: str
    number: int
    """How many organisations scored its risk."""
    risk: float | None
    middle: Mapping[str, float]
    """Criterion to median."""
    low: int | None
    high: int | None
    """The lowest and the highest risk anybody gave."""
    ranks: tuple[float, ...]
    rank: float | None
    """The median of the ranks: 1 is the highest risk."""


# Reading --------------------------------------------------------------------------------------------------


def survey_of(session: Session, round_slug: str | None) -> Survey | None:
    """The scoring survey of a consultation, if it has one."""
    round_ = rounds.by_slug(session, round_slug) if round_slug else None
    if round_ is None:
        return None
    links = select(RoundSurvey.survey_id).where(
        RoundSurvey.round_id == round_.id, RoundSurvey.audience == AUDIENCE
    )
    for survey_id in session.scalars(links.order_by(RoundSurvey.position)):
        survey = session.get_one(Survey, survey_id)
        version = surveys.current_version(session, survey_id)
        if survey.kind == "named" and version and topics_of(surveys.questionnaire_of(version)):
            return survey
    return None


def topics_of(document: Questionnaire) -> dict[str, dict[str, str]]:
    """Criterion to row key to topic; empty unless the document asks all four."""
    found: dict[str, dict[str, str]] = {}
    for question in document.questions:
        if isinstance(question, Grid) and question.id in CRITERIA:
            found[question.id] = {row.key: row.topic for row in question.rows if row.topic}
    return found if set(found) == set(CRITERIA) else {}


def anchors(document: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Criterion to what each score from 0 to 4 means, in the partnership's own language."""
    locale = document.source_locale
    return {
        question.id: tuple(o.text[locale] for o in question.options if o.key.isdecimal())
        for question in document.questions
        if isinstance(question, Grid) and question.id in CRITERIA
    }


def standing(session: Session, survey: Survey, *, keys: Keyring) -> Standing:
    """Every organisation's position. Answers under one name, however it is spaced, are one organisation's."""
    names = responses.participants(session, survey.id, keys=keys)
    chosen = set(
        session.scalars(select(PartnerPosition.response_id).where(PartnerPosition.survey_id == survey.id))
    )
    wanted = select(Response).where(Response.survey_id == survey.id, Response.status == "counted")
    versions = select(SurveyVersion).where(SurveyVersion.survey_id == survey.id)
    documents = {one.id: topics_of(surveys.questionnaire_of(one)) for one in session.scalars(versions)}
    given: dict[str, list[Position]] = {}
    for row in session.scalars(wanted.order_by(Response.submitted_on, Response.id)):
        name = " ".join(names.get(row.participant_id or "", "").split())
        scores = _scores(row.answers, documents.get(row.version_id, {}))
        given.setdefault(name.casefold(), []).append(Position(name, row.id, row.submitted_on, scores))
    positions, several = [], {}
    for mine in given.values():
        own = [one for one in mine if one.response_id in chosen] or mine
        if len(own) == 1:
            positions.append(own[0])
        else:
            several[mine[0].organisation] = tuple(own)
    return Standing(
        tuple(sorted(positions, key=lambda one: one.organisation.casefold())),
        several,
        {mine[0].organisation: tuple(mine) for mine in given.values()},
    )


def _scores(answers: Mapping[str, object], rows: Mapping[str, Mapping[str, str]]) -> Scores:
    found: dict[str, dict[str, int]] = {}
    for criterion, topics in rows.items():
        given = answers.get(criterion)
        for key, value in given.items() if isinstance(given, Mapping) else ():
            if key in topics and isinstance(value, str) and value.isdecimal() and int(value) <= MOST:
                found.setdefault(topics[key], {})[criterion] = int(value)
    return found


def by_topic(positions: Iterable[Position], topics: Iterable[str]) -> dict[str, TopicScores]:
    """Median and spread of every topic, and the rank each organisation's risks give it."""
    positions, topics = tuple(positions), tuple(topics)
    ranked = [_ranks(position, topics) for position in positions]
    found = {}
    for topic in topics:
        risks = [risk for one in positions if (risk := one.risk(topic)) is not None]
        ranks = sorted(places[topic] for places in ranked if topic in places)
        middle = {}
        for criterion in CRITERIA:
            scores = [
                one.scores[topic][criterion] for one in positions if criterion in one.scores.get(topic, {})
            ]
            if scores:
                middle[criterion] = float(median(scores))
        found[topic] = TopicScores(
            topic=topic,
            number=len(risks),
            risk=float(median(risks)) if risks else None,
            middle=middle,
            low=min(risks, default=None),
            high=max(risks, default=None),
            ranks=tuple(ranks),
            rank=float(median(ranks)) if ranks else None,
        )
    return found


def _ranks(position: Position, topics: Iterable[str]) -> dict[str, float]:
    """The organisation's own order by risk; equal risks share the middle of their ranks."""
    risks = {topic: risk for topic in topics if (risk := position.risk(topic)) is not None}
    return {
        topic: 1 + sum(other > risk for other in risks.values()) + (list(risks.values()).count(risk) - 1) / 2
        for topic, risk in risks.items()
    }


def level(value: float | None) -> str:
    """A score from 0 to 4 as low, medium or high; unknown without one."""
    if value is None:
        return "unknown"
    return "low" if value < 1.5 else "medium" if value <= 2.5 else "high"


def capacity_word(value: float | None) -> str:
    """A capacity from 0 to 4 as gap, enough or spare; unknown without one."""
    return {"low": "gap", "medium": "enough", "high": "spare", "unknown": "unknown"}[level(value)]


# Alone first, then the spread -----------------------------------------------------------------------------


def missing(found: Standing, expected: Iterable[str]) -> tuple[str, ...]:
    """Organisations asked to score that have not: names as the partner register has them."""
    there = {" ".join(name.split()).casefold() for name in found.organisations}
    return tuple(name for name in expected if " ".join(name.split()).casefold() not in there)


def spread_is_open(state: str, found: Standing, expected: Iterable[str]) -> bool:
    """Whether partners may see each other's scores: once the survey has closed, or everybody has scored."""
    return state == "closed" or (bool(found.organisations) and not missing(found, expected))


def choose(
    session: Session, survey: Survey, response_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Says which of an organisation's answers is its position. Raises ``position.unknown``."""
    everything = standing(session, survey, keys=keys).answers.values()
    own = next((own for own in everything if response_id in [one.response_id for one in own]), None)
    if own is None:
        raise SurveysError("position.unknown", field="response")
    theirs = [one.response_id for one in own]
    session.execute(
        delete(PartnerPosition).where(
            PartnerPosition.survey_id == survey.id, PartnerPosition.response_id.in_(theirs)
        )
    )
    session.add(PartnerPosition(survey_id=survey.id, response_id=response_id, chosen_by=by, chosen_at=now))
    session.flush()
    audit.record(
        session,
        actor=by,
        action="position.chosen",
        subject=f"survey:{survey.slug}",
        facts={"response": response_id},
        now=now,
        keys=keys,
    )
