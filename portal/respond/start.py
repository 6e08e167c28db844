"""The first page of a survey, or the page that says why it cannot be answered now; and early endings."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Response, abort, make_response, render_template, request, url_for
from sqlalchemy import select

from portal.database import read_session, writing
from portal.i18n import locale_code
from portal.lookback import then
from portal.partnership import invitations
from portal.partnership.board import START
from portal.partnership.rounds import RoundSurvey
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.dates import dates_of
from portal.respond.frame import frame_of, words_of
from portal.respond.sitting import (
    Sitting,
    keyring,
    questionnaire,
    sit,
    survey_at,
    to,
    turn_away,
    version_of,
)
from surveys import drafts, fieldwork, surveys
from surveys.errors import SurveysError
from surveys.surveys import Survey, london_day

NOT_NOW = {"coming": 200, "grace": 200, "paused": 200, "closed": 200, "withdrawn": 410}
"""States in which nobody starts, with the status of their page."""


@bp.route("/<slug>/start", methods=["GET", "POST"])
def start(slug: str) -> Response:
    survey = survey_at(slug)
    state = surveys.state(survey, visit.now())
    sitting = _under_way(survey) if state in ("open", "grace") and then() is None else None
    if state in NOT_NOW and not (sitting is not None and request.method == "POST"):
        return _not_now(survey, state, sitting)
    if sitting is None and invitations.only_by_invitation(read_session(), survey):
        return make_response(render_template("respond/states/invited-only.html"), HTTPStatus.FORBIDDEN)
    if request.method == "POST":
        return _begin(survey, sitting)
    document = questionnaire(version_of(survey).id)
    facts = {"survey": survey, "dates": dates_of(survey)} | words_of(document)
    carry_on = sitting.address(sitting.reached) if sitting else ""
    return make_response(render_template("respond/start.html", carry_on=carry_on, **facts))


def _not_now(survey: Survey, state: str, sitting: Sitting | None) -> Response:
    carry_on = sitting.address(sitting.reached) if sitting else ""
    name = "closed" if state == "grace" else state
    page = render_template(
        f"respond/states/{name}.html",
        survey=survey,
        state=state,
        dates=dates_of(survey),
        carry_on=carry_on,
        today=london_day(visit.now()),
    )
    return make_response(page, NOT_NOW[state])


def _under_way(survey: Survey) -> Sitting | None:
    """The draft this device has open in this survey, if any."""
    token = visit.token(survey.slug)
    draft = drafts.open_draft(read_session(), token, keys=keyring(), now=visit.now()) if token else None
    return Sitting(survey, questionnaire(draft.version_id), draft) if draft else None


def _begin(survey: Survey, sitting: Sitting | None) -> Response:
    """A fresh draft; pressing Start twice goes on with the first, only "again" throws it away."""
    if sitting is not None and request.form.get("action") != "again":
        return sitting.go(sitting.reached)
    version = version_of(survey)
    document = questionnaire(version.id)
    if document.single_page:
        return to(url_for("respond.form", slug=survey.slug))
    keys, now = keyring(), visit.now()
    token = secrets.token_urlsafe(32)
    visit.begin(survey.slug, token)
    visit.started(survey.slug)
    try:
        with writing() as session:
            if sitting is not None:
                drafts.discard(session, sitting.draft.token, keys=keys)
            draft = drafts.start(
                session, survey, version, locale=locale_code(), token=token, keys=keys, now=now
            )
            fieldwork.tick(session, survey.id, START, locale=locale_code(), now=now)
    except SurveysError as problem:
        if problem.code != "survey.not_open":
            raise
        turn_away("respond/not-taken.html", HTTPStatus.CONFLICT, survey=survey)
    begun = Sitting(survey, document, draft)
    return begun.go(begun.route.steps[0])


@bp.get("/<slug>/stopped/<stop_id>")
def stop(slug: str, stop_id: str) -> Response:
    """The end for somebody the survey is not for. It needs no draft: there is none any more."""
    survey = survey_at(slug)
    document = questionnaire(version_of(survey).id)
    found = next((stop for stop in document.stops if stop.id == stop_id), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return make_response(render_template("respond/stop.html", stop=found, **words_of(document)))


@bp.route("/<slug>/instead", methods=["GET", "POST"])
def hand_over(slug: str) -> Response:
    """The way from this survey to the one that fits: what was answered here does not go along."""
    sitting = sit(slug)
    step = sitting.route.steps[-1]
    if step.kind != "hand-over":
        return sitting.go(sitting.reached)
    other = _other(sitting.survey, step.id)
    if request.method == "POST" and other is not None:
        with writing() as session:
            drafts.discard(session, sitting.draft.token, keys=keyring())
        visit.forget(slug)
        return to(url_for("respond.start", slug=other.slug))
    before = sitting.route.before(step)
    facts = {
        **frame_of(sitting),
        "other": other,
        "minutes": questionnaire(version_of(other).id).minutes if other else 0,
        "back": sitting.address(before) if before else url_for("respond.start", slug=slug),
    }
    return make_response(render_template("respond/hand-over.html", **facts))


def _other(survey: Survey, key: str) -> Survey | None:
    """The open survey with this key: of the same consultation, else the newest anywhere."""
    session = read_session()
    mine = select(RoundSurvey.round_id).where(RoundSurvey.survey_id == survey.id)
    together = set(session.scalars(select(RoundSurvey.survey_id).where(RoundSurvey.round_id.in_(mine))))
    found = session.scalars(select(Survey).where(Survey.key == key, Survey.opens_at.is_not(None)))
    now = visit.now()
    ready = [one for one in found if surveys.state(one, now) == "open"]
    return max(ready, key=lambda one: (one.id in together, one.opens_at, one.id), default=None)
