"""A survey on a single page: one form, one POST that checks, seals and sends, and no draft."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import Any

from flask import Response, abort, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from portal.database import read_session, writing
from portal.forms.questions import Setting, draw, error_links, typed
from portal.i18n import locale_code
from portal.messages import words
from portal.partnership import invitations
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.caution import cautions_of, signs_of
from portal.respond.frame import words_of
from portal.respond.sheets import stamped
from portal.respond.sitting import keyring, questionnaire, survey_at, to, turn_away, version_of
from portal.respond.summary import has_comment, is_under_16
from surveys import responses, surveys
from surveys.errors import SurveysError
from surveys.questionnaire.checking import Checked, Raw, check_form
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import walk
from surveys.surveys import Survey, SurveyVersion

ONCE = re.compile(r"[A-Za-z0-9_-]{43}")
"""One form as it was sent out: however often it comes back, it is one response."""
ONCE_STAMP = secrets.token_hex(16)


@bp.route("/<slug>/form", methods=["GET", "POST"])
def form(slug: str) -> Response:
    survey = survey_at(slug)
    state = surveys.state(survey, visit.now())
    if request.method == "POST":
        if state not in ("open", "grace"):
            turn_away("respond/not-taken.html", HTTPStatus.CONFLICT, survey=survey)
        if invitations.only_by_invitation(read_session(), survey):
            return to(url_for("respond.start", slug=slug))
        return _take(survey, version_of(survey))
    if state != "open":
        return to(url_for("respond.start", slug=slug))
    version = version_of(survey)
    document = _single(version)
    if invitations.only_by_invitation(read_session(), survey):
        return to(url_for("respond.start", slug=slug))
    key = ("form", version.id, locale_code())
    page = stamped(key, lambda token: _drawn(survey, document, token, ONCE_STAMP))
    return make_response(page.replace(ONCE_STAMP, secrets.token_urlsafe(32)))


def _single(version: SurveyVersion) -> Questionnaire:
    document = questionnaire(version.id)
    if not document.single_page:
        abort(HTTPStatus.NOT_FOUND)
    return document


def _take(survey: Survey, version: SurveyVersion) -> Response:
    document = _single(version)
    once = request.form.get("once", "")
    if not ONCE.fullmatch(once):
        once = secrets.token_urlsafe(32)
    fields: Raw = typed(document.questions, request.form.getlist)
    checked = check_form(fields, questionnaire=document)
    publish = request.form.getlist("publish")
    unclear = bool(set(publish) - {"yes", "no"}) or len(set(publish)) > 1
    if checked.problems or unclear:
        page = _drawn(survey, document, generate_csrf, once, fields, checked, unclear, publish)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    answers = checked.answers
    end = walk(document, answers).steps[-1]
    if end.kind == "stop":  # nothing of this form was kept, and nothing is
        return to(url_for("respond.stop", slug=survey.slug, stop_id=end.id))
    if cautions_of(document, answers) and request.form.get("kept") != "yes":
        page = _drawn(survey, document, generate_csrf, once, fields, checked, publish=publish, ask=True)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    quotable = has_comment(document, answers) and not is_under_16(document, answers)
    try:
        with writing() as session:
            responses.submit_direct(
                session,
                survey,
                version,
                document,
                answers,
                token=once,
                locale=locale_code(),
                may_publish=quotable and publish[:1] == ["yes"],
                signs=signs_of(survey.slug, answers),
                keys=keyring(),
                now=visit.now(),
            )
    except SurveysError as problem:
        if problem.code != "survey.not_open":
            raise
        turn_away("respond/not-taken.html", HTTPStatus.CONFLICT, survey=survey)
    visit.sent(survey.slug, once)
    return to(url_for("respond.confirmation", slug=survey.slug))


def _drawn(
    survey: Survey,
    document: Questionnaire,
    token: Any,
    once: str,
    fields: Raw | None = None,
    checked: Checked | None = None,
    unclear: bool = False,
    publish: list[str] | None = None,
    ask: bool = False,
) -> str:
    """The whole form; with what was typed and what is wrong with it when it comes back.

    ``ask``: nothing is wrong, but some words look like personal data; sent once more, they are kept.
    """
    problems = checked.problems if checked else ()
    answers = checked.answers if checked else {}
    cautions = cautions_of(document, answers) if ask else {}
    setting = Setting(document, locale_code(), answers, fields or {}, problems, cautions)
    pages = [
        {
            "title": setting.said(page.title) if page.title else "",
            "body": page.body,
            "questions": [draw(q, setting, page_heading=False) for q in page.questions if not q.off],
        }
        for page in document.pages()
    ]
    wrong = words("choice.unknown") if unclear else ""
    errors = error_links(problems, document) + ([{"href": "#publish", "text": wrong}] if wrong else [])
    return render_template(
        "respond/form.html",
        csrf_token=token,
        once=once,
        slug=survey.slug,
        page_title=gettext("Questions"),
        page_error=bool(errors),
        errors=errors,
        pages=pages,
        cautions=[{"href": f"#{id}", "text": said} for id, said in cautions.items()],
        asks_permission=document.asks_permission,
        may_publish={"yes": True, "no": False}.get((publish or [""])[0]),
        publish_error=wrong,
        back=url_for("respond.start", slug=survey.slug),
        **words_of(document),
    )
