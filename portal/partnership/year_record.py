"""Everything on record about one year that an evidence pack holds beside the public pages.

How views were obtained (regulation 12), equality assessments with their versions, what one person alone
decided and why, scrutiny, and to whom papers were sent. No contact, no name of an officer, no row about
anybody who answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import (
    approvals,
    consultation_record,
    cycles,
    evidence,
    gates,
    meetings,
    pages,
    progress,
    reach,
    rounds,
    scrutiny,
)
from portal.partnership.consultation_record import EqualityAssessment, Publicity, Told
from portal.partnership.cycles import Cycle
from portal.partnership.meetings import Meeting
from portal.partnership.pages import Entry
from portal.partnership.reach import ConsultedGroup, RegardedConsultation
from portal.partnership.rounds import Round, RoundSurvey
from portal.partnership.scrutiny import Recommendation, SentTo
from surveys import exclusions
from surveys.authoring import publishing
from surveys.exclusions import Exclusion
from surveys.results.compositions import Composition
from surveys.results.releases import Release
from surveys.surveys import Survey, london_day


@dataclass(frozen=True)
class Alone:
    """One thing a single person decided where two should have, or a line that was set aside.

    ``what``: opening, results, exclusion, correction (of a live survey) or line; ``about``: a survey's
    address, or the line's code.
    ``reason`` is empty where none can be written: nobody was available.
    """

    what: str
    about: str
    on: dt.date
    reason: str


@dataclass(frozen=True)
class YearRecord:
    """``surveys``: those of the year's own consultation that have results."""

    year: int
    cycle: Cycle | None
    round: Round | None
    entry: Entry | None
    """The consultation's texts."""
    surveys: tuple[Survey, ...]
    assessment: tuple[Entry, ...]
    equality: tuple[EqualityAssessment, ...]
    publicity: tuple[Publicity, ...]
    stakeholders: tuple[Told, ...]
    groups: tuple[ConsultedGroup, ...]
    regarded: tuple[RegardedConsultation, ...]
    meetings: tuple[Meeting, ...]
    alone: tuple[Alone, ...]
    recommendations: tuple[Recommendation, ...]
    sent: tuple[SentTo, ...]

    def as_json(self) -> dict[str, Any]:
        """The regulation 12 record and what belongs to it, in an open format."""
        return {
            "consultation": self.round.slug if self.round is not None else None,
            "equality_assessments": _rows(self.equality, "number on author words link"),
            "announced": _rows(self.publicity, "on what where link"),
            "told": [
                {
                    "name": one.stakeholder.name,
                    "speaks_for": one.stakeholder.speaks_for,
                    "particularly_affected": one.stakeholder.particularly_affected,
                    "sent": _rows(one.sendings, "on what how"),
                }
                for one in self.stakeholders
            ],
            "groups": _rows(self.groups, "name affected expected reached how"),
            "regarded": _rows(self.regarded, "title body taken"),
            "meetings": _rows(self.meetings, "held_on place publicised attendance public_came questions"),
            "decided_alone": _rows(self.alone, "what about on reason"),
            "scrutiny": _rows(self.recommendations, "made_by words received_on reply reply_due"),
            "sent_to": _rows(self.sent, "what recipient sent_on"),
        }


def _rows(found: Iterable[Any], names: str) -> list[dict[str, Any]]:
    return [{name: _plain(getattr(one, name)) for name in names.split()} for one in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def of(session: Session, year: int) -> YearRecord:
    cycle = cycles.of(session, year)
    slug = cycle.round_slug if cycle is not None else None
    round_ = rounds.by_slug(session, slug) if slug else None
    asked = _surveys(session, round_) if round_ is not None else ()
    written = evidence.assessment(session, year).values()
    held = meetings.between(session, progress.first_day(year - 1), progress.quarter_end(year, 4))
    return YearRecord(
        year=year,
        cycle=cycle,
        round=round_,
        entry=pages.one(session, "round", slug, pages.SOURCE) if slug else None,
        surveys=tuple(one for one in asked if _released(session, one)),
        assessment=tuple(one.entry for one in written if one.entry.facts.public),
        equality=consultation_record.equality_of(session, round_) if round_ else (),
        publicity=consultation_record.publicity_of(session, round_) if round_ else (),
        stakeholders=consultation_record.stakeholders_of(session, round_) if round_ else (),
        groups=reach.groups(session, slug) if slug else (),
        regarded=reach.regarded(session, slug) if slug else (),
        meetings=tuple(one for one in held if one.public),
        alone=_alone(session, round_, asked) if round_ is not None else (),
        recommendations=tuple(one for one in scrutiny.of_year(session, year) if one.public),
        sent=scrutiny.sent(session, year),
    )


def _surveys(session: Session, round_: Round) -> tuple[Survey, ...]:
    wanted = (
        select(Survey)
        .join(RoundSurvey, RoundSurvey.survey_id == Survey.id)
        .where(RoundSurvey.round_id == round_.id)
        .order_by(RoundSurvey.position)
    )
    return tuple(session.scalars(wanted))


def _released(session: Session, survey: Survey) -> bool:
    wanted = select(Release.number).where(Release.survey_id == survey.id).limit(1)
    return survey.withdrawn_at is None and session.scalar(wanted) is not None


def _alone(session: Session, round_: Round, asked: Iterable[Survey]) -> tuple[Alone, ...]:
    found = [
        Alone("opening", round_.slug, london_day(one.at), one.reason)
        for one in approvals.alone(session, round_)
    ]
    found += [
        Alone("line", line, london_day(row.at), row.reason)
        for line, row in gates.overrides_of(session, round_).items()
    ]
    for survey in asked:
        signed = select(Composition).where(
            Composition.survey_id == survey.id,
            Composition.override_reason != "",
            Composition.state == "published",
        )
        found += [
            Alone("results", survey.slug, london_day(one.approved_at), one.override_reason)
            for one in session.scalars(signed)
            if one.approved_at is not None
        ]
        found += [
            Alone("correction", survey.slug, london_day(one.published_at), one.reason)
            for one in publishing.unapproved(session, survey.id)
        ]
        left = select(Exclusion).where(
            Exclusion.survey_id == survey.id, Exclusion.override == exclusions.ALONE
        )
        found += [
            Alone("exclusion", survey.slug, london_day(one.decided_at), "")
            for one in session.scalars(left)
            if one.decided_at is not None
        ]
    return tuple(sorted(found, key=lambda one: one.on))
