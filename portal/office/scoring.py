"""Partners' scores in the office: who has scored, and once everybody has, the middle and the spread."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.messages import words_of
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.decision import table_of
from portal.office.year import known
from portal.partnership import scoring
from surveys import moderation, surveys
from surveys.errors import SurveysError

CRITERION_WORDS = {
    "harm": "Harm",
    "likelihood": "Likelihood",
    "confidence": "Confidence",
    "capacity": "Capacity",
}


@bp.get("/scoring/<int:year>", endpoint="scoring")
def scores(year: int) -> ResponseReturnValue:
    cycle, session = known(year), read_session()
    survey = scoring.survey_of(session, cycle.round_slug)
    if survey is None:
        return render_template("office/decision/no-scoring.html", year=year)
    table = table_of(cycle)
    version = surveys.current_version(session, survey.id)
    standing = scoring.standing(session, survey, keys=keys())
    comments = [] if not table.open else _comments(survey.id)
    return render_template(
        "office/decision/scoring.html",
        cycle=cycle,
        survey=survey,
        state=surveys.state(survey, now()),
        matrix=table,
        standing=standing,
        scored=sorted(
            (row for row in table.rows if row.partners and row.partners.risk is not None),
            key=lambda row: (row.partners.rank if row.partners and row.partners.rank else 99, row.title),
        ),
        anchors=scoring.anchors(surveys.questionnaire_of(version)) if version else {},
        criterion_words=CRITERION_WORDS,
        comments=comments,
    )


def _comments(survey_id: str) -> list[tuple[str, str]]:
    """What partners wrote beside their scores and a moderator let through: criterion and words."""
    found: list[tuple[str, str]] = []
    session = read_session()
    for criterion in scoring.CRITERIA:
        for one in moderation.words(session, survey_id, keys=keys(), item=f"{criterion}-note"):
            if one.state in ("publishable", "read"):
                found.append((criterion, one.text))
    return found


@bp.post("/scoring/<int:year>/position")
def scoring_choose(year: int) -> ResponseReturnValue:
    """Which of an organisation's answers is its position."""
    survey = scoring.survey_of(read_session(), known(year).round_slug)
    if survey is None:
        abort(404)
    try:
        with writing() as session:
            scoring.choose(
                session, survey, request.form.get("response", ""), by=officer().by, now=now(), keys=keys()
            )
        said("That is the organisation's position now.")
    except SurveysError as problem:
        said(words_of(problem))
    return redirect(url_for("office.scoring", year=year))
