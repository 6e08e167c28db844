"""Leaving an address to hear the outcome: offered after sending, to people of 16 and over, and kept apart.

The one thing taken over from the answers is whether to offer it at all. What is stored says neither when nor
with which response it was left.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, abort, current_app, make_response, render_template, request, session, url_for
from flask_babel import gettext

from portal.config import Settings
from portal.database import read_session, writing
from portal.forms.questions import showable
from portal.messages import words_of
from portal.partnership import contacts, rounds
from portal.partnership.contacts import Wording
from portal.rendering import site
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.sitting import keyring, questionnaire, survey_at, to
from portal.respond.summary import is_16_or_over
from surveys import responses
from surveys.errors import SurveysError
from surveys.questionnaire.routing import walk
from surveys.surveys import Survey

ASKED = "updates"
"""In the cookie: the surveys after which this device has asked already."""


def offered(survey: Survey) -> bool:
    """Whether this device, which has just sent answers, may leave an address."""
    settings: Settings = current_app.extensions["portal.settings"]
    reachable = bool(settings.mail.server) or not settings.production
    if survey.kind != "anonymous" or not reachable or survey.slug in session.get(ASKED, []):
        return False
    token = visit.sent_token(survey.slug)
    found = responses.confirmation(read_session(), token, keys=keyring(), now=visit.now()) if token else None
    if found is None or rounds.of_survey(read_session(), survey.id) is None:
        return False
    draft = found[1]
    document = questionnaire(draft.version_id)
    route = walk(document, draft.answers, accepted=draft.accepted, declined=draft.declined)
    return is_16_or_over(document, route.answers)


@bp.route("/<slug>/updates", methods=["GET", "POST"])
def updates(slug: str) -> Response:
    survey = survey_at(slug)
    if request.method == "GET" and slug in session.get(ASKED, []):
        return make_response(render_template("respond/updates-asked.html", slug=slug))
    if not offered(survey):
        abort(to(url_for("respond.confirmation", slug=slug)))
    if request.method == "GET":
        return _form(slug, "")
    typed = request.form.get("address", "")[:300]
    round_ = rounds.of_survey(read_session(), survey.id)
    if round_ is None:
        abort(HTTPStatus.NOT_FOUND)
    settings: Settings = current_app.extensions["portal.settings"]
    place = "token-goes-here"
    link = settings.public_url + url_for("letterbox.updates", token=place).replace(place, "{token}")
    try:
        with writing() as store:
            contacts.ask(
                store, round_.slug, address=typed, link=link, wording=_wording(), now=visit.now(),
                keys=keyring(),
            )  # fmt: skip
    except SurveysError as problem:
        return _form(slug, typed, words_of(problem))
    session[ASKED] = [*session.get(ASKED, []), slug][-visit.MOST_SURVEYS :]
    return to(url_for("respond.updates", slug=slug))


def _form(slug: str, typed: str, error: str = "") -> Response:
    page = render_template(
        "respond/updates.html",
        slug=slug,
        typed=showable(typed),
        error=error,
        errors=[{"href": "#address", "text": error}] if error else [],
        page_error=bool(error),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)


def _wording() -> Wording:
    """A letter that says nothing about a survey, crime or safety: somebody else may read it."""
    body = "\n\n".join(
        (
            gettext("Somebody, perhaps you, asked us to write to this address."),
            gettext("If it was you, open this link and press the button:"),
            "{link}",
            gettext("If it was not, do nothing. We write no more, and delete the address after a week."),
            site().name,
        )
    )
    return Wording(gettext("Please confirm your email address"), body)
