"""Organisations invited to a named survey: their links, and answers typed from a spreadsheet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import workbooks
from portal.database import read_session, writing
from portal.forms.office.keying import Invite, SheetCover, raw_of
from portal.messages import words_of
from portal.office import returned
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.keying import covered, document_of, once_of, survey_of, typed_answers, typing_page
from portal.office.visit import settings
from portal.partnership import invitations as inviting
from portal.partnership import keying as forms
from portal.partnership.invitations import Invitation
from portal.rendering import day, site
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.surveys import Survey, london_day

SUBJECT = "A survey for your organisation"
HEADING = "Invited organisations"


@bp.route("/invitations/<slug>", methods=["GET", "POST"])
def invitations(slug: str) -> ResponseReturnValue:
    survey = _named(slug)
    last = london_day(survey.closes_at) if survey.closes_at else london_day(now()) + dt.timedelta(days=30)
    form = Invite(expires=last)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                _, link = inviting.invite(
                    session, survey, organisation=form.organisation.data or "",
                    address=form.address.data or "", link=_pattern(),
                    subject=SUBJECT, body=_letter(survey, form.organisation.data or "", form.expires.data),
                    expires_at=surveys.closing_moment(form.expires.data), by=officer().by, now=now(),
                    keys=keys(),
                )  # fmt: skip
            return _link_page(
                survey, form.organisation.data or "", link, bool((form.address.data or "").strip())
            )
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template(
        "office/invitations/invitations.html",
        survey=survey,
        asked=inviting.listing(read_session(), survey, keys=keys(), now=now()),
        only=inviting.only_by_invitation(read_session(), survey),
        form=form,
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.get("/invitations/<slug>/blank.xlsx")
def sheet_blank(slug: str) -> Response:
    """The questions as a spreadsheet to fill in, with the codes the typing page takes."""
    survey = _named(slug)
    _version, document = document_of(survey)
    book = returned.to_fill_in(document)
    response = Response(book, mimetype=workbooks.TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}-to-fill-in.xlsx")
    return response


@bp.post("/invitations/<slug>/<invitation_id>/renewal")
def invitation_renew(slug: str, invitation_id: str) -> ResponseReturnValue:
    """A new link in place of the old one, until the survey closes."""
    survey, found, name = _invitation(slug, invitation_id)
    last = london_day(survey.closes_at) if survey.closes_at else london_day(now()) + dt.timedelta(days=30)
    try:
        with writing() as session:
            link = inviting.renew(
                session, session.get_one(Invitation, found.id), link=_pattern(), subject=SUBJECT,
                body=_letter(survey, name, last), expires_at=surveys.closing_moment(last), by=officer().by,
                now=now(), keys=keys(),
            )  # fmt: skip
    except SurveysError as problem:
        said(words_of(problem))
        return redirect(url_for("office.invitations", slug=slug))
    return _link_page(survey, name, link, mailed=True)


@bp.post("/invitations/<slug>/<invitation_id>/end")
def invitation_revoke(slug: str, invitation_id: str) -> ResponseReturnValue:
    _survey, found, name = _invitation(slug, invitation_id)
    try:
        with writing() as session:
            inviting.revoke(
                session, session.get_one(Invitation, found.id), by=officer().by, now=now(), keys=keys()
            )
    except SurveysError as problem:
        said(words_of(problem))
    else:
        said(f"The link of {name} opens nothing any more.")
    return redirect(url_for("office.invitations", slug=slug))


@bp.route("/invitations/<slug>/<invitation_id>/sheet", methods=["GET", "POST"])
def sheet_typed(slug: str, invitation_id: str) -> ResponseReturnValue:
    """What an organisation sent back as a spreadsheet, typed in with where it came from and when."""
    survey, found, name = _invitation(slug, invitation_id)
    if found.used_on is not None:
        said(f"The answer of {name} was sent already.")
        return redirect(url_for("office.invitations", slug=slug))
    version, document = document_of(survey)
    cover = covered(SheetCover(received_on=london_day(now())), document)
    here = {
        "up": url_for("office.invitations", slug=slug),
        "up_text": HEADING,
        "title": f"The spreadsheet of {name}",
        "again": "",
        "reads": True,
    }
    if request.method == "GET":
        return typing_page(survey, document, cover, once_of(), {}, here=here)
    once = once_of()
    if request.form.get("act") == "read":
        return _read(survey, document, cover, once, here)
    raw, checked = typed_answers(document)
    if cover.validate() and not checked.problems:
        try:
            with writing() as session:
                receipt = inviting.key_sheet(
                    session, session.get_one(Invitation, found.id), survey, version, document,
                    checked.answers, source=cover.source.data or "", token=once, locale=cover.locale.data,
                    may_publish=cover.publish.data == "yes", received_on=cover.received_on.data,
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"The answer of {name} is in. Its receipt number is {receipt.number}.")
            return redirect(url_for("office.invitations", slug=slug))
        except SurveysError as problem:
            cover.refuse(problem)
    return typing_page(survey, document, cover, once, raw, checked, here=here)


def _read(
    survey: Survey, document: Questionnaire, cover: Any, once: str, here: dict[str, Any]
) -> ResponseReturnValue:
    """Puts what the file holds into the boxes; nothing is kept before an officer has looked and sends it."""
    sent = request.files.get("file")
    try:
        found = returned.read(document, sent.stream if sent else None)
    except SurveysError as problem:
        here |= {"file_fault": words_of(problem)}
        return typing_page(survey, document, cover, once, {}, here=here)
    cover.source.data = cover.source.data or (sent.filename or "" if sent else "")[:200]
    raw = raw_of(document, lambda name: found.typed.get(name, ""))
    here |= {"rows": found.rows, "strange": found.strange, "read": sum(map(bool, found.typed.values()))}
    checked = forms.check(document, raw)
    return typing_page(
        survey, document, cover, once, raw, checked, here=here, given=lambda name: found.typed.get(name, "")
    )


def _pattern() -> str:
    """The address of a link, with ``{token}`` where its token goes."""
    place = "token-goes-here"
    address = url_for("respond.invited", token=place)
    return settings().public_url + address.replace(place, "{token}")


def _letter(survey: Survey, organisation: str, last: dt.date) -> str:
    """The words of the mail; ``{link}`` stays for the link."""
    _version, document = document_of(survey)
    return (
        f"{site().name} asks {organisation} for its answer to: "
        f"{document.say(document.title, document.source_locale)}.\n\n"
        "Open this link. It needs no password:\n{link}\n\n"
        f"It works until {day(last)}, for one answer of your organisation. Colleagues can each begin a draft "
        "with the same link; one of you sends. We publish what your organisation says under its name.\n"
    )


def _link_page(survey: Survey, name: str, link: str, mailed: bool) -> str:
    return render_template("office/invitations/link.html", survey=survey, name=name, link=link, mailed=mailed)


def _named(slug: str) -> Survey:
    survey = survey_of(slug)
    if survey.kind != "named":
        abort(404)
    return survey


def _invitation(slug: str, invitation_id: str) -> tuple[Survey, Invitation, str]:
    survey = _named(slug)
    found = read_session().get(Invitation, invitation_id)
    if found is None or found.survey_id != survey.id:
        abort(404)
    return survey, found, inviting.name_of(found, keys())
