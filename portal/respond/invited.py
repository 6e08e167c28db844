"""An organisation's link: who is asked, that its answer is named, and why a link may open nothing."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Response, make_response, render_template, request, url_for

from portal.database import read_session, writing
from portal.i18n import locale_code
from portal.partnership import invitations, rounds
from portal.partnership.invitations import Invited
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.frame import words_of
from portal.respond.sitting import Sitting, keyring, questionnaire, to, version_of
from surveys import drafts
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire

MOST_TYPED = 100
GONE = HTTPStatus.GONE


@bp.route("/invited/<token>", methods=["GET", "POST"])
def invited(token: str) -> Response:
    found = invitations.by_token(read_session(), token[:MOST_TYPED], keys=keyring(), now=visit.now())
    if found is None:
        return make_response(render_template("respond/not-invited.html", invited=None), HTTPStatus.NOT_FOUND)
    if found.standing != "open":
        return _closed(found)
    document = questionnaire(version_of(found.survey).id)
    if request.method == "POST":
        return _begin(found, document)
    facts = {"invited": found, "survey": found.survey} | words_of(document)
    return make_response(render_template("respond/invited.html", **facts))


def _closed(found: Invited) -> Response:
    """Says which: used, expired, taken back, too early, or of another round; and where the present one is."""
    session = read_session()
    own = rounds.of_survey(session, found.survey.id)
    listing = rounds.listing(session, visit.now(), locale_code())
    present = next((one for one in listing.open if own is None or one.slug != own.slug), None)
    page = render_template("respond/not-invited.html", invited=found, present=present)
    return make_response(page, HTTPStatus.OK if found.standing in ("early", "used") else GONE)


def _begin(found: Invited, document: Questionnaire) -> Response:
    """This person's own draft under the invitation, with the organisation's name filled in."""
    keys, now, survey = keyring(), visit.now(), found.survey
    token = secrets.token_urlsafe(32)
    visit.begin(survey.slug, token)
    try:
        with writing() as session:
            draft = drafts.start(
                session, survey, version_of(survey), locale=locale_code(), token=token, keys=keys, now=now
            )
            draft.answers = dict.fromkeys(_names(document), found.organisation)
            drafts.save(session, draft, seen_revision=draft.revision, keys=keys, now=now)
            invitations.attach(session, found, token, keys=keys)
    except SurveysError as problem:
        if problem.code != "survey.not_open":
            raise
        return to(url_for("respond.start", slug=survey.slug))
    begun = Sitting(survey, document, draft)
    return begun.go(begun.route.steps[0])


def _names(document: Questionnaire) -> list[str]:
    """The question that asks for the organisation's name."""
    return [q.id for q in document.questions if getattr(q, "names", False)]
