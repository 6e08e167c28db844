"""The decision as one page shows it, to the office while it is a draft and to everybody once it is published.

:func:`snapshot` is what adopting freezes: plain JSON, complete without the tables it was made from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import evidence, heard, matrix, sensitivity, submissions
from portal.partnership.cycles import Cycle, settings_of
from portal.partnership.matrix import Matrix
from surveys import surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring


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
