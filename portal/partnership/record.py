"""The decision as one page shows it, to the office while it is a draft and to everybody once it is published.

:func:`snapshot` is what adopting freezes: plain JSON, complete without the tables it was made from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import (
    crime,
    decision_minutes,
    decisions,
    evidence,
    heard,
    matrix,
    pages,
    priorities,
    sensitivity,
    submissions,
)
from portal.partnership.crime import Comparison
from portal.partnership.cycles import Cycle, settings_of
from portal.partnership.decision_minutes import DecisionInterest, DecisionReading
from portal.partnership.decisions import Body, Decision, DecisionEntry
from portal.partnership.heard import Group, Quote
from portal.partnership.matrix import Matrix, Row
from portal.partnership.priorities import ProposedPriority
from portal.partnership.submissions import Submission
from surveys import surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring


@dataclass(frozen=True)
class OnePage:
    """Everything the decision's page and its paper show, as it stands at this moment."""

    cycle: Cycle
    decision: Decision | None
    matrix: Matrix
    sure: dict[str, Any] | None
    topics: Mapping[str, DecisionEntry]
    themes: tuple[tuple[DecisionEntry, Quote | None], ...]
    who: tuple[Group, ...]
    letters: tuple[Submission, ...]
    priorities: tuple[ProposedPriority, ...]
    interests: tuple[DecisionInterest, ...]
    readings: tuple[DecisionReading, ...]
    crime: Comparison
    titles: Mapping[str, str]
    """Area of focus to its name."""

    @property
    def words(self) -> Body | None:
        return None if self.decision is None else self.decision.words

    @property
    def waiting(self) -> tuple[Submission, ...]:
        """Letters nobody has considered yet."""
        return tuple(one for one in self.letters if one.state != "considered")

    @property
    def widest(self) -> tuple[Row, ...]:
        return matrix.widest(self.matrix)


def gather(session: Session, cycle: Cycle, *, now: dt.datetime, keys: Keyring) -> OnePage:
    """The decision of a year with everything beside it; its parts are empty before it has begun."""
    found = decisions.of(session, cycle.year)
    table = matrix.build(session, cycle, state=matrix.scoring_state(session, cycle, now), keys=keys)
    release, _, _ = matrix.headline(session, cycle.round_slug)
    themes = decisions.entries(session, cycle.year, "theme")
    return OnePage(
        cycle=cycle,
        decision=found,
        matrix=table,
        sure=how_sure(table, dict(settings_of(cycle).weights)),
        topics={one.key: one for one in decisions.entries(session, cycle.year, "topic")},
        themes=tuple((one, heard.quote(session, one.about.get("quote"), keys=keys)) for one in themes),
        who=heard.who_answered(session, release),
        letters=tuple(submissions.inbox(session, cycle.round_slug)) if cycle.round_slug else (),
        priorities=priorities.proposed(session, cycle.year) if found else (),
        interests=decision_minutes.interests(session, cycle.year) if found else (),
        readings=decision_minutes.readings(session, cycle.year) if found else (),
        crime=crime.comparison(session),
        titles={one.key: one.texts.title for one in pages.current(session, "area", pages.SOURCE)},
    )


def how_sure(table: Matrix, weights: dict[str, int]) -> dict[str, Any] | None:
    """The sensitivity in numbers; None until results or partners' scores are out.

    Recorded crime alone would always hold, which would say that something is sure when nobody was heard yet.
    """
    scale = matrix.scale_of(table)
    known = [name for name in scale.criteria if not (scale.column(name) != scale.column(name)).all()]
    heard = [name for name in known if name != "recorded"]
    if not heard or not any(weights.get(name) for name in heard):
        return None
    near = sensitivity.vary(scale, weights, drawn={"residents": matrix.residents_drawn(table)})
    wide = sensitivity.vary(scale, weights, near=None)
    flip = sensitivity.smallest_flip(scale, weights)
    return {
        "weights": dict(weights),
        "known": known,
        "order": list(sensitivity.order(scale, weights)),
        "scores": sensitivity.score(scale, weights),
        "holds": near.of_hundred,
        "holds_any": wide.of_hundred,
        "top_five": dict(near.top_five),
        "top_three": dict(near.top_three),
        "first": dict(near.first),
        "flip": asdict(flip) if flip is not None else None,
        "methods": {name: list(order) for name, order in sensitivity.other_methods(scale, weights).items()},
    }


def snapshot(session: Session, cycle: Cycle, *, now: dt.datetime, keys: Keyring) -> dict[str, Any]:
    """Everything the record shows beside its words, as it stands now."""
    table = matrix.build(session, cycle, state=matrix.scoring_state(session, cycle, now), keys=keys)
    release, _, _ = matrix.headline(session, cycle.round_slug)
    harm = evidence.harm(session)
    letters = submissions.inbox(session, cycle.round_slug) if cycle.round_slug else ()
    return {
        "matrix": table.as_json(),
        "sure": how_sure(table, dict(settings_of(cycle).weights)),
        "who": [{**asdict(one), "missing": one.missing} for one in heard.who_answered(session, release)],
        "widest": [row.topic for row in matrix.widest(table)],
        "submissions": {
            "received": len(letters),
            "considered": sum(one.state == "considered" for one in letters),
        },
        "harm": {"id": harm.id, "sha256": harm.entry.facts.sha256} if harm is not None else None,
        "made_on": now.date().isoformat(),
    }


def residents_survey_id(session: Session, cycle: Cycle) -> str | None:
    """The residents' survey whose results the year rests on."""
    release, _, _ = matrix.headline(session, cycle.round_slug)
    return release.survey_id if release is not None else None


def question_of(session: Session, survey_id: str) -> str:
    """The question that ranks the topics. Raises ``survey.unknown``."""
    version = surveys.current_version(session, survey_id)
    headline = surveys.questionnaire_of(version).headline if version is not None else None
    if headline is None:
        raise SurveysError("survey.unknown")
    return headline
